/* What the files of the printer share. A name of the name section becomes an identifier where it
 * can be one (not empty, not taken in its space), else it is kept as an @name annotation. If the
 * name section holds what these cannot say, it is printed as an @custom annotation as well, and
 * that is what counts when the text is parsed. */
#ifndef HS_TEXT_PRINT_H
#define HS_TEXT_PRINT_H

#include "base/buffer.h"
#include "syntax/insn_read.h"
#include "syntax/module.h"
#include "text/parser.h"

struct item_name {
    struct span name; /* data is NULL: none */
    bool is_id;       /* printed as identifier, and used in references */
};

/* a local, label or field */
struct inner_name {
    uint32_t outer, inner;
    struct item_name n;
};

/* sorted */
struct inner_names {
    HS_VEC(struct inner_name) list;
};

struct printer {
    const struct module *m;
    struct buffer *out;
    struct error *error;
    struct arena arena;
    struct item_name module_name;
    struct item_name *names[SP_COUNT]; /* per index; NULL: no names in that space */
    uint32_t counts[SP_COUNT];
    struct inner_names locals, labels, fields;
    const struct custom *name_custom; /* the section that was read, or NULL */
    bool names_as_custom;             /* it says more than identifiers can */
};

/* Text */
void hs_print_text(struct printer *p, const char *s);
void hs_print_number(struct printer *p, uint64_t x);
void hs_print_string(struct printer *p, struct span s,
                     bool utf8); /* in quotes; bytes above 0x7f as they are if utf8 */
/* " $name" and " (@name …)" of an item, if it has one. */
void hs_print_declared(struct printer *p, const struct item_name *n);
/* An index, by identifier if there is one, with a space before. */
void hs_print_index(struct printer *p, enum space space, uint32_t index);
void hs_print_valtype(struct printer *p, struct valtype t);
void hs_print_heaptype(struct printer *p, uint32_t heap);
void hs_print_reftype(struct printer *p, struct valtype t);

/* Names, print_names.c */
enum status hs_print_read_names(struct printer *p) HS_MUST_CHECK;
const struct item_name *hs_print_inner_name(const struct inner_names *names, uint32_t outer,
                                            uint32_t inner);

/* Code, print_code.c */
enum status hs_print_body(struct printer *p, uint32_t func) HS_MUST_CHECK;
/* A constant expression: a single instruction in parentheses; several behind the keyword in
 * parentheses, or without any if the keyword is empty. */
enum status hs_print_const(struct printer *p, const struct constexpr *c,
                           const char *keyword) HS_MUST_CHECK;
/* Locals declared in a body, without parameters, and labels: for checking names. */
enum status hs_print_count_body(const struct module *m, uint32_t func, uint32_t *out_locals,
                                uint32_t *out_labels) HS_MUST_CHECK;

#endif
