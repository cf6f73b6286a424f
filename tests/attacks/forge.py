#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Forges messages: people and keys by the openssl command, CMS by hand."""
import base64
import functools
import hashlib
import os
import subprocess
import time

from der import (UTCTIME, ctx, inside, integer, octets, oid, seq, set_of, tlv, value)

DATA, SIGNED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
SHA256, SHA384, SHA1 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "1.3.14.3.2.26"
SHA512, MD5 = "2.16.840.1.101.3.4.2.3", "1.2.840.113549.2.5"
ECDSA256, ECDSA384 = "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"
RSA, PSS, ED25519 = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.3.101.112"
CONTENT_TYPE, DIGEST, TIME = ("1.2.840.113549.1.9." + n for n in "345")
COUNTER, PROTECT = "1.2.840.113549.1.9.6", "1.2.840.113549.1.9.52"
SMIME = "1.2.840.113549.1.9.16."
HASHES = {SHA256: "sha256", SHA384: "sha384", SHA512: "sha512", SHA1: "sha1", MD5: "md5"}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def openssl(*args, data=None, may_fail=False):
    p = subprocess.run(["openssl", *args], input=data, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=120)
    if p.returncode != 0 and not may_fail:
        raise RuntimeError("openssl %s: %s" % (args[0], p.stderr.decode("utf-8", "replace")))
    return p.stdout


# --- people ---

def make_key(name, kind="P-256"):
    path = name + ".key"
    if kind.startswith("P-"):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + kind,
                "-out", path)
    elif kind.startswith("rsa"):
        bits, _, e = kind[3:].partition("e")
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + bits,
                *(["-pkeyopt", "rsa_keygen_pubexp:" + e] if e else []), "-out", path)
    else:
        openssl("genpkey", "-algorithm", kind, "-out", path)


def certify(name, extensions, issuer=None, cn=None, start=None, end=None, digest="sha256"):
    """NAME.crt for NAME.key, by ISSUER (None: itself)."""
    config = write(name + ".cnf", (
        "[req]\ndistinguished_name=n\nprompt=no\n[n]\n%s\n[x]\n%s\n"
        "[ca]\ndefault_ca=c\n[c]\ndatabase=%s.db\nnew_certs_dir=.\nunique_subject=no\n"
        "policy=p\nrand_serial=yes\ncopy_extensions=none\n[p]\ncommonName=optional\n" %
        ("CN=" + (cn or name), "\n".join(extensions), name)).encode())
    write(name + ".db", b"")
    openssl("req", "-config", config, "-new", "-key", name + ".key", "-out", name + ".csr")
    by = issuer or name
    now = time.time()

    def stamp(t):
        return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(t))
    openssl("ca", "-batch", "-notext", "-config", config, "-extensions", "x", "-md", digest,
            "-startdate", start or stamp(now - 86400), "-enddate", end or stamp(now + 86400 * 900),
            "-in", name + ".csr", "-keyfile", by + ".key", "-out", name + ".crt",
            *(["-selfsign"] if issuer is None else ["-cert", by + ".crt"]))
    write(name + ".pem", read(name + ".key") + read(name + ".crt"))
    cert_der.cache_clear()


CA = ["basicConstraints=critical,CA:true", "keyUsage=critical,keyCertSign,cRLSign",
      "subjectKeyIdentifier=hash"]


def person(address, usage="digitalSignature,keyEncipherment,keyAgreement",
           eku="emailProtection", san=None):
    out = ["basicConstraints=critical,CA:false", "subjectKeyIdentifier=hash",
           "authorityKeyIdentifier=keyid"]
    if usage:
        out.append("keyUsage=critical," + usage)
    if eku:
        out.append("extendedKeyUsage=" + eku)
    if san or address:
        out.append("subjectAltName=" + (san or "email:" + address))
    return out


def add_person(name, address, kind="P-256", issuer="root", **more):
    given = {k: more.pop(k) for k in ("usage", "eku", "san") if k in more}
    make_key(name, kind)
    certify(name, person(address, **given), issuer, **more)


@functools.lru_cache(None)
def cert_der(name):
    return openssl("x509", "-in", name + ".crt", "-outform", "DER")


def issuer_and_serial(name):
    tbs = inside(inside(cert_der(name))[0])
    return seq(tbs[3], tbs[1])


# --- signatures ---

def alg(text, params=b""):
    return seq(oid(text), params)


def attribute(kind, *values):
    return seq(oid(kind), tlv(0x31, *values))


def digest_of(data, digest=SHA256):
    return hashlib.new(HASHES[digest], data).digest()


def usual_attributes(content, digest=SHA256, content_type=DATA, when=None):
    now = time.strftime("%y%m%d%H%M%SZ", time.gmtime(when))
    return [attribute(CONTENT_TYPE, oid(content_type)),
            attribute(DIGEST, octets(digest_of(content, digest))),
            attribute(TIME, tlv(UTCTIME, now.encode()))]


def raw_sign(name, data, digest=SHA256, *options):
    """The openssl command's signature over `data`, hashed with `digest`."""
    return openssl("dgst", "-" + HASHES[digest], "-sign", name + ".key", *options, data=data)


def sign_ed25519(name, data):
    path = write("tosign", data)
    return openssl("pkeyutl", "-sign", "-rawin", "-inkey", name + ".key", "-in", path)


class Signer:
    """A SignerInfo with any field replaced."""

    def __init__(self, name, content, **changes):
        self.name, self.digest, self.algorithm = name, SHA256, alg(ECDSA256)
        self.content_type, self.when = DATA, None
        self.attributes = self.signature = self.sid = None
        self.no_attributes = False
        self.unsigned = []
        self.sign = None
        self.__dict__.update(changes)
        if self.attributes is None and not self.no_attributes:
            self.attributes = usual_attributes(content, self.digest, self.content_type,
                                               self.when)
        if self.signature is None:
            self.signature = self.make(content)

    def tosign(self, content):
        return content if self.no_attributes else set_of(*self.attributes)

    def make(self, content):
        if self.sign:
            return self.sign(self.tosign(content))
        return raw_sign(self.name, self.tosign(content), self.digest)

    def der(self):
        return seq(integer(1), self.sid or issuer_and_serial(self.name), alg(self.digest),
                   b"" if self.no_attributes else ctx(0, value(set_of(*self.attributes))),
                   self.algorithm, octets(self.signature),
                   ctx(1, *self.unsigned) if self.unsigned else b"")


def signed_data(content, *signers, certs=None, content_type=DATA, digests=(SHA256,)):
    """A ContentInfo; content None: detached."""
    names = certs if certs is not None else [s.name for s in signers]
    certificates = b"".join(cert_der(n) for n in dict.fromkeys(names))
    return seq(oid(SIGNED), ctx(0, seq(
        integer(1), tlv(0x31, *[alg(d) for d in digests]),
        seq(oid(content_type), b"" if content is None else ctx(0, octets(content))),
        ctx(0, certificates) if certificates else b"",
        tlv(0x31, *[s.der() for s in signers]))))


# --- mails ---

ENTITY = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nPay Bob ten euro.\r\n"
BODY = b"Pay Bob ten euro.\r\n"


def fields(sender="Alice <alice@good.test>", *more, to="bob@good.test", subject="money",
           date=None):
    lines = [] if sender is None else ["From: " + sender]
    lines += ["To: " + to, "Subject: " + subject, "Message-ID: <1@good.test>"]
    lines.append("Date: " + (date or time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())))
    lines += list(more) + ["MIME-Version: 1.0"]
    return "".join(line + "\r\n" for line in lines).encode()


def armour(der):
    return base64.encodebytes(der).replace(b"\n", b"\r\n")


def clear(entity, cms, boundary="=_b", preamble=b"", epilogue=b"", more=b"", micalg="sha-256",
          protocol="application/pkcs7-signature", part_type="application/pkcs7-signature"):
    b = boundary.encode()
    return (b"Content-Type: multipart/signed; protocol=\"" + protocol.encode() +
            b"\"; micalg=" + micalg.encode() + b";\r\n boundary=\"" + b + b"\"\r\n\r\n" +
            preamble + b"\r\n--" + b + b"\r\n" + entity + b"\r\n--" + b + b"\r\n"
            b"Content-Type: " + part_type.encode() + b"; name=smime.p7s\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + armour(cms) + more +
            b"\r\n--" + b + b"--\r\n" + epilogue)


def opaque(cms, kind="signed-data"):
    return (b"Content-Type: application/pkcs7-mime; smime-type=" + kind.encode() +
            b"; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n" + armour(cms))


def multipart(*parts, kind="mixed", boundary="=_m", extra=""):
    b = boundary.encode()
    return (b"Content-Type: multipart/" + kind.encode() + extra.encode() +
            b"; boundary=\"" + b + b"\"\r\n\r\n" +
            b"".join(b"--" + b + b"\r\n" + p + b"\r\n" for p in parts) + b"--" + b + b"--\r\n")


def text(words, kind="plain"):
    return b"Content-Type: text/" + kind.encode() + b"\r\n\r\n" + words


def signed_entity(entity=ENTITY, name="alice", **how):
    return clear(entity, signed_data(None, Signer(name, entity)), **how)


def encrypt(entity, *names, cipher="-aes-128-cbc", options=()):
    """The openssl command's ContentInfo."""
    path = write("toencrypt", entity)
    return openssl("cms", "-encrypt", "-binary", cipher, *options, "-in", path,
                   "-outform", "DER", *[n + ".crt" for n in names])


def encrypted(entity, *names, cipher="-aes-128-cbc"):
    kind = "authEnveloped-data" if cipher.endswith("gcm") else "enveloped-data"
    return opaque(encrypt(entity, *names, cipher=cipher), kind)


class World:
    """Where the people live; the names are those of the files."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        os.chdir(folder)
        make_key("root")
        certify("root", CA, cn="Good Root", start="20200101000000Z")
        for name in "alice", "carol":
            add_person(name, name + "@good.test")
        add_person("mallory", "mallory@evil.test")
        add_person("bob", "bob@good.test", "rsa2048")
