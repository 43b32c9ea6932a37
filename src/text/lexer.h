/* Characters to tokens. https://webassembly.github.io/spec/core/text/lexical.html
 *
 * A token points into the text; nothing is copied. Words are looked up once, in a hash table of
 * all instructions (syntax/opcodes.def) and keywords (keywords.def). Whether a run that starts
 * like a number is one is found out when its value is asked for.
 *
 * Annotations are skipped like comments, except that a token remembers the first one before it
 * that we know (@custom, @name, @metadata.code.branch_hint); the parser takes it or calls it
 * misplaced.
 *
 * The first error wins and makes the rest of the text empty: from then on every token is T_EOF.
 * Callers therefore need not check for errors after each step, as long as their loops end at
 * T_EOF. */
#ifndef HS_TEXT_LEXER_H
#define HS_TEXT_LEXER_H

#include "base/buffer.h"
#include "base/error.h"
#include "syntax/insn.h"

enum keyword {
    KW_NO_KEYWORD, /* not a keyword; perhaps an instruction */
#define KW(id, text) KW_##id,
#include "text/keywords.def"
    KW_COUNT
};

enum token_kind {
    T_EOF,
    T_LPAR,
    T_RPAR,
    T_WORD,     /* an instruction, a keyword or both */
    T_NUMBER,   /* starts like a number */
    T_ID,       /* $name or $"name", dollar included */
    T_STRING,   /* quotes included; well-formed */
    T_RESERVED, /* a run of characters that means nothing: "unknown operator" */
};

enum annotation { ANNOTATION_CUSTOM = 1, ANNOTATION_NAME, ANNOTATION_HINT };

struct token {
    uint8_t kind;    /* enum token_kind */
    uint8_t keyword; /* enum keyword, of T_WORD */
    uint16_t op;     /* enum op of T_WORD, or OP_COUNT */
    const char *start, *end;
    const char *annotation; /* the first known annotation before the token, or NULL */
};

struct lexer {
    const char *text, *pos, *end;
    struct error *error;
    bool failed;
};

/* Reads text[from, to); lines are counted from the beginning of text. The part is checked to be
 * UTF-8. */
void hs_lex_init(struct lexer *l, const char *text, size_t from, size_t to, struct error *error);
void hs_lex(struct lexer *l, struct token *out);
/* From within parentheses: moves behind the closing one of the innermost, without looking at
 * tokens. Stops at the end of the text. */
void hs_lex_skip_group(struct lexer *l);
/* As above, true if "(word" occurs directly inside; word is given with its length. */
bool hs_lex_skip_group_seeking(struct lexer *l, const char *word, size_t size);
/* Reads the id of an annotation; pos is at its "(@" and moves behind the id. */
enum annotation hs_lex_annotation_id(struct lexer *l);
/* From behind an annotation's id: moves behind its closing parenthesis. */
void hs_lex_skip_annotation(struct lexer *l);

/* Moves over white space, comments and unknown annotations to the next known annotation; false
 * at `limit` or at anything else. */
bool hs_lex_next_annotation(struct lexer *l, const char *limit);

/* Records an error with line, column and an excerpt of the text with a caret. */
void hs_lex_fail(struct lexer *l, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold, noinline));
void hs_lex_fail_status(struct lexer *l, const char *at, enum status status, const char *format,
                        ...) __attribute__((format(printf, 4, 5), cold, noinline));
/* "unexpected token", or "unknown operator" if the token means nothing; expected may be NULL. */
void hs_lex_unexpected(struct lexer *l, const struct token *t, const char *expected)
    __attribute__((cold, noinline));
void hs_lex_oom(struct lexer *l) __attribute__((cold, noinline));

/* Appends what the string token stands for. */
void hs_lex_string(const struct token *t, struct buffer *out);
bool hs_lex_string_is_plain(const struct token *t); /* no escapes: the bytes between the quotes */

#endif
