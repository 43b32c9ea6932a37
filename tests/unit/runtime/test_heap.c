/* The collected heap against a model: random graphs of objects whose owners are known exactly,
 * as no guest runs and so no stack is read. After each collection exactly what the model reaches
 * is there, with its contents; what is dead is gone, finalizers of the host's things included.
 * Then limits, memory that goes back, and what happens without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bits.h"
#include "binary/binary.h"
#include "runtime/bulk.h"
#include "runtime/gc/heap_parts.h"
#include "runtime/rt_calls.h"
#include "text/text.h"
#include "valid/valid.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MIB (UINT64_C(1) << 20)

static struct runtime rt;
static struct store *store;
static uint8_t *bytes;
static struct module module;
static uint32_t *ids;
static struct tag_obj *tag;

enum { PAIR, LIST, BYTES, EXN_TYPE, FUNCS, CHAIN };
static const char text[] =
    "(module (rec (type $pair (struct (field (mut i8)) (field (mut (ref null $pair)))"
    "                                 (field (mut i64)) (field (mut anyref)))))"
    "(type $list (array (mut anyref))) (type $bytes (array (mut i8)))"
    "(type $e (func (param i64 anyref)))"
    "(type $funcs (array (mut funcref)))"
    "(type $chain (struct (field (mut (ref null $chain))))))";

static int start(void **state)
{
    struct runtime_config c = {
        .epochs = true, .memory_reservation = HS_RESERVED_BYTES, .max_wasm_stack = 512 << 10};
    struct error e;
    size_t size;
    hs_error_init(&e);
    if (hs_runtime_init(&rt, &c) != ST_OK ||
        hs_text_parse(text, strlen(text), &bytes, &size, &e) != ST_OK ||
        hs_binary_read(bytes, size, HS_FEATURES_ALL, &module, &e) != ST_OK ||
        hs_valid_module(&module, 1, &e) != ST_OK ||
        hs_type_registry_add(&rt.types, &module, &ids) != ST_OK) {
        print_error("%s\n", e.text);
        return 1;
    }
    return 0;
}

static int stop(void **state)
{
    hs_type_registry_remove(&rt.types, ids, module.ntypes);
    hs_module_deinit(&module);
    hs_free(bytes);
    hs_runtime_deinit(&rt);
    return 0;
}

static int open_store(void **state)
{
    if (hs_store_new(&rt, &store) != ST_OK || hs_tag_new(store, ids[EXN_TYPE], &tag) != ST_OK)
        return 1;
    hs_store_set_epoch_deadline(store, UINT64_MAX);
    return 0;
}

static int close_store(void **state)
{
    rt.config.gc_stress = false;
    hs_store_delete(store);
    return 0;
}

/* --- The model -------------------------------------------------------------------------------- */

enum { NODES = 4096, KIDS = 12, ROOTS = 60 };

static struct node {
    int kind;   /* PAIR ... EXN_TYPE, or HOST */
    bool there; /* not known to be collected */
    bool reached;
    uint32_t ref;
    uint32_t length;
    uint32_t kids[KIDS]; /* node number + 1, or 0 */
    uint64_t stamp;
} nodes[NODES];
enum { HOST = 100 };
static unsigned nnodes, roots[ROOTS]; /* node number + 1, or 0 */
static unsigned finalized, expected_finalized, seen_collections;
static uint64_t random_state;

static uint32_t rnd(uint32_t n)
{
    random_state = hs_hash_mix(random_state, 77);
    return (uint32_t)(random_state % n);
}

static void finalizer(void *data)
{
    struct node *n = data;
    assert_false(n->there);
    finalized++;
}

static void reach(unsigned k)
{
    if (nodes[k].reached)
        return;
    nodes[k].reached = true;
    for (unsigned i = 0; i < KIDS; i++)
        if (nodes[k].kids[i])
            reach(nodes[k].kids[i] - 1);
}

/* Whoever collects asks this, and then what is not reached is gone. */
static void tell_roots(struct store *s, void (*visit)(void *env, uint32_t ref), void *env)
{
    seen_collections++;
    for (unsigned k = 0; k < nnodes; k++)
        nodes[k].reached = false;
    for (unsigned i = 0; i < ROOTS; i++)
        if (roots[i]) {
            visit(env, nodes[roots[i] - 1].ref);
            reach(roots[i] - 1);
        }
    for (unsigned k = 0; k < nnodes; k++)
        if (nodes[k].there && !nodes[k].reached) {
            nodes[k].there = false;
            expected_finalized += nodes[k].kind == HOST;
        }
}

static uint32_t offset_of(const struct node *n, unsigned kid)
{
    if (n->kind == LIST)
        return HS_GC_HEADER + kid * 4;
    return hs_gc_layout(store, ids[n->kind])->offsets[n->kind == EXN_TYPE ? 1 : kid == 0 ? 1 : 3];
}

static struct valtype type_of(const struct node *n, unsigned kid)
{
    return n->kind == PAIR && kid == 0 ? HS_REF(true, ids[PAIR]) : HS_ANYREF;
}

static unsigned kids_of(const struct node *n)
{
    return n->kind == PAIR   ? 2
           : n->kind == LIST ? (n->length < KIDS ? n->length : KIDS)
                             : n->kind == EXN_TYPE;
}

/* A node that is there, or -1. */
static int any_node(void)
{
    for (unsigned tries = 0; nnodes && tries < 30; tries++) {
        unsigned k = rnd(nnodes);
        if (nodes[k].there)
            return (int)k;
    }
    return -1;
}

static void stamp(struct node *n)
{
    union hs_value v = {.i64 = (int64_t)n->stamp};
    if (n->kind == PAIR) {
        assert_int_equal(
            hs_gc_set(store, n->ref, hs_gc_layout(store, ids[PAIR])->offsets[2], HS_I64, &v),
            ST_OK);
        assert_int_equal(
            hs_gc_set(store, n->ref, hs_gc_layout(store, ids[PAIR])->offsets[0], HS_VT(VT_I8), &v),
            ST_OK);
    }
    if (n->kind == EXN_TYPE)
        assert_int_equal(
            hs_gc_set(store, n->ref, hs_gc_layout(store, ids[EXN_TYPE])->offsets[0], HS_I64, &v),
            ST_OK);
    if (n->kind == BYTES)
        memset(hs_heap_base(store) + n->ref + HS_GC_HEADER, (int)(n->stamp & 0xff), n->length);
}

static void check_node(const struct node *n)
{
    union hs_value v;
    if (n->kind == HOST) {
        assert_ptr_equal(hs_externref_data(store, n->ref), n);
        return;
    }
    assert_true(hs_gc_is_object(store, n->ref));
    assert_int_equal(hs_gc_type(store, n->ref), ids[n->kind]);
    assert_int_equal(hs_gc_is_exn(store, n->ref), n->kind == EXN_TYPE);
    for (unsigned k = 0; k < kids_of(n); k++) {
        hs_gc_get(store, n->ref, offset_of(n, k), type_of(n, k), &v);
        assert_int_equal(v.bits[0], n->kids[k] ? nodes[n->kids[k] - 1].ref : 0);
    }
    switch (n->kind) {
    case PAIR:
        hs_gc_get(store, n->ref, hs_gc_layout(store, ids[PAIR])->offsets[2], HS_I64, &v);
        assert_int_equal(v.i64, n->stamp);
        hs_gc_get(store, n->ref, hs_gc_layout(store, ids[PAIR])->offsets[0], HS_VT(VT_I8), &v);
        assert_int_equal(v.bits[0], n->stamp & 0xff);
        break;
    case EXN_TYPE:
        hs_gc_get(store, n->ref, hs_gc_layout(store, ids[EXN_TYPE])->offsets[0], HS_I64, &v);
        assert_int_equal(v.i64, n->stamp);
        assert_ptr_equal(hs_gc_exn_tag(store, n->ref), tag);
        break;
    case LIST:
    case BYTES:
        assert_int_equal(hs_gc_length(store, n->ref), n->length);
        for (unsigned k = 0; n->kind == BYTES && k < n->length; k++)
            if (hs_heap_base(store)[n->ref + HS_GC_HEADER + k] != (n->stamp & 0xff))
                fail_msg("byte %u of %u", k, n->length);
        break;
    }
}

static uint64_t size_of(const struct node *n)
{
    if (n->kind == HOST)
        return 0;
    if (n->kind == LIST || n->kind == BYTES)
        return hs_gc_array_size(hs_gc_size_of(n->kind == LIST ? HS_ANYREF : HS_VT(VT_I8)),
                                n->length);
    return hs_gc_layout(store, ids[n->kind])->size;
}

static void check_all(void)
{
    for (unsigned k = 0; k < nnodes; k++)
        if (nodes[k].there)
            check_node(&nodes[k]);
}

static void collect_and_check(void)
{
    uint64_t live = 0;
    assert_true(hs_gc_collect(store));
    assert_int_equal(finalized, expected_finalized);
    for (unsigned k = 0; k < nnodes; k++)
        live += nodes[k].there ? size_of(&nodes[k]) : 0;
    if (store->heap)
        assert_int_equal(store->heap->live, live);
    check_all();
}

static enum status make_node(unsigned big)
{
    unsigned k = 0;
    while (k < nnodes && nodes[k].there)
        k++;
    if (k == NODES)
        return ST_OK;
    struct node n = {.kind = (int)rnd(5), .there = true, .stamp = random_state};
    enum status st = ST_OK;
    switch (n.kind) {
    case PAIR: st = hs_gc_new_struct(store, ids[PAIR], &n.ref); break;
    case LIST:
    case BYTES:
        n.length = rnd(10) ? rnd(30) : rnd(big);
        st = hs_gc_new_array(store, ids[n.kind], n.length, &n.ref);
        break;
    case EXN_TYPE: st = hs_gc_new_exn(store, tag, &n.ref); break;
    default:
        n.kind = HOST;
        n.ref = hs_externref_new(store, &nodes[k], finalizer);
        st = n.ref ? ST_OK : ST_OOM;
        break;
    }
    if (st != ST_OK)
        return st;
    /* As new, all zero; for the wide ones everywhere. */
    if (n.kind != HOST)
        for (uint64_t i = HS_GC_HEADER; i < size_of(&n); i++)
            if (hs_heap_base(store)[n.ref + i])
                fail_msg("byte %llu of a new object is not zero", (unsigned long long)i);
    nodes[k] = n;
    if (k == nnodes)
        nnodes++;
    stamp(&nodes[k]);
    if (rnd(3) == 0)
        roots[rnd(ROOTS)] = k + 1;
    return ST_OK;
}

static void link_nodes(void)
{
    int from = any_node(), to = any_node();
    if (from < 0 || to < 0 || nodes[from].kind == HOST || !kids_of(&nodes[from]))
        return;
    struct node *n = &nodes[from];
    unsigned kid = rnd(kids_of(n));
    if (type_of(n, kid).bits != HS_ANYREF.bits && nodes[to].kind != PAIR)
        return;
    if (nodes[to].kind == EXN_TYPE)
        return; /* is in no anyref */
    union hs_value v = {.bits = {nodes[to].ref, 0}};
    assert_int_equal(hs_gc_set(store, n->ref, offset_of(n, kid), type_of(n, kid), &v), ST_OK);
    n->kids[kid] = (unsigned)to + 1;
}

static void forget_model(void)
{
    memset(nodes, 0, sizeof nodes);
    memset(roots, 0, sizeof roots);
    nnodes = finalized = expected_finalized = seen_collections = 0;
    store->each_root = tell_roots;
}

static void play(unsigned steps, unsigned big)
{
    for (unsigned i = 0; i < steps; i++) {
        switch (rnd(8)) {
        case 0:
        case 1:
        case 2: assert_int_equal(make_node(big), ST_OK); break;
        case 3:
        case 4:
        case 5: link_nodes(); break;
        case 6: {
            int k = any_node();
            roots[rnd(ROOTS)] = rnd(3) && k >= 0 ? (unsigned)k + 1 : 0;
            break;
        }
        default:
            if (rnd(40) == 0)
                collect_and_check();
            break;
        }
    }
    collect_and_check();
    memset(roots, 0, sizeof roots);
    collect_and_check();
    if (store->heap)
        assert_int_equal(store->heap->live, 0);
}

static void random_graphs(void **state)
{
    for (unsigned seed = 1; seed <= 12; seed++) {
        forget_model();
        random_state = seed;
        play(30000, seed % 3 == 0 ? 300000 : seed % 3 == 1 ? 3000 : 40000);
        assert_true(seen_collections > 10);
    }
}

static void random_graphs_under_stress(void **state)
{
    rt.config.gc_stress = true;
    forget_model();
    random_state = 99;
    play(6000, 5000);
    assert_true(seen_collections > 1000);
}

static void without_room_for_pending_objects(void **state)
{
    assert_int_equal(hs_heap_open(store), ST_OK);
    forget_model();
    random_state = 5;
    hs_vec_deinit(&store->heap->pending);
    hs_vec_init(&store->heap->pending, 3);
    play(20000, 3000);
}

/* --- Depth, limits, memory -------------------------------------------------------------------- */

static uint32_t kept; /* one root */
static void tell_kept(struct store *s, void (*visit)(void *env, uint32_t ref), void *env)
{
    visit(env, kept);
}

static enum status push_link(void)
{
    union hs_value v = {.bits = {kept, 0}};
    uint32_t ref;
    enum status st = hs_gc_new_struct(store, ids[CHAIN], &ref);
    if (st != ST_OK)
        return st;
    assert_int_equal(hs_gc_set(store, ref, HS_GC_HEADER, HS_REF(true, ids[CHAIN]), &v), ST_OK);
    kept = ref;
    return ST_OK;
}

static void deep_chains(void **state)
{
    store->each_root = tell_kept;
    kept = 0;
    for (unsigned i = 0; i < 1000000; i++)
        assert_int_equal(push_link(), ST_OK);
    assert_true(hs_gc_collect(store));
    assert_int_equal(store->heap->live, 16000000);
    unsigned n = 0;
    for (uint32_t ref = kept; ref; n++) {
        union hs_value v;
        hs_gc_get(store, ref, HS_GC_HEADER, HS_REF(true, ids[CHAIN]), &v);
        ref = v.gcref;
    }
    assert_int_equal(n, 1000000);
    kept = 0;
}

/* Far more is made than ever lives: the heap stays small. */
static void garbage_does_not_pile_up(void **state)
{
    store->each_root = tell_kept;
    kept = 0;
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(push_link(), ST_OK);
    const uint32_t held = kept;
    for (unsigned i = 0; i < 3000000; i++) {
        uint32_t ref;
        assert_int_equal(hs_gc_new_struct(store, ids[PAIR], &ref), ST_OK);
    }
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t ref;
        assert_int_equal(hs_gc_new_array(store, ids[BYTES], 100000, &ref), ST_OK);
    }
    assert_true(hs_heap_bytes(store) < 8 * MIB);
    assert_true(store->heap->collections > 20);
    assert_int_equal(kept, held);
    assert_true(hs_gc_is_object(store, held));
    kept = 0;
}

static void the_limit_of_the_store(void **state)
{
    store->each_root = tell_kept;
    store->max_memory_bytes = 4 * MIB;
    for (unsigned round = 0; round < 5; round++) {
        kept = 0;
        unsigned n = 0;
        while (push_link() == ST_OK)
            n++;
        assert_true(n * 16 > 4 * MIB - 64 * 1024 && n * 16 <= 4 * MIB);
        assert_true(hs_heap_bytes(store) <= 4 * MIB);
    }
    kept = 0;
    uint32_t ref;
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 4 * MIB, &ref),
                     ST_OOM); /* the header is too much */
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 4 * MIB - 8, &ref), ST_OK);
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 4 * MIB - 8, &ref), ST_OK);
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], UINT32_MAX, &ref), ST_OOM);
    assert_int_equal(hs_gc_new_array(store, ids[LIST], UINT32_MAX, &ref), ST_OOM);
    store->max_memory_bytes = 0;
    assert_true(hs_gc_collect(store));
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 0, &ref), ST_OOM);
}

static void the_largest_array(void **state)
{
    uint32_t ref;
    store->each_root = tell_kept;
    kept = 0;
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], UINT32_MAX, &ref), ST_OOM);
    const uint32_t most = HS_HEAP_END - HS_HEAP_FIRST - HS_GC_HEADER;
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], most, &ref), ST_OK);
    hs_heap_base(store)[ref + HS_GC_HEADER + most - 1] = 7;
    kept = ref;
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 0, &ref), ST_OOM);
    assert_int_equal(hs_heap_base(store)[kept + HS_GC_HEADER + most - 1], 7);
    kept = 0;
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 0, &ref), ST_OK);
    assert_true(hs_gc_collect(store));
    assert_int_equal(hs_heap_bytes(store), 0);
    assert_true(store->heap->clean <
                HS_HEAP_FIRST + 16 * MIB); /* the rest of the memory went back */
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], most, &ref), ST_OK);
    assert_int_equal(hs_heap_base(store)[ref + HS_GC_HEADER + most - 1], 0);
}

static uint64_t resident(void)
{
    static unsigned char pages[1 << 16];
    uint64_t n = 0;
    assert_int_equal(mincore(hs_heap_base(store) + HS_HEAP_FIRST, sizeof pages * 4096ull, pages),
                     0);
    for (size_t k = 0; k < sizeof pages; k++)
        n += pages[k] & 1;
    return n * 4096;
}

/* Memory between objects goes back, too, and is zero when it is used again. */
static void memory_goes_back(void **state)
{
    uint32_t ref, list, at[200];
    union hs_value v;
    store->each_root = tell_kept;
    assert_int_equal(hs_gc_new_array(store, ids[LIST], 200, &list), ST_OK);
    kept = list;
    for (unsigned k = 0; k < 200; k++) { /* each fifth is small */
        assert_int_equal(hs_gc_new_array(store, ids[BYTES], k % 5 ? 1 << 20 : 2100, &at[k]), ST_OK);
        memset(hs_heap_base(store) + at[k] + HS_GC_HEADER, 0xee, hs_gc_length(store, at[k]));
        v.bits[0] = at[k];
        assert_int_equal(hs_gc_set(store, list, HS_GC_HEADER + k * 4, HS_ANYREF, &v), ST_OK);
    }
    assert_true(hs_gc_collect(store));
    assert_true(resident() >= 160 * MIB);
    v.bits[0] = 0;
    for (unsigned k = 0; k < 200; k++)
        if (k % 5)
            assert_int_equal(hs_gc_set(store, list, HS_GC_HEADER + k * 4, HS_ANYREF, &v), ST_OK);
    assert_true(hs_gc_collect(store));
    assert_true(resident() < 16 * MIB);
    assert_true(hs_heap_bytes(store) > 100 * MIB);
    for (unsigned k = 0; k < 200; k += 5)
        for (unsigned i = 0; i < 2100; i++)
            assert_int_equal(hs_heap_base(store)[at[k] + HS_GC_HEADER + i], 0xee);
    for (unsigned k = 0; k < 300; k++) {
        assert_int_equal(hs_gc_new_array(store, ids[BYTES], 700000, &ref), ST_OK);
        for (unsigned i = 0; i < 700000; i++)
            if (hs_heap_base(store)[ref + HS_GC_HEADER + i])
                fail_msg("byte %u is not zero", i);
        memset(hs_heap_base(store) + ref + HS_GC_HEADER, 0xdd, 700000);
    }
    kept = 0;
}

/* Everything that allocates fails once; what it says is ST_OOM, and afterwards all goes on. */
static void without_memory(void **state)
{
    static struct hs_funcref functions[40];
    bool whole = false;
    for (uint64_t n = 1; !whole; n++) {
        assert_true(n < 1000);
        struct store *s;
        assert_int_equal(hs_store_new(&rt, &s), ST_OK);
        struct tag_obj *t;
        assert_int_equal(hs_tag_new(s, ids[EXN_TYPE], &t), ST_OK);
        hs_alloc_fail_at(n);
        unsigned failed = 0;
        uint32_t ref, number, array = 0;
        failed += hs_heap_open(s) != ST_OK;
        failed += hs_gc_hold_type(s, ids[FUNCS]) != ST_OK;
        failed += hs_gc_new_struct(s, ids[PAIR], &ref) != ST_OK;
        failed += hs_gc_new_exn(s, t, &ref) != ST_OK;
        failed += hs_gc_new_array(s, ids[FUNCS], 40, &array) != ST_OK;
        for (unsigned k = 0; k < 40; k++)
            failed += !hs_gc_func_number(s, &functions[k], &number);
        failed += hs_externref_new(s, NULL, NULL) == 0;
        failed += !hs_gc_collect(s);
        whole = hs_alloc_count() < n;
        hs_alloc_fail_at(0);
        if (!whole)
            assert_true(failed <= 41);
        else
            assert_int_equal(failed, 0);
        assert_int_equal(hs_gc_new_array(s, ids[FUNCS], 40, &array), ST_OK);
        for (unsigned k = 0; k < 40; k++) {
            union hs_value v = {.funcref = &functions[k]};
            assert_int_equal(hs_gc_set(s, array, HS_GC_HEADER + k * 4, HS_FUNCREF, &v), ST_OK);
        }
        for (unsigned k = 0; k < 40; k++) {
            union hs_value v;
            hs_gc_get(s, array, HS_GC_HEADER + k * 4, HS_FUNCREF, &v);
            assert_ptr_equal(v.funcref, &functions[k]);
            assert_true(hs_gc_func_number(s, &functions[k], &number));
            assert_ptr_equal(s->run.funcs[number], &functions[k]);
        }
        hs_store_delete(s);
    }
}

/* --- Runtime calls that take long ------------------------------------------------------------- */

static unsigned asked, patience;
static uint32_t interrupt(struct store *s, void *env)
{
    asked++;
    assert_true(hs_gc_collect(s)); /* whoever is asked may */
    return asked > patience ? TRAP_INTERRUPT + 1 : 0;
}

static void long_calls_can_be_stopped(void **state)
{
    struct instance inst = {.store = store};
    uint32_t a, b;
    store->each_root = tell_kept;
    assert_int_equal(hs_gc_new_array(store, ids[LIST], 2, &kept), ST_OK);
    struct hs_vmctx c = {.run = &store->run, .instance = &inst};
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 24 * MIB, &a), ST_OK);
    union hs_value v = {.bits = {a, 0}};
    assert_int_equal(hs_gc_set(store, kept, HS_GC_HEADER, HS_ANYREF, &v), ST_OK);
    assert_int_equal(hs_gc_new_array(store, ids[BYTES], 24 * MIB, &b), ST_OK);
    v.bits[0] = b;
    assert_int_equal(hs_gc_set(store, kept, HS_GC_HEADER + 4, HS_ANYREF, &v), ST_OK);
    uint8_t *pa = hs_heap_base(store) + a + HS_GC_HEADER,
            *pb = hs_heap_base(store) + b + HS_GC_HEADER;
    store->interrupt = interrupt;
    hs_store_set_epoch_deadline(store, 0);
    patience = 100;
    asked = 0;
    assert_int_equal(hs_rt_array_fill(&c, a, 0, 9, 24 * MIB).trap, TRAP_NONE);
    assert_int_equal(asked, 2);
    assert_int_equal(pa[24 * MIB - 1], 9);
    assert_int_equal(hs_rt_array_copy(&c, b, 0, a, 0, 24 * MIB).trap, TRAP_NONE);
    assert_int_equal(asked, 4);
    assert_memory_equal(pa, pb, 24 * MIB);
    patience = 5;
    assert_int_equal(hs_rt_array_fill(&c, a, 0, 7, 24 * MIB).trap, TRAP_INTERRUPT);
    assert_int_equal(pa[16 * MIB - 1], 7);
    assert_int_equal(pa[16 * MIB], 9);
    assert_int_equal(hs_rt_array_copy(&c, a, 1, a, 0, 24 * MIB - 1).trap, TRAP_INTERRUPT);
    store->interrupt = NULL;
    hs_store_set_epoch_deadline(store, UINT64_MAX);
    for (unsigned k = 0; k < 24 * MIB; k++)
        pa[k] = (uint8_t)(k * 31 + k / 1000);
    memcpy(pb, pa, 24 * MIB);
    assert_int_equal(hs_rt_array_copy(&c, a, 12345, a, 1, 20 * MIB).trap, TRAP_NONE);
    assert_memory_equal(pa + 12345, pb + 1, 20 * MIB);
    memcpy(pa, pb, 24 * MIB);
    assert_int_equal(hs_rt_array_copy(&c, a, 1, a, 12345, 20 * MIB).trap, TRAP_NONE);
    assert_memory_equal(pa + 1, pb + 12345, 20 * MIB);
    assert_int_equal(hs_rt_array_copy(&c, a, 0, b, 24 * MIB, 0).trap, TRAP_NONE);
    assert_int_equal(hs_rt_array_copy(&c, a, 0, b, 24 * MIB, 1).trap, TRAP_ARRAY_OUT_OF_BOUNDS);
    assert_int_equal(hs_rt_array_copy(&c, a, 2, b, 0, UINT32_MAX).trap, TRAP_ARRAY_OUT_OF_BOUNDS);
    assert_int_equal(hs_rt_array_fill(&c, a, UINT32_MAX, 0, 2).trap, TRAP_ARRAY_OUT_OF_BOUNDS);
    assert_int_equal(hs_rt_array_fill(&c, 0, 0, 0, 0).trap, TRAP_NULL_REFERENCE);
    kept = 0;
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
    const struct CMUnitTest tests[] = {
        TEST(random_graphs),
        TEST(random_graphs_under_stress),
        TEST(without_room_for_pending_objects),
        TEST(deep_chains),
        TEST(garbage_does_not_pile_up),
        TEST(the_limit_of_the_store),
        TEST(the_largest_array),
        TEST(memory_goes_back),
        TEST(without_memory),
        TEST(long_calls_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
