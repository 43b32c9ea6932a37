/* See insn.h: the tables read from opcodes.def. */
#include "syntax/insn.h"

const struct op_info hs_op_info[OP_COUNT] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    [OP_##id] = {text, #sig, prefix, IMM_##imm, code, flags, FEATURE_##feature},
#include "syntax/opcodes.def"
};

enum { PLAIN = 0x100, FB = 0x20, FC = 0x20, FD = 0x120, FE = 0x50 };
/* op + 1, so that zero means none. Rows of other prefixes fall on the unused last element. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint16_t plain[PLAIN] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    [(prefix) == 0 ? (code) : 0xff] = (prefix) == 0 ? OP_##id + 1 : 0,
#include "syntax/opcodes.def"
};
static const uint16_t prefixed_fb[FB + 1] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    [(prefix) == 0xfb ? (code) : FB] = (prefix) == 0xfb ? OP_##id + 1 : 0,
#include "syntax/opcodes.def"
};
static const uint16_t prefixed_fc[FC + 1] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    [(prefix) == 0xfc ? (code) : FC] = (prefix) == 0xfc ? OP_##id + 1 : 0,
#include "syntax/opcodes.def"
};
static const uint16_t prefixed_fd[FD + 1] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    [(prefix) == 0xfd ? (code) : FD] = (prefix) == 0xfd ? OP_##id + 1 : 0,
#include "syntax/opcodes.def"
};
static const uint16_t prefixed_fe[FE + 1] = {
#define OP(id, text, prefix, code, imm, sig, feature, flags)                                       \
    [(prefix) == 0xfe ? (code) : FE] = (prefix) == 0xfe ? OP_##id + 1 : 0,
#include "syntax/opcodes.def"
};
#pragma GCC diagnostic pop

enum op hs_op_decode(uint8_t prefix, uint32_t code)
{
    uint16_t found = 0;
    switch (prefix) {
    case 0x00: found = code < PLAIN - 1 ? plain[code] : 0; break;
    case 0xfb: found = code < FB ? prefixed_fb[code] : 0; break;
    case 0xfc: found = code < FC ? prefixed_fc[code] : 0; break;
    case 0xfd: found = code < FD ? prefixed_fd[code] : 0; break;
    case 0xfe: found = code < FE ? prefixed_fe[code] : 0; break;
    }
    return found ? (enum op)(found - 1) : OP_COUNT;
}
