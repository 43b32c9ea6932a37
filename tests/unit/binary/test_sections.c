/* Each section as it should be: the fields of the module, and back to the same bytes. */
#include "base/alloc.h"
#include "base/bits.h"
#include "support.h"
#include <stdlib.h>

static struct span text(const char *s)
{
    return hs_span_text(s);
}

static void everything(void **state)
{
    struct buffer b, again;
    hs_buffer_init(&b, SIZE_MAX);
    hs_buffer_init(&again, SIZE_MAX);
    put_everything(&b);
    struct module m;
    struct error e;
    uint8_t *bytes;
    if (read_copy(b.data, b.size, HS_FEATURES_ALL, &m, &e, &bytes) != ST_OK)
        fail_msg("%s at %llu", e.text, (unsigned long long)e.offset);

    assert_int_equal(m.ntypes, 6);
    assert_int_equal(m.types[1].func.nparams, 2);
    assert_int_equal(m.types[1].func.nresults, 2);
    assert_int_equal(m.types[1].func.types[3].bits, HS_F64.bits);
    assert_true(m.types[0].final && m.types[0].super == HS_NO_TYPE);
    assert_int_equal(m.types[2].kind, COMP_STRUCT);
    assert_false(m.types[2].final);
    assert_true(m.types[3].final && m.types[3].super == 2);
    assert_int_equal(m.types[3].rec_first, 2);
    assert_int_equal(m.types[3].rec_size, 2);
    assert_int_equal(m.types[3].nfields, 3);
    assert_int_equal(m.types[3].fields[1].type.bits, HS_REF(false, 3).bits);
    assert_true(m.types[3].fields[1].mutable && !m.types[3].fields[0].mutable);
    assert_int_equal(m.types[4].kind, COMP_ARRAY);
    assert_int_equal(hs_vt_kind(m.types[4].fields[0].type), VT_I16);
    assert_int_equal(m.types[4].rec_first, 4);

    assert_int_equal(m.nimports, 5);
    assert_true(hs_span_equal(m.imports[4].name, text("e")) && m.imports[4].kind == EXTERN_TAG);
    assert_int_equal(m.nfuncs, 3);
    assert_int_equal(m.nimported_funcs, 1);
    assert_int_equal(hs_module_functype(&m, 0)->nparams, 2);
    assert_int_equal(m.ntables, 3);
    assert_int_equal(m.tables[0].type.limits.max, 2);
    assert_false(m.tables[1].type.limits.has_max);
    assert_true(m.tables[1].type.limits.max == UINT64_MAX);
    assert_int_equal(m.tables[1].init.kind, CONST_NONE);
    assert_true(m.tables[2].type.limits.is64 && m.tables[2].init.kind == CONST_FUNC &&
                m.tables[2].init.index == 1);
    assert_int_equal(m.nmemories, 3);
    assert_true(m.memories[0].type.limits.shared && m.memories[1].type.limits.is64);
    assert_int_equal(m.memories[1].type.limits.page_log2, 16);
    assert_int_equal(m.memories[2].type.limits.page_log2, 0);
    assert_int_equal(m.memories[2].type.limits.min, 256);
    assert_int_equal(m.ntags, 2);
    assert_int_equal(m.tags[1].type, 5);

    assert_int_equal(m.nglobals, 7);
    assert_true(m.globals[1].init.kind == CONST_NUMBER && m.globals[1].init.bits[0] == 42);
    assert_true(hs_load64(m.globals[2].init.bits) == UINT64_MAX && m.globals[2].type.mutable);
    assert_true(m.globals[3].init.kind == CONST_NULL && m.globals[3].init.index == HEAP_FUNC);
    assert_int_equal(m.globals[4].init.kind, CONST_CODE);
    assert_int_equal(m.globals[4].init.code.size, 6);
    assert_int_equal(m.globals[5].init.bits[15], 15);
    assert_true(m.globals[6].init.kind == CONST_GLOBAL && m.globals[6].init.index == 0);
    assert_int_equal(bytes[m.globals[6].init.offset], 0x23);

    assert_int_equal(m.nexports, 5);
    assert_ptr_equal(hs_module_find_export(&m, text("d")), &m.exports[3]);
    assert_true(m.has_start && m.start == 1);

    assert_int_equal(m.nelems, 8);
    static const enum segment_mode modes[] = {
        SEGMENT_ACTIVE, SEGMENT_PASSIVE, SEGMENT_ACTIVE, SEGMENT_DECLARATIVE,
        SEGMENT_ACTIVE, SEGMENT_PASSIVE, SEGMENT_ACTIVE, SEGMENT_DECLARATIVE,
    };
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(m.elems[i].mode, modes[i]);
        assert_int_equal(m.elems[i].funcs != NULL, i < 4);
        assert_int_equal(m.elems[i].exprs != NULL, i >= 4);
        assert_int_equal(bytes[m.elems[i].place], i);
    }
    assert_int_equal(m.elems[0].count, 2);
    assert_int_equal(m.elems[0].funcs[1], 1);
    assert_int_equal(m.elems[2].table, 1);
    assert_int_equal(m.elems[0].type.bits, HS_REF(false, HEAP_FUNC).bits);
    assert_int_equal(m.elems[4].type.bits, HS_FUNCREF.bits);
    assert_int_equal(m.elems[6].type.bits, HS_REF(false, HEAP_FUNC).bits);
    assert_int_equal(m.elems[7].type.bits, HS_EXTERNREF.bits);
    assert_int_equal(m.elems[6].exprs[0].kind, CONST_FUNC);

    assert_int_equal(m.ndatas, 3);
    assert_true(m.has_data_count && m.data_count == 3);
    assert_true(hs_span_equal(m.datas[0].bytes, text("abc")) &&
                hs_span_equal(m.datas[1].bytes, text("de")));
    assert_int_equal(m.datas[2].memory, 1);
    assert_int_equal(m.funcs[2].body_size, 7);
    assert_memory_equal(bytes + m.funcs[2].body, "\x01\x01\x7f\x41\x01\x1a\x0b", 7);
    assert_int_equal(bytes[m.code_offset], 2);
    assert_int_equal(m.code_size, 12);

    assert_int_equal(m.ncustoms, 3);
    assert_int_equal(m.customs[0].after, 0);
    assert_int_equal(m.customs[1].after, 2);
    assert_int_equal(m.customs[2].after, 11);
    assert_int_equal(m.customs[0].bytes.size, 2);
    assert_true(hs_span_equal(m.names.module, text("mod")));
    assert_true(hs_span_equal(hs_module_func_name(&m, 2), text("g")));
    assert_int_equal(hs_module_func_name(&m, 1).size, 0);

    assert_int_equal(hs_binary_write(&m, &again), ST_OK);
    assert_int_equal(again.size, b.size);
    assert_memory_equal(again.data, b.data, b.size);
    hs_module_deinit(&m);
    free(bytes);
    hs_buffer_deinit(&b);
    hs_buffer_deinit(&again);
}

static void empty(void **state)
{
    struct module m;
    struct error e;
    hs_error_init(&e);
    assert_int_equal(hs_binary_read((const uint8_t *)"\0asm\1\0\0\0", 8, HS_FEATURES_ALL, &m, &e),
                     ST_OK);
    assert_int_equal(m.nfuncs + m.ntypes + m.nexports, 0);
    assert_null(hs_module_find_export(&m, text("x")));
    hs_module_deinit(&m);
    assert_true(hs_binary_is((const uint8_t *)"\0asm\1\0\0\0", 8));
    assert_false(hs_binary_is((const uint8_t *)"(module)", 8));
    assert_false(hs_binary_is(NULL, 0));
}

/* Numbers longer than needed are read, and written short. */
static void canonical_form(void **state)
{
    struct buffer b, again, want;
    hs_buffer_init(&b, SIZE_MAX);
    hs_buffer_init(&again, SIZE_MAX);
    hs_buffer_init(&want, SIZE_MAX);
    put_header(&b);
    put_section(&b, 1, "82 80 00  60 80 00 80 80 80 80 00  4e 81 00 60 00 00");
    put_section(&b, 3, "81 80 80 80 00  80 00");
    put_section(&b, 4, "80 00");
    put_section(&b, 10, "81 00  82 80 00 00 0b");
    put_header(&want);
    put_section(&want, 1, "02 60 00 00 60 00 00");
    put_section(&want, 3, "01 00");
    put_section(&want, 10, "01 02 00 0b");
    struct module m;
    struct error e;
    hs_error_init(&e);
    assert_int_equal(hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e), ST_OK);
    assert_int_equal(hs_binary_write(&m, &again), ST_OK);
    assert_int_equal(again.size, want.size);
    assert_memory_equal(again.data, want.data, want.size);
    hs_module_deinit(&m);
    struct buffer small;
    hs_buffer_init(&small, 20);
    assert_int_equal(hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e), ST_OK);
    assert_int_equal(hs_binary_write(&m, &small), ST_OOM);
    hs_module_deinit(&m);
    hs_buffer_deinit(&small);
    hs_buffer_deinit(&b);
    hs_buffer_deinit(&again);
    hs_buffer_deinit(&want);
}

/* Whatever a name section holds, the module is read; what is broken in it has no names. */
static void name_sections(void **state)
{
    static const struct {
        const char *hex;
        const char *module;
        uint32_t nfuncs;
    } cases[] = {
        {"", "", 0},
        {"00 02 01 'm'", "m", 0},
        {"00 02 01 'm' 01 04 01 00 01 'f'", "m", 1},
        {"01 04 01 00 01 'f' 00 02 01 'm'", "m", 1},   /* any order */
        {"00 02 02 'm'", "", 0},                       /* longer than the part */
        {"00 03 01 'm' 00 01 04 01 00 01 'f'", "", 1}, /* bytes behind the name */
        {"00 02 01 ff", "", 0},                        /* no UTF-8 */
        {"01 04 02 00 01 'f'", "", 0},                 /* fewer than announced */
        {"01 07 02 01 01 'f' 00 01 'g'", "", 0},       /* out of order */
        {"01 07 02 01 01 'f' 01 01 'g'", "", 0},       /* twice */
        {"01 05 ff ff ff ff 0f", "", 0},               /* a count as hostile as can be */
        {"01 05 80 80 80 80 80", "", 0},
        {"01 7f 01 00 01 'f'", "", 0},                    /* a part beyond the end */
        {"01 04 01 00 01 'f' 01 04 01 07 01 'g'", "", 1}, /* the first one counts */
        {"02 03 'xyz' 0b 00 01 04 01 00 01 'f'", "", 1},  /* parts of other kinds */
        {"01 08 01 ff ff ff ff 0f 01 'f'", "", 1},        /* an index nobody has */
        {"ff", "", 0},
    };
    for (size_t i = 0; i < HS_ARRAY_SIZE(cases); i++) {
        struct buffer b;
        hs_buffer_init(&b, SIZE_MAX);
        put_header(&b);
        hs_buffer_byte(&b, 0);
        size_t mark = hs_buffer_open(&b);
        hs_buffer_name(&b, text("name"));
        put_hex(&b, cases[i].hex);
        hs_buffer_close(&b, mark);
        struct module m;
        struct error e;
        uint8_t *bytes;
        assert_int_equal(read_copy(b.data, b.size, HS_FEATURES_ALL, &m, &e, &bytes), ST_OK);
        assert_true(hs_span_equal(m.names.module, text(cases[i].module)));
        assert_int_equal(m.names.nfuncs, cases[i].nfuncs);
        assert_int_equal(e.status, ST_OK);
        hs_module_deinit(&m);
        free(bytes);
        hs_buffer_deinit(&b);
    }
}

/* Each allocation fails once: an error, no leak, no half-built module. */
static void out_of_memory(void **state)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX);
    put_everything(&b);
    hs_alloc_fail_at(0);
    for (uint64_t n = 1;; n++) {
        struct module m;
        struct error e;
        hs_error_init(&e);
        memset(&m, 0xee, sizeof m);
        hs_alloc_fail_at(n);
        enum status s = hs_binary_read(b.data, b.size, HS_FEATURES_ALL, &m, &e);
        bool failed = hs_alloc_count() >= n; /* 0 where the build does not count */
        hs_alloc_fail_at(0);
        if (s == ST_OK) {
            assert_false(failed);
            hs_module_deinit(&m);
            break;
        }
        assert_int_equal(s, ST_OOM);
        assert_string_equal(e.text, "out of memory");
        assert_int_equal(((uint8_t *)&m)[0], 0xee); /* untouched */
    }
    hs_buffer_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything),     cmocka_unit_test(empty),
        cmocka_unit_test(canonical_form), cmocka_unit_test(name_sections),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
