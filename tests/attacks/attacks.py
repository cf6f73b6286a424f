#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# The attacks on S/MIME that are known, each built as a message: one test a row,
# its id in the name. A: signatures, M and I: mails and identities, U and G: what
# is shown, T: what works beside a signature, B: encryption, C: certificates, R: resources,
# V: what others had to mend.
"""usage: attacks.py [ID...]		(by attacks.sh; POSTSEAL and WORK in the environment)"""
import os
import subprocess
import sys

import forge
import judge

import bad_input
import beside
import encryption
import identities
import paths
import resources
import services
import signatures

TABLES = signatures, beside, identities, encryption, paths, resources, services, bad_input


def one(name, function):
    try:
        function()
    except judge.Differs as d:
        print("not ok %s: %s" % (name, " ".join(str(d).split())[:900]))
    except (KeyError, IndexError, OSError, ValueError, RuntimeError, TypeError,
            subprocess.TimeoutExpired) as d:
        print("not ok %s: %r" % (name, d))
    else:
        print("ok %s" % name)
    sys.stdout.flush()


def main(wanted):
    forge.World(os.environ["WORK"])
    for name, function in judge.CASES:
        if not wanted or name.split()[0] in wanted:
            one(name, function)
    for name, why in bad_input.CANNOT.items():
        if not wanted or name in wanted:
            print("skip %s %s" % (name, why))


if __name__ == "__main__":
    main(sys.argv[1:])
