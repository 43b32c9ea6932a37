/* See words.h. Open addressing, a power of two of at least twice as many places as words. */
#include "text/words.h"
#include <pthread.h>

enum { WORDS = 2048 };
_Static_assert(OP_COUNT + KW_COUNT < WORDS * 3 / 4, "the table of words is too full");

struct word {
    const char *text;
    uint16_t size, op;
    uint8_t keyword;
};
static struct word words[WORDS];
static pthread_once_t words_once = PTHREAD_ONCE_INIT;

static struct word *place(const char *s, size_t n)
{
    size_t i = hs_word_hash(s, n, 0) % WORDS;
    while (words[i].text && (words[i].size != n || memcmp(words[i].text, s, n) != 0))
        i = (i + 1) % WORDS;
    return &words[i];
}

static void add(const char *text, uint16_t op, uint8_t keyword)
{
    struct word *w = place(text, strlen(text));
    if (!w->text)
        *w = (struct word){text, (uint16_t)strlen(text), OP_COUNT, KW_NO_KEYWORD};
    if (op != OP_COUNT &&
        w->op == OP_COUNT) /* rows with equal texts: the first, the parser picks by immediates */
        w->op = op;
    if (keyword)
        w->keyword = keyword;
}

static void build(void)
{
    static const char *const keywords[KW_COUNT] = {
#define KW(id, text) [KW_##id] = text,
#include "text/keywords.def"
    };
    for (int op = 0; op < OP_COUNT; op++)
        add(hs_op_info[op].text, (uint16_t)op, KW_NO_KEYWORD);
    for (int k = 1; k < KW_COUNT; k++)
        add(keywords[k], OP_COUNT, (uint8_t)k);
}

bool hs_word_find(const char *s, size_t n, uint16_t *out_op, uint8_t *out_keyword)
{
    pthread_once(&words_once, build);
    const struct word *w = place(s, n);
    if (w->text) {
        *out_op = w->op;
        *out_keyword = w->keyword;
        return true;
    }
    *out_op = OP_COUNT;
    if (n > 7 && memcmp(s, "offset=", 7) == 0)
        *out_keyword = KW_OFFSET_EQ;
    else if (n > 6 && memcmp(s, "align=", 6) == 0)
        *out_keyword = KW_ALIGN_EQ;
    else
        return false;
    return true;
}
