/* The text format: .wat to the bytes that binary/ reads, a module back to .wat, .wast scripts
 * (script.h).
 *
 * There is one way into the system, the binary format; the text parser therefore produces bytes,
 * in the shortest encodings, with a name section made of the identifiers. It checks the grammar
 * and resolves names; whether the module is valid is not its business.
 *
 * Everything of WebAssembly 3.0 is understood, and threads, custom page sizes, wide arithmetic
 * and legacy exceptions; features are switched where modules are validated.
 * https://webassembly.github.io/spec/core/text/
 *
 * Reading order: number, lexer, parser.h, parse_*.c, assemble.c; print_names.c, print_code.c,
 * print.c; script.c. */
#ifndef HS_TEXT_TEXT_H
#define HS_TEXT_TEXT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/status.h"
#include "syntax/module.h"
#include <stddef.h>
#include <stdint.h>

/* Text to bytes. The fields of a module may come without "(module …)" around them. "(component)"
 * gives the empty component, any other component is ST_UNSUPPORTED. *out_bytes is to be freed
 * with hs_free. On failure the error has line and column, and its text shows the line with a
 * caret below. */
enum status hs_text_parse(const char *text, size_t size, uint8_t **out_bytes, size_t *out_size,
                          struct error *error) HS_MUST_CHECK;

/* Appends the module as text; parsing it gives an equal module, custom sections and names
 * included. The module need not be valid, but what is malformed in a body is an error. */
enum status hs_text_print(const struct module *m, struct buffer *out,
                          struct error *error) HS_MUST_CHECK;

#endif
