#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Makes the keys, certificates and objects of this folder anew. Keys, signatures and
# encapsulations are those of the openssl command (3.5), derivation, wrapping and
# content encryption those of Python's "cryptography" module (48.0); what openssl
# cannot write is built octet by octet from the RFCs. Every run gives other octets
# with the same meaning.
#
# usage: PATH=$HOME/.cache/postseal/openssl35/bin:$PATH tests/vectors/pq/make.py
import hashlib
import os
import secrets
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "attacks"))
from der import ctx, inside, integer, octets, oid, seq, set_of, tlv

os.chdir(HERE)
TMP = tempfile.mkdtemp()
PAYLOAD = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nNot for quantum computers.\r\n"
DATA, SIGNED, AUTH = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.23"
SHA256, SHA512 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
HASH = {SHA256: "sha256", SHA512: "sha512"}
MLDSA65, ED25519, RSA256 = "2.16.840.1.101.3.4.3.18", "1.3.101.112", "1.2.840.113549.1.1.11"
KEM = {"ML-KEM-512": "2.16.840.1.101.3.4.4.1", "ML-KEM-768": "2.16.840.1.101.3.4.4.2",
       "ML-KEM-1024": "2.16.840.1.101.3.4.4.3", "RSA": "1.0.18033.2.2.4"}
WRAP = {16: "2.16.840.1.101.3.4.1.5", 32: "2.16.840.1.101.3.4.1.45"}
HKDF256, HKDF512 = "1.2.840.113549.1.9.16.3.28", "1.2.840.113549.1.9.16.3.30"
KDF3 = "1.3.133.16.840.9.44.1.2"


def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def put(name, data):
    with open(name, "wb") as f:
        f.write(data)


def get(name):
    with open(name, "rb") as f:
        return f.read()


def tmp(name):
    return os.path.join(TMP, name)


def alg(text, *params):
    return seq(oid(text), *params)


# --- people ---

PEOPLE = [
    ("alice-mldsa65", "ML-DSA-65", "digitalSignature"),
    ("alice-mldsa44", "ML-DSA-44", "digitalSignature"),
    ("alice-rsa", "RSA", "digitalSignature,keyEncipherment"),
    ("carol-slh", "SLH-DSA-SHA2-128s", "digitalSignature"),
    ("dave-ed25519", "ED25519", "digitalSignature"),
    ("bob-mlkem512", "ML-KEM-512", "keyEncipherment"),
    ("bob-mlkem768", "ML-KEM-768", "keyEncipherment"),
    ("bob-mlkem1024", "ML-KEM-1024", "keyEncipherment"),
    ("bob-rsa", "RSA", "digitalSignature,keyEncipherment"),
]
DATES = ["-not_before", "20250101000000Z", "-not_after", "20450101000000Z"]


def new_key(name, kind):
    options = {"RSA": ["-pkeyopt", "rsa_keygen_bits:2048"]}.get(kind, [])
    openssl("genpkey", "-algorithm", kind, *options, "-out", tmp(name + ".key"))
    openssl("pkey", "-in", tmp(name + ".key"), "-pubout", "-out", tmp(name + ".pub"))


def certify(name, usage, number):
    put(tmp("ext"), ("basicConstraints=critical,CA:false\nkeyUsage=critical,%s\n"
                     "extendedKeyUsage=emailProtection\nsubjectAltName=email:%s@pq.test\n"
                     "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always\n"
                     % (usage, name.split("-")[0])).encode())
    openssl("x509", "-new", "-force_pubkey", tmp(name + ".pub"), "-CA", "root.pem", "-CAkey",
            tmp("root.key"), "-subj", "/CN=" + name, "-set_serial", str(number), *DATES,
            "-extfile", tmp("ext"), "-out", tmp(name + ".crt"))
    put(name + ".pem", get(tmp(name + ".key")) + get(tmp(name + ".crt")))


def make_people():
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
            tmp("root.key"))
    openssl("req", "-x509", "-new", "-key", tmp("root.key"), "-subj", "/CN=PQ Root", *DATES,
            "-addext", "basicConstraints=critical,CA:true", "-addext",
            "keyUsage=critical,keyCertSign,cRLSign", "-out", "root.pem")
    for i, (name, kind, usage) in enumerate(PEOPLE):
        new_key(name, kind)
        certify(name, usage, 1000 + i)


def cert(name):
    return openssl("x509", "-in", tmp(name + ".crt"), "-outform", "DER")


def named(name):
    """issuerAndSerialNumber."""
    tbs = inside(inside(cert(name))[0])
    return seq(tbs[3], tbs[1])


# --- signatures ---

def pure(name, data):
    put(tmp("message"), data)
    return openssl("pkeyutl", "-sign", "-rawin", "-inkey", tmp(name + ".key"), "-in", tmp("message"))


def rsa(name, data):
    return openssl("dgst", "-sha256", "-sign", tmp(name + ".key"), data=data)


def attribute(kind, *values):
    return seq(oid(kind), set_of(*values))


def attributes(digest, *more):
    value = hashlib.new(HASH[digest], PAYLOAD).digest()
    return [attribute("1.2.840.113549.1.9.3", oid(DATA)),
            attribute("1.2.840.113549.1.9.4", octets(value)), *more]


def signer(name, digest, sig, signature, attrs=None):
    return seq(integer(1), named(name), digest, b"" if attrs is None else
               b"\xa0" + set_of(*attrs)[1:], sig, octets(signature))


def signed(signers, *names, content=PAYLOAD):
    return seq(oid(SIGNED), ctx(0, seq(
        integer(1), set_of(alg(SHA256), alg(SHA512)), seq(oid(DATA), ctx(0, octets(content))),
        ctx(0, *[cert(n) for n in names]), set_of(*signers))))


def by_openssl(name, digest, to):
    put(tmp("payload"), PAYLOAD)
    openssl("cms", "-sign", "-binary", "-nodetach", "-md", digest, "-signer", tmp(name + ".crt"),
            "-inkey", tmp(name + ".key"), "-in", tmp("payload"), "-outform", "DER", "-out", to)


# RFC 5752: each of the two says what the other is.
def other(digest, sig, own, value):
    return seq(alg(digest), sig, seq(alg(own), octets(value)))


MULTIPLE = "1.2.840.113549.1.9.16.2.51"
RSA_SIG, PQ_SIG = alg(RSA256, b"\5\0"), alg(MLDSA65)


def both():
    """The two SignerInfos."""
    blank = [attributes(SHA256, attribute(MULTIPLE, other(SHA512, PQ_SIG, SHA256, b""))),
             attributes(SHA512, attribute(MULTIPLE, other(SHA256, RSA_SIG, SHA512, b"")))]
    value = [hashlib.sha256(set_of(*blank[1])).digest(), hashlib.sha512(set_of(*blank[0])).digest()]
    attrs = [attributes(SHA256, attribute(MULTIPLE, other(SHA512, PQ_SIG, SHA256, value[0]))),
             attributes(SHA512, attribute(MULTIPLE, other(SHA256, RSA_SIG, SHA512, value[1])))]
    return [signer("alice-rsa", alg(SHA256), RSA_SIG, rsa("alice-rsa", set_of(*attrs[0])), attrs[0]),
            signer("alice-mldsa65", alg(SHA512), PQ_SIG,
                   pure("alice-mldsa65", set_of(*attrs[1])), attrs[1])]


def make_signed():
    by_openssl("alice-mldsa65", "sha512", "signed-mldsa65.der")
    by_openssl("alice-mldsa44", "sha256", "signed-mldsa44.der")
    by_openssl("carol-slh", "sha256", "signed-slh.der")
    # RFC 9882, 3.3: the digestAlgorithm then means nothing
    for name, sig, digest in (("alice-mldsa65", MLDSA65, SHA512), ("dave-ed25519", ED25519, SHA512)):
        one = signer(name, alg(digest), alg(sig), pure(name, PAYLOAD))
        put("noattr-%s.der" % name.split("-")[1], signed([one], name))
    odd = signer("alice-mldsa65", alg("1.2.3.4"), PQ_SIG, pure("alice-mldsa65", PAYLOAD))
    put("noattr-odd-digest.der", signed([odd], "alice-mldsa65"))
    # content that is the attributes of another message (euf-cma draft)
    attrs = set_of(*attributes(SHA512))
    trick = signer("alice-mldsa65", alg(SHA512), PQ_SIG, pure("alice-mldsa65", attrs))
    put("noattr-confusion.der", signed([trick], "alice-mldsa65", content=attrs))
    two, names = both(), ("alice-rsa", "alice-mldsa65")
    put("two.der", signed(two, *names))
    put("two-rsa-left.der", signed(two[:1], *names))
    put("two-mldsa-left.der", signed(two[1:], *names))
    put("two-exchanged.der", signed([two[0], signer(
        "alice-mldsa65", alg(SHA512), PQ_SIG, pure("alice-mldsa65", set_of(*attributes(SHA512))),
        attributes(SHA512))], *names))


# --- encapsulation ---

def kem_other_info(wrap, size, ukm):
    return seq(alg(wrap), integer(size), b"" if ukm is None else ctx(0, octets(ukm)))


def encapsulate(name):
    openssl("pkeyutl", "-encap", "-inkey", tmp(name + ".pub"), "-pubin", "-out", tmp("ct"),
            "-secret", tmp("secret"))
    return get(tmp("ct")), get(tmp("secret"))


def kdf3(z, info, size):
    out = b""
    for n in range(1, 9):
        out += hashlib.sha256(n.to_bytes(4, "big") + z + info).digest()
    return out[:size]


def encapsulate_rsa(name):
    """RFC 9690, A.2; the secret by KDF3, as long as the key of the wrap."""
    text = openssl("rsa", "-pubin", "-in", tmp(name + ".pub"), "-noout", "-modulus").decode()
    n = int(text.split("=")[1], 16)
    z = secrets.randbelow(n)
    return pow(z, 65537, n).to_bytes(256, "big"), kdf3(z.to_bytes(256, "big"), b"", 16)


def hkdf(kind, secret, info, size):
    hash_ = hashes.SHA256() if kind == HKDF256 else hashes.SHA512()
    return HKDF(hash_, size, None, info).derive(secret)


def kemri(name, kind, cek, kdf=HKDF256, size=32, ukm=None, wrap=None, params=b"", change=None):
    wrap = wrap or WRAP[size]
    ct, secret = encapsulate_rsa(name) if kind == "RSA" else encapsulate(name)
    info = kem_other_info(wrap, size, ukm)
    derived = kdf3(secret, info, size) if kind == "RSA" else hkdf(kdf, secret, info, size)
    if change:
        ct = change(ct)
    kdf_alg = alg(KDF3, alg(SHA256)) if kind == "RSA" else alg(kdf)
    return ctx(4, oid("1.2.840.113549.1.9.16.13.3"), seq(
        integer(0), named(name), alg(KEM[kind], params), octets(ct), kdf_alg, integer(size),
        b"" if ukm is None else ctx(0, octets(ukm)), alg(wrap),
        octets(keywrap.aes_key_wrap(derived, cek))))


def sealed(recipients, cek):
    nonce = secrets.token_bytes(12)
    out = AESGCM(cek).encrypt(nonce, PAYLOAD, b"")
    return seq(oid(AUTH), ctx(0, seq(
        integer(0), set_of(*recipients), seq(
            oid(DATA), alg("2.16.840.1.101.3.4.1.46", seq(octets(nonce), integer(16))),
            tlv(0x80, out[:-16])), octets(out[-16:]))))


KEMS = {
    "kem-512": ("bob-mlkem512", "ML-KEM-512", {"size": 16}),
    "kem-768": ("bob-mlkem768", "ML-KEM-768", {}),
    "kem-1024-ukm": ("bob-mlkem1024", "ML-KEM-1024", {"kdf": HKDF512, "ukm": b"some more"}),
    "kem-rsa": ("bob-rsa", "RSA", {"size": 16}),
    # what must not open
    "bad-changed": ("bob-mlkem768", "ML-KEM-768", {"change": lambda c: bytes([c[0] ^ 1]) + c[1:]}),
    "bad-short": ("bob-mlkem768", "ML-KEM-768", {"change": lambda c: c[:-1]}),
    "bad-long": ("bob-mlkem768", "ML-KEM-768", {"change": lambda c: c + b"\0"}),
    "bad-params": ("bob-mlkem768", "ML-KEM-768", {"params": b"\5\0"}),
    "bad-size": ("bob-mlkem768", "ML-KEM-768", {"size": 16, "wrap": WRAP[32]}),
    "bad-kind": ("bob-mlkem768", "ML-KEM-1024", {}),
}


def make_sealed():
    for name, (who, kind, how) in KEMS.items():
        cek = secrets.token_bytes(32)
        put(name + ".der", sealed([kemri(who, kind, cek, **how)], cek))


put("content.txt", PAYLOAD)
make_people()
make_signed()
make_sealed()
