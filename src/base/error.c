/* See error.h. */
#include "base/error.h"
#include <stdio.h>
#include <string.h>

void hs_error_init(struct error *e)
{
    e->status = ST_OK;
    e->func = HS_NO_FUNC;
    e->line = e->column = 0;
    e->offset = HS_NO_OFFSET;
    e->text[0] = 0;
}

enum status hs_error_vset(struct error *e, enum status s, uint64_t offset, const char *format,
                          va_list args)
{
    if (e->status != ST_OK)
        return e->status;
    e->status = s;
    e->offset = offset;
    vsnprintf(e->text, sizeof e->text, format, args);
    return s;
}

enum status hs_error_set(struct error *e, enum status s, uint64_t offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    s = hs_error_vset(e, s, offset, format, args);
    va_end(args);
    return s;
}

const char *hs_error_escape(char *out, uint32_t cap, const void *bytes, uint64_t size)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *p = bytes;
    uint32_t n = 0;
    for (uint64_t i = 0; i < size; i++) {
        bool plain = p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\';
        if (n + (plain ? 1 : 4) + 4 > cap) {
            if (n + 4 <= cap) {
                memcpy(out + n, "...", 3);
                n += 3;
            }
            break;
        }
        if (plain) {
            out[n++] = (char)p[i];
        } else {
            out[n++] = '\\';
            out[n++] = 'x';
            out[n++] = hex[p[i] >> 4];
            out[n++] = hex[p[i] & 15];
        }
    }
    out[n] = 0;
    return out;
}
