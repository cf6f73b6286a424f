#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Makes dh-*.der, ecmqv.der and dora.pem anew: Diffie-Hellman of RFC 2631, over the
# 2048-bit group of RFC 5114. dh-openssl-*.der are by the openssl command (3.0), the
# others by hand; the numbers are Python's own.
#
# usage: tests/vectors/cms-forms/dh.py
import hashlib
import os
import subprocess
import sys
import tempfile

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../attacks")
from der import ctx, inside, integer, octets, oid, seq, set_of, tlv, value

SMIME, NIST = "1.2.840.113549.1.9.16.", "2.16.840.1.101.3.4."
ESDH, SSDH = SMIME + "3.5", SMIME + "3.10"
AES_WRAP = NIST + "1.5"
PAYLOAD = open("payload.txt", "rb").read()


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def numbers(key):
    """p, g, the public and the private number."""
    public = inside(openssl("pkey", "-in", key, "-pubout", "-outform", "DER"))
    private = inside(openssl("pkcs8", "-topk8", "-nocrypt", "-in", key, "-outform", "DER"))
    p, g = inside(inside(public[0])[1])[:2]
    return [int.from_bytes(value(n), "big") for n in (p, g, value(public[1])[1:],
                                                      value(private[2]))]


def person(folder, name, params):
    key, crt, pub, ext = (os.path.join(folder, name + end) for end in (
        ".key", ".crt", ".pub", ".ext"))
    openssl("genpkey", "-paramfile", params, "-out", key)
    openssl("pkey", "-in", key, "-pubout", "-out", pub)
    with open(ext, "w") as f:
        f.write("[x]\nkeyUsage=critical,keyAgreement\nextendedKeyUsage=emailProtection\n"
                "subjectKeyIdentifier=hash\nsubjectAltName=email:%s@example.org\n" % name)
    openssl("x509", "-new", "-subj", "/CN=" + name, "-force_pubkey", pub, "-CA",
            "../cms/bob.pem", "-CAkey", "../cms/bob.pem", "-days", "21900", "-extfile", ext,
            "-extensions", "x", "-out", crt)
    return key, crt


def by_serial(crt):
    tbs = inside(inside(openssl("x509", "-in", crt, "-outform", "DER"))[0])
    return seq(tbs[3], tbs[1])


def kek_of(z, ukm, bits=128):
    """RFC 2631, 2.1.2, of an AES-128 wrap."""
    other = seq(seq(oid(AES_WRAP), octets(b"\0\0\0\1")), ctx(0, octets(ukm)) if ukm else b"",
                ctx(2, octets(bits.to_bytes(4, "big"))))
    return hashlib.sha1(z.to_bytes(256, "big") + other).digest()[:bits // 8]


def wrap(kek, cek):
    return openssl("enc", "-id-aes128-wrap", "-K", kek.hex(), "-iv", "a6" * 8, data=cek)


def message(name, rid, originator, kek, agree=ESDH, ukm=b"", info=b""):
    cek, iv = os.urandom(16), os.urandom(16)
    sealed = openssl("enc", "-aes-128-cbc", "-K", cek.hex(), "-iv", iv.hex(), data=PAYLOAD)
    kari = ctx(1, integer(3), ctx(0, originator), ctx(1, octets(ukm)) if ukm else b"",
               seq(oid(agree), seq(oid(AES_WRAP))), seq(seq(rid, octets(wrap(kek, cek)))))
    write(name, seq(oid("1.2.840.113549.1.7.3"), ctx(0, seq(
        integer(2), info, set_of(kari), seq(
            oid("1.2.840.113549.1.7.1"), seq(oid(NIST + "1.2"), octets(iv)),
            tlv(0x80, sealed))))))


def write(name, data):
    with open(name + ".der", "wb") as f:
        f.write(data)


def ephemeral(y, params=b""):
    return ctx(1, seq(oid("1.2.840.10046.2.1"), params), tlv(3, b"\0", integer(y)))


def by_openssl(crt):
    for name, options in (("aes", ["-aes-128-cbc"]), ("3des", ["-des3"]),
                          ("wrap3", ["-aes-128-cbc", "-wrap", "des3-wrap"])):
        openssl("cms", "-encrypt", "-binary", *options, "-in", "payload.txt", "-outform", "DER",
                "-out", "dh-openssl-%s.der" % name, crt)


def leading_zero(y, g, p):
    """An exponent whose secret begins with a zero octet."""
    x = 2
    while pow(y, x, p) >> 2040:
        x += 1
    return x


def by_hand(folder, params):
    key, crt = os.path.join(folder, "dora.key"), os.path.join(folder, "dora.crt")
    p, g, y, _ = numbers(key)
    rid = by_serial(crt)
    x = leading_zero(y, g, p)
    message("dh-zero", rid, ephemeral(pow(g, x, p)), kek_of(pow(y, x, p), b"u" * 64), ukm=b"u" * 64)
    message("dh-small", rid, ephemeral(1), kek_of(1, b""))
    message("dh-minus", rid, ephemeral(p - 1), kek_of(p - 1, b""))
    other_key, other_crt = person(folder, "dirk", params)
    z = pow(y, numbers(other_key)[3], p)
    cert = openssl("x509", "-in", other_crt, "-outform", "DER")
    message("dh-static", rid, by_serial(other_crt), kek_of(z, b"u" * 64), SSDH, b"u" * 64,
            ctx(0, ctx(0, cert)))
    foreign = os.path.join(folder, "other.params")
    openssl("genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", "dh_rfc5114:2", "-out",
            foreign)
    _, crt2 = person(folder, "dora2", foreign)
    cert = openssl("x509", "-in", crt2, "-outform", "DER")
    message("dh-group", rid, by_serial(crt2), bytes(16), SSDH, b"u" * 64, ctx(0, ctx(0, cert)))
    message("ecmqv", by_serial("../cms/carol.pem"), ctx(1, seq(oid("1.2.840.10045.2.1")),
                                                        tlv(3, b"\0\4" + bytes(64))),
            bytes(16), "1.3.132.1.15.1", b"u" * 70)
    with open("dora.pem", "wb") as f:
        f.write(open(key, "rb").read() + open(crt, "rb").read())


def main():
    with tempfile.TemporaryDirectory() as folder:
        params = os.path.join(folder, "params")
        openssl("genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", "dh_rfc5114:3", "-out",
                params)
        _, crt = person(folder, "dora", params)
        by_openssl(crt)
        by_hand(folder, params)


main()
