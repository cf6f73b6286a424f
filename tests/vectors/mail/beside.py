#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Makes beside.eml: a mail of carol's with all that may stand beside a signature
# and in it: enhanced services, a counter-signature of alice's, a time-stamp by a
# stranger, more certificates than are needed and a revocation list. The CMS is laid
# out by hand, signatures and the token are by the openssl command (3.0).
#
# usage: tests/vectors/mail/beside.py
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "attacks"))
import forge
from der import ctx, integer, octets, oid, seq, tlv
from forge import (RSA, SHA256, SIGNED, SMIME, DATA, Signer, alg, attribute, cert_der, clear,
                   digest_of, usual_attributes)

VECTORS = os.path.join(HERE, "..")
WHEN = 1893664800	# 2030-01-03T10:00:00Z
ENTITY = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nMeet me at noon.\r\n"
FIELDS = (b"From: carol@example.org\r\nTo: bob@example.org\r\nSubject: Friday\r\n"
          b"Date: Thu, 03 Jan 2030 10:00:00 +0000\r\nMIME-Version: 1.0\r\n")


def person(name):
    pem = forge.read(os.path.join(VECTORS, "cms", name + ".pem"))
    forge.write(name + ".key", pem)
    forge.write(name + ".crt", pem)


def token(data):
    """By an authority of its own, whose key is thrown away."""
    forge.write("ts.cnf", b"[req]\ndistinguished_name=n\nx509_extensions=t\nprompt=no\n"
                b"[n]\nCN=stamp\n[t]\nbasicConstraints=critical,CA:false\n"
                b"keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
                b"[how]\nserial=ts.serial\ncrypto_device=builtin\nsigner_digest=sha256\n"
                b"default_policy=1.2.3.4\ndigests=sha256\ness_cert_id_alg=sha256\n")
    forge.write("data", data)
    forge.openssl("req", "-x509", "-config", "ts.cnf", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ts.key", "-out", "ts.crt",
                  "-days", "21900")
    forge.openssl("ts", "-query", "-config", "ts.cnf", "-data", "data", "-sha256", "-cert",
                  "-out", "query")
    forge.openssl("ts", "-reply", "-config", "ts.cnf", "-section", "how", "-queryfile", "query",
                  "-signer", "ts.crt", "-inkey", "ts.key", "-token_out", "-out", "token")
    return forge.read("token")


def services():
    name = tlv(0x81, b"carol@example.org")
    label = tlv(0x31, integer(3), oid("1.2.3.4"), tlv(0x13, b"secret"))
    certificate = seq(seq(seq(octets(digest_of(cert_der("carol"))))))
    return [attribute(SMIME + "2.1", seq(octets(b"receipt"), tlv(0x80, b"\0"),
                                         seq(seq(name)))),
            attribute(SMIME + "2.2", label), attribute(SMIME + "2.47", certificate),
            attribute("1.2.840.113549.1.9.15", seq(alg("2.16.840.1.101.3.4.1.42")))]


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in "carol", "alice", "bob", "dave", "root":
            person(name)
        one = Signer("carol", ENTITY, attributes=usual_attributes(ENTITY, when=WHEN) + services())
        counter = Signer("alice", one.signature, algorithm=alg(RSA, b"\5\0"), attributes=[
            attribute(forge.DIGEST, octets(digest_of(one.signature)))])
        one.unsigned = [attribute(forge.COUNTER, counter.der()),
                        attribute(SMIME + "2.14", token(one.signature))]
        crl = forge.openssl("crl", "-in", os.path.join(VECTORS, "certs", "root.crl.pem"),
                            "-outform", "DER")
        certs = b"".join(cert_der(n) for n in ("carol", "alice", "bob", "dave", "root"))
        cms = seq(oid(SIGNED), ctx(0, seq(
            integer(1), tlv(0x31, alg(SHA256)), seq(oid(DATA)), ctx(0, certs), ctx(1, crl),
            tlv(0x31, one.der()))))
        forge.write(os.path.join(HERE, "beside.eml"), FIELDS + clear(ENTITY, cms))


main()
