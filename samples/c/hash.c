/*
 * Sums of files: SHA-256 (FIPS 180-4), CRC-32, Adler-32 and FNV-1a, as a table.
 *
 *   hash FILE…          hash -      from standard input
 *
 * Exit status 1 if a file could not be read; the others are summed all the same.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

struct sums {
    uint32_t sha[8];
    uint8_t block[64]; /* what does not fill a block yet */
    uint64_t size;
    uint32_t crc, adler_a, adler_b;
    uint64_t fnv;
};

static uint32_t ror(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void sha_block(uint32_t s[8], const uint8_t *p)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
               (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(v, s, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = v[7] + (ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25)) +
                      ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
        uint32_t t2 = (ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22)) +
                      ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        s[i] += v[i];
}

static void sums_init(struct sums *s)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memset(s, 0, sizeof *s);
    memcpy(s->sha, start, sizeof start);
    s->crc = ~0u;
    s->adler_a = 1;
    s->fnv = UINT64_C(0xcbf29ce484222325);
}

static void sums_add(struct sums *s, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = data[i];
        s->block[s->size++ % 64] = byte;
        if (s->size % 64 == 0)
            sha_block(s->sha, s->block);
        s->crc ^= byte;
        for (int bit = 0; bit < 8; bit++)
            s->crc = s->crc >> 1 ^ (0xedb88320u & -(s->crc & 1));
        s->adler_a = (s->adler_a + byte) % 65521;
        s->adler_b = (s->adler_b + s->adler_a) % 65521;
        s->fnv = (s->fnv ^ byte) * UINT64_C(0x100000001b3);
    }
}

static void sums_print(struct sums *s, const char *name)
{
    uint64_t size = s->size, bits = size * 8;
    uint32_t crc = ~s->crc, adler = s->adler_b << 16 | s->adler_a;
    uint64_t fnv = s->fnv;
    uint8_t padding[72] = {0x80};
    size_t length = 64 - (size + 8) % 64; /* at least one byte */
    for (int i = 0; i < 8; i++)
        padding[length + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
    sums_add(s, padding, length + 8);
    printf("%s: %" PRIu64 " bytes\n  sha256 ", name, size);
    for (int i = 0; i < 8; i++)
        printf("%08" PRIx32, s->sha[i]);
    printf("\n  crc32  %08" PRIx32 "  adler32 %08" PRIx32 "  fnv1a %016" PRIx64 "\n", crc, adler,
           fnv);
}

int main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        FILE *file = strcmp(argv[i], "-") == 0 ? stdin : fopen(argv[i], "rb");
        if (!file) {
            printf("%s: %s\n", argv[i], strerror(errno));
            status = 1;
            continue;
        }
        struct sums s;
        sums_init(&s);
        uint8_t buffer[1000]; /* not a multiple of 64, on purpose */
        for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;)
            sums_add(&s, buffer, n);
        sums_print(&s, argv[i]);
        if (file != stdin)
            fclose(file);
    }
    return status;
}
