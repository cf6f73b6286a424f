#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""
Signatures of one person, looked at from outside (RFC 5752): DER by hand, digests by
hashlib, signatures by the openssl command.

usage: quantum.py holds FILE		each signature says what the others are
       quantum.py classical FILE CERT	the RSA one holds, as a reader of it alone sees it
       quantum.py without FILE OID OUT	the same without the signatures of this algorithm
"""
import hashlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "attacks"))
from der import ctx, elements, inside, octets, oid, seq, set_of, tlv, value

HASH = {oid("2.16.840.1.101.3.4.2.1"): "sha256", oid("2.16.840.1.101.3.4.2.2"): "sha384",
        oid("2.16.840.1.101.3.4.2.3"): "sha512"}
MULTIPLE = oid("1.2.840.113549.1.9.16.2.51")
RSA = oid("1.2.840.113549.1.1.11")


def read(path):
    with open(path, "rb") as f:
        return f.read()


def signed(path):
    """The elements of SignedData; the last are the SignerInfos."""
    return inside(inside(inside(read(path))[1])[0])


class Signer:
    def __init__(self, der):
        self.der = der
        _, self.sid, self.digest, attrs, self.sig, self.signature = inside(der)[:6]
        self.attrs = elements(value(attrs))

    def hash(self, digest, data):
        return hashlib.new(HASH[inside(digest)[0]], data).digest()

    def multiple(self):
        return [v for a in self.attrs if inside(a)[0] == MULTIPLE for v in inside(inside(a)[1])]

    def blank(self):
        """What is signed, the digests in it left empty (RFC 5752, 4.4.1)."""
        out = [a for a in self.attrs if inside(a)[0] != MULTIPLE]
        values = []
        for v in self.multiple():
            parts = inside(v)
            parts[2] = seq(inside(parts[2])[0], octets(b""))
            values.append(seq(*parts))
        return set_of(*out, seq(MULTIPLE, set_of(*values)))


def holds(path):
    signers = [Signer(s) for s in inside(signed(path)[-1])]
    for one in signers:
        others = [s for s in signers if s is not one]
        values = one.multiple()
        assert len(values) == len(others), "%d values, %d others" % (len(values), len(others))
        for v in values:
            body, sig, attrs = inside(v)[:3]
            own, digest = inside(attrs)
            assert own == one.digest, "algID is not the signer's own"
            meant = [s for s in others if s.digest == body and s.sig == sig]
            assert len(meant) == 1, "it speaks of nobody"
            assert value(digest) == one.hash(own, meant[0].blank()), "another digest"
    assert len(signers) > 1, "one signature alone"


def classical(path, cert):
    one, = [s for s in map(Signer, inside(signed(path)[-1])) if inside(s.sig)[0] == RSA]
    key = subprocess.run(["openssl", "x509", "-in", cert, "-noout", "-pubkey"], check=True,
                         stdout=subprocess.PIPE).stdout
    for name, data in (("q.pub", key), ("q.sig", value(one.signature)),
                       ("q.attrs", set_of(*one.attrs))):
        with open(name, "wb") as f:
            f.write(data)
    subprocess.run(["openssl", "dgst", "-sha256", "-verify", "q.pub", "-signature", "q.sig",
                    "q.attrs"], check=True)


def without(path, algorithm, to):
    parts = signed(path)
    left = [s for s in inside(parts[-1]) if inside(Signer(s).sig)[0] != oid(algorithm)]
    parts[-1] = tlv(0x31, *left)
    with open(to, "wb") as f:
        f.write(seq(oid("1.2.840.113549.1.7.2"), ctx(0, seq(*parts))))


{"holds": holds, "classical": classical, "without": without}[sys.argv[1]](*sys.argv[2:])
