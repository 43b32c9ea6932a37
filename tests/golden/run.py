#!/usr/bin/env python3
"""Golden machine code.

Each .wat file here is one small module. Lines that begin with `;;!` at its top are switches of golden_tool
(`;;! memory=checked fuel`). What follows the line `;;; code` is the expectation, as comments:

    ;;; code
    ;; function 0 $add
    ;;     push rbp
    ;;     ...

The listing is quiet: labels only where something jumps to, fields of the instance context, runtime calls,
slots of functions and constants by name, no addresses. So a change of the compiler shows up as what it is.

    run.py [--tool path] [--rewrite] [--show] [file.wat ...]

Exit status: 0 all as expected, 1 a difference (a unified diff is printed), 77 no disassembler.
"""

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MARK = ";;; code"


def find_disassembler():
    for name in ("llvm-mc-22", "llvm-mc"):
        path = shutil.which(name)
        if path:
            return path
    return None


class Insn:
    def __init__(self, address, size, text):
        self.address, self.size, self.text = address, size, text
        self.end = address + size


def disassemble(tool, code, start, base):
    """Instructions of code[start:]; addresses count from base."""
    text = " ".join("0x%02x" % b for b in code[start:])
    out = subprocess.run(
        [tool, "--disassemble", "--triple=x86_64", "--output-asm-variant=1", "--show-encoding",
         "-mattr=+avx2,+bmi,+bmi2,+fma,+lzcnt,+popcnt"],
        input=text, capture_output=True, text=True, check=False).stdout
    found, at, prefix = [], base + start, ""
    for line in out.splitlines():
        m = re.match(r"\s*(.*?)\s*# encoding: \[(.*)\]", line)
        if not m:
            continue
        words = re.sub(r"\s+", " ", m.group(1)).strip()
        size = len(m.group(2).split(","))
        if words.startswith("nop "):  # shown in its shortest form, which padding does not have
            k = at - base + (code[at - base] == 0x66)
            size = (k - at + base) + 3 + (code[k + 2] & 7 == 4) + {0: 0, 1: 1, 2: 4}[code[k + 2] >> 6]
        if words == "lock":
            prefix = "lock "
            at += size
            continue
        start_at = at - 1 if prefix else at
        found.append(Insn(start_at, at + size - start_at, prefix + words))
        at += size
        prefix = ""
    return found


RIP = re.compile(r"\[rip(?: ([+-]) (\d+))?\]")


def rip_target(insn):
    m = RIP.search(insn.text)
    if not m:
        return None
    d = int(m.group(2) or 0)
    return insn.end + (d if m.group(1) != "-" else -d)


def jump_target(insn):
    m = re.match(r"(j\w+|call) (-?\d+)$", insn.text)
    return insn.end + int(m.group(2)) if m else None


def decode(tool, code, base):
    """Instructions and jump tables in order; returns (items, offset of the constants)."""
    items, at, data = [], 0, len(code)
    while at < data:
        insns = disassemble(tool, code, at, base)
        moved = False
        for k, insn in enumerate(insns):
            if insn.address - base >= data:
                break
            items.append(insn)
            target = rip_target(insn)
            if target is not None and insn.end <= target < base + len(code) and not insn.text.startswith("lea "):
                data = min(data, target - base)
            if re.match(r"jmp r\w+$", insn.text) and k >= 4:
                table = [i for i in insns[max(0, k - 6):k] if rip_target(i) == insn.end]
                count = next((int(i.text.rsplit(" ", 1)[1]) for i in reversed(insns[max(0, k - 10):k])
                              if re.match(r"mov e?\w+, \d+$", i.text)), None)
                if table and count is not None:
                    begin = insn.end - base
                    targets = []
                    for n in range(count + 1):
                        field = begin + 4 * n
                        d = int.from_bytes(code[field:field + 4], "little", signed=True)
                        targets.append(base + field + 4 + d)
                    items.append(targets)
                    at = begin + 4 * (count + 1)
                    moved = True
                    break
        if not moved:
            break
    return [i for i in items if isinstance(i, list) or i.address - base < data], data


FIELDS = {
    "run": {0: "exit_fp", 8: "entry_sp", 32: "args", 40: "stack_limit", 48: "fuel", 112: "funcs"},
    "memory": {0: "base", 8: "bytes"},
    "table": {0: "elems", 8: "size"},
}


def full_register(name):
    """The 64-bit register of a 32- or 64-bit name."""
    return "r" + name[1:] if name[0] == "e" else re.sub(r"d$", "", name) if re.match(r"r\d", name) else name


def field(info, known, m):
    """[reg + n] by name, if what the register points to has names."""
    thing, offset = known.get(m.group(1)), int(m.group(2) or 0)
    if thing == "vmctx":
        return "[vmctx.%s]" % info["names"].get(offset, offset)
    if thing == "rt":
        return "[rt.%s]" % info["libcalls"].get(offset // 8, "?")
    kind = re.sub(r"\d+$", "", (thing or "").replace("mem0", "memory0"))
    if offset in FIELDS.get(kind, {}) and thing != "mem0_base":
        return "[%s.%s]" % (thing, FIELDS[kind][offset])
    return m.group(0)


SIZES = {"byte": 1, "word": 2, "dword": 4, "qword": 8, "xmmword": 16}


def listing(tool, info, code):
    base, plt_size, capacity = info["plt"], info["plt"], info["capacity"]
    items, data = decode(tool, code, base)
    # int3 between the code and its constants
    while items and not isinstance(items[-1], list) and items[-1].text == "int3":
        items.pop()
    targets = set()
    for i in items:
        if isinstance(i, list):
            targets.update(i)
            continue
        t = jump_target(i)
        if t is not None and base <= t < base + len(code):
            targets.add(t)
    names = {t: "L%d" % n for n, t in enumerate(sorted(targets))}
    lines, known = [], {"r13": "vmctx"}  # registers that point to something with names
    for i in items:
        if isinstance(i, list):
            lines.append("    .table " + " ".join(names[t] for t in i))
            continue
        if i.address in names:
            lines.append("  " + names[i.address] + ":")
            known = {"r13": "vmctx"}
        text = i.text
        t = jump_target(i)
        if t is not None:
            where = names.get(t)
            if where is None:
                where = "plt%d" % (info["imports"] + t // 16) if 0 <= t < plt_size else "somewhere"
            text = text.rsplit(" ", 1)[0] + " " + where
        t = rip_target(i)
        if t is not None:
            if t >= capacity:
                where = "[slot%d]" % (info["imports"] + (t - capacity) // 8)
            elif 0 <= t < plt_size:
                where = "[plt%d]" % (info["imports"] + t // 16)
            elif base + data <= t < base + len(code):
                m = re.search(r"(\w+) ptr \[rip", text)
                size = SIZES.get(m.group(1), 8) if m else 8
                value = int.from_bytes(code[t - base:t - base + size], "little")
                where = "[=0x%x]" % value
            else:
                where = "[table]"
            text = RIP.sub(where, text)
        text = re.sub(r"\[(r\w+)(?: \+ (\d+))?\]", lambda m: field(info, known, m), text)
        m = re.match(r"mov (r\w+), (?:qword ptr \[vmctx\.(\w+)\]|(r13))$", text)
        written = re.match(r"(?!cmp|test|push|ucomis)\w+ (\w+)(?:,|$)", text)
        if text.startswith("call"):
            known = {"r13": "vmctx"}
        if written and written.group(1)[0] in "re":
            known.pop(full_register(written.group(1)), None)
        if m:
            known[m.group(1)] = m.group(2) or known.get(m.group(3), "?")
        known["r13"] = "vmctx" if known.get("r13") in (None, "vmctx") else known["r13"]
        lines.append("    " + text)
    return lines


def produce(args, disassembler, path, switches):
    out = subprocess.run([args.tool] + switches + [path], capture_output=True, text=True, check=False)
    if out.returncode:
        return ["error: " + out.stderr.strip().splitlines()[0] if out.stderr.strip() else "error"]
    info = {"names": {}, "libcalls": {}, "imports": None}
    lines = []
    for line in out.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word == "range":
            info["plt"], info["capacity"] = (int(x) for x in rest.split())
        elif word == "name":
            offset, _, name = rest.partition(" ")
            info["names"][int(offset)] = name
        elif word == "libcall":
            number, _, name = rest.partition(" ")
            info["libcalls"][int(number)] = name
        elif word == "func":
            index, _, name = rest.partition(" ")
            if info["imports"] is None:
                info["imports"] = int(index)
            lines.append(("function %s $%s" % (index, name)) if name else "function " + index)
        elif word == "error":
            lines.append("    refused: " + rest)
        elif word == "code":
            lines += listing(disassembler, info, bytes.fromhex(rest))
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", default=os.path.join(HERE, "../../build/bin/golden_tool"))
    parser.add_argument("--rewrite", action="store_true", help="write what came out into the files")
    parser.add_argument("--show", action="store_true", help="print the listings and compare nothing")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    disassembler = find_disassembler()
    if not disassembler:
        print("no llvm-mc: skipped")
        return 77
    files = args.files or sorted(os.path.join(HERE, f) for f in os.listdir(HERE) if f.endswith(".wat"))
    bad = 0
    for path in files:
        with open(path, encoding="utf-8") as f:
            whole = f.read()
        module, _, rest = whole.partition(MARK + "\n")
        switches = [w for line in module.splitlines() if line.startswith(";;!") for w in line[3:].split()]
        got = [(";; " + line).rstrip() for line in produce(args, disassembler, path, switches)]
        if args.show:
            print("\n".join(got))
            continue
        want = rest.splitlines()
        if got == want:
            continue
        if args.rewrite:
            with open(path, "w", encoding="utf-8") as f:
                f.write(module + MARK + "\n" + "\n".join(got) + "\n")
            print("rewritten:", os.path.basename(path))
            continue
        bad += 1
        name = os.path.basename(path)
        print("\n".join(difflib.unified_diff(want, got, name + " (expected)", name + " (now)", lineterm="")))
    if not args.show and not args.rewrite:
        print("%d golden files, %d different" % (len(files), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
