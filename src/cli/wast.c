/* hospes wast: runs scripts in the form of the official test suite. The parser of scripts is the
 * text folder's; everything else goes through the public API, as an embedder would.
 *
 * Each file has a store of its own, with the module "spectest" that the suite expects. A ledger
 * lists assertions that are known to fail, as FILE:LINE; one that passes nevertheless is
 * reported too, so the list only shrinks. */
#include "cli.h"
#include "text/script.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct named {
    struct span name; /* identifier; data NULL: none */
    wasmtime_instance_t instance;
    wasmtime_module_t *definition; /* of a (module definition), or NULL */
};

struct runner {
    wasm_engine_t *engine;
    const char *path, *file; /* as given; relative to the suite, as ledgers have it */
    struct script script;
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_linker_t *linker;
    struct named *modules; /* instances, newest last */
    size_t nmodules;
    bool have_current;
    wasmtime_instance_t current;
    uint64_t fuel;
    /* totals */
    unsigned long passed, failed, known, surprises, texts, texts_agree;
    bool verbose;
    const char *ledger; /* contents: lines FILE:LINE */
    char why[1024];     /* the last failure */
};

static const char spectest[] = "(module"
                               " (global (export \"global_i32\") i32 (i32.const 666))"
                               " (global (export \"global_i64\") i64 (i64.const 666))"
                               " (global (export \"global_f32\") f32 (f32.const 666.6))"
                               " (global (export \"global_f64\") f64 (f64.const 666.6))"
                               " (table (export \"table\") 10 20 funcref)"
                               " (table (export \"table64\") i64 10 20 funcref)"
                               " (memory (export \"memory\") 1 2)"
                               " (func (export \"print\"))"
                               " (func (export \"print_i32\") (param i32))"
                               " (func (export \"print_i64\") (param i64))"
                               " (func (export \"print_f32\") (param f32))"
                               " (func (export \"print_f64\") (param f64))"
                               " (func (export \"print_i32_f32\") (param i32 f32))"
                               " (func (export \"print_f64_f64\") (param f64 f64)))";
static const char spectest_shared[] = "(module (memory (export \"shared_memory\") 1 2 shared))";

enum outcome { DONE, TRAPPED, FAILED };

/* --- Reporting -------------------------------------------------------------------------------- */

static bool __attribute__((format(printf, 2, 3))) because(struct runner *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->why, sizeof r->why, format, args);
    va_end(args);
    return false;
}

static void take_error(struct runner *r, wasmtime_error_t *error)
{
    wasm_byte_vec_t message;
    wasmtime_error_message(error, &message);
    because(r, "%.*s", (int)message.size, message.data);
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
}

static void take_trap(struct runner *r, wasm_trap_t *trap)
{
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    /* What went wrong stands last, behind a backtrace that may be long. */
    size_t room = sizeof r->why - 1;
    because(r, "%s", message.size > room ? message.data + (message.size - room) : message.data);
    wasm_byte_vec_delete(&message);
    wasm_trap_delete(trap);
}

static bool in_ledger(struct runner *r, unsigned line)
{
    char key[512];
    if (!r->ledger)
        return false;
    int n = snprintf(key, sizeof key, "%s:%u", r->file, line);
    for (const char *p = r->ledger; (p = strstr(p, key)); p += n)
        if ((p == r->ledger || p[-1] == '\n') && (p[n] == '\n' || p[n] == 0 || p[n] == ' '))
            return true;
    return false;
}

static void count(struct runner *r, const struct script_command *c, bool ok)
{
    bool expected = in_ledger(r, c->line);
    if (ok && !expected) {
        r->passed++;
    } else if (ok) {
        r->surprises++;
        printf("%s:%u: %s passes; take it off the ledger\n", r->file, c->line,
               hs_script_kind_name(c->kind));
    } else if (expected) {
        r->known++;
    } else {
        r->failed++;
        printf("%s:%u: %s failed: %s\n", r->file, c->line, hs_script_kind_name(c->kind), r->why);
    }
}

/* --- Messages --------------------------------------------------------------------------------- */

/* Does what happened (r->why) say what the script expects? Wasmtime's wording of a trap has the
 * suite's in it, or the other way round where the suite adds a number. */
static bool says(struct runner *r, struct span expected)
{
    static const char *const same[][2] = {
        {"expected shared memory", "atomic wait on non-shared memory"},
        {"null function reference", "null reference"},
        {"null structure reference", "null reference"},
        {"null array reference", "null reference"},
        {"null i31 reference", "null reference"},
        {"null exception reference", "null reference"},
        {"uninitialized element", "uninitialized element"},
        {"undefined element", "out of bounds table access"},
        {"out of bounds table access", "undefined element"},
    };
    char want[256];
    snprintf(want, sizeof want, "%.*s", (int)expected.size, (const char *)expected.data);
    if (strstr(r->why, want))
        return true;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strncmp(want, same[i][0], strlen(same[i][0])) == 0 && strstr(r->why, same[i][1]))
            return true;
    return false;
}

/* --- Values ----------------------------------------------------------------------------------- */

/* A thing of the host's as a guest sees it after any.convert_extern, or the other way round: the
 * same word. */
static void as_anyref(struct runner *r, wasmtime_val_t *v)
{
    wasmtime_externref_t from = v->of.externref;
    v->kind = WASMTIME_ANYREF;
    wasmtime_anyref_from_raw(r->context, wasmtime_externref_to_raw(r->context, &from),
                             &v->of.anyref);
    wasmtime_externref_unroot(&from);
}

/* What a reference to something of the host's stands for; NULL: it is none. */
static void *host_data(struct runner *r, const wasmtime_val_t *v)
{
    wasmtime_externref_t as_extern;
    if (v->kind == WASMTIME_EXTERNREF)
        return wasmtime_externref_data(r->context, &v->of.externref);
    if (v->kind != WASMTIME_ANYREF)
        return NULL;
    wasmtime_externref_from_raw(r->context, wasmtime_anyref_to_raw(r->context, &v->of.anyref),
                                &as_extern);
    void *data = wasmtime_externref_data(r->context, &as_extern);
    wasmtime_externref_unroot(&as_extern);
    return data;
}

static bool to_val(struct runner *r, const struct script_value *v, wasmtime_val_t *out)
{
    memset(out, 0, sizeof *out);
    switch (v->kind) {
    case SCRIPT_I32:
        out->kind = WASMTIME_I32;
        memcpy(&out->of.i32, v->bits, 4);
        return true;
    case SCRIPT_I64:
        out->kind = WASMTIME_I64;
        memcpy(&out->of.i64, v->bits, 8);
        return true;
    case SCRIPT_F32:
        out->kind = WASMTIME_F32;
        memcpy(&out->of.f32, v->bits, 4);
        return true;
    case SCRIPT_F64:
        out->kind = WASMTIME_F64;
        memcpy(&out->of.f64, v->bits, 8);
        return true;
    case SCRIPT_V128:
        out->kind = WASMTIME_V128;
        memcpy(out->of.v128, v->bits, 16);
        return true;
    case SCRIPT_REF_NULL:
        out->kind = WASMTIME_EXTERNREF; /* retyped by the parameter in call() */
        return true;
    case SCRIPT_REF_EXTERN:
    case SCRIPT_REF_HOST:
        out->kind = WASMTIME_EXTERNREF;
        if (!wasmtime_externref_new(r->context, (void *)(uintptr_t)(v->number + 1), NULL,
                                    &out->of.externref))
            return because(r, "no memory for an externref");
        if (v->kind == SCRIPT_REF_HOST)
            as_anyref(r, out);
        return true;
    default: return because(r, "an argument of this kind cannot be made");
    }
}

static bool lane_matches(const uint8_t *want, const uint8_t *got, unsigned size, uint8_t nan)
{
    if (nan == SCRIPT_NAN_NONE)
        return memcmp(want, got, size) == 0;
    uint64_t bits = 0;
    memcpy(&bits, got, size);
    unsigned fraction = size == 4 ? 23 : 52;
    uint64_t quiet = UINT64_C(1) << (fraction - 1), sign = UINT64_C(1) << (size * 8 - 1);
    uint64_t exponent = (sign - 1) & ~((UINT64_C(1) << fraction) - 1);
    if (nan == SCRIPT_NAN_CANONICAL)
        return (bits & ~sign) == (exponent | quiet);
    return (bits & (exponent | quiet)) == (exponent | quiet);
}

static bool is_null(const wasmtime_val_t *v)
{
    switch (v->kind) {
    case WASMTIME_FUNCREF: return wasmtime_funcref_is_null(&v->of.funcref);
    case WASMTIME_EXTERNREF: return wasmtime_externref_is_null(&v->of.externref);
    case WASMTIME_ANYREF: return wasmtime_anyref_is_null(&v->of.anyref);
    case WASMTIME_EXNREF: return wasmtime_exnref_is_null(&v->of.exnref);
    default: return false;
    }
}

static bool matches(struct runner *r, const struct script_value *want, const wasmtime_val_t *got)
{
    switch (want->kind) {
    case SCRIPT_I32: return got->kind == WASMTIME_I32 && memcmp(&got->of.i32, want->bits, 4) == 0;
    case SCRIPT_I64: return got->kind == WASMTIME_I64 && memcmp(&got->of.i64, want->bits, 8) == 0;
    case SCRIPT_F32:
        return got->kind == WASMTIME_F32 &&
               lane_matches(want->bits, (const uint8_t *)&got->of.f32, 4, want->nan[0]);
    case SCRIPT_F64:
        return got->kind == WASMTIME_F64 &&
               lane_matches(want->bits, (const uint8_t *)&got->of.f64, 8, want->nan[0]);
    case SCRIPT_V128: {
        if (got->kind != WASMTIME_V128)
            return false;
        unsigned size = 16 / want->lanes;
        for (unsigned i = 0; i < want->lanes; i++)
            if (!lane_matches(want->bits + i * size, got->of.v128 + i * size, size,
                              want->float_lanes ? want->nan[i] : 0))
                return false;
        return true;
    }
    case SCRIPT_REF_NULL: return is_null(got);
    case SCRIPT_REF_EXTERN:
        if (got->kind != WASMTIME_EXTERNREF || is_null(got))
            return false;
        return !want->has_number || host_data(r, got) == (void *)(uintptr_t)(want->number + 1);
    case SCRIPT_REF_HOST:
        return got->kind == WASMTIME_ANYREF && !is_null(got) &&
               (want->has_number ? host_data(r, got) == (void *)(uintptr_t)(want->number + 1)
                                 : !wasmtime_anyref_is_eqref(r->context, &got->of.anyref));
    case SCRIPT_REF_FUNC: return got->kind == WASMTIME_FUNCREF && !is_null(got);
    case SCRIPT_REF_EXN: return got->kind == WASMTIME_EXNREF && !is_null(got);
    case SCRIPT_REF_ANY: return got->kind == WASMTIME_ANYREF && !is_null(got);
    case SCRIPT_REF_I31:
        return got->kind == WASMTIME_ANYREF && wasmtime_anyref_is_i31(r->context, &got->of.anyref);
    case SCRIPT_REF_EQ:
        return got->kind == WASMTIME_ANYREF &&
               wasmtime_anyref_is_eqref(r->context, &got->of.anyref);
    case SCRIPT_REF_STRUCT:
        return got->kind == WASMTIME_ANYREF &&
               wasmtime_anyref_is_struct(r->context, &got->of.anyref);
    case SCRIPT_REF_ARRAY:
        return got->kind == WASMTIME_ANYREF &&
               wasmtime_anyref_is_array(r->context, &got->of.anyref);
    case SCRIPT_EITHER:
        for (uint32_t i = 0; i < want->nalternatives; i++)
            if (matches(r, &want->alternatives[i], got))
                return true;
        return false;
    }
    return false;
}

static void show(const wasmtime_val_t *v, char *out, size_t cap)
{
    switch (v->kind) {
    case WASMTIME_I32: snprintf(out, cap, "i32 0x%x", (unsigned)v->of.i32); break;
    case WASMTIME_I64: snprintf(out, cap, "i64 0x%llx", (unsigned long long)v->of.i64); break;
    case WASMTIME_F32: {
        uint32_t bits;
        memcpy(&bits, &v->of.f32, 4);
        snprintf(out, cap, "f32 %g (0x%08x)", (double)v->of.f32, bits);
        break;
    }
    case WASMTIME_F64: {
        uint64_t bits;
        memcpy(&bits, &v->of.f64, 8);
        snprintf(out, cap, "f64 %g (0x%016llx)", v->of.f64, (unsigned long long)bits);
        break;
    }
    case WASMTIME_V128: {
        int n = snprintf(out, cap, "v128 ");
        for (int i = 0; i < 16; i++)
            n += snprintf(out + n, cap - (size_t)n, "%02x", v->of.v128[i]);
        break;
    }
    default: snprintf(out, cap, "%s reference", is_null(v) ? "null" : "a"); break;
    }
}

/* --- Modules ---------------------------------------------------------------------------------- */

static struct named *find_named(struct runner *r, struct span name)
{
    for (size_t i = r->nmodules; i-- > 0;)
        if (r->modules[i].name.data && hs_span_equal(r->modules[i].name, name))
            return &r->modules[i];
    return NULL;
}

static void add_named(struct runner *r, struct named n)
{
    struct named *more = realloc(r->modules, (r->nmodules + 1) * sizeof *more);
    if (!more)
        exit(complain("out of memory"));
    r->modules = more;
    r->modules[r->nmodules++] = n;
}

static enum outcome compile(struct runner *r, const struct script_module *m,
                            wasmtime_module_t **out)
{
    uint8_t *bytes;
    size_t size;
    struct error e;
    hs_error_init(&e);
    if (hs_script_module_bytes(&r->script, m, &bytes, &size, &e) != ST_OK) {
        because(r, "%s", e.text);
        return FAILED;
    }
    wasmtime_error_t *error = wasmtime_module_new(r->engine, bytes, size, out);
    free(bytes);
    if (error) {
        take_error(r, error);
        return FAILED;
    }
    return DONE;
}

static enum outcome instantiate(struct runner *r, const wasmtime_module_t *module,
                                wasmtime_instance_t *out)
{
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error =
        wasmtime_linker_instantiate(r->linker, r->context, module, out, &trap);
    if (trap) {
        take_trap(r, trap);
        return TRAPPED;
    }
    if (error) {
        take_error(r, error);
        return FAILED;
    }
    return DONE;
}

static bool run_module(struct runner *r, const struct script_command *c)
{
    wasmtime_module_t *module;
    r->have_current = false;
    if (compile(r, &c->module, &module) != DONE)
        return false;
    if (c->module.definition) {
        add_named(r, (struct named){.name = c->module.name, .definition = module});
        return true;
    }
    struct named n = {.name = c->module.name};
    bool ok = instantiate(r, module, &n.instance) == DONE;
    wasmtime_module_delete(module);
    if (ok) {
        add_named(r, n);
        r->current = n.instance;
        r->have_current = true;
    }
    return ok;
}

/* (module instance $name $of): another instance of a definition, the latest one without a name. */
static bool run_instance(struct runner *r, const struct script_command *c)
{
    wasmtime_module_t *definition = NULL;
    for (size_t i = r->nmodules; i-- > 0 && !definition;)
        if (r->modules[i].definition && (!c->of.data || hs_span_equal(r->modules[i].name, c->of)))
            definition = r->modules[i].definition;
    if (!definition)
        return because(r, "no such module definition");
    struct named n = {.name = c->name};
    if (instantiate(r, definition, &n.instance) != DONE)
        return false;
    add_named(r, n);
    r->current = n.instance;
    r->have_current = true;
    return true;
}

static const wasmtime_instance_t *instance_of(struct runner *r, struct span name)
{
    if (!name.data)
        return r->have_current ? &r->current : NULL;
    struct named *n = find_named(r, name);
    return n && !n->definition ? &n->instance : NULL;
}

static bool run_register(struct runner *r, const struct script_command *c)
{
    const wasmtime_instance_t *i = instance_of(r, c->of);
    if (!i)
        return because(r, "no such module");
    wasmtime_error_t *error = wasmtime_linker_define_instance(
        r->linker, r->context, (const char *)c->text.data, c->text.size, i);
    if (error)
        take_error(r, error);
    return !error;
}

/* --- Actions ---------------------------------------------------------------------------------- */

enum { MAX_VALUES = 64 };

static enum outcome act(struct runner *r, const struct script_action *a, wasmtime_val_t *results,
                        size_t *out_count)
{
    const wasmtime_instance_t *i = instance_of(r, a->module);
    wasmtime_extern_t item;
    *out_count = 0;
    if (!i || !wasmtime_instance_export_get(r->context, i, (const char *)a->field.data,
                                            a->field.size, &item)) {
        because(r, i ? "no such export" : "there is no module, since the last one failed");
        return FAILED;
    }
    if (item.kind != (a->get ? WASMTIME_EXTERN_GLOBAL : WASMTIME_EXTERN_FUNC)) {
        because(r, a->get ? "not a global" : "not a function");
        wasmtime_extern_delete(&item); /* a shared memory is owned */
        return FAILED;
    }
    if (a->get) {
        wasmtime_global_get(r->context, &item.of.global, &results[0]);
        *out_count = 1;
        return DONE;
    }
    wasmtime_val_t args[MAX_VALUES];
    wasm_functype_t *type = wasmtime_func_type(r->context, &item.of.func);
    const wasm_valtype_vec_t *params = wasm_functype_params(type);
    size_t nparams = params->size, nresults = wasm_functype_results(type)->size;
    bool ok = a->nargs == nparams && nparams <= MAX_VALUES && nresults <= MAX_VALUES;
    if (!ok)
        because(r, "%u arguments, %zu expected", a->nargs, nparams);
    for (uint32_t k = 0; ok && k < a->nargs; k++) {
        ok = to_val(r, &a->args[k], &args[k]);
        if (ok && a->args[k].kind == SCRIPT_REF_NULL) { /* a null of the parameter's hierarchy */
            wasmtime_valtype_t t;
            wasmtime_valtype_new(params->data[k], &t);
            if (t.kind == WASMTIME_VALTYPE_KIND_REF)
                switch (t.reftype.heaptype.kind) {
                case WASMTIME_HEAPTYPE_KIND_EXTERN:
                case WASMTIME_HEAPTYPE_KIND_NOEXTERN: args[k].kind = WASMTIME_EXTERNREF; break;
                case WASMTIME_HEAPTYPE_KIND_FUNC:
                case WASMTIME_HEAPTYPE_KIND_NOFUNC:
                case WASMTIME_HEAPTYPE_KIND_CONCRETE_FUNC: args[k].kind = WASMTIME_FUNCREF; break;
                case WASMTIME_HEAPTYPE_KIND_EXN:
                case WASMTIME_HEAPTYPE_KIND_NOEXN:
                case WASMTIME_HEAPTYPE_KIND_CONCRETE_EXN: args[k].kind = WASMTIME_EXNREF; break;
                default: args[k].kind = WASMTIME_ANYREF; break;
                }
            wasmtime_valtype_delete(&t);
        }
    }
    wasm_functype_delete(type);
    if (!ok)
        return FAILED;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error =
        wasmtime_func_call(r->context, &item.of.func, args, nparams, results, nresults, &trap);
    for (uint32_t k = 0; k < a->nargs; k++)
        wasmtime_val_unroot(&args[k]);
    if (trap) {
        take_trap(r, trap);
        return TRAPPED;
    }
    if (error) {
        take_error(r, error);
        return FAILED;
    }
    *out_count = nresults;
    return DONE;
}

static bool run_assert_return(struct runner *r, const struct script_command *c)
{
    wasmtime_val_t got[MAX_VALUES];
    size_t n;
    enum outcome o = act(r, &c->action, got, &n);
    bool ok = o == DONE;
    if (ok && n != c->nresults)
        ok = because(r, "%zu results, %u expected", n, c->nresults);
    for (size_t k = 0; ok && k < n; k++)
        if (!matches(r, &c->results[k], &got[k])) {
            char text[128];
            show(&got[k], text, sizeof text);
            ok = because(r, "result %zu is %s", k + 1, text);
        }
    for (size_t k = 0; k < n; k++)
        wasmtime_val_unroot(&got[k]);
    return ok;
}

static bool run_assert_trap(struct runner *r, const struct script_command *c)
{
    enum outcome o;
    if (c->has_module) {
        wasmtime_module_t *module;
        wasmtime_instance_t instance;
        if (compile(r, &c->module, &module) != DONE)
            return false;
        o = instantiate(r, module, &instance);
        wasmtime_module_delete(module);
    } else {
        wasmtime_val_t got[MAX_VALUES];
        size_t n;
        o = act(r, &c->action, got, &n);
        for (size_t k = 0; k < n; k++)
            wasmtime_val_unroot(&got[k]);
    }
    if (o == FAILED)
        return false;
    if (o == DONE)
        return because(r, "no trap; expected `%.*s`", (int)c->text.size,
                       (const char *)c->text.data);
    if (says(r, c->text))
        return true;
    char was[512];
    snprintf(was, sizeof was, "%.500s", r->why);
    return because(r, "the trap is `%s`; expected `%.*s`", was, (int)c->text.size,
                   (const char *)c->text.data);
}

static bool run_assert_rejected(struct runner *r, const struct script_command *c)
{
    wasmtime_module_t *module;
    if (compile(r, &c->module, &module) == DONE) {
        wasmtime_module_delete(module);
        return because(r, "the module is accepted; expected `%.*s`", (int)c->text.size,
                       (const char *)c->text.data);
    }
    r->texts++;
    if (says(r, c->text))
        r->texts_agree++;
    else if (r->verbose)
        printf("%s:%u: text `%s`, the suite's `%.*s`\n", r->file, c->line, r->why,
               (int)c->text.size, (const char *)c->text.data);
    return strstr(r->why, "this build cannot compile yet") == NULL;
}

static bool run_assert_unlinkable(struct runner *r, const struct script_command *c)
{
    wasmtime_module_t *module;
    wasmtime_instance_t instance;
    if (compile(r, &c->module, &module) != DONE)
        return false;
    enum outcome o = instantiate(r, module, &instance);
    wasmtime_module_delete(module);
    if (o == DONE)
        return because(r, "the module is linked; expected `%.*s`", (int)c->text.size,
                       (const char *)c->text.data);
    return says(r, c->text);
}

static bool run_assert_exception(struct runner *r, const struct script_command *c)
{
    wasmtime_val_t got[MAX_VALUES];
    wasmtime_exnref_t exception;
    size_t n;
    enum outcome o = act(r, &c->action, got, &n);
    for (size_t k = 0; k < n; k++)
        wasmtime_val_unroot(&got[k]);
    bool thrown = wasmtime_context_take_exception(r->context, &exception);
    if (thrown)
        wasmtime_exnref_unroot(&exception);
    if (o == DONE)
        return because(r, "no exception");
    if (o == TRAPPED && thrown && strstr(r->why, "thrown Wasm exception"))
        return true;
    char was[512];
    snprintf(was, sizeof was, "%.500s", r->why);
    return because(r, "it ended with `%s`, not with an exception", was);
}

static bool run_command(struct runner *r, const struct script_command *c)
{
    wasmtime_val_t got[MAX_VALUES];
    size_t n;
    switch (c->kind) {
    case SCRIPT_MODULE: return run_module(r, c);
    case SCRIPT_INSTANCE: return run_instance(r, c);
    case SCRIPT_REGISTER: return run_register(r, c);
    case SCRIPT_ACTION: {
        bool ok = act(r, &c->action, got, &n) == DONE;
        for (size_t k = 0; k < n; k++)
            wasmtime_val_unroot(&got[k]);
        return ok;
    }
    case SCRIPT_ASSERT_RETURN: return run_assert_return(r, c);
    case SCRIPT_ASSERT_TRAP:
    case SCRIPT_ASSERT_EXHAUSTION: return run_assert_trap(r, c);
    case SCRIPT_ASSERT_MALFORMED:
    case SCRIPT_ASSERT_INVALID: return run_assert_rejected(r, c);
    case SCRIPT_ASSERT_MALFORMED_CUSTOM:
    /* custom sections do not make a module malformed or invalid */
    case SCRIPT_ASSERT_INVALID_CUSTOM: return true;
    case SCRIPT_ASSERT_UNLINKABLE: return run_assert_unlinkable(r, c);
    case SCRIPT_ASSERT_EXCEPTION: return run_assert_exception(r, c);
    default: return because(r, "`%s` is not understood yet", hs_script_kind_name(c->kind));
    }
}

/* --- Files ------------------------------------------------------------------------------------ */

static bool define_spectest(struct runner *r, const char *text)
{
    wasm_byte_vec_t binary;
    wasmtime_module_t *module;
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_wat2wasm(text, strlen(text), &binary);
    if (error) {
        take_error(r, error);
        return false;
    }
    error = wasmtime_module_new(r->engine, (const uint8_t *)binary.data, binary.size, &module);
    wasm_byte_vec_delete(&binary);
    if (error) {
        take_error(r, error);
        return false;
    }
    error = wasmtime_instance_new(r->context, module, NULL, 0, &instance, &trap);
    wasmtime_module_delete(module);
    if (!error)
        error = wasmtime_linker_define_instance(r->linker, r->context, "spectest", 8, &instance);
    if (error)
        take_error(r, error);
    return !error;
}

/* The part of a path that ledgers use: from the last folder called spec-testsuite or testsuite
 * on, else the name. */
static const char *ledger_name(const char *path)
{
    const char *p = strstr(path, "testsuite/");
    if (p)
        return p + strlen("testsuite/");
    p = strrchr(path, '/');
    return p ? p + 1 : path;
}

static bool run_file(struct runner *r, const char *path)
{
    wasm_byte_vec_t text;
    struct error e;
    if (!read_file(path, &text))
        return false;
    r->path = path;
    r->file = ledger_name(path);
    hs_error_init(&e);
    if (hs_script_parse(text.data, text.size, &r->script, &e) != ST_OK) {
        printf("%s: %s\n", r->file, e.text);
        wasm_byte_vec_delete(&text);
        r->failed++;
        return false;
    }
    r->store = wasmtime_store_new(r->engine, NULL, NULL);
    r->context = wasmtime_store_context(r->store);
    r->linker = wasmtime_linker_new(r->engine);
    wasmtime_linker_allow_shadowing(r->linker, true);
    wasmtime_context_set_epoch_deadline(r->context, UINT64_MAX / 2);
    if (r->fuel) {
        wasmtime_error_t *error = wasmtime_context_set_fuel(r->context, r->fuel);
        if (error)
            wasmtime_error_delete(error);
    }
    r->have_current = false;
    unsigned long failed = r->failed;
    if (!define_spectest(r, spectest)) {
        printf("%s: spectest: %s\n", r->file, r->why);
        r->failed++;
    }
    if (!define_spectest(r, spectest_shared) && r->verbose)
        printf("%s: spectest has no shared memory: %s\n", r->file, r->why);
    for (uint32_t i = 0; i < r->script.ncommands; i++) {
        r->why[0] = 0;
        count(r, &r->script.commands[i], run_command(r, &r->script.commands[i]));
    }
    for (size_t i = 0; i < r->nmodules; i++)
        if (r->modules[i].definition)
            wasmtime_module_delete(r->modules[i].definition);
    free(r->modules);
    r->modules = NULL;
    r->nmodules = 0;
    wasmtime_linker_delete(r->linker);
    wasmtime_store_delete(r->store);
    hs_script_deinit(&r->script);
    wasm_byte_vec_delete(&text);
    return r->failed == failed;
}

int cmd_wast(int argc, char **argv)
{
    struct options o;
    struct runner r = {.passed = 0};
    options_init(&o);
    /* Everything there is; -W switches off. */
    wasmtime_config_wasm_threads_set(o.config, true);
    wasmtime_config_shared_memory_set(o.config, true);
    wasmtime_config_wasm_custom_page_sizes_set(o.config, true);
    wasmtime_config_wasm_wide_arithmetic_set(o.config, true);
    wasmtime_config_wasm_gc_set(o.config, true);
    wasmtime_config_wasm_function_references_set(o.config, true);
    wasmtime_config_wasm_exceptions_set(o.config, true);
    int i = options_parse(&o, "wast", ACCEPT_WAST, argc, argv);
    if (i < 0) {
        wasm_config_delete(o.config);
        return i == -2 ? 0 : EXIT_USAGE;
    }
    if (i == argc) {
        wasm_config_delete(o.config);
        return complain("`hospes wast` needs a file");
    }
    wasm_byte_vec_t ledger = {0, NULL};
    char *ledger_text = NULL;
    if (o.ledger) {
        if (!read_file(o.ledger, &ledger))
            return EXIT_ERROR;
        ledger_text = strndup(ledger.data, ledger.size);
        r.ledger = ledger_text;
    }
    r.verbose = o.verbose;
    if (o.fuel)
        wasmtime_config_consume_fuel_set(o.config, true);
    r.fuel = o.fuel;
    r.engine = wasm_engine_new_with_config(o.config);
    if (!r.engine)
        return complain("cannot make an engine with these options");
    for (; i < argc; i++)
        run_file(&r, argv[i]);
    printf("%lu assertions and commands passed, %lu failed, %lu known to fail", r.passed, r.failed,
           r.known);
    if (r.surprises)
        printf(", %lu on the ledger passed", r.surprises);
    if (r.texts)
        printf("; texts of %lu of %lu rejected modules agree (%.1f %%)", r.texts_agree, r.texts,
               100.0 * (double)r.texts_agree / (double)r.texts);
    putchar('\n');
    wasm_engine_delete(r.engine);
    if (o.ledger)
        wasm_byte_vec_delete(&ledger);
    free(ledger_text);
    return r.failed || r.surprises ? EXIT_ERROR : 0;
}
