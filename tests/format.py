#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Check or repair the layout of C files by clang-format, where it can judge.

usage: format.py [--fix] FILE...

clang-format cannot express some things that this tree wants: tabs within a
line, so that tables and declarations stand in columns, and breaks within a
list, an expression or a structure where the writer put them. So the lines of
its answer and of the file are first joined to whole statements, what is inside
brackets going with the line that opened them, and then compared with runs of
blanks taken as one. A difference in a statement, or in its depth, is a finding;
macros and the columns of comments stay as they are.
"""

import difflib
import re
import subprocess
import sys

LITERAL = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'",
                     re.DOTALL)
LIST_BEFORE = re.compile(r"(=|,|\(|\{|\breturn|\b(enum|struct|union)\b[\w\s]*)\s*$")


def masked(text):
    """The text with comments blank and literals empty of brackets."""
    def mask(m):
        filler = " " if m.group().startswith("/") else "s"
        return re.sub(r"[^\n]", filler, m.group())
    return LITERAL.sub(mask, text)


def opens_list(code, place, stack):
    """True when the bracket at the place holds something other than statements."""
    if code[place] in "([" or any(free for free, _ in stack):
        return True
    before = code[:place].rstrip()
    if before.endswith(")"):        # of a compound literal, or of an if
        depth = 0
        for i in range(len(before) - 1, -1, -1):
            depth += (before[i] == ")") - (before[i] == "(")
            if depth == 0:
                return re.search(r"(=|,|\breturn)\s*$", before[:i]) is not None
    return LIST_BEFORE.search(before[-200:]) is not None


def starts_inside(code):
    """For each line, whether it starts inside a list, call or structure."""
    inside, stack = [False], []
    for place, c in enumerate(code):
        if c in "([{":
            stack.append((opens_list(code, place, stack), place))
        elif c in ")]}" and stack:
            stack.pop()
        elif c == "\n":
            inside.append(any(free for free, _ in stack))
    return inside


def goes_on(before, line):
    """True when an expression outside of brackets goes on in this line."""
    before = before.rstrip()
    if before.endswith(":"):
        return not re.match(r"\s*(case\b.*|\w+):$", before)
    return before.endswith(tuple("=?|&+-,<") + ("*)",)) or \
        line.lstrip().startswith(("?", ":", "||", "&&"))


def comparable(lines, after_directive):
    """What a statement of these lines says, and how deep it stands."""
    if lines[0].lstrip().startswith("#"):
        return re.sub(r"[\s\\]+", "", "".join(lines))
    indent = re.match(r"\s*", lines[0]).group()
    text = re.sub(r"\s+", " ", " ".join(lines)).strip().replace("sizeof (", "sizeof(")
    text = re.sub(r"([(\[{*]) | (?=[)\]}])| ?(?=\(\*)", lambda m: m.group(1) or "", text)
    text = text.replace('" "', '""').replace(") (", ")(")
    if re.search(r"<.*[^-]>", text):    # taken for a template of C++
        text = re.sub(r" ?([<>*]) ?", r"\1", text)
    if not text or after_directive or (text.startswith("/*") and len(indent) > 2):
        indent = ""
    return indent + text


def statements(text):
    """The statements of a file: (comparable form, number of lines)."""
    lines, code = text.splitlines(keepends=True), masked(text)
    inside, bare = starts_inside(code), code.splitlines() + [""]
    out, start, was = [], 0, False
    while start < len(lines):
        end, directive = start + 1, lines[start].lstrip().startswith("#")
        while end < len(lines) and (
                lines[end - 1].rstrip().endswith("\\") if directive else
                not lines[end].startswith("#") and
                (inside[end] or goes_on(bare[end - 1], bare[end]))):
            end += 1
        out.append((comparable(lines[start:end], was), end - start))
        start, was = end, directive
    return out


def place(rows, n):
    """The line at which row `n` begins."""
    return sum(size for _, size in rows[:n])


def formatted(path, text):
    """clang-format's answer; it does not know loops whose head is a macro."""
    text = re.sub(r"\bfor ([A-Z][A-Z_]*\([^()]*\))", r"while (for_\1)", text)
    answer = subprocess.run(["clang-format", "--assume-filename", path], input=text,
                            check=True, capture_output=True, encoding="utf-8").stdout
    return re.sub(r"while \(for_([A-Z][A-Z_]*\([^()]*\))\)", r"for \1", answer)


def repaired(path, findings):
    """The lines of the file as they are and as they should be."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    wanted = formatted(path, text)
    mine, theirs = statements(text), statements(wanted)
    old, new, out = text.splitlines(keepends=True), wanted.splitlines(keepends=True), []
    match = difflib.SequenceMatcher(None, [s for s, _ in mine], [s for s, _ in theirs],
                                    autojunk=False)
    for tag, i, j, k, l in match.get_opcodes():
        a, b = old[place(mine, i):place(mine, j)], new[place(theirs, k):place(theirs, l)]
        out += a if tag == "equal" else b
        if tag != "equal":
            findings.append((path, place(mine, i) + 1, a, b))
    return old, out


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
