/*
 * A file compressor: LZ77 with hash chains, then a canonical Huffman code, in one format of its
 * own.
 *
 *   compress pack IN OUT | unpack IN OUT | check FILE SCRATCH
 *
 * The format: "HZ1", the original size (4 bytes), CRC-32 (4 bytes), then blocks. A block is the
 * number of its symbols (4 bytes), the code lengths of the 512 symbols as nibbles, and the bits.
 * Symbols 0 to 255 are literal bytes. Symbols 256 and up mean a match: 16 classes of length
 * times 16 classes of distance, each class followed by as many extra bits as its number says. A
 * class n stands for the values from 2^n on, so lengths reach 65,538 and distances 65,535.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SYMBOLS = 512, MAX_BITS = 15, MIN_MATCH = 3, WINDOW = 65535, BLOCK = 32768 };

struct buffer {
    uint8_t *data;
    size_t size, room;
};

static void die(const char *what)
{
    fprintf(stderr, "compress: %s\n", what);
    exit(1);
}

static void append(struct buffer *b, uint8_t byte)
{
    if (b->size == b->room) {
        b->room = b->room ? b->room * 2 : 4096;
        b->data = realloc(b->data, b->room);
        if (!b->data)
            die("out of memory");
    }
    b->data[b->size++] = byte;
}

static void append_u32(struct buffer *b, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        append(b, (uint8_t)(value >> (8 * i)));
}

static uint32_t crc32(const uint8_t *data, size_t size)
{
    static uint32_t table[256];
    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int bit = 0; bit < 8; bit++)
                c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
            table[i] = c;
        }
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
    return ~crc;
}

/* --- bits ------------------------------------------------------------------------------------- */

struct bit_writer {
    struct buffer *out;
    uint64_t bits;
    int count;
};

static void put_bits(struct bit_writer *w, uint32_t value, int count)
{
    w->bits = w->bits << count | value;
    for (w->count += count; w->count >= 8; w->count -= 8)
        append(w->out, (uint8_t)(w->bits >> (w->count - 8)));
}

static void flush_bits(struct bit_writer *w)
{
    if (w->count > 0)
        put_bits(w, 0, 8 - w->count);
}

struct bit_reader {
    const uint8_t *data;
    size_t size, at;
    uint32_t bits;
    int count;
};

static uint32_t get_bit(struct bit_reader *r)
{
    if (r->count == 0) {
        if (r->at == r->size)
            die("the file ends too early");
        r->bits = r->data[r->at++];
        r->count = 8;
    }
    return r->bits >> --r->count & 1;
}

static uint32_t get_bits(struct bit_reader *r, int count)
{
    uint32_t value = 0;
    while (count-- > 0)
        value = value << 1 | get_bit(r);
    return value;
}

/* --- Huffman ---------------------------------------------------------------------------------- */

/* Code lengths from frequencies: build the tree by merging the two lightest, and if it grows too
 * deep, flatten the frequencies and try again. */
static void code_lengths(const uint32_t *frequencies, uint8_t *lengths)
{
    uint32_t weights[2 * SYMBOLS];
    uint16_t parents[2 * SYMBOLS];
    for (uint32_t flatten = 0;; flatten++) {
        int count = 0, top = SYMBOLS;
        for (int i = 0; i < SYMBOLS; i++) {
            weights[i] = frequencies[i] ? (frequencies[i] >> flatten) + 1 : 0;
            count += weights[i] != 0;
        }
        memset(parents, 0, sizeof parents);
        for (int left = count; left > 1; left--) {
            int a = -1, b = -1;
            for (int i = 0; i < top; i++) {
                if (weights[i] == 0)
                    continue;
                if (a < 0 || weights[i] < weights[a])
                    b = a, a = i;
                else if (b < 0 || weights[i] < weights[b])
                    b = i;
            }
            weights[top] = weights[a] + weights[b];
            weights[a] = weights[b] = 0;
            parents[a] = parents[b] = (uint16_t)top++;
        }
        int deepest = 0;
        for (int i = 0; i < SYMBOLS; i++) {
            int depth = 0;
            for (int at = i; parents[at]; at = parents[at])
                depth++;
            lengths[i] = (uint8_t)(frequencies[i] && depth == 0 ? 1 : depth);
            deepest = depth > deepest ? depth : deepest;
        }
        if (deepest <= MAX_BITS)
            return;
    }
}

/* Canonical codes: shorter ones first, in the order of the symbols. */
static void canonical(const uint8_t *lengths, uint16_t *codes)
{
    uint32_t code = 0;
    for (int bits = 1; bits <= MAX_BITS; bits++, code <<= 1)
        for (int i = 0; i < SYMBOLS; i++)
            if (lengths[i] == bits)
                codes[i] = (uint16_t)code++;
}

struct decoder {
    uint32_t first[MAX_BITS + 2], offset[MAX_BITS + 2];
    uint16_t symbols[SYMBOLS];
    uint32_t count[MAX_BITS + 2];
};

static void decoder_init(struct decoder *d, const uint8_t *lengths)
{
    uint32_t code = 0, at = 0;
    memset(d, 0, sizeof *d);
    for (int bits = 1; bits <= MAX_BITS; bits++, code <<= 1) {
        d->first[bits] = code;
        d->offset[bits] = at;
        for (int i = 0; i < SYMBOLS; i++)
            if (lengths[i] == bits)
                d->symbols[at++] = (uint16_t)i, d->count[bits]++, code++;
    }
}

static uint32_t decode_symbol(const struct decoder *d, struct bit_reader *r)
{
    uint32_t code = 0;
    for (int bits = 1; bits <= MAX_BITS; bits++) {
        code = code << 1 | get_bit(r);
        if (code - d->first[bits] < d->count[bits])
            return d->symbols[d->offset[bits] + code - d->first[bits]];
    }
    die("a code that nothing has");
    return 0;
}

/* --- LZ77 ------------------------------------------------------------------------------------- */

struct token {
    uint16_t symbol, length_extra, distance_extra;
};

static int class_of(uint32_t value)
{
    return 31 - __builtin_clz(value);
}

static void write_block(struct bit_writer *w, const struct token *tokens, uint32_t count)
{
    uint32_t frequencies[SYMBOLS] = {0};
    uint8_t lengths[SYMBOLS];
    uint16_t codes[SYMBOLS] = {0};
    for (uint32_t i = 0; i < count; i++)
        frequencies[tokens[i].symbol]++;
    code_lengths(frequencies, lengths);
    canonical(lengths, codes);
    append_u32(w->out, count);
    for (int i = 0; i < SYMBOLS; i += 2)
        append(w->out, (uint8_t)(lengths[i] << 4 | lengths[i + 1]));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t symbol = tokens[i].symbol;
        put_bits(w, codes[symbol], lengths[symbol]);
        if (symbol >= 256) {
            put_bits(w, tokens[i].length_extra, (int)(symbol - 256) >> 4);
            put_bits(w, tokens[i].distance_extra, (int)symbol & 15);
        }
    }
    flush_bits(w);
}

static struct buffer pack(const uint8_t *in, size_t n)
{
    struct buffer out = {0};
    struct bit_writer w = {.out = &out};
    append(&out, 'H'), append(&out, 'Z'), append(&out, '1');
    append_u32(&out, (uint32_t)n);
    append_u32(&out, crc32(in, n));
    int32_t *heads = malloc(sizeof(int32_t) << 15), *chain = malloc((n + 1) * sizeof *chain);
    struct token *tokens = malloc(BLOCK * sizeof *tokens);
    if (!heads || !chain || !tokens)
        die("out of memory");
    memset(heads, 0xff, sizeof(int32_t) << 15);
    uint32_t count = 0;
    for (size_t i = 0; i < n;) {
        size_t best = 0, from = 0, step = 1;
        if (i + MIN_MATCH <= n) {
            uint32_t key = in[i] | (uint32_t)in[i + 1] << 8 | (uint32_t)in[i + 2] << 16;
            int32_t at = heads[key * 2654435761u >> 17];
            for (int tries = 64; at >= 0 && i - (size_t)at <= WINDOW && tries > 0; tries--) {
                size_t length = 0;
                while (length < 65535 && i + length < n && in[at + length] == in[i + length])
                    length++;
                if (length > best)
                    best = length, from = (size_t)at;
                at = chain[at];
            }
        }
        struct token *t = &tokens[count++];
        *t = (struct token){.symbol = in[i]};
        if (best >= MIN_MATCH) {
            uint32_t length = (uint32_t)best, distance = (uint32_t)(i - from);
            int lc = class_of(length), dc = class_of(distance);
            *t = (struct token){(uint16_t)(256 + lc * 16 + dc), (uint16_t)(length - (1u << lc)),
                                (uint16_t)(distance - (1u << dc))};
            step = best;
        }
        for (; step > 0; step--, i++) {
            if (i + MIN_MATCH > n)
                continue;
            uint32_t key = in[i] | (uint32_t)in[i + 1] << 8 | (uint32_t)in[i + 2] << 16;
            int32_t *head = &heads[key * 2654435761u >> 17];
            chain[i] = *head;
            *head = (int32_t)i;
        }
        if (count == BLOCK) {
            write_block(&w, tokens, count);
            count = 0;
        }
    }
    if (count > 0)
        write_block(&w, tokens, count);
    free(heads);
    free(chain);
    free(tokens);
    return out;
}

static uint32_t read_u32(struct bit_reader *r)
{
    uint32_t value = 0;
    r->count = 0; /* numbers begin at a whole byte */
    for (int i = 0; i < 4; i++)
        value |= get_bits(r, 8) << (8 * i);
    return value;
}

static struct buffer unpack(const uint8_t *in, size_t n)
{
    struct buffer out = {0};
    if (n < 11 || memcmp(in, "HZ1", 3) != 0)
        die("not a packed file");
    struct bit_reader r = {.data = in, .size = n, .at = 3};
    uint32_t size = read_u32(&r), crc = read_u32(&r);
    while (out.size < size) {
        uint32_t count = read_u32(&r);
        uint8_t lengths[SYMBOLS];
        for (int i = 0; i < SYMBOLS; i++)
            lengths[i] = (uint8_t)get_bits(&r, 4);
        struct decoder d;
        decoder_init(&d, lengths);
        while (count-- > 0) {
            uint32_t symbol = decode_symbol(&d, &r);
            if (symbol < 256) {
                append(&out, (uint8_t)symbol);
                continue;
            }
            int lc = (int)(symbol - 256) >> 4, dc = (int)symbol & 15;
            uint32_t length = (1u << lc) + get_bits(&r, lc);
            uint32_t distance = (1u << dc) + get_bits(&r, dc);
            if (distance > out.size || length > size - out.size)
                die("a match outside the data");
            while (length-- > 0)
                append(&out, out.data[out.size - distance]);
        }
    }
    if (out.size != size || crc32(out.data, out.size) != crc)
        die("the checksum is wrong");
    return out;
}

/* --- files ------------------------------------------------------------------------------------ */

static struct buffer read_file(const char *path)
{
    struct buffer b = {0};
    FILE *file = fopen(path, "rb");
    if (!file)
        die(path);
    for (int c; (c = getc(file)) != EOF;)
        append(&b, (uint8_t)c);
    fclose(file);
    return b;
}

static void write_file(const char *path, const struct buffer *b)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(b->data, 1, b->size, file) != b->size || fclose(file) != 0)
        die(path);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "check") == 0) {
        /* Packs into a file, reads that file back, unpacks, compares. */
        struct buffer in = read_file(argv[2]), packed = pack(in.data, in.size);
        write_file(argv[3], &packed);
        struct buffer again = read_file(argv[3]), out = unpack(again.data, again.size);
        bool same = out.size == in.size && memcmp(out.data, in.data, in.size) == 0;
        printf("%s: %zu -> %zu bytes (%zu %%), crc %08x, %s\n", argv[2], in.size, packed.size,
               in.size ? packed.size * 100 / in.size : 0, crc32(in.data, in.size),
               same ? "same after unpacking" : "DIFFERENT after unpacking");
        free(in.data);
        free(packed.data);
        free(again.data);
        free(out.data);
        return same ? 0 : 1;
    }
    if (argc == 4 && (strcmp(argv[1], "pack") == 0 || strcmp(argv[1], "unpack") == 0)) {
        struct buffer in = read_file(argv[2]);
        struct buffer out = *argv[1] == 'p' ? pack(in.data, in.size) : unpack(in.data, in.size);
        write_file(argv[3], &out);
        printf("%zu -> %zu bytes\n", in.size, out.size);
        free(in.data);
        free(out.data);
        return 0;
    }
    fprintf(stderr, "usage: compress pack IN OUT | unpack IN OUT | check FILE SCRATCH\n");
    return 2;
}
