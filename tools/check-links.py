#!/usr/bin/env python3
"""Checks that relative links in the Markdown files lead to files of the repository."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
bad = 0
for name in subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True).stdout.split():
    path = ROOT / name
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for target in re.findall(r"\]\(([^)#\s]+)", line):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (path.parent / target).exists():
                print(f"{name}:{number}: no such file: {target}")
                bad = 1
sys.exit(bad)
