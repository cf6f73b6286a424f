#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Run the tests of a built folder and say each as a line that tap.sh counts.

usage: meson-suite.py BUILD-FOLDER [options of meson test]

The answers are read from Meson's log, whose form is kept, rather than from its
display, whose form is not.
"""

import json
import os
import subprocess
import sys

VERDICT = {"OK": "ok", "EXPECTEDFAIL": "ok", "SKIP": "skip"}
TAIL = 12


def results(folder):
    """The rows of Meson's log of its last run."""
    path = os.path.join(folder, "meson-logs", "testlog.json")
    with open(path, encoding="utf-8", errors="replace") as f:
        return [json.loads(line) for line in f if line.strip()]


def last_words(row):
    """What a failed test said last."""
    text = row.get("stdout", "") + row.get("stderr", "")
    return "".join("# " + s + "\n" for s in text.splitlines()[-TAIL:])


def main(folder, options):
    """Run, then one line for each test, the failed ones with their words."""
    log = os.path.join(folder, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.remove(log)
    run = subprocess.run(["meson", "test", "-C", folder, "--no-rebuild"] + options,
                         check=False)
    rows = results(folder) if os.path.exists(log) else []
    for row in rows:
        verdict = VERDICT.get(row["result"], "not ok")
        why = "" if verdict == "ok" else ": " + row["result"].lower()
        print(f"{verdict} {row['name']}{why}")
    for row in rows:
        if VERDICT.get(row["result"]) is None:
            sys.stdout.write(f"# {row['name']}\n" + last_words(row))
    return run.returncode


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
