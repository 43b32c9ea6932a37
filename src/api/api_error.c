/* wasmtime/error.h: the error object. An error is a list of texts, from what was attempted to what
 * went wrong; a backtrace, if there is one, has its place in the list. The texts are put together
 * when somebody asks for the message.
 *
 * There is one error that needs no memory: it stands for "out of memory" itself and is never
 * freed. */
#include "api/api.h"
#include <stdarg.h>
#include <stdio.h>

static char oom_text[] = "out of memory";
static struct wasmtime_error oom_error = {
    .refs = 1,
    .permanent = true,
    .code = TRAP_NONE,
    .nlevels = 1,
    .levels = {{oom_text, sizeof oom_text - 1}},
};

wasmtime_error_t *hs_api_error_oom(void)
{
    return &oom_error;
}

/* --- Backtraces ------------------------------------------------------------------------------- */

struct backtrace *hs_api_backtrace_ref(struct backtrace *b)
{
    if (b)
        atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void hs_api_backtrace_unref(struct backtrace *b)
{
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < b->count; i++)
        hs_code_unref(b->frames[i].code);
    hs_api_store_link_unref(b->link);
    hs_free(b);
}

/* --- Making ----------------------------------------------------------------------------------- */

/* Bytes from anywhere as UTF-8: what is no UTF-8 becomes U+FFFD, one for each byte that leads
 * nowhere. */
static bool copy_text(struct level *out, const char *bytes, size_t size)
{
    const uint8_t *p = (const uint8_t *)bytes;
    if (size == 0 || hs_utf8_valid(p, size)) {
        out->text = hs_alloc(size + 1);
        if (!out->text)
            return false;
        if (size)
            memcpy(out->text, bytes, size);
        out->text[size] = 0;
        out->size = size;
        return true;
    }
    size_t cap;
    if (__builtin_mul_overflow(size, (size_t)3, &cap) || !(out->text = hs_alloc(cap + 1)))
        return false;
    size_t n = 0;
    for (size_t i = 0; i < size;) {
        size_t k = 1;
        while (k <= 4 && k <= size - i && !hs_utf8_valid(p + i, k))
            k++;
        if (k <= 4 && k <= size - i) {
            memcpy(out->text + n, p + i, k);
            n += k;
            i += k;
        } else {
            memcpy(out->text + n, "\xef\xbf\xbd", 3);
            n += 3;
            i++;
        }
    }
    out->text[n] = 0;
    out->size = n;
    return true;
}

wasmtime_error_t *hs_api_error_text(const char *text, size_t size)
{
    struct wasmtime_error *e = hs_calloc(1, sizeof *e);
    if (!e || !copy_text(&e->levels[0], text, size)) {
        hs_free(e);
        return &oom_error;
    }
    e->refs = 1;
    e->code = TRAP_NONE;
    e->nlevels = 1;
    return e;
}

/* Formats into a buffer large enough for any text of ours; names in it are cut if they are
 * absurdly long. */
static size_t format_text(char *out, size_t cap, const char *format, va_list args)
{
    int n = vsnprintf(out, cap, format, args);
    if (n < 0)
        n = 0;
    return (size_t)n < cap ? (size_t)n : cap - 1;
}

wasmtime_error_t *hs_api_error(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    size_t n = format_text(text, sizeof text, format, args);
    va_end(args);
    return hs_api_error_text(text, n);
}

wasmtime_error_t *hs_api_error_code(enum trap code)
{
    const char *text = hs_api_trap_text((unsigned)code);
    wasmtime_error_t *e = text ? hs_api_error("wasm trap: %s", text)
                               : hs_api_error("wasm trap: code %u", (unsigned)code);
    if (!e->permanent && text)
        e->code = code;
    return e;
}

wasmtime_error_t *hs_api_error_from(const struct error *error)
{
    if (error->status == ST_OOM && !error->text[0])
        return &oom_error;
    const char *text = error->text[0] ? error->text : "unknown error";
    if (!error->line && error->offset != HS_NO_OFFSET) /* the text parser tells the place itself */
        return hs_api_error("%s (at offset 0x%llx)", text, (unsigned long long)error->offset);
    return hs_api_error("%s", text);
}

wasmtime_error_t *hs_api_error_cross_store(void)
{
    return hs_api_error("cross-`Store` values are not currently supported");
}

/* --- Changing --------------------------------------------------------------------------------- */

wasmtime_error_t *hs_api_error_ref(wasmtime_error_t *e)
{
    if (!e->permanent)
        atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
    return e;
}

void wasmtime_error_delete(wasmtime_error_t *e)
{
    if (!e || e->permanent || atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; i < e->nlevels; i++)
        hs_free(e->levels[i].text);
    hs_api_backtrace_unref(e->backtrace);
    hs_free(e);
}

/* An error of the same content that has one owner; consumes e. NULL if it must stay as it is. */
static struct wasmtime_error *sole(wasmtime_error_t *e)
{
    if (e->permanent)
        return NULL;
    if (atomic_load_explicit(&e->refs, memory_order_acquire) == 1)
        return e;
    struct wasmtime_error *c = hs_calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->refs = 1;
    c->has_exit = e->has_exit;
    c->is_exception = e->is_exception;
    c->exit_status = e->exit_status;
    c->code = e->code;
    c->backtrace = hs_api_backtrace_ref(e->backtrace);
    for (uint32_t i = 0; i < e->nlevels; i++) {
        if (e->levels[i].text && !copy_text(&c->levels[i], e->levels[i].text, e->levels[i].size)) {
            wasmtime_error_delete(c);
            return NULL;
        }
        c->nlevels++;
    }
    wasmtime_error_delete(e);
    return c;
}

static void push_front(struct wasmtime_error *e, struct level level)
{
    memmove(e->levels + 1, e->levels, e->nlevels * sizeof *e->levels);
    e->levels[0] = level;
    e->nlevels++;
}

wasmtime_error_t *hs_api_error_context(wasmtime_error_t *e, const char *format, ...)
{
    struct wasmtime_error *mine = sole(e);
    if (!mine || mine->nlevels == MAX_LEVELS)
        return mine ? mine : e;
    char text[1024];
    va_list args;
    va_start(args, format);
    size_t n = format_text(text, sizeof text, format, args);
    va_end(args);
    struct level level;
    if (copy_text(&level, text, n))
        push_front(mine, level);
    return mine;
}

wasmtime_error_t *hs_api_error_add_backtrace(wasmtime_error_t *e, struct backtrace *b)
{
    if (!b)
        return e;
    struct wasmtime_error *mine = e->backtrace ? NULL : sole(e);
    if (!mine || mine->nlevels == MAX_LEVELS) {
        hs_api_backtrace_unref(b);
        return mine ? mine : e;
    }
    mine->backtrace = b;
    push_front(mine, (struct level){NULL, 0});
    return mine;
}

/* --- Telling ---------------------------------------------------------------------------------- */

static void put(struct buffer *b, const char *text)
{
    hs_buffer_bytes(b, text, strlen(text));
}

static void put_backtrace(const struct backtrace *t, struct buffer *b)
{
    put(b, "error while executing at wasm backtrace:");
    for (uint32_t i = 0; i < t->count; i++) {
        const struct frame *f = &t->frames[i];
        const struct module *m = f->code->module;
        char text[64], offset[24];
        snprintf(offset, sizeof offset, "0x%x", f->offset);
        snprintf(text, sizeof text, "\n  %3u: %8s - ", i, offset);
        put(b, text);
        if (m->names.module.size)
            hs_buffer_bytes(b, m->names.module.data, m->names.module.size);
        else
            put(b, "<unknown>");
        put(b, "!");
        struct span name = hs_module_func_name(m, f->func);
        if (name.size) {
            hs_buffer_bytes(b, name.data, name.size);
        } else {
            snprintf(text, sizeof text, "<wasm function %u>", f->func);
            put(b, text);
        }
    }
}

/* One level; lines after the first are indented. */
static void put_level(const struct wasmtime_error *e, uint32_t i, unsigned indent, struct buffer *b)
{
    size_t start = b->size;
    if (e->levels[i].text)
        hs_buffer_bytes(b, e->levels[i].text, e->levels[i].size);
    else
        put_backtrace(e->backtrace, b);
    if (!indent)
        return;
    for (size_t at = start; !b->failed && at < b->size; at++)
        if (b->data[at] == '\n') {
            hs_buffer_insert(b, at + 1, "        ", indent);
            at += indent;
        }
}

void hs_api_error_render(const wasmtime_error_t *e, struct buffer *out)
{
    put_level(e, 0, 0, out);
    if (e->nlevels == 1)
        return;
    put(out, "\n\nCaused by:\n");
    for (uint32_t i = 1; i < e->nlevels; i++) {
        char head[16] = "    ";
        if (e->nlevels > 2)
            snprintf(head, sizeof head, "%5u: ", i - 1);
        put(out, head);
        put_level(e, i, e->nlevels > 2 ? 7 : 4, out);
        put(out, "\n");
    }
}

/* --- The public functions --------------------------------------------------------------------- */

wasmtime_error_t *wasmtime_error_new(const char *message)
{
    return hs_api_error_text(message ? message : "", message ? strlen(message) : 0);
}

void wasmtime_error_message(const wasmtime_error_t *error, wasm_name_t *message)
{
    struct buffer b;
    hs_buffer_init(&b, SIZE_MAX / 2);
    if (error)
        hs_api_error_render(error, &b);
    if (b.failed)
        wasm_name_new_empty(message);
    else
        wasm_name_new(message, b.size, (const char *)b.data);
    hs_buffer_deinit(&b);
}

bool wasmtime_error_exit_status(const wasmtime_error_t *error, int *status)
{
    if (!error || !error->has_exit)
        return false;
    *status = error->exit_status;
    return true;
}

wasmtime_error_t *hospes_error_new_exit(int status)
{
    wasmtime_error_t *e = hs_api_error("Exited with i32 exit status %d", status);
    if (!e->permanent) {
        e->has_exit = true;
        e->exit_status = status;
    }
    return e;
}
