# SPDX-License-Identifier: ISC
"""Project Wycheproof's vectors: a program of their own on the library's primitives."""
import os
import subprocess

from checks import Differs


def vectors(driver, line):
    """Every vector of a file: valid ones work, invalid ones do not."""
    program = os.path.join(os.environ["BUILD"], "tests", "corpus", "corpus-wycheproof")
    if not os.path.exists(program):
        raise Differs("corpus-wycheproof is not built: is jansson there?")
    p = subprocess.run([program, line.path], stdin=subprocess.DEVNULL, timeout=300, check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = p.stdout.decode("utf-8", "replace")
    if p.returncode != 0:
        raise Differs(text.strip()[-600:] or "status %d" % p.returncode)
    return text.strip()
