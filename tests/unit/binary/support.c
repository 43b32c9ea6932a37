/* See support.h. */
#include "support.h"
#include <stdlib.h>

void put_hex(struct buffer *b, const char *hex)
{
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        if (*hex == '\'') {
            for (hex++; *hex != '\''; hex++)
                hs_buffer_byte(b, (uint8_t)*hex);
            continue;
        }
        char digits[3] = {hex[0], hex[1], 0};
        hs_buffer_byte(b, (uint8_t)strtoul(digits, NULL, 16));
        hex++;
    }
}

void put_header(struct buffer *b)
{
    put_hex(b, "00 'asm' 01 00 00 00");
}

void put_section(struct buffer *b, int id, const char *hex)
{
    hs_buffer_byte(b, (uint8_t)id);
    size_t mark = hs_buffer_open(b);
    put_hex(b, hex);
    hs_buffer_close(b, mark);
}

void put_everything(struct buffer *b)
{
    put_header(b);
    put_section(b, 0, "01 'a' de ad");
    put_section(b, 1,
                "05 "
                "60 00 00 "
                "60 02 7f 7e 02 7d 7c "
                "4e 02 50 00 5f 02 78 00 64 03 01  4f 01 02 5f 03 78 00 64 03 01 7b 00 "
                "5e 77 01 "
                "60 01 7f 00");
    put_section(b, 2,
                "05 "
                "01 'm' 01 'f' 00 01 "
                "01 'm' 01 't' 01 70 01 01 02 "
                "01 'm' 01 'n' 02 03 01 02 "
                "01 'm' 01 'g' 03 7f 01 "
                "01 'm' 01 'e' 04 00 05");
    put_section(b, 0, "01 'b'");
    put_section(b, 3, "02 00 00");
    put_section(b, 4, "02  70 00 0a  40 00 64 70 05 05 0a d2 01 0b");
    put_section(b, 5, "02  04 01  08 80 02 00");
    put_section(b, 13, "01 00 05");
    put_section(b, 6,
                "06 "
                "7f 00 41 2a 0b "
                "7e 01 42 7f 0b "
                "70 00 d0 70 0b "
                "7f 00 41 01 41 02 6a 0b "
                "7b 00 fd 0c 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 0b "
                "7f 00 23 00 0b");
    put_section(b, 7, "05  01 'a' 00 01  01 'b' 01 00  01 'c' 02 00  01 'd' 03 00  01 'e' 04 00");
    put_section(b, 8, "01");
    put_section(b, 9,
                "08 "
                "00 41 00 0b 02 00 01 "
                "01 00 01 01 "
                "02 01 41 01 0b 00 01 02 "
                "03 00 01 00 "
                "04 41 00 0b 01 d2 00 0b "
                "05 70 01 d0 70 0b "
                "06 01 41 00 0b 64 70 01 d2 01 0b "
                "07 6f 01 d0 6f 0b");
    put_section(b, 12, "03");
    put_section(b, 10, "02  02 00 0b  07 01 01 7f 41 01 1a 0b");
    put_section(b, 11, "03  00 41 00 0b 03 'abc'  01 02 'de'  02 01 42 00 0b 01 'f'");
    put_section(b, 0, "04 'name'  00 04 03 'mod'  01 07 02 00 01 'f' 02 01 'g'  07 00");
}

enum status read_copy(const uint8_t *bytes, size_t size, hs_features features,
                      struct module *out_module, struct error *e, uint8_t **out_bytes)
{
    *out_bytes = malloc(size ? size : 1);
    if (size)
        memcpy(*out_bytes, bytes, size);
    hs_error_init(e);
    return hs_binary_read(*out_bytes, size, features, out_module, e);
}
