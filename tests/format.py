#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Check or repair the layout of C files by clang-format, where it can judge.

usage: format.py [--fix] FILE...

clang-format cannot express some things that this tree wants: tabs within a
line, so that tables and declarations stand in columns, line breaks that the
writer chose, and what follows from both (a comment that goes on under the
last one, the second line of a prototype whose name stands in a column). So
its answer is compared line by line with runs of blanks taken as one, and a
difference that is only such a choice stays, as does the body of a macro.
Everything else is a finding.
"""

import difflib
import re
import subprocess
import sys


def collapsed(line):
    """The line with its indentation kept and other runs of blanks as one."""
    indent = re.match(r"[ \t]*", line).group()
    rest = line[len(indent):].rstrip("\n")
    return indent + re.sub(r"\*\s+", "*", re.sub(r"[ \t]+", " ", rest))


def macro_lines(lines):
    """The numbers of the lines that belong to preprocessor directives."""
    inside, found = False, set()
    for number, line in enumerate(lines):
        if inside or line.lstrip().startswith("#"):
            found.add(number)
            inside = line.rstrip().endswith("\\")
    return found


def breaks(lines):
    """The text without blanks, and the places in it where a line ends."""
    text, places = "", set()
    for line in lines:
        text += re.sub(r"\s+", "", line)
        places.add(len(text))
    return text, places


def only_breaks(old, new):
    """True when lists or expressions are only broken into other lines."""
    (text, here), (wanted, there) = breaks(old), breaks(new)
    if text != wanted or ";" in text[:-1] or here == there:
        return False
    return all(text[p - 1] in ",({=?:" or text[p:p + 1] in ("}", "?", ":")
               for p in here ^ there)


def only_column(old, new):
    """True when the old lines are the new ones, moved right to a column."""
    def moved(a, b):
        comment = a.lstrip().startswith("/*") and b.strip() == a.strip()
        return a == "\t" + b or (comment and a.startswith("\t\t\t"))
    return len(old) == len(new) and all(map(moved, old, new))


def chosen(path, old, new, in_macro):
    """True when the difference is the writer's to decide."""
    return in_macro or only_breaks(old, new) or \
        (path.endswith(".h") and only_column(old, new))


def repaired(path, findings):
    """The lines of the file as they should be; findings get "file:line"."""
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    wanted = subprocess.run(["clang-format", path], check=True,
                            capture_output=True, encoding="utf-8").stdout
    wanted = wanted.splitlines(keepends=True)
    macros = macro_lines(lines)
    match = difflib.SequenceMatcher(
        None, [collapsed(s) for s in lines], [collapsed(s) for s in wanted],
        autojunk=False)
    out = []
    for tag, i, j, k, l in match.get_opcodes():
        old, new = lines[i:j], wanted[k:l]
        in_macro = i < j and all(n in macros for n in range(i, j))
        mine = tag == "equal" or chosen(path, old, new, in_macro)
        out += old if mine else new
        if not mine:
            findings.append((path, i + 1, old, new))
    return lines, out


def main(arguments):
    """Report every finding; repair the files when asked."""
    fix = arguments[:1] == ["--fix"]
    findings = []
    for path in arguments[1:] if fix else arguments:
        lines, out = repaired(path, findings)
        if fix and out != lines:
            with open(path, "w", encoding="utf-8") as f:
                f.writelines(out)
    for path, number, old, new in [] if fix else findings:
        print(f"{path}:{number}: ./run format would change this")
        sys.stdout.writelines("\t- " + s for s in old)
        sys.stdout.writelines("\t+ " + s for s in new)
    return 0 if fix or not findings else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
