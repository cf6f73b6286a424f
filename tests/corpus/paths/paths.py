# SPDX-License-Identifier: ISC
"""Runs the path cases of the corpus: expected against found, as a table by source.

usage: paths.py CORPUS DRIVER WORK		(by tests/e2e/paths.sh)

What we answer otherwise on purpose stands in path-deviations.tsv with the reason;
a line there that no longer differs is an error, so that the list stays short.
"""
import os
import subprocess
import sys

from sources import SOURCES, Files

HERE = os.path.dirname(os.path.abspath(__file__))
DEVIATIONS = os.path.join(HERE, os.pardir, "path-deviations.tsv")


def deviations():
    """(source, case) -> (what we answer, why); "any": it hangs on the crypto library"""
    found = {}
    with open(DEVIATIONS, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#") or line.startswith("source\t") or not line.strip():
                continue
            source, case, answer, why = line.rstrip("\n").split("\t")
            found[source, case] = (answer, why)
    return found


def ask(driver, cases):
    """The driver's answers: (ok or reject, reasons, sentence), in the same order."""
    lines = ["\t".join("%s=%s" % word for word in [("id", str(i))] + c.words)
             for i, c in enumerate(cases)]
    p = subprocess.run([driver], input="\n".join(lines) + "\n", stdout=subprocess.PIPE,
                       encoding="utf-8", errors="replace", timeout=300, check=False)
    answers = [line.split("\t") for line in p.stdout.splitlines()]
    if p.returncode != 0 or len(answers) != len(cases):
        sys.exit("not ok paths: the driver ended with status %d after %d of %d cases" %
                 (p.returncode, len(answers), len(cases)))
    return [(a[1], a[2].split(), a[3]) for a in answers]


def answer_of(case, found):
    """What the answer is when the reasons that do not count are left out."""
    verdict, reasons, _ = found
    counted = [r for r in reasons if r not in case.beside]
    if verdict == "reject" and not counted:
        return "ok", reasons
    return verdict, counted


def agrees(case, verdict, reasons):
    return verdict == case.want and (case.reason is None or case.reason in reasons)


def run_source(name, cases, answers, listed, used):
    """Prints what differs; returns cases, agreed, listed, wrong."""
    agreed = known = wrong = 0
    for case, found in zip(cases, answers):
        verdict, reasons = answer_of(case, found)
        good = agrees(case, verdict, reasons)
        deviation = listed.get((name, case.name))
        if deviation is not None:
            used.add((name, case.name))
        if deviation is None and good:
            agreed += 1
        elif deviation is not None and (deviation[0] == "any" or
                                        not good and deviation[0] == verdict):
            known += 1
        else:
            wrong += 1
            print("not ok paths.%s %s: wanted %s%s, found %s (%s) %s%s" % (
                name, case.name, case.want, " for " + case.reason if case.reason else "",
                verdict, " ".join(reasons), found[2],
                "" if deviation is None else " [listed as %s]" % deviation[0]))
    return len(cases), agreed, known, wrong


def main():
    corpus, driver, work = sys.argv[1:4]
    files, listed, used, table = Files(corpus, work), deviations(), set(), []
    for name, source in SOURCES:
        cases = list(source(files))
        row = run_source(name, cases, ask(driver, cases), listed, used)
        table.append((name,) + row)
        if row[3] == 0:
            print("ok paths.%s" % name)
    for source, case in sorted(set(listed) - used):
        print("not ok paths.%s %s: it is listed as different, but there is no such case" %
              (source, case))
    print("%-40s %6s %6s %9s %6s" % ("source", "cases", "agree", "as listed", "wrong"))
    for row in table + [("all",) + tuple(sum(r[i] for r in table) for i in range(1, 5))]:
        print("%-40s %6d %6d %9d %6d" % row)


if __name__ == "__main__":
    main()
