#!/usr/bin/env python3
"""Checks that #include lines of src/ point downward in the table of layers, that files have unique names, and that
the machine is known only where it may be. Prints each offence as file:line and exits with 1 if there is one."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent / "src"

# folder: the folders it may include (itself always)
MAY_USE = {
    "base": [],
    "platform": ["base"],
    "syntax": ["base"],
    "binary": ["base", "syntax"],
    "text": ["base", "syntax"],
    "valid": ["base", "syntax"],
    "abi": ["base", "syntax"],
    "compile": ["base", "syntax", "abi"],
    "compile/x64": ["base", "syntax", "abi", "compile"],
    "compile/baseline": ["base", "syntax", "abi", "compile", "compile/x64"],
    "runtime": ["base", "platform", "syntax", "abi", "runtime/gc"],
    "runtime/gc": ["base", "platform", "syntax", "abi", "runtime"],
    "engine": ["base", "platform", "syntax", "binary", "text", "valid", "abi", "compile", "runtime", "runtime/gc"],
    "api": ["base", "platform", "syntax", "binary", "text", "valid", "abi", "compile", "runtime", "runtime/gc", "engine"],
    "wasi": [],
    "cli": [],
}
# The exceptions, each with its reason.
EXCEPTIONS = {
    ("cli", "text/script.h"): "the script runner reads .wast files with the text folder's parser",
}


def folder_of(path):
    parts = path.relative_to(ROOT).parts[:-1]
    name = "/".join(parts)
    if name in MAY_USE:
        return name
    return parts[0]


def main():
    bad = []
    names = {}
    for path in sorted(ROOT.rglob("*")):
        if path.suffix not in (".c", ".h", ".S", ".def"):
            continue
        folder = folder_of(path)
        if path.name in names:
            bad.append(f"{path}: the same name as {names[path.name]}")
        names[path.name] = path
        for number, line in enumerate(path.read_text().splitlines(), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m:
                continue
            target = m.group(1)
            if (folder, target) in EXCEPTIONS:
                continue
            there = "/".join(target.split("/")[:-1])
            if there == "" or there == folder:
                continue
            if there == "platform/posix":
                if folder != "platform":
                    bad.append(f"{path}:{number}: platform/posix is private")
                continue
            if there not in MAY_USE:
                there = there.split("/")[0]
            if there != folder and there not in MAY_USE[folder]:
                bad.append(f"{path}:{number}: {folder} may not include {target}")
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
