#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs the program on a forged message and compares its verdict with the table."""
import hashlib
import json
import os
import subprocess

from forge import read, write

POSTSEAL = os.environ["POSTSEAL"]
TRUST = ["--trust", "root.crt"]


class Differs(Exception):
    pass


def run(verb, *args, trust=True, seconds=60):
    p = subprocess.run([POSTSEAL, verb, *(TRUST if trust else []), *args],
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=seconds)
    if not 0 <= p.returncode <= 5 or b"Sanitizer" in p.stderr:
        raise Differs("exit status %d: %s" % (p.returncode, p.stderr[-400:].decode("utf-8",
                                                                                  "replace")))
    return p


def pace():
    """Seconds of the processor for a million rounds of PBKDF2, now: 0.25 on the machine
    that the limits were written on. A shared one is several times slower at times."""
    before = os.times().user
    hashlib.pbkdf2_hmac("sha256", b"", bytes(16), 1000000)
    return os.times().user - before


class Found:
    """What the program says of a message, and what `open` writes."""

    def __init__(self, message, *options, trust=True, opening=()):
        for name in "out.eml", "verdict.json":
            if os.path.exists(name):
                os.unlink(name)
        path = message if isinstance(message, str) else write("attack.eml", message)
        before = os.times()
        p = run("verify", "--json", *options, path, trust=trust)
        after = os.times()	# of the processor: a machine has other work too
        self.seconds = after.children_user + after.children_system - \
            before.children_user - before.children_system
        self.json = json.loads(p.stdout)
        self.status = p.returncode
        p = run("open", *options, *opening, "--verdict", "verdict.json", "-o", "out.eml", path, trust=trust)
        self.open_status, self.talk = p.returncode, p.stderr.decode("utf-8", "replace")
        self.out = read("out.eml") if os.path.exists("out.eml") else None
        again = json.loads(read("verdict.json"))
        if again["summary"] != self.json["summary"]:
            raise Differs("open says %s, verify %s" % (again["summary"], self.json["summary"]))

    def quick(self, seconds=10):
        if self.seconds > seconds and self.seconds > seconds * 2 * pace() / 0.25:
            raise Differs("it took %.1f s" % self.seconds)
        return self

    def want(self, what, found, expected):
        if found != expected:
            raise Differs("%s is %s, but %s was expected; %s" % (
                what, found, expected, json.dumps(self.json)[:1500]))

    def summary(self, expected):
        self.want("the summary", self.json["summary"], expected)
        self.want("the exit status", self.status,
                  0 if expected in ("signed", "sealed") else
                  self.status if expected == "broken" and self.status >= 3 else 1)
        return self

    def one_ofs(self, *summaries):
        if self.json["summary"] not in summaries:
            self.want("the summary", self.json["summary"], "one of " + ", ".join(summaries))
        return self

    def states(self, *expected):
        """In any order: "valid", or "invalid content-changed" with one of its reasons."""
        found = [(s["state"], {r["code"] for r in s["reasons"]}) for s in self.json["signatures"]]
        left = list(found)
        for one in expected:
            state, _, code = one.partition(" ")
            fits = [f for f in left if f[0] == state and (not code or code in f[1])]
            if not fits:
                self.want("the signatures", str(found), str(expected))
            left.remove(fits[0])
        if left:
            self.want("the signatures", str(found), str(expected))
        return self

    def one_of(self, *states):
        """The only signature has one of these states."""
        found = [s["state"] for s in self.json["signatures"]]
        if len(found) != 1 or found[0] not in states:
            self.want("the signatures", found, "one of " + ", ".join(states))
        return self

    def warns(self, *codes):
        have = {w["code"] for w in self.json["warnings"]}
        if not set(codes) <= have:
            self.want("the warnings", sorted(have), sorted(codes))
        return self

    def quiet(self, *codes):
        have = {w["code"] for w in self.json["warnings"]}
        if set(codes) & have:
            self.want("the warnings", sorted(have), "none of " + ", ".join(codes))
        return self

    def says(self, word):
        if word not in self.json["sentence"]:
            self.want("the sentence", self.json["sentence"], "one with " + word)
        return self

    def never_says(self, word):
        if word in self.json["sentence"]:
            self.want("the sentence", self.json["sentence"], "one without " + word)
        return self

    def writes(self, *pieces):
        for piece in pieces:
            if self.out is None or piece not in self.out:
                self.want("the output", self.out, piece)
        return self

    def writes_no(self, *pieces):
        for piece in pieces:
            if self.out is not None and piece in self.out:
                self.want("the output", self.out, b"something without " + piece)
        return self

    def writes_nothing(self):
        self.want("the output", self.out, None)
        return self

    def errant(self):
        """Nothing in the envelope counts, and the message says so."""
        self.summary("plain").warns("errant-layer")
        for s in self.json["signatures"]:
            self.want("in_envelope", s["in_envelope"], False)
        for e in self.json["encryption"]:
            self.want("in_envelope", e["in_envelope"], False)
            self.want("opened", e["opened"], False)
        return self

    def broken(self, code=None):
        self.summary("broken").writes_nothing()
        if code is not None:
            self.want("the error", self.json["error"]["code"], code)
        return self


CASES = []


def case(name):
    """Names a test: the attack's id first."""
    def keep(function):
        CASES.append((name, function))
        return function
    return keep
