#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Check or repair the layout of C files by clang-format, where it can judge.

usage: format.py [--fix] FILE...

clang-format cannot express some things that this tree wants: tabs within a
line, so that tables and declarations stand in columns; line breaks that the
writer chose; and the depth that follows from both (of a list or expression
that goes on, of a comment under the last one). So its answer is compared line
by line with runs of blanks taken as one, and a difference that is only such a
choice stays, as does the body of a macro. Everything else is a finding.
"""

import difflib
import re
import subprocess
import sys


def collapsed(line):
    """The line with its indentation kept and other runs of blanks as one."""
    indent = re.match(r"[ \t]*", line).group()
    rest = line[len(indent):].rstrip("\n")
    rest = re.sub(r"[ \t]+", " ", rest).replace("sizeof (", "sizeof(")
    return indent + re.sub(r"\* | ?\(\* ?", lambda m: m.group().strip(), rest)


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
    statements = {m.end() for m in re.finditer(";", text)}
    if text != wanted or here == there or not statements <= here & there:
        return False
    return all(text[p - 1] in ",({=?:|&+" or text[p:p + 1] in ("}", "?", ":")
               for p in here ^ there)


def goes_on(lines, number):
    """True for a line that continues an expression, four blanks further in."""
    indent = re.match(r"\s*", lines[number]).group()
    before = lines[number - 1].rstrip() if number else ""
    if not indent.endswith("    ") or before.endswith("*/"):
        return False
    return before.endswith(tuple(',(=?|&+-*/<"')) or \
        lines[number].lstrip().startswith(("?", ":", "||", "&&")) or \
        (before.endswith("{") and not lines[number].rstrip().endswith(";"))


def only_indented(path, lines, number, wanted):
    """True when the line is the wanted one at a depth that was chosen."""
    line = lines[number]
    if line.strip() != wanted.strip():
        return False
    return goes_on(lines, number) or \
        (number and lines[number - 1].startswith("#")) or \
        re.match(r"\t\t\t+ *\/\*", line) or \
        (path.endswith(".h") and line == "\t" + wanted)


def chosen(path, lines, i, j, new):
    """True when the difference in lines[i:j] is the writer's to decide."""
    macros = macro_lines(lines)
    if i < j and all(n in macros for n in range(i, j)):
        return True
    if j - i == len(new):
        return all(only_indented(path, lines, n, new[n - i]) for n in range(i, j))
    return only_breaks(lines[i:j], new)


def repaired(path, findings):
    """The lines of the file as they should be; findings get "file:line"."""
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    wanted = subprocess.run(["clang-format", path], check=True,
                            capture_output=True, encoding="utf-8").stdout
    wanted = wanted.splitlines(keepends=True)
    match = difflib.SequenceMatcher(
        None, [collapsed(s) for s in lines], [collapsed(s) for s in wanted],
        autojunk=False)
    out = []
    for tag, i, j, k, l in match.get_opcodes():
        old, new = lines[i:j], wanted[k:l]
        mine = tag == "equal" or chosen(path, lines, i, j, new)
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
