# SPDX-License-Identifier: ISC
"""Talks to corpus-drive: one question, one answer, thousands of times."""
import json
import os
import select
import subprocess

SECONDS = 60		# for one file, sanitizers and a busy machine included


class Gone(Exception):
    """The program died or fell silent: whatever was expected, this was not."""


class Driver:
    def __init__(self, build, work, number):
        self.program = os.path.join(build, "tests", "corpus", "corpus-drive")
        self.work = os.path.join(work, str(number))
        self.log = os.path.join(self.work, "log")
        os.makedirs(self.work, exist_ok=True)
        self.process = None
        self.rest = b""

    def start(self):
        log = open(self.log, "ab")
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=log)
        log.close()
        self.rest = b""

    def last_words(self):
        with open(self.log, "rb") as log:
            return log.read().decode("utf-8", "replace")[-3000:]

    def line(self):
        out = self.process.stdout.fileno()
        while b"\n" not in self.rest:
            if not select.select([out], [], [], SECONDS)[0]:
                self.process.kill()
                self.process.wait()
                self.process = None
                raise Gone("no answer in %d seconds" % SECONDS)
            more = os.read(out, 1 << 20)
            if not more:
                status = self.process.wait()
                self.process = None
                raise Gone("it died with status %d: %s" % (status, self.last_words()))
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def ask(self, verb, path, options=()):
        """The answer to `verb path`; options are pairs of a name and a value."""
        if self.process is None:
            self.start()
        words = [verb, path] + ["%s=%s" % pair for pair in options]
        if any(c in w for w in words for c in "\t\n"):
            raise ValueError("a request cannot hold " + repr(words))
        try:
            self.process.stdin.write("\t".join(words).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass			# its end is read below
        answer = json.loads(self.line())
        if answer.get("again") is False:
            raise Gone("read once more in the same context, it gets another verdict")
        return answer

    def close(self):
        """The complaint of a sanitizer at the end (a leak), or None."""
        if self.process is None:
            return None
        self.process.stdin.close()
        status = self.process.wait()
        self.process = None
        return None if status == 0 else "status %d: %s" % (status, self.last_words())
