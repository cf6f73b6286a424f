#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Compares `postseal cert lint` with what pkilint and zlint say.

usage: compare.py POSTSEAL [--write]

The certificates and the others' findings stand in tests/vectors/lint. Where
we differ, tests/lint/deviations.tsv says why; a difference without a line and
a line without its difference are both failures. --write puts the table into
docs/lint.md, which must otherwise be as it would be written.
"""
import collections
import json
import pathlib
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
VECTORS = TREE / "tests/vectors/lint"
PAGE = TREE / "docs/lint.md"
BEGIN, END = "<!-- table: compare.py -->", "<!-- end of table -->"


def rows(path):
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def lint(postseal, path, profile):
    """The findings of one certificate: a list of JSON objects."""
    more = [] if profile == "-" else ["--profile", profile]
    done = subprocess.run([postseal, "cert", "lint", "--json", "--all", *more, path],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        return None
    return json.loads(done.stdout)["findings"]


def words(text):
    return [] if text == "-" else text.split(" ")


def against_pkilint(found, expected):
    """pkilint lists all that it finds, so both ways count."""
    ours = collections.Counter(f["id"] for f in found)
    theirs = collections.Counter(w.split("=")[0] for w in expected)
    for name in sorted(set(ours) | set(theirs)):
        n = ours[name] - theirs[name]
        yield name, "same" if n == 0 else "more" if n > 0 else "fewer"


def against_zlint(found, expected):
    """zlint's tests name one lint or a few a certificate."""
    ours = {name for f in found for name in f["zlint"]}
    for word in expected:
        name, result = word.split("=")
        theirs = result in ("Error", "Warn")
        same = (name in ours) == theirs
        yield name, "same" if same else "fewer" if theirs else "more"


def compare(postseal):
    """Yields (source, file, finding, how)."""
    for name, profile, expected in rows(VECTORS / "expected.tsv"):
        source = name.split("/")[0]
        found = lint(postseal, VECTORS / name, profile)
        if found is None:
            yield source, name, "-", "unread"
            continue
        judge = against_pkilint if source == "pkilint" else against_zlint
        for finding, how in judge(found, words(expected)):
            yield source, name, finding, how


def table(results, listed):
    lines = ["| source | certificates | findings compared | same | listed | not explained |",
             "| --- | --- | --- | --- | --- | --- |"]
    for source in sorted({r[0] for r in results}):
        mine = [r for r in results if r[0] == source]
        same = sum(r[3] == "same" for r in mine)
        known = sum(r[3] != "same" and r[1:] in listed for r in mine)
        files = sum(1 for r in rows(VECTORS / "expected.tsv") if r[0].startswith(source + "/"))
        lines.append(f"| {source} | {files} | {len(mine)} | {same} | {known} | "
                     f"{len(mine) - same - known} |")
    lines += ["", "| certificate | finding | we find | why |", "| --- | --- | --- | --- |"]
    for key, why in listed.items():
        lines.append(f"| {key[0]} | {key[1]} | {key[2]} | {why} |")
    return "\n".join(lines)


def page_with(text):
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    return before + BEGIN + "\n" + text + "\n" + END + rest.split(END)[1]


def main():
    postseal, write = sys.argv[1], "--write" in sys.argv
    listed = {tuple(r[:3]): r[3] for r in rows(TREE / "tests/lint/deviations.tsv")}
    results = list(compare(postseal))
    wrong = [r for r in results if r[3] != "same" and r[1:] not in listed]
    gone = set(listed) - {r[1:] for r in results if r[3] != "same"}
    for r in wrong:
        print("differs:", *r[1:])
    for key in gone:
        print("listed, and no longer so:", *key)
    text = page_with(table(results, listed))
    if write:
        PAGE.write_text(text)
    elif text != PAGE.read_text():
        print("docs/lint.md is not current: tests/lint/compare.py POSTSEAL --write")
        wrong.append(None)
    print(f"{len(results)} findings compared, {len(wrong)} wrong")
    sys.exit(1 if wrong or gone else 0)


if __name__ == "__main__":
    main()
