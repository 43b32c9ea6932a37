/* See number.h. The decimal algorithm in short: the first 19 digits make a 64-bit integer,
 * multiplied by an approximation of the power of ten (two factors from tables of powers of five,
 * 64 bits each). The product is off by a few units in its last place. Unless a halfway point
 * between two floats lies that near, rounding it is exact. If one does, the digits and the
 * halfway point are compared as big integers. */
#include "text/number.h"
#include "base/bits.h"
#include <stdbool.h>
#include <string.h>

static inline int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Reads digits with single underscores between them. Returns NUM_RANGE above 64 bits (the
 * grammar of the rest is still checked). */
static enum num magnitude(const char *s, const char *end, uint64_t *out)
{
    uint64_t x = 0, base = 10;
    bool large = false;
    if (end - s > 2 && s[0] == '0' && s[1] == 'x') {
        base = 16;
        s += 2;
    }
    if (s == end)
        return NUM_SYNTAX;
    for (;;) {
        uint64_t d = (uint64_t)digit_value(*s++);
        if (d >= base)
            return NUM_SYNTAX;
        large |= __builtin_mul_overflow(x, base, &x);
        large |= __builtin_add_overflow(x, d, &x);
        if (s == end)
            break;
        if (*s == '_' && ++s == end)
            return NUM_SYNTAX;
    }
    if (large)
        return NUM_RANGE;
    *out = x;
    return NUM_OK;
}

enum num hs_num_nat(const char *s, const char *end, uint64_t *out)
{
    return magnitude(s, end, out);
}

enum num hs_num_int(const char *s, const char *end, int bits, uint64_t *out)
{
    bool negative = s < end && *s == '-';
    uint64_t x;
    if (s < end && (*s == '-' || *s == '+'))
        s++;
    enum num n = magnitude(s, end, &x);
    if (n != NUM_OK)
        return n;
    uint64_t half = UINT64_C(1) << (bits - 1);
    if (negative ? x > half : (bits < 64 && x >> bits))
        return NUM_RANGE;
    *out = negative ? 0 - x : x;
    return NUM_OK;
}

/* --- floats ----------------------------------------------------------------------------------- */

struct format {
    int precision; /* bits of the significand, the hidden one included */
    int emin;      /* exponent of the smallest normal number */
    int emax;      /* exponent of the largest */
};
static const struct format format32 = {24, -126, 127}, format64 = {53, -1022, 1023};

/* Rounds m * 2^e, m with its top bit set, `sticky` if the value is a little more, known up to
 * `error` units of m. Returns false if the error leaves it open: *out is then the float below
 * the halfway point, which is *out_half * 2^*out_exp. */
static bool round_bits(const struct format *f, uint64_t m, int64_t e, bool sticky, uint64_t error,
                       uint64_t *out, uint64_t *out_half, int64_t *out_exp)
{
    int64_t exponent = e + 63;
    bool normal = exponent >= f->emin;
    int64_t shift = 64 - f->precision + (normal ? 0 : f->emin - exponent);
    if (shift > 80) {
        *out = 0;
        return true;
    }
    uint64_t q = shift < 64 ? m >> shift : 0;
    __uint128_t rest = m - ((__uint128_t)q << shift), half = (__uint128_t)1 << (shift - 1);
    uint64_t hidden = UINT64_C(1) << (f->precision - 1);
    uint64_t bits =
        normal ? ((uint64_t)(exponent - f->emin + 1) << (f->precision - 1)) + (q - hidden) : q;
    if (normal && exponent > f->emax) { /* round_bits callers check against the infinity */
        *out = (uint64_t)(f->emax - f->emin + 2) << (f->precision - 1);
        return true;
    }
    __uint128_t distance = rest > half ? rest - half : half - rest;
    if (error && distance <= error) {
        *out = bits;
        *out_half = 2 * q + 1;
        *out_exp = e + shift - 1;
        return false;
    }
    if (rest > half || (rest == half && (sticky || (q & 1))))
        bits++; /* carries into the exponent as it should */
    *out = bits;
    return true;
}

/* Big integers: words of 32 bits, least significant first. The largest one holds 801 digits or
 * 5^1200 with a common factor of two: below 5,000 bits. */
enum { BIG_WORDS = 200 };
struct big {
    int size;
    uint32_t word[BIG_WORDS];
};

static void big_mul_add(struct big *b, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (int i = 0; i < b->size; i++) {
        carry += (uint64_t)b->word[i] * factor;
        b->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && b->size < BIG_WORDS)
        b->word[b->size++] = (uint32_t)carry;
}

static void big_mul_pow5(struct big *b, int64_t n)
{
    for (; n >= 13; n -= 13)
        big_mul_add(b, 1220703125u, 0); /* 5^13 */
    for (; n > 0; n--)
        big_mul_add(b, 5, 0);
}

static void big_shift(struct big *b, int64_t n)
{
    int words = (int)(n / 32);
    if (b->size == 0 || b->size + words >= BIG_WORDS)
        return;
    memmove(b->word + words, b->word, (size_t)b->size * 4);
    memset(b->word, 0, (size_t)words * 4);
    b->size += words;
    if (n % 32)
        big_mul_add(b, UINT32_C(1) << (n % 32), 0);
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    for (int i = a->size - 1; i >= 0; i--)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

enum { MAX_DIGITS = 800 }; /* halfway points have at most 767 significant digits */

struct decimal {
    const char *digits,
        *end;         /* from the first significant digit; dots and underscores between them */
    int64_t exponent; /* of ten, of the first significant digit */
};

/* Compares the decimal number with half * 2^e. */
static int compare_exact(const struct decimal *d, uint64_t half, int64_t e)
{
    struct big a = {.size = 0}, b = {.size = 0};
    int64_t n = 0;
    bool more = false;
    for (const char *s = d->digits; s < d->end; s++) {
        if (*s == '_' || *s == '.')
            continue;
        if (n < MAX_DIGITS) {
            if (a.size == 0 && *s != '0') {
                a.size = 1;
                a.word[0] = (uint32_t)(*s - '0');
            } else {
                big_mul_add(&a, 10, (uint32_t)(*s - '0'));
            }
            n++;
        } else if (*s != '0') {
            more = true;
            break;
        }
    }
    if (more) {
        big_mul_add(&a, 10, 1);
        n++;
    }
    int64_t ten = d->exponent - (n - 1), two = ten - e;
    b.word[0] = (uint32_t)half;
    b.word[1] = (uint32_t)(half >> 32);
    b.size = b.word[1] ? 2 : 1;
    if (ten > 0)
        big_mul_pow5(&a, ten);
    else
        big_mul_pow5(&b, -ten);
    if (two > 0)
        big_shift(&a, two);
    else
        big_shift(&b, -two);
    return big_compare(&a, &b);
}

struct power {
    uint64_t m; /* rounded, top bit set */
    int16_t e;
};
/* 5^(28 (i - 14)) = m * 2^e */
static const struct power large_powers[] = {
    {UINT64_C(0xdf82365c497b5454), -974}, {UINT64_C(0xe1afa13afbd14d6e), -909},
    {UINT64_C(0xe3e27a444d8d98b8), -844}, {UINT64_C(0xe61acf033d1a45df), -779},
    {UINT64_C(0xe858ad248f5c22ca), -714}, {UINT64_C(0xea9c227723ee8bcb), -649},
    {UINT64_C(0xece53cec4a314ebe), -584}, {UINT64_C(0xef340a98172aace5), -519},
    {UINT64_C(0xf18899b1bc3f8ca2), -454}, {UINT64_C(0xf3e2f893dec3f126), -389},
    {UINT64_C(0xf64335bcf065d37d), -324}, {UINT64_C(0xf8a95fcf88747d94), -259},
    {UINT64_C(0xfb158592be068d2f), -194}, {UINT64_C(0xfd87b5f28300ca0e), -129},
    {UINT64_C(0x8000000000000000), -63},  {UINT64_C(0x813f3978f8940984), 2},
    {UINT64_C(0x82818f1281ed44a0), 67},   {UINT64_C(0x83c7088e1aab65db), 132},
    {UINT64_C(0x850fadc09923329e), 197},  {UINT64_C(0x865b86925b9bc5c2), 262},
    {UINT64_C(0x87aa9aff79042287), 327},  {UINT64_C(0x88fcf317f22241e2), 392},
    {UINT64_C(0x8a5296ffe33cc930), 457},  {UINT64_C(0x8bab8eefb6409c1a), 522},
    {UINT64_C(0x8d07e33455637eb3), 587},  {UINT64_C(0x8e679c2f5e44ff8f), 652},
    {UINT64_C(0x8fcac257558ee4e6), 717},
};

static uint64_t multiply_high(uint64_t a, uint64_t b, int64_t *e)
{
    __uint128_t p = (__uint128_t)a * b;
    *e += 64;
    if (!(p >> 127)) {
        p <<= 1;
        *e -= 1;
    }
    return (uint64_t)(p >> 64);
}

static enum num decimal_float(const struct format *f, const struct decimal *d, uint64_t *out)
{
    uint64_t m = 0, error = 6;
    int64_t n = 0;
    bool more = false;
    for (const char *s = d->digits; s < d->end; s++) {
        if (*s == '_' || *s == '.')
            continue;
        if (n == 19) {
            more = true; /* at least one more digit, perhaps zero */
            break;
        }
        m = m * 10 + (uint64_t)(*s - '0');
        n++;
    }
    if (m == 0 || d->exponent < -330) { /* below half of the smallest subnormal number */
        *out = 0;
        return NUM_OK;
    }
    if (d->exponent > 310)
        return NUM_RANGE;
    int64_t ten = d->exponent - (n - 1), e = ten;
    int shift = __builtin_clzll(m);
    if (more)
        error += UINT64_C(2) << shift;
    m <<= shift;
    e -= shift;
    if (ten == 0 && !more)
        error = 0;
    /* 5^ten = 5^(28 large) * 5^small, 0 <= small < 28 */
    int64_t large = ten >= 0 ? ten / 28 : -((27 - ten) / 28);
    uint64_t five = 1;
    for (int64_t small = ten - large * 28; small > 0; small--)
        five *= 5;
    if (five > 1) {
        int z = __builtin_clzll(five);
        e -= z;
        m = multiply_high(m, five << z, &e);
    }
    if (large) {
        const struct power *p = &large_powers[large + 14]; /* -348 <= ten <= 310 */
        e += p->e;
        m = multiply_high(m, p->m, &e);
        error *= 2; /* each multiplication may normalize by a bit */
    }
    uint64_t half = 0, bits;
    int64_t half_e = 0;
    if (!round_bits(f, m, e, false, error * 2, &bits, &half, &half_e)) {
        int c = compare_exact(d, half, half_e);
        if (c > 0 || (c == 0 && (half >> 1 & 1)))
            bits++;
    }
    *out = bits;
    return NUM_OK;
}

/* Skips digits of a base with single underscores inside; false unless there is at least one. */
static bool skip_digits(const char **s, const char *end, int base)
{
    const char *p = *s;
    if (p == end || digit_value(*p) >= base)
        return false;
    for (p++; p < end; p++) {
        if (*p == '_' && ++p == end)
            return false;
        if (digit_value(*p) >= base) {
            if (p[-1] == '_')
                return false;
            break;
        }
    }
    *s = p;
    return true;
}

/* A decimal exponent with sign, clamped far outside of what any float has. */
static bool exponent(const char **s, const char *end, int64_t *out)
{
    const char *p = *s;
    bool negative = p < end && *p == '-';
    int64_t x = 0;
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    const char *digits = p;
    if (!skip_digits(&p, end, 10))
        return false;
    for (; digits < p; digits++)
        if (*digits != '_' && x < 1000000000000)
            x = x * 10 + (*digits - '0');
    *out = negative ? -x : x;
    *s = p;
    return true;
}

static enum num hex_float(const struct format *f, const char *s, const char *end, uint64_t *out)
{
    const char *p = s, *point = NULL;
    uint64_t m = 0;
    int64_t e = 0, written = 0;
    bool sticky = false;
    if (!skip_digits(&p, end, 16))
        return NUM_SYNTAX;
    if (p < end && *p == '.') {
        point = p++;
        if (p < end && digit_value(*p) < 16 && !skip_digits(&p, end, 16))
            return NUM_SYNTAX;
    }
    const char *digits_end = p;
    if (p < end && (*p | 0x20) == 'p') {
        p++;
        if (!exponent(&p, end, &written))
            return NUM_SYNTAX;
    }
    if (p != end)
        return NUM_SYNTAX;
    for (p = s; p < digits_end; p++) {
        if (*p == '_' || p == point)
            continue;
        uint64_t d = (uint64_t)digit_value(*p);
        if (m >> 60) {
            sticky |= d != 0;
            e += 4;
        } else {
            m = m << 4 | d;
        }
        if (point && p > point)
            e -= 4;
    }
    if (m == 0) {
        *out = 0;
        return NUM_OK;
    }
    int shift = __builtin_clzll(m);
    e += written - shift;
    uint64_t unused;
    int64_t unused_e;
    round_bits(f, m << shift, e, sticky, 0, out, &unused, &unused_e);
    return NUM_OK;
}

enum num hs_num_float(const char *s, const char *end, int width, uint64_t *out)
{
    const struct format *f = width == 32 ? &format32 : &format64;
    uint64_t sign = 0, infinity = (uint64_t)(f->emax - f->emin + 2) << (f->precision - 1), bits = 0;
    if (s < end && (*s == '-' || *s == '+'))
        sign = (uint64_t)(*s++ == '-') << (width - 1);
    size_t n = (size_t)(end - s);
    if (n == 3 && memcmp(s, "inf", 3) == 0) {
        *out = sign | infinity;
        return NUM_OK;
    }
    if (n == 3 && memcmp(s, "nan", 3) == 0) {
        *out = sign | infinity | UINT64_C(1) << (f->precision - 2);
        return NUM_OK;
    }
    if (n > 6 && memcmp(s, "nan:0x", 6) == 0) {
        enum num r = magnitude(s + 4, end, &bits);
        if (r == NUM_OK && (bits == 0 || bits >> (f->precision - 1)))
            r = NUM_RANGE;
        if (r == NUM_OK)
            *out = sign | infinity | bits;
        return r;
    }
    if (n > 2 && s[0] == '0' && s[1] == 'x') {
        enum num r = hex_float(f, s + 2, end, &bits);
        if (r != NUM_OK)
            return r;
    } else {
        const char *p = s, *point = end;
        int64_t written = 0;
        if (!skip_digits(&p, end, 10))
            return NUM_SYNTAX;
        point = p;
        if (p < end && *p == '.') {
            p++;
            if (p < end && *p >= '0' && *p <= '9' && !skip_digits(&p, end, 10))
                return NUM_SYNTAX;
        }
        const char *digits_end = p;
        if (p < end && (*p | 0x20) == 'e') {
            p++;
            if (!exponent(&p, end, &written))
                return NUM_SYNTAX;
        }
        if (p != end)
            return NUM_SYNTAX;
        /* The place of the first significant digit. */
        int64_t integer = 0, zeros = 0;
        const char *first = s;
        for (p = s; p < point; p++)
            integer += *p != '_';
        while (first < digits_end && (*first == '0' || *first == '_' || *first == '.'))
            zeros += *first++ == '0';
        if (first == digits_end) {
            *out = sign;
            return NUM_OK;
        }
        struct decimal d = {first, digits_end, integer - 1 - zeros + written};
        enum num r = decimal_float(f, &d, &bits);
        if (r != NUM_OK)
            return r;
    }
    if (bits >= infinity)
        return NUM_RANGE;
    *out = sign | bits;
    return NUM_OK;
}

/* --- back to text ----------------------------------------------------------------------------- */

static int write_decimal(char *out, uint64_t x)
{
    char buffer[20];
    int n = 0;
    do
        buffer[n++] = (char)('0' + x % 10);
    while (x /= 10);
    for (int i = 0; i < n; i++)
        out[i] = buffer[n - 1 - i];
    return n;
}

int hs_num_float_text(char out[HS_NUM_FLOAT_TEXT], uint64_t bits, int width)
{
    static const char hex[] = "0123456789abcdef";
    const struct format *f = width == 32 ? &format32 : &format64;
    int fraction_bits = f->precision - 1, n = 0;
    uint64_t fraction = bits & ((UINT64_C(1) << fraction_bits) - 1);
    int biased = (int)(bits >> fraction_bits & (width == 32 ? 0xff : 0x7ff));
    if (bits >> (width - 1) & 1)
        out[n++] = '-';
    if (biased == f->emax - f->emin + 2) {
        memcpy(out + n, fraction ? "nan" : "inf", 3);
        n += 3;
        if (fraction && fraction != UINT64_C(1) << (fraction_bits - 1)) {
            memcpy(out + n, ":0x", 3);
            n += 3;
            int top = (63 - __builtin_clzll(fraction)) / 4;
            for (; top >= 0; top--)
                out[n++] = hex[fraction >> (4 * top) & 15];
        }
        return n;
    }
    /* A decimal number of at most 15 digits and six decimal places, if it reads back to the same
     * bits. */
    uint64_t m = fraction | (biased ? UINT64_C(1) << fraction_bits : 0);
    int exponent2 = (biased ? biased : 1) + f->emin - 1 - fraction_bits;
    if (m == 0) {
        out[n++] = '0';
        return n;
    }
    if (exponent2 <= 0 && exponent2 > -63) {
        uint64_t ten = 1;
        for (int places = 0; places <= 6; places++, ten *= 10) {
            __uint128_t scaled = (__uint128_t)m * ten + ((__uint128_t)1 << -exponent2 >> 1);
            uint64_t value = (uint64_t)(scaled >> -exponent2);
            if (scaled >> -exponent2 >= UINT64_C(1000000000000000))
                break;
            char text[HS_NUM_FLOAT_TEXT];
            int k = write_decimal(text, value / ten);
            if (places) {
                uint64_t rest = value % ten;
                text[k++] = '.';
                for (uint64_t t = ten / 10; t; t /= 10)
                    text[k++] = (char)('0' + rest / t % 10);
            }
            uint64_t back;
            if (hs_num_float(text, text + k, width, &back) == NUM_OK &&
                back == (bits & ~(UINT64_C(1) << (width - 1)))) {
                memcpy(out + n, text, (size_t)k);
                return n + k;
            }
        }
    }
    /* 0x1.8p+3: normalized, so that the first digit is one. */
    int shift = __builtin_clzll(m) - (63 - fraction_bits);
    m <<= shift;
    int e = exponent2 - shift + fraction_bits;
    memcpy(out + n, "0x1", 3);
    n += 3;
    uint64_t rest = m << (64 - fraction_bits);
    if (rest)
        out[n++] = '.';
    for (; rest; rest <<= 4)
        out[n++] = hex[rest >> 60];
    out[n++] = 'p';
    out[n++] = e < 0 ? '-' : '+';
    return n + write_decimal(out + n, (uint64_t)(e < 0 ? -e : e));
}
