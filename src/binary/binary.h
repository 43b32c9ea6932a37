/* The binary format: bytes to a struct module and back.
 * https://webassembly.github.io/spec/core/binary/
 *
 * The reader accepts exactly the well-formed modules, for any bytes it is given; it never looks
 * outside of them and its time and memory are linear in their number. It decodes every section,
 * checks the order, sizes and counts, and leaves function bodies alone: one walk over their size
 * prefixes locates them, which takes a few milliseconds for the largest programs there are. Locals
 * and instructions are decoded by validation, in parallel if wished, so what is malformed inside a
 * body is reported there. What the reader does not check is everything that needs to know another
 * part of the module: whether indices exist, whether types match, what a constant expression may
 * do.
 *
 * Errors carry the byte offset and the words of the official test suite (syntax/errors.def):
 * ST_MALFORMED, ST_UNSUPPORTED for a feature that is not enabled (the text names it) or a limit of
 * syntax/limits.h, ST_OOM.
 *
 * The module refers to the bytes (names, bodies, data): they must stay unchanged as long as it
 * does. The name section and other custom sections cannot make a module malformed; a name section
 * that is not well-formed has no names.
 *
 * Read the files in this order: module_reader.c (the frame), type_section.c, index_sections.c
 * (imports to exports), segments.c (constant expressions, element and data segments, code),
 * name_section.c; module_writer.c. */
#ifndef HS_BINARY_BINARY_H
#define HS_BINARY_BINARY_H

#include "base/buffer.h"
#include "base/error.h"
#include "syntax/module.h"

/* On success *out_module is initialized and owned by the caller (hs_module_deinit); on failure it
 * is untouched. */
enum status hs_binary_read(const uint8_t *bytes, size_t size, hs_features features,
                           struct module *out_module, struct error *error) HS_MUST_CHECK;

/* True if the bytes begin like a binary module or component, valid or not: "\0asm". */
bool hs_binary_is(const uint8_t *bytes, size_t size);

/* Appends the module in its canonical form: shortest numbers, sections in order, custom sections
 * where they were. Reading the result gives the same module. Constant expressions and bodies are
 * copied as they are. ST_OOM when the buffer's limit or memory is exhausted. */
enum status hs_binary_write(const struct module *m, struct buffer *out) HS_MUST_CHECK;

#endif
