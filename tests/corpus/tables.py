# SPDX-License-Identifier: ISC
"""The tables: the corpus's own manifest, our rules, our deviations."""
import fnmatch
import itertools
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))


def rows(path):
    """Tab separated, with a head line; empty lines and those with # are for people."""
    with open(path, encoding="utf-8") as f:
        lines = [l.rstrip("\n").split("\t") for l in f if l.strip() and l[0] != "#"]
    return [dict(zip(lines[0], l + [""] * len(lines[0]))) for l in lines[1:]]


class Rule:
    """What a kind of line of the manifest means to us."""

    def __init__(self, row):
        self.path, self.check, self.needs = row["path"], row["check"], row["needs"]
        self.expected = re.compile(row["expected"])
        words = [w.split("=", 1) for w in row["arguments"].split()]
        self.arguments = [(name, value.replace("%20", " ")) for name, value in words]

    def fits(self, line):
        return fnmatch.fnmatchcase(line["path"], self.path) and \
            self.expected.search(line["kind"] + ": " + line["expected result"])


class Line:
    """A line of the manifest with its rule."""

    def __init__(self, corpus, row, rule):
        self.name, self.kind, self.password = row["path"], row["kind"], row["password"]
        self.expected, self.rule = row["expected result"], rule
        self.source = self.name.split("/")[0]
        self.corpus = corpus
        self.path = os.path.join(corpus, self.name)
        self.row = row
        self.arguments = [(name, self.beside(value)) for name, value in rule.arguments]

    def beside(self, value):
        """{folder}, {stem} and {bare} (without its suffix) of the line's own name, for keys that stand beside a message."""
        stem = re.sub(r"_(kemri|signed)[^/]*$", "", self.name)
        bare = os.path.splitext(self.name)[0]
        return value.replace("{stem}", stem).replace("{bare}", bare).replace(
            "{folder}", os.path.dirname(self.name))

    def all(self, name):
        return [value for key, value in self.arguments if key == name]

    def get(self, name, otherwise=None):
        return (self.all(name) + [otherwise])[0]


def manifest(corpus, more):
    """Every line, and `more` of them; one that no rule knows is a fault of ours."""
    rules = [Rule(row) for row in rows(os.path.join(HERE, "rules.tsv"))]
    lines = []
    for row in itertools.chain(rows(os.path.join(corpus, "MANIFEST.tsv")), more):
        rule = next((r for r in rules if r.fits(row)), None)
        if rule is None:
            raise ValueError("no rule for %s (%s)" % (row["path"], row["expected result"]))
        lines.append(Line(corpus, row, rule))
    return lines


def deviations():
    return {row["path"]: row for row in rows(os.path.join(HERE, "deviations.tsv"))}
