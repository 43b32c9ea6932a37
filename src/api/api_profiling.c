/* wasmtime/profiling.h: samples of the guest's stack, written down in the form that the Firefox
 * profiler loads (https://profiler.firefox.com, "processed profile" version 1 of the Gecko tools).
 * Frames, functions and names are tables that samples point into. */
#include "api/api.h"
#include <stdio.h>

struct sample_module {
    struct code_object *code; /* counted */
    char *name;
};

/* a frame below its caller */
struct stack_entry {
    uint32_t prefix; /* entry number + 1, 0: outermost */
    uint32_t func;   /* into funcs */
};

struct func_entry {
    uint32_t module, func;
};

struct sample {
    uint32_t stack; /* entry number + 1 */
    uint64_t time, delta;
};

struct wasmtime_guestprofiler {
    struct engine *engine; /* counted */
    char *title;
    uint64_t interval, now;
    struct sample_module *modules;
    size_t nmodules;
    HS_VEC(struct func_entry) funcs;
    HS_VEC(struct stack_entry) stacks;
    HS_VEC(struct sample) samples;
};

void wasmtime_guestprofiler_delete(wasmtime_guestprofiler_t *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->nmodules; i++) {
        if (p->modules[i].code)
            hs_code_unref(p->modules[i].code);
        hs_free(p->modules[i].name);
    }
    hs_free(p->modules);
    hs_free(p->title);
    hs_vec_deinit(&p->funcs);
    hs_vec_deinit(&p->stacks);
    hs_vec_deinit(&p->samples);
    hs_engine_unref(p->engine);
    hs_free(p);
}

wasmtime_guestprofiler_t *
wasmtime_guestprofiler_new(const wasm_engine_t *engine, const wasm_name_t *module_name,
                           uint64_t interval_nanos, const wasmtime_guestprofiler_modules_t *modules,
                           size_t modules_len)
{
    wasmtime_guestprofiler_t *p = hs_calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->engine = hs_engine_ref(hs_api_engine(engine));
    p->interval = interval_nanos;
    hs_vec_init(&p->funcs, UINT32_MAX - 1);
    hs_vec_init(&p->stacks, UINT32_MAX - 1);
    hs_vec_init(&p->samples, UINT32_MAX - 1);
    p->title = hs_strndup(module_name && module_name->size ? module_name->data : "",
                          module_name ? module_name->size : 0);
    p->modules = hs_calloc(modules_len, sizeof *p->modules);
    bool ok = p->title && p->modules;
    p->nmodules = ok ? modules_len : 0;
    for (size_t i = 0; i < p->nmodules; i++) {
        p->modules[i].name =
            hs_strndup(modules[i].name->size ? modules[i].name->data : "", modules[i].name->size);
        p->modules[i].code = hs_api_code(modules[i].mod);
        hs_code_ref(p->modules[i].code);
        ok &= p->modules[i].name != NULL;
    }
    if (!ok) {
        wasmtime_guestprofiler_delete(p);
        return NULL;
    }
    return p;
}

static uint32_t intern_func(wasmtime_guestprofiler_t *p, uint32_t module, uint32_t func)
{
    for (size_t i = p->funcs.count; i-- > 0;)
        if (p->funcs.data[i].module == module && p->funcs.data[i].func == func)
            return (uint32_t)i;
    struct func_entry e = {module, func};
    return hs_vec_push(&p->funcs, e) ? (uint32_t)p->funcs.count - 1 : UINT32_MAX;
}

static uint32_t intern_stack(wasmtime_guestprofiler_t *p, uint32_t prefix, uint32_t func)
{
    for (size_t i = p->stacks.count; i-- > 0;)
        if (p->stacks.data[i].prefix == prefix && p->stacks.data[i].func == func)
            return (uint32_t)i + 1;
    struct stack_entry e = {prefix, func};
    return hs_vec_push(&p->stacks, e) ? (uint32_t)p->stacks.count : prefix;
}

void wasmtime_guestprofiler_sample(wasmtime_guestprofiler_t *p, const wasmtime_store_t *store,
                                   uint64_t delta_nanos)
{
    struct store *s = store->store;
    struct frame frames[HS_MAX_FRAMES];
    p->now += p->interval;
    if (!hs_store_running(s))
        return; /* no guest is active */
    hs_trap_capture(s, TRAP_NONE, NULL);
    uint32_t n = hs_trap_frames(s, frames), stack = 0;
    for (uint32_t i = n; i-- > 0;) {
        for (uint32_t m = 0; m < p->nmodules; m++)
            if (p->modules[m].code == frames[i].code) {
                uint32_t f = intern_func(p, m, frames[i].func);
                if (f != UINT32_MAX)
                    stack = intern_stack(p, stack, f);
                break;
            }
        hs_code_unref(frames[i].code);
    }
    struct sample x = {stack, p->now, delta_nanos};
    (void)!hs_vec_push(&p->samples, x);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static void put(struct buffer *b, const char *text)
{
    hs_buffer_bytes(b, text, strlen(text));
}

static void put_number(struct buffer *b, uint64_t x)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)x);
    put(b, text);
}

static void put_millis(struct buffer *b, uint64_t nanos)
{
    char text[48];
    snprintf(text, sizeof text, "%llu.%06llu", (unsigned long long)(nanos / 1000000),
             (unsigned long long)(nanos % 1000000));
    put(b, text);
}

static void put_string(struct buffer *b, struct span s)
{
    bool valid = hs_utf8_valid(s.data, s.size); /* JSON has to be */
    put(b, "\"");
    for (size_t i = 0; i < s.size; i++) {
        char text[8];
        if (s.data[i] >= 0x80 && !valid) {
            put(b, "?");
        } else if (s.data[i] == '"' || s.data[i] == '\\' || s.data[i] < 0x20) {
            snprintf(text, sizeof text, "\\u%04x", s.data[i]);
            put(b, text);
        } else {
            hs_buffer_byte(b, s.data[i]);
        }
    }
    put(b, "\"");
}

/* The string table: names of functions, then of modules. */
static void put_strings(const wasmtime_guestprofiler_t *p, struct buffer *b)
{
    put(b, "\"stringArray\":[");
    for (size_t i = 0; i < p->funcs.count; i++) {
        const struct func_entry *f = &p->funcs.data[i];
        struct span name = hs_module_func_name(p->modules[f->module].code->module, f->func);
        char text[40];
        if (!name.size) {
            snprintf(text, sizeof text, "<wasm function %u>", f->func);
            name = hs_span_text(text);
        }
        if (i)
            put(b, ",");
        put_string(b, name);
    }
    for (size_t i = 0; i < p->nmodules; i++) {
        if (i || p->funcs.count)
            put(b, ",");
        put_string(b, hs_span_text(p->modules[i].name));
    }
    put(b, "]");
}

static void column(struct buffer *b, const char *name, const wasmtime_guestprofiler_t *p, size_t n,
                   void (*cell)(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b))
{
    put(b, ",\"");
    put(b, name);
    put(b, "\":[");
    for (size_t i = 0; i < n; i++) {
        if (i)
            put(b, ",");
        cell(p, i, b);
    }
    put(b, "]");
}

static void cell_index(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put_number(b, i);
}
static void cell_null(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put(b, "null");
}
static void cell_zero(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put(b, "0");
}
static void cell_false(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put(b, "false");
}
static void cell_minus(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put(b, "-1");
}
static void cell_resource(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put_number(b, p->funcs.data[i].module);
}
static void cell_module_name(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put_number(b, p->funcs.count + i);
}
static void cell_prefix(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    if (p->stacks.data[i].prefix)
        put_number(b, p->stacks.data[i].prefix - 1);
    else
        put(b, "null");
}
static void cell_stack_func(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put_number(b, p->stacks.data[i].func);
}
static void cell_sample_stack(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    if (p->samples.data[i].stack)
        put_number(b, p->samples.data[i].stack - 1);
    else
        put(b, "null");
}
static void cell_time(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put_millis(b, p->samples.data[i].time);
}
static void cell_cpu(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put_number(b, p->samples.data[i].delta / 1000);
}
static void cell_one(const wasmtime_guestprofiler_t *p, size_t i, struct buffer *b)
{
    put(b, "1");
}

static void length(struct buffer *b, const char *table, size_t n)
{
    put(b, "\"");
    put(b, table);
    put(b, "\":{\"length\":");
    put_number(b, n);
}

static void put_tables(const wasmtime_guestprofiler_t *p, struct buffer *b)
{
    size_t nf = p->funcs.count, ns = p->stacks.count;
    length(b, "frameTable", nf);
    column(b, "address", p, nf, cell_minus);
    column(b, "inlineDepth", p, nf, cell_zero);
    column(b, "category", p, nf, cell_zero);
    column(b, "subcategory", p, nf, cell_zero);
    column(b, "func", p, nf, cell_index);
    column(b, "nativeSymbol", p, nf, cell_null);
    column(b, "innerWindowID", p, nf, cell_null);
    column(b, "implementation", p, nf, cell_null);
    column(b, "line", p, nf, cell_null);
    column(b, "column", p, nf, cell_null);
    put(b, "},");
    length(b, "funcTable", nf);
    column(b, "name", p, nf, cell_index);
    column(b, "isJS", p, nf, cell_false);
    column(b, "relevantForJS", p, nf, cell_false);
    column(b, "resource", p, nf, cell_resource);
    column(b, "fileName", p, nf, cell_null);
    column(b, "lineNumber", p, nf, cell_null);
    column(b, "columnNumber", p, nf, cell_null);
    put(b, "},");
    length(b, "resourceTable", p->nmodules);
    column(b, "lib", p, p->nmodules, cell_null);
    column(b, "name", p, p->nmodules, cell_module_name);
    column(b, "host", p, p->nmodules, cell_null);
    column(b, "type", p, p->nmodules, cell_one);
    put(b, "},");
    length(b, "stackTable", ns);
    column(b, "prefix", p, ns, cell_prefix);
    column(b, "frame", p, ns, cell_stack_func);
    column(b, "category", p, ns, cell_zero);
    column(b, "subcategory", p, ns, cell_zero);
    put(b, "},");
    length(b, "samples", p->samples.count);
    column(b, "stack", p, p->samples.count, cell_sample_stack);
    column(b, "time", p, p->samples.count, cell_time);
    column(b, "weight", p, p->samples.count, cell_one);
    column(b, "threadCPUDelta", p, p->samples.count, cell_cpu);
    put(b, ",\"weightType\":\"samples\"},"
           "\"nativeSymbols\":{\"length\":0,\"address\":[],\"functionSize\":[],\"libIndex\":[],"
           "\"name\":[]},"
           "\"markers\":{\"length\":0,\"category\":[],\"data\":[],\"endTime\":[],\"name\":[],"
           "\"phase\":[],\"startTime\":[]},");
}

wasmtime_error_t *wasmtime_guestprofiler_finish(wasmtime_guestprofiler_t *p, wasm_byte_vec_t *out)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX / 2);
    put(&b, "{\"meta\":{\"version\":24,\"preprocessedProfileVersion\":46,\"processType\":0,"
            "\"product\":");
    put_string(&b, hs_span_text(p->title));
    put(&b, ",\"interval\":");
    put_millis(&b, p->interval);
    put(&b, ",\"startTime\":0,\"stackwalk\":1,\"symbolicated\":true,\"sampleUnits\":{\"time\":"
            "\"ms\",\"eventDelay\":\"ms\","
            "\"threadCPUDelta\":\"µs\"},\"categories\":[{\"name\":\"Wasm\",\"color\":\"blue\","
            "\"subcategories\":[\"Other\"]}],"
            "\"markerSchema\":[]},\"libs\":[],\"threads\":[{\"name\":");
    put_string(&b, hs_span_text(p->title));
    put(&b, ",\"isMainThread\":true,\"processName\":");
    put_string(&b, hs_span_text(p->title));
    put(&b, ",\"processType\":\"default\",\"processStartupTime\":0,\"processShutdownTime\":null,"
            "\"registerTime\":0,"
            "\"unregisterTime\":null,\"pausedRanges\":[],\"pid\":\"1\",\"tid\":\"1\",");
    put_tables(p, &b);
    put_strings(p, &b);
    put(&b, "}],\"pages\":[],\"profilerOverhead\":[],\"counters\":[]}");
    bool failed = b.failed;
    if (!failed) {
        out->data = (char *)hs_buffer_take(&b, &out->size);
    }
    hs_buffer_deinit(&b);
    wasmtime_guestprofiler_delete(p);
    return failed ? hs_api_error_oom() : NULL;
}
