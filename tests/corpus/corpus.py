#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# The whole corpus against the product: expected against found, line by line.
#
# What a line expects is told by rules.tsv; where we say something else on
# purpose, deviations.tsv has the reason. A deviation that has gone is a fault.
"""usage: corpus.py [--tap] CORPUS [PATH...]	(by corpus.sh)
	POSTSEAL, BUILD and WORK in the environment
	--tap	a line for each case, as tap.sh counts them
	PATH	only lines that begin so, with what was found"""
import os
import queue
import subprocess
import sys
import threading

import checks
import driver
import mimes
import others
import peers
import tables

CHECKS = {f.__name__.replace("_", "-"): f for f in (
    checks.answers, checks.parses, checks.rejects, checks.parses_or_rejects, checks.imports,
    checks.loads, checks.public, checks.addresses, checks.opens, checks.twice, checks.covert,
    checks.token, checks.key_in_file, peers.peer, peers.person, mimes.structure, mimes.recovery,
    mimes.field_values, mimes.mbox, others.vectors)}
NO_VERDICT = {"answers", "nothing", "paths"}
FAULTS = (AttributeError, KeyError, IndexError, OSError, TypeError, ValueError,
          subprocess.SubprocessError)


class Result:
    """kind: agree, listed, differ, later (needs another OpenSSL), other, paths."""

    def __init__(self, line, kind, found):
        self.line, self.kind, self.found = line, kind, found


def look(drive, line, deviation):
    """Expected against found for one line."""
    check = line.rule.check
    try:
        found = CHECKS[check](drive, line)
    except checks.Differs as d:
        found = " ".join(str(d).split())
        if deviation is not None and deviation["found"] == found:
            return Result(line, "listed", found)
        return Result(line, "differ", found)
    except driver.Gone as g:
        return Result(line, "differ", "CRASH: %s" % g)
    except FAULTS as e:
        return Result(line, "differ", repr(e))
    if deviation is not None:
        return Result(line, "differ", found + ", which agrees: it is no deviation any more")
    return Result(line, "other" if check in NO_VERDICT else "agree", found)


def crash_free(drive, line, kind):
    """Judged elsewhere, or not by this library; but it must not hurt, and nothing is good."""
    try:
        if line.rule.check == "opens":
            checks.vouches_for_nothing(drive, line)
        else:
            checks.answers(drive, line)
    except driver.Gone as g:
        return Result(line, "differ", "CRASH: %s" % g)
    except checks.Differs as d:
        return Result(line, "differ", str(d))
    return Result(line, kind, line.rule.needs)


def judge(drive, line, deviation, can):
    """The same, where this library can be asked at all."""
    if line.rule.check == "nothing":
        return Result(line, "other", "")
    if line.rule.check == "paths" and line.kind == "path-cases":
        return Result(line, "paths", "")
    if line.rule.check == "paths":
        return crash_free(drive, line, "paths")
    if line.rule.needs and line.rule.needs not in can:
        return crash_free(drive, line, "later")
    return look(drive, line, deviation)


# --- two processes at a time ---

class Run:
    def __init__(self, lines, can):
        self.lines, self.can = lines, can
        self.deviations = tables.deviations()
        self.queue = queue.Queue()
        self.results, self.leaks = {}, []

    def worker(self, number):
        drive = driver.Driver(os.environ["BUILD"], os.environ["WORK"], number)
        while True:
            try:
                line = self.queue.get_nowait()
            except queue.Empty:
                break
            self.results[line.name] = judge(drive, line, self.deviations.get(line.name), self.can)
        complaint = drive.close()
        if complaint:
            self.leaks.append(complaint)

    def all(self):
        """What takes long is begun first."""
        for line in sorted(self.lines, key=lambda l: l.rule.check != "vectors" and not l.password):
            self.queue.put(line)
        threads = [threading.Thread(target=self.worker, args=(n,)) for n in (0, 1)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return [self.results[line.name] for line in self.lines]


def abilities():
    """What of the rules' column "needs" is there: library and product must both have it."""
    drive = driver.Driver(os.environ["BUILD"], os.environ["WORK"], 9)
    answer = drive.ask("library", "-")
    drive.close()
    return answer["library"], {name for name, is_there in answer.items() if is_there is True}


# --- the table ---

COLUMNS = ("agree", "listed", "differ", "later", "paths", "other")
HEAD = "%-28s %5s %7s %6s %6s %6s %9s %6s %6s"


def table(results, library):
    """Lines, those with a verdict, and what became of them, source by source."""
    sums = {}
    for r in results:
        for source in r.line.source, "all":
            row = sums.setdefault(source, dict.fromkeys(COLUMNS, 0))
            row[r.kind] += 1
    out = ["with " + library,
           HEAD % ("source", "lines", "verdict", "agree", "listed", "differ", "needs 3.5",
                   "paths", "other")]
    for source in sorted(set(sums) - {"all"}) + ["all"]:
        n = sums[source]
        verdict = n["agree"] + n["listed"] + n["differ"] + n["later"]
        out.append(HEAD % (source, sum(n.values()), verdict, n["agree"], n["listed"],
                           n["differ"], n["later"], n["paths"], n["other"]))
    n = sums["all"]
    judged = n["agree"] + n["listed"] + n["differ"]
    out.append("listed: %.2f %% of %d verdicts that this library allows"
               % (100.0 * (n["listed"] + n["differ"]) / max(judged, 1), judged))
    return out


def report(results, leaks, tap):
    for r in results:
        if r.kind == "differ":
            print("not ok %s: %s (expected: %s)" % (r.line.name, r.found[:1500],
                                                    r.line.expected[:160]))
        elif tap and r.kind == "later":
            print("# %s: needs %s" % (r.line.name, r.found))
        elif tap and r.line.rule.check not in ("nothing", "paths"):
            print("ok %s: %s" % (r.line.name, r.found))
    for leak in leaks:
        print("not ok corpus-drive: at its end: %s" % leak)


def main(args):
    tap = args[:1] == ["--tap"]
    corpus, wanted = os.path.abspath(args[tap]), tuple(args[tap + 1:])
    lines = [l for l in tables.manifest(corpus, peers.manifest(corpus))
             if l.name.startswith(wanted or "")]
    library, can = abilities()
    run = Run(lines, can)
    results = run.all()
    if wanted:
        for r in results:
            print("%-7s %s: %s [%s]" % (r.kind, r.line.name, r.found, r.line.rule.check))
    report(results, run.leaks, tap)
    unknown = set(run.deviations) - {l.name for l in lines}
    if unknown and not wanted:
        print("not ok deviations.tsv: not in the corpus: " + " ".join(sorted(unknown)))
    for text in table(results, library):
        print("# " + text if tap else text)
    return any(r.kind == "differ" for r in results) or bool(run.leaks)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
