/* Runs random modules (fuzz/random_module.h) in every way this library can make code, and
 * compares all that can be seen afterwards: results, traps, memories, globals, tables.
 *
 *     random_run [options] [FILE.wasm …]
 *       --from N --count N   the seeds (0, 100)
 *       --sample K           K configurations per module, chosen by its seed, instead of all 64
 *       --save DIR           modules that differ are written there
 *       --emit FILE          also writes modules and what they did, for v8.mjs; only the first configuration runs
 *       --report             counts executed instructions instead of comparing
 *     With files these are run instead; a name with "relaxed" says that processors may differ.
 *
 * A configuration is a memory style, a choice of pinned registers, a set of processor
 * extensions, whether functions are compiled lazily, and whether the code counts fuel and
 * watches epochs. The first one (guarded, usual pins, all extensions, at once) is what the
 * others are compared with. Each module has two instances in one store; the second imports a
 * function of the first.
 *
 * The modules run in a child process. If it dies the parent tells where and goes on with the
 * next seed. The configuration goes through the public API; the choice of pins and the processor
 * have no place there and are set in the engine behind it. */
#include "api/api.h"
#include "binary/binary.h"
#include "compile/compile.h"
#include "random_module.h"
#include "valid/valid.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STYLES = 4, CONFIGS = STYLES * 16, SECONDS_PER_MODULE = 20 };
static const char *const style_names[STYLES] = {"guarded", "checked", "nosignals", "movable"};
enum { VECTOR_FLOOR = HS_CPU_SSSE3 | HS_CPU_SSE41 | HS_CPU_SSE42 };

/* What was seen: kinds of entries are shared with v8.mjs. */
enum kind {
    K_RESULT = 1,
    K_TRAP,
    K_MEMORY_SIZE,
    K_MEMORY_HASH,
    K_GLOBAL,
    K_TABLE_SIZE,
    K_VECTOR,
    K_REF,
    K_RAW,
    K_ERROR
};
static const char *const kind_names[] = {
    "",           "result", "trap",      "memory size", "memory hash", "global",
    "table size", "vector", "reference", "raw result",  "error"};
struct entry {
    uint32_t tag; /* instance << 24 | kind << 16 | index */
    uint32_t lo, hi;
};
struct seen {
    HS_VEC(struct entry) log;
};

/* shared with the parent */
struct progress {
    uint64_t seed;
    uint32_t config;
    uint64_t done, differ;
};

static struct progress *progress;
static wasm_engine_t *engines[CONFIGS];
static const char *save_dir;
static FILE *emit_file;
static uint64_t *executed; /* per opcode */

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "random_run: %s\n", what);
    exit(2);
}

/* --- engines ---------------------------------------------------------------------------------- */

/* A collection before every object, in some. */
static bool stressed(uint32_t c)
{
    return c / STYLES == 15;
}

static void config_name(uint32_t c, char out[80])
{
    snprintf(out, 80, "%s, %s pins, %s, %s%s%s", style_names[c % STYLES],
             c / STYLES & 1 ? "random" : "usual",
             c / STYLES & 2 ? "plain processor" : "all extensions",
             c / STYLES & 4 ? "lazily" : "at once", c / STYLES & 8 ? ", counted" : "",
             stressed(c) ? ", collected" : "");
}

static wasm_engine_t *engine_for(uint32_t c)
{
    if (engines[c])
        return engines[c];
    wasm_config_t *config = wasm_config_new();
    if (!config)
        die("no memory");
    hospes_config_lazy_set(config, c / STYLES & 4);
    wasmtime_config_parallel_compilation_set(config, false);
    wasmtime_config_wasm_custom_page_sizes_set(config, true);
    if (stressed(c))
        hospes_config_gc_stress_set(config, true);
    if (c / STYLES & 8) {
        wasmtime_config_consume_fuel_set(config, true);
        wasmtime_config_epoch_interruption_set(config, true);
    }
    switch (c % STYLES) {
    case 0: break;
    case 1:
        wasmtime_config_memory_reservation_set(config, 64 << 20);
        wasmtime_config_memory_may_move_set(config, false);
        break;
    case 2:
        wasmtime_config_signals_based_traps_set(config, false);
        wasmtime_config_memory_may_move_set(config, false);
        break;
    default:
        wasmtime_config_memory_reservation_set(config, 64 << 10);
        wasmtime_config_memory_may_move_set(config, true);
        break;
    }
    engines[c] = wasm_engine_new_with_config(config);
    if (!engines[c])
        die("an engine cannot be made");
    return engines[c];
}

/* What the API has no words for: pins and the processor. */
static void tune(uint32_t c, uint64_t seed, bool vectors)
{
    struct engine *e = hs_api_engine(engine_for(c));
    e->config.pin_seed = c / STYLES & 1 ? seed * 2 + 1 : 0;
    uint32_t mask = c / STYLES & 2 ? (vectors ? VECTOR_FLOOR : 0) : UINT32_MAX;
    e->config.cpu_mask = mask;
    e->rt.cpu = hs_cpu_features() & mask;
}

/* --- the host --------------------------------------------------------------------------------- */

/* "i": some function of its arguments; NaNs are told from numbers only. */
static wasm_trap_t *host_mix(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                             size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    uint64_t x = (uint64_t)args[1].of.i64 ^ (uint64_t)(int64_t)args[0].of.i32;
    x += args[2].of.f64 > 1 ? 7 : 0;
    x += args[3].of.f32 > 1 ? 70 : 0;
    results[0].kind = WASMTIME_I64;
    results[0].of.i64 = (int64_t)x;
    return NULL;
}

/* "g": one page more for the caller's memory 0, if its argument is even. */
static wasm_trap_t *host_grow(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args,
                              size_t nargs, wasmtime_val_t *results, size_t nresults)
{
    wasmtime_extern_t item;
    wasmtime_context_t *context = wasmtime_caller_context(caller);
    uint64_t old = UINT64_MAX;
    if (!(args[0].of.i32 & 1) && wasmtime_caller_export_get(caller, "m0", 2, &item)) {
        wasmtime_error_t *error = wasmtime_memory_grow(context, &item.of.memory, 1, &old);
        if (error) {
            wasmtime_error_delete(error);
            old = UINT64_MAX;
        }
        wasmtime_extern_delete(&item);
    }
    results[0].kind = WASMTIME_I32;
    results[0].of.i32 = (int32_t)old;
    return NULL;
}

static wasm_functype_t *functype(const wasm_valkind_t *params, size_t nparams,
                                 wasm_valkind_t result)
{
    wasm_valtype_t *p[4], *r = wasm_valtype_new(result);
    for (size_t n = 0; n < nparams; n++)
        p[n] = wasm_valtype_new(params[n]);
    wasm_valtype_vec_t ps, rs;
    wasm_valtype_vec_new(&ps, nparams, p);
    wasm_valtype_vec_new(&rs, 1, &r);
    return wasm_functype_new(&ps, &rs);
}

/* --- looking ---------------------------------------------------------------------------------- */

static void note(struct seen *s, uint32_t instance, enum kind kind, uint32_t index, uint64_t value)
{
    if (!hs_vec_push(&s->log, ((struct entry){instance << 24 | (uint32_t)kind << 16 | index,
                                              (uint32_t)value, (uint32_t)(value >> 32)})))
        die("no memory");
}

/* Four sums side by side, over words of four bytes; v8.mjs does the same. */
static uint32_t hash(const uint8_t *p, size_t size)
{
    uint32_t h[4] = {1, 2, 3, 4};
    for (size_t n = 0; n + 16 <= size; n += 16)
        for (int k = 0; k < 4; k++) {
            uint32_t w;
            memcpy(&w, p + n + 4 * k, 4);
            h[k] = (h[k] ^ w) * 0x01000193;
        }
    for (size_t n = size & ~(size_t)15; n < size; n++)
        h[0] = (h[0] ^ p[n]) * 0x01000193;
    return h[0] ^ h[1] * 3 ^ h[2] * 5 ^ h[3] * 7;
}

static void note_value(struct seen *s, uint32_t instance, enum kind kind, uint32_t index,
                       const wasmtime_val_t *v)
{
    uint64_t bits = 0, more = 0;
    switch (v->kind) {
    case WASMTIME_I32: bits = (uint32_t)v->of.i32; break;
    case WASMTIME_I64: bits = (uint64_t)v->of.i64; break;
    case WASMTIME_F32:
        memcpy(&bits, &v->of.f32, 4);
        if (v->of.f32 != v->of.f32)
            bits = 0x7fc00000;
        break;
    case WASMTIME_F64:
        memcpy(&bits, &v->of.f64, 8);
        if (v->of.f64 != v->of.f64)
            bits = UINT64_C(0x7ff8000000000000);
        break;
    case WASMTIME_V128:
        memcpy(&bits, v->of.v128, 8);
        memcpy(&more, v->of.v128 + 8, 8);
        note(s, instance, K_VECTOR, index, more);
        kind = K_VECTOR;
        break;
    case WASMTIME_FUNCREF:
        bits = !wasmtime_funcref_is_null(&v->of.funcref);
        kind = kind == K_GLOBAL ? K_REF : kind;
        break;
    case WASMTIME_EXNREF: bits = !wasmtime_exnref_is_null(&v->of.exnref); break;
    case WASMTIME_ANYREF:
        bits = !wasmtime_anyref_is_null(&v->of.anyref);
        kind = kind == K_GLOBAL ? K_REF : kind;
        break;
    default:
        bits = !wasmtime_externref_is_null(&v->of.externref);
        kind = kind == K_GLOBAL ? K_REF : kind;
        break;
    }
    note(s, instance, kind, index, bits);
}

static bool lookup(wasmtime_context_t *c, const wasmtime_instance_t *i, char kind, uint32_t n,
                   wasmtime_extern_t *out)
{
    char name[16];
    int size = snprintf(name, sizeof name, "%c%u", kind, n);
    return wasmtime_instance_export_get(c, i, name, (size_t)size, out);
}

static void note_state(struct seen *s, wasmtime_context_t *c, const wasmtime_instance_t *i,
                       uint32_t instance)
{
    wasmtime_extern_t item;
    for (uint32_t n = 0; lookup(c, i, 'm', n, &item); n++) {
        note(s, instance, K_MEMORY_SIZE, n, wasmtime_memory_data_size(c, &item.of.memory));
        note(s, instance, K_MEMORY_HASH, n,
             hash(wasmtime_memory_data(c, &item.of.memory),
                  wasmtime_memory_data_size(c, &item.of.memory)));
    }
    for (uint32_t n = 0; lookup(c, i, 'g', n, &item); n++) {
        wasmtime_val_t v;
        wasmtime_global_get(c, &item.of.global, &v);
        note_value(s, instance, K_GLOBAL, n, &v);
        wasmtime_val_unroot(&v);
    }
    for (uint32_t n = 0; lookup(c, i, 't', n, &item); n++) {
        uint64_t size = wasmtime_table_size(c, &item.of.table);
        note(s, instance, K_TABLE_SIZE, n, size);
        for (uint64_t k = 0; k < size; k++) {
            wasmtime_val_t v;
            if (wasmtime_table_get(c, &item.of.table, k, &v)) {
                note_value(s, instance, K_REF, n, &v);
                wasmtime_val_unroot(&v);
            }
        }
    }
}

static void note_failure(struct seen *s, uint32_t instance, uint32_t index, wasmtime_error_t *error,
                         wasm_trap_t *trap)
{
    if (trap) {
        wasmtime_trap_code_t code = 99;
        wasmtime_trap_code(trap, &code);
        note(s, instance, K_TRAP, index, code);
        wasm_trap_delete(trap);
    } else {
        note(s, instance, K_ERROR, index, 0);
        wasmtime_error_delete(error);
    }
}

static void run_wrappers(struct seen *s, wasmtime_context_t *c, const wasmtime_instance_t *i,
                         uint32_t instance)
{
    wasmtime_extern_t item;
    for (uint32_t n = 0; lookup(c, i, 'r', n, &item); n++) {
        wasmtime_val_t result;
        wasm_trap_t *trap = NULL;
        wasmtime_error_t *error = wasmtime_func_call(c, &item.of.func, NULL, 0, &result, 1, &trap);
        if (error || trap)
            note_failure(s, instance, n, error, trap);
        else
            note_value(s, instance, K_RESULT, n, &result);
    }
}

/* The functions themselves, with arguments of every type through the API. */
static void run_raw(struct seen *s, wasmtime_context_t *c, const wasmtime_instance_t *i,
                    uint32_t instance)
{
    wasmtime_extern_t item, fuel;
    if (!lookup(c, i, 'g', 0, &fuel))
        return;
    for (uint32_t n = 0; lookup(c, i, 'f', n, &item); n++) {
        wasm_functype_t *type = wasmtime_func_type(c, &item.of.func);
        const wasm_valtype_vec_t *ps = wasm_functype_params(type);
        size_t np = ps->size, nr = wasm_functype_results(type)->size;
        wasmtime_val_t args[64], results[64], full = {.kind = WASMTIME_I32, .of.i32 = RANDOM_FUEL};
        for (size_t k = 0; k < np; k++) {
            args[k] = (wasmtime_val_t){0};
            uint64_t x = (n + 1) * UINT64_C(0x9e3779b97f4a7c15) >> (k * 7 % 50);
            switch (wasm_valtype_kind(ps->data[k])) {
            case WASM_I32: args[k].kind = WASMTIME_I32, args[k].of.i32 = (int32_t)x; break;
            case WASM_I64: args[k].kind = WASMTIME_I64, args[k].of.i64 = (int64_t)x; break;
            case WASM_F32:
                args[k].kind = WASMTIME_F32, args[k].of.f32 = (float)(int32_t)x / 3;
                break;
            case WASM_F64:
                args[k].kind = WASMTIME_F64, args[k].of.f64 = (double)(int64_t)x / 3;
                break;
            case WASM_EXTERNREF: { /* or an object */
                wasmtime_valtype_t vt;
                wasmtime_valtype_new(ps->data[k], &vt);
                if (vt.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_EXTERN) {
                    args[k].kind = WASMTIME_EXTERNREF;
                    wasmtime_externref_set_null(&args[k].of.externref);
                } else if (vt.reftype.heaptype.kind == WASMTIME_HEAPTYPE_KIND_EXN) {
                    args[k].kind = WASMTIME_EXNREF;
                    wasmtime_exnref_set_null(&args[k].of.exnref);
                } else {
                    args[k].kind = WASMTIME_ANYREF;
                    wasmtime_anyref_set_null(&args[k].of.anyref);
                }
                wasmtime_valtype_delete(&vt);
                break;
            }
            case WASM_FUNCREF:
                args[k].kind = WASMTIME_FUNCREF, wasmtime_funcref_set_null(&args[k].of.funcref);
                break;
            default:
                args[k].kind = WASMTIME_V128;
                memset(args[k].of.v128, (int)(x & 0x7f), 16);
                break;
            }
        }
        wasm_functype_delete(type);
        wasmtime_error_t *error = wasmtime_global_set(c, &fuel.of.global, &full);
        if (error)
            die("fuel cannot be set");
        wasm_trap_t *trap = NULL;
        error = wasmtime_func_call(c, &item.of.func, args, np, results, nr, &trap);
        if (error || trap) {
            note_failure(s, instance, n, error, trap);
        } else {
            for (size_t k = 0; k < nr; k++) {
                note_value(s, instance, K_RAW, n, &results[k]);
                wasmtime_val_unroot(&results[k]);
            }
        }
    }
}

/* One module in one configuration. `counted`: adds its counters up. */
static void run(uint32_t config, const uint8_t *bytes, size_t size, struct seen *s,
                const struct random_module *counted)
{
    wasm_engine_t *engine = engine_for(config);
    wasmtime_module_t *module = NULL;
    s->log.max = 1 << 20;
    hs_vec_clear(&s->log);
    progress->config = config;
    wasmtime_error_t *error = wasmtime_module_new(engine, bytes, size, &module);
    if (error) {
        wasm_byte_vec_t text;
        wasmtime_error_message(error, &text);
        fprintf(stderr, "seed %" PRIu64 ": no module: %.*s\n", progress->seed, (int)text.size,
                text.data);
        wasm_byte_vec_delete(&text);
        note_failure(s, 0, 0, error, NULL);
        return;
    }
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    wasmtime_context_t *c = wasmtime_store_context(store);
    if (config / STYLES & 8) {
        wasmtime_context_set_epoch_deadline(c, 1 << 20);
        if (wasmtime_context_set_fuel(c, UINT64_C(1) << 40))
            die("no fuel");
    }
    wasmtime_extern_t imports[RANDOM_IMPORTS];
    wasm_functype_t *mix =
        functype((const wasm_valkind_t[]){WASM_I32, WASM_I64, WASM_F64, WASM_F32}, 4, WASM_I64);
    wasm_functype_t *grow = functype((const wasm_valkind_t[]){WASM_I32}, 1, WASM_I32);
    imports[0].kind = imports[1].kind = WASMTIME_EXTERN_FUNC;
    wasmtime_func_new(c, mix, host_mix, NULL, NULL, &imports[0].of.func);
    wasmtime_func_new(c, grow, host_grow, NULL, NULL, &imports[1].of.func);
    wasm_functype_delete(mix);
    wasm_functype_delete(grow);
    wasmtime_instance_t instances[2];
    for (uint32_t n = 0; n < 2; n++) {
        wasm_trap_t *trap = NULL;
        error = wasmtime_instance_new(c, module, imports, RANDOM_IMPORTS, &instances[n], &trap);
        if (error || trap) {
            note_failure(s, n, 0xffff, error, trap);
            break;
        }
        run_wrappers(s, c, &instances[n], n);
        if (emit_file)
            note_state(s, c, &instances[n], n);
        lookup(c, &instances[n], 'f', 0, &imports[0]);
        if (counted) {
            uint32_t from = 0;
            for (uint32_t k = 0; k < counted->piece_end.count; k++) {
                wasmtime_extern_t item;
                wasmtime_val_t v;
                if (!lookup(c, &instances[n], 'c', k, &item))
                    die("a counter is missing");
                wasmtime_global_get(c, &item.of.global, &v);
                for (; from < counted->piece_end.data[k]; from++)
                    executed[counted->piece_ops.data[from]] += (uint64_t)v.of.i64;
            }
        } else if (n == 1 && !emit_file) {
            run_raw(s, c, &instances[n], 2);
            note_state(s, c, &instances[n], 2);
            note_state(s, c, &instances[0], 3);
        }
    }
    wasmtime_store_delete(store);
    wasmtime_module_delete(module);
}

/* --- comparing -------------------------------------------------------------------------------- */

static void save(const char *dir, uint64_t seed, const uint8_t *bytes, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%" PRIu64 ".wasm", dir, seed);
    FILE *f = fopen(path, "wb");
    if (!f)
        return;
    fwrite(bytes, 1, size, f);
    fclose(f);
}

static void tell(uint32_t config, uint32_t reference, const struct seen *a, const struct seen *b)
{
    char name[80], other[80];
    config_name(config, name);
    config_name(reference, other);
    size_t n = 0;
    while (n < a->log.count && n < b->log.count &&
           !memcmp(&a->log.data[n], &b->log.data[n], sizeof(struct entry)))
        n++;
    printf("seed %" PRIu64 ": [%s] differs from [%s]", progress->seed, name, other);
    for (int k = 0; k < 2; k++) {
        const struct seen *s = k ? a : b;
        if (n < s->log.count) {
            const struct entry *e = &s->log.data[n];
            printf("%s %u.%s %u = %08x%08x", k ? ", not" : ":", e->tag >> 24,
                   kind_names[e->tag >> 16 & 0xff], e->tag & 0xffff, e->hi, e->lo);
        } else {
            printf("%s nothing", k ? ", not" : ":");
        }
    }
    printf("\n");
    fflush(stdout);
}

/* Runs a module everywhere; true if all agree. */
static bool compare(uint64_t seed, const uint8_t *bytes, size_t size, bool vectors, bool relaxed,
                    uint32_t sample)
{
    static struct seen reference, other;
    bool same = true;
    uint64_t draw = seed * UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t half = 0; half < (relaxed ? 2u : 1u);
         half++) { /* relaxed vectors: each set of extensions for itself */
        uint32_t first = half ? 2 * STYLES : 0;
        tune(first, seed, vectors);
        run(first, bytes, size, &reference, NULL);
        for (uint32_t k = 0, done = 0; k < (sample ? 1000u : CONFIGS); k++) {
            uint32_t c = k;
            if (sample) {
                if (done++ == sample)
                    break;
                draw = draw * UINT64_C(6364136223846793005) + 1442695040888963407;
                c = (uint32_t)(draw >> 40) % CONFIGS;
            }
            if (c == first || (relaxed && (c / STYLES >> 1 & 1) != half))
                continue;
            tune(c, seed, vectors);
            run(c, bytes, size, &other, NULL);
            if (reference.log.count != other.log.count ||
                memcmp(reference.log.data, other.log.data,
                       reference.log.count * sizeof(struct entry))) {
                tell(c, first, &reference, &other);
                same = false;
                break;
            }
        }
    }
    return same;
}

static void emit(uint64_t seed, const uint8_t *bytes, size_t size, hs_features features)
{
    static struct seen s;
    tune(0, seed, true);
    run(0, bytes, size, &s, NULL);
    uint32_t head[4] = {(uint32_t)seed, features, (uint32_t)size, (uint32_t)s.log.count};
    fwrite(head, 4, 4, emit_file);
    fwrite(bytes, 1, size, emit_file);
    fwrite("\0\0\0", 1, (4 - size % 4) % 4, emit_file);
    fwrite(s.log.data, sizeof(struct entry), s.log.count, emit_file);
}

/* Is the module valid, to both validators? */
static bool check_valid(const struct random_module *r)
{
    struct module m;
    struct error e;
    hs_error_init(&e);
    enum status s = hs_binary_read(r->bytes.data, r->bytes.size, HS_FEATURES_ALL, &m, &e);
    if (s == ST_OK) {
        s = hs_valid_module(&m, 1, &e);
        for (uint32_t f = m.nimported_funcs; s == ST_OK && f < m.nfuncs; f++)
            s = hs_valid_func_plain(&m, f, &e);
        hs_module_deinit(&m);
    }
    if (s == ST_OK)
        return true;
    printf("seed %" PRIu64 ": not valid: %s (offset 0x%" PRIx64 ")\n", progress->seed, e.text,
           e.offset);
    fflush(stdout);
    return false;
}

static void one(uint64_t seed, uint32_t sample)
{
    struct random_options options = {seed, HS_FEATURES_DEFAULT | HS_FEATURE(CUSTOM_PAGE_SIZES),
                                     hs_baseline_lacks(), executed != NULL};
    struct random_module m;
    if (!random_module_make(&options, &m)) {
        printf("seed %" PRIu64 ": the module cannot be made\n", seed);
        progress->differ++;
        return;
    }
    bool ok = check_valid(&m);
    if (ok && executed) {
        static struct seen s;
        tune(0, seed, true);
        run(0, m.bytes.data, m.bytes.size, &s, &m);
    } else if (ok && emit_file) {
        emit(seed, m.bytes.data, m.bytes.size, m.used);
    } else if (ok) {
        ok = compare(seed, m.bytes.data, m.bytes.size, m.used & HS_FEATURE(SIMD),
                     m.used & HS_FEATURE(RELAXED_SIMD), sample);
    }
    progress->differ += !ok;
    if (!ok && save_dir)
        save(save_dir, seed, m.bytes.data, m.bytes.size);
    random_module_deinit(&m);
}

static void report(uint64_t modules)
{
    uint64_t total = 0;
    uint32_t rows = 0, few = 0;
    for (uint32_t op = 0; op < OP_COUNT; op++)
        total += executed[op];
    for (uint32_t op = 0; op < OP_COUNT; op++) {
        if (!random_module_covers((enum op)op))
            continue;
        rows++;
        if (executed[op] < 1000) {
            few++;
            printf("%-32s %12" PRIu64 "\n", hs_op_info[op].text, executed[op]);
        }
    }
    printf("%" PRIu64 " modules, %" PRIu64 " instructions executed; of %u kinds %u were executed "
           "at least 1,000 times, those above were not\n",
           modules, total, rows, rows - few);
}

static bool run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    static uint8_t bytes[1 << 20];
    size_t size = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (!f || !size)
        die("a file cannot be read");
    fclose(f);
    bool vectors = false; /* in the plain configuration vectors need their floor */
    struct module m;
    struct error e;
    hs_error_init(&e);
    if (hs_binary_read(bytes, size, HS_FEATURES_ALL, &m, &e) != ST_OK)
        die("a file is no module");
    if (hs_valid_module(&m, 1, &e) != ST_OK)
        die("a file is not valid");
    for (uint32_t n = 0; n < m.nfuncs - m.nimported_funcs; n++)
        vectors |= (m.facts[n].flags & FACT_HAS_SIMD) != 0;
    for (uint32_t n = 0; n < m.nglobals; n++)
        vectors |= hs_vt_kind(m.globals[n].type.type) == VT_V128;
    hs_module_deinit(&m);
    const char *slash = strrchr(path, '/');
    bool same = true;
    for (uint64_t pins = 1; same && pins < 9; pins++) /* several choices of pins */
        same = compare(pins, bytes, size, vectors, strstr(slash ? slash : path, "relaxed"), 0);
    printf("%s: %s\n", path, same ? "the same everywhere" : "DIFFERS");
    return same;
}

int main(int argc, char **argv)
{
    uint64_t from = 0, count = 100;
    uint32_t sample = 0;
    bool reports = false;
    int files = argc;
    const char *emit_path = NULL;
    for (int n = 1; n < argc; n++) {
        const char *a = argv[n], *v = n + 1 < argc ? argv[n + 1] : "0";
        if (!strcmp(a, "--report")) {
            reports = true;
            continue;
        }
        if (strncmp(a, "--", 2)) {
            files = n;
            break;
        }
        if (!strcmp(a, "--from"))
            from = strtoull(v, NULL, 0);
        else if (!strcmp(a, "--count"))
            count = strtoull(v, NULL, 0);
        else if (!strcmp(a, "--sample"))
            sample = (uint32_t)strtoul(v, NULL, 0);
        else if (!strcmp(a, "--save"))
            save_dir = v;
        else if (!strcmp(a, "--emit"))
            emit_path = v;
        else
            die("unknown option; see the head of random_run.c");
        n++;
    }
    progress = mmap(NULL, sizeof *progress + OP_COUNT * sizeof *executed, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        die("no memory");
    if (reports)
        executed = (uint64_t *)(progress + 1);
    if (emit_path && !(emit_file = fopen(emit_path, "wb")))
        die("the file cannot be written");
    uint64_t next = from, end = files < argc ? (uint64_t)(argc - files) : from + count, dead = 0;
    if (files < argc)
        next = 0;
    while (next < end) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            for (; next < end; next++) {
                progress->seed = next;
                alarm(SECONDS_PER_MODULE);
                if (files < argc)
                    progress->differ += !run_file(argv[(uint64_t)files + next]);
                else
                    one(next, sample);
                progress->done++;
            }
            fflush(NULL);
            _exit(0);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child)
            die("no process");
        if (WIFEXITED(status) && !WEXITSTATUS(status))
            break;
        char name[80];
        config_name(progress->config, name);
        printf("seed %" PRIu64 ": the process ended by %s %d in [%s]\n", progress->seed,
               WIFSIGNALED(status) ? "signal" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), name);
        dead++;
        if (save_dir && files == argc) {
            struct random_options options = {progress->seed,
                                             HS_FEATURES_DEFAULT | HS_FEATURE(CUSTOM_PAGE_SIZES),
                                             hs_baseline_lacks(), false};
            struct random_module m;
            if (random_module_make(&options, &m)) {
                save(save_dir, progress->seed, m.bytes.data, m.bytes.size);
                random_module_deinit(&m);
            }
        }
        if (dead >= 50)
            break;
        next = progress->seed + 1;
    }
    if (reports)
        report(progress->done);
    printf("%" PRIu64 " of %" PRIu64 " ran, %" PRIu64 " differ, %" PRIu64 " ended the process\n",
           progress->done, files < argc ? end : count, progress->differ, dead);
    return progress->differ || dead ? 1 : 0;
}
