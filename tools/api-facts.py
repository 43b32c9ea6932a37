#!/usr/bin/env python3
"""Writes tests/api/facts.def: what the C API must look like, one fact per row.

The input is a JSON description of the interface: functions with their types,
structs with sizes and offsets, typedefs, callbacks, enums, macros and constants
(measured on x86-64; see the keys used below). The output is an X-macro table
that the tests in tests/api/ include, each with the macros it needs.

    tools/api-facts.py description.json > tests/api/facts.def

The table is checked in, so that building needs neither the description nor
Python. It is sorted by header and otherwise keeps the order of the description,
so that a new version of the interface shows as a small difference.
"""

import json
import re
import sys

HEAD = """\
/*
 * The shape of the C API, one fact per row. Written by tools/api-facts.py; do not
 * edit. Sizes and offsets are those of 64-bit machines.
 *
 *   FACT_FUNCTION(result, name, (parameters))   exported by the library
 *   FACT_INLINE(result, name, (parameters))     defined in the header
 *   FACT_TYPE(name, type)                       the two are the same type
 *   FACT_RECORD(name, size, alignment)          a struct or union with a public layout
 *   FACT_FIELD(record, field, type, offset, size)
 *   FACT_CONSTANT(name, value)                  an integer constant expression
 *   FACT_VARIABLE(name, type, value)            a constant that is a variable
 *
 * Who includes this defines the macros wanted; the others are empty, and all are
 * undefined at the end. With FACT_CHECK_MACROS, a macro of the interface that is not
 * defined is an error.
 */
"""

MACROS = ["FUNCTION", "INLINE", "TYPE", "RECORD", "FIELD", "CONSTANT", "VARIABLE"]

# Macros that a header defines for itself: gone at its end, or without a meaning of their own.
PRIVATE = {"own", "DECLARE_VEC", "WASM_API_EXTERN", "WASI_API_EXTERN"}


def type_name(record):
    """How C code names a record: by its typedef, or by its tag."""
    name = record["name"]
    return name if name.endswith("_t") else "%s %s" % (record["kind"], name)


def fields(record, members, prefix=""):
    for member in members:
        if "anonymous" in member:
            yield from fields(record, member["fields"], prefix)
            continue
        path = prefix + member["name"]
        if "{" not in member["type"]:
            yield "FACT_FIELD(%s, %s, %s, %d, %d)" % (
                type_name(record), path, member["type"], member["offset"], member["size"])
        yield from fields(record, member.get("fields", []), path + ".")


def function(fact):
    kind = "FUNCTION" if fact["kind"] == "exported" else "INLINE"
    parameters = ", ".join(p["type"] for p in fact["params"]) or "void"
    return "FACT_%s(%s, %s, (%s))" % (kind, fact["ret"], fact["name"], parameters)


def rows(description):
    """Yields (header, row), and ("macros", name) for macros that just must exist."""
    anonymous = {r["name"] for r in description["structs"] if r["tag"].startswith("anonymous")}
    for fact in description["opaque_types"]:
        yield fact["header"], "FACT_TYPE(%s, %s)" % (fact["name"], fact["tag"])
    for fact in description["typedefs"] + description["callbacks"]:
        if fact["name"] not in anonymous:
            yield fact["header"], "FACT_TYPE(%s, %s)" % (fact["name"], fact["type"])
    for record in description["structs"]:
        yield record["header"], "FACT_RECORD(%s, %d, %d)" % (
            type_name(record), record["size"], record["align"])
        for row in fields(record, record["fields"]):
            yield record["header"], row
    for enum in description["enums"]:
        for name, value in enum["constants"]:
            yield enum["header"], "FACT_CONSTANT(%s, %d)" % (name, value)
    for fact in description["constants"]:
        yield fact["header"], "FACT_VARIABLE(%s, %s, %d)" % (
            fact["name"], fact["type"], fact["value"])
    seen = set()
    for fact in description["defines"]:
        name, value = fact["name"], fact.get("value")
        if name in PRIVATE or (fact["header"], name) in seen:
            continue
        seen.add((fact["header"], name))
        if re.fullmatch(r"\d+", value or "") and not name.startswith("WASMTIME_VERSION"):
            yield fact["header"], "FACT_CONSTANT(%s, %s)" % (name, value)
        else:
            yield "macros", name
    for fact in description["functions"]:
        yield fact["header"], function(fact)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: api-facts.py description.json > facts.def")
    with open(sys.argv[1], encoding="utf-8") as f:
        description = json.load(f)
    print(HEAD)
    for macro in MACROS:
        print("#ifndef FACT_%s\n#define FACT_%s(...)\n#endif" % (macro, macro))
    by_header = {}
    for header, row in rows(description):
        by_header.setdefault(header, []).append(row)
    print("/* clang-format off */")
    macros = by_header.pop("macros", [])
    for header in sorted(by_header):
        print("\n/* <%s> */" % header)
        print("\n".join(by_header[header]))
    print("\n#ifdef FACT_CHECK_MACROS")
    for name in macros:
        print('#ifndef %s\n#error "%s is not defined"\n#endif' % (name, name))
    print("#endif\n")
    for macro in MACROS + ["CHECK_MACROS"]:
        print("#undef FACT_%s" % macro)


if __name__ == "__main__":
    main()
