/* CRC-32 byte by byte and by slices of four: table look-ups in a dependent chain. */
#include "bench.h"

static uint32_t table[4][256];

int main(int argc, char **argv)
{
    uint32_t megabytes = bench_size(argc, argv, 60);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        table[0][i] = c;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int t = 1; t < 4; t++)
            table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 255];
    size_t size = 1 << 20;
    uint8_t *data = bench_alloc(size, 1);
    uint32_t seed = 3;
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)bench_random(&seed);
    uint32_t crc = ~0u;
    for (uint32_t m = 0; m < megabytes; m++) {
        if (m % 2) {
            for (size_t i = 0; i < size; i++)
                crc = crc >> 8 ^ table[0][(crc ^ data[i]) & 255];
            continue;
        }
        for (size_t i = 0; i < size; i += 4) {
            uint32_t word;
            memcpy(&word, data + i, 4);
            crc ^= word;
            crc = table[3][crc & 255] ^ table[2][crc >> 8 & 255] ^ table[1][crc >> 16 & 255] ^
                  table[0][crc >> 24];
        }
    }
    free(data);
    return bench_report("crc32", ~crc);
}
