#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""V1 to V9: the faults that other programs of this field had to mend in 2026, a row for
each class of them; B17, C7; and the attacks of the list that cannot be made here yet."""
import hashlib
import hmac
import os
import time

import forge
import seal
from der import UTCTIME, ctx, integer, octets, oid, seq, set_of, tlv
from forge import (BODY, DATA, ENTITY, SHA256, SMIME, Signer, alg, attribute, clear, encrypt,
                   fields, multipart, opaque, signed_data, signed_entity, text, usual_attributes)
from judge import Differs, Found, case

BOB = "--identity", "bob.pem"
HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "../vectors")

# Ids of the list of attacks without a row: what they are about does not exist.
CANNOT = {
    "B9": "capabilities rolled back: e2e/choice.sh, learn.newest-counts",
}


def mail(entity, *header, **more):
    return fields("Alice <alice@good.test>", *header, **more) + entity


def sealed(cek, algorithm, text, mac=None):
    """With a forged algorithm: AuthEnvelopedData when there is a mac, else EnvelopedData."""
    body = [integer(0), tlv(0x31, seal.ktri("bob", cek)), seal.content(algorithm, text)]
    kind = seal.ENVELOPED if mac is None else seal.AUTH_ENVELOPED
    if mac is not None:
        body.append(octets(mac))
    name = "enveloped-data" if mac is None else "authEnveloped-data"
    return Found(mail(opaque(seq(oid(kind), ctx(0, seq(*body))), name)), *BOB).quick()


GCM, CCM, CHACHA = seal.GCM[16], "2.16.840.1.101.3.4.1.7", SMIME + "3.18"
DES3, RC2 = "1.2.840.113549.3.7", "1.2.840.113549.3.2"


@case("V1 parameters of a cipher that are longer than what holds them")
def _():
    for n in 14, 17, 65, 257, 4097, 60000:
        long = octets(os.urandom(n))
        past = octets(bytes(64) + os.urandom(n))	# GCM takes up to 64 octets
        for algorithm, size in ((alg(CCM, seq(long, integer(16))), 16), (alg(CHACHA, long), 32),
                                (alg(GCM, seq(past, integer(16))), 16)):
            sealed(os.urandom(size), algorithm, b"x" * 48, bytes(16)).broken()
        for algorithm, size in ((alg(seal.CBC[16], long), 16), (alg(DES3, long), 24),
                                (alg(RC2, seq(integer(58), long)), 16)):
            sealed(os.urandom(size), algorithm, b"x" * 48).broken()
    sealed(os.urandom(32), alg(CHACHA, octets(bytes(11))), b"x" * 48, bytes(16)).broken()


@case("V2 authenticated by name, with a cipher that is not, or hardly")
def _():
    cek, iv = os.urandom(16), os.urandom(16)
    for n in 0, 4, 12, 16:
        sealed(cek, alg(seal.CBC[16], octets(iv)), seal.cbc(cek, iv, ENTITY), bytes(n)).broken()
    made, tag = seal.gcm(cek, bytes(12), ENTITY)
    for n in range(12):
        sealed(cek, alg(GCM, seq(octets(bytes(12)), integer(n))), made, tag[:n]).broken()
    for n in range(256):	# one octet is guessed in 256 mails
        if n % 16 == 0:
            sealed(cek, alg(GCM, seq(octets(bytes(12)), integer(1))), made, bytes([n])).broken()
    sealed(cek, alg(GCM, seq(octets(bytes(12)), integer(16))), made).broken()


@case("V3 no signer, and every place for one")
def _():
    for message in (mail(clear(ENTITY, signed_data(None, certs=["alice"]))),
                    mail(clear(ENTITY, signed_data(None, certs=["alice"], digests=()))),
                    mail(opaque(signed_data(ENTITY, certs=["alice"])))):
        f = Found(message).summary("plain").states()
        f.never_says("alice").warns("no-signer")
    inside = mail(opaque(encrypt(opaque(signed_data(ENTITY, certs=["alice"])), "bob"),
                         "enveloped-data"))
    Found(inside, *BOB).summary("encrypted").states().never_says("alice")


@case("V4 a tag must be as long as the parameters say")
def _():
    cek = os.urandom(16)
    made, tag = seal.gcm(cek, bytes(12), ENTITY)
    for said in range(12, 17):
        algorithm = alg(GCM, seq(octets(bytes(12)), integer(said)))
        for n in range(18):
            f = sealed(cek, algorithm, made, (tag + b"\0\0")[:n])
            if n == said:
                f.summary("encrypted").writes(BODY)
            else:
                f.broken()


@case("V5 the signer's own word about when it was")
def _():
    forge.make_key("late")
    forge.certify("late", forge.person("alice@good.test"), "root", start="20210101000000Z",
                  end="20220101000000Z")
    then = time.mktime((2021, 6, 1, 12, 0, 0, 0, 0, 0))
    binary = attribute("1.2.840.113549.1.9.16.2.46", integer(int(then)))
    for more in [], [binary]:
        one = Signer("late", ENTITY, attributes=usual_attributes(ENTITY, when=then) + more)
        Found(mail(clear(ENTITY, signed_data(None, one)))).summary("plain").states(
            "untrusted expired")
    odd = usual_attributes(ENTITY)[:2] + [attribute(forge.TIME, tlv(UTCTIME, b"990101000000Z"))]
    f = Found(mail(clear(ENTITY, signed_data(None, Signer("alice", ENTITY, attributes=odd)))))
    f.summary("signed").want("the time that counts", f.json["signatures"][0]["time"]["source"],
                             "now")


def authenticated(content, digest, key, attributes=True):
    """AuthenticatedData whose code covers `digest`, with this content."""
    attrs = [attribute(forge.CONTENT_TYPE, oid(DATA)), attribute(forge.DIGEST, octets(digest))]
    covered = set_of(*attrs) if attributes else content
    mac = hmac.new(key, covered, hashlib.sha256).digest()
    return seq(oid(SMIME + "1.2"), ctx(0, seq(
        integer(0), tlv(0x31, seal.ktri("bob", key)), alg("1.2.840.113549.2.9"),
        *([tlv(0xa1, oid(SHA256))] if attributes else []),
        seq(oid(DATA), ctx(0, octets(content))),
        *([tlv(0xa2, *sorted(attrs))] if attributes else []), octets(mac))))


@case("V6 a code that does not cover the content")
def _():
    key, right = os.urandom(32), hashlib.sha256(ENTITY).digest()
    f = Found(mail(opaque(authenticated(ENTITY, right, key))), *BOB).summary("plain")
    f.states().writes(BODY)
    other = ENTITY.replace(b"ten", b"ten thousand")
    for content, digest, attributes in ((other, right, True), (ENTITY, bytes(32), True),
                                        (other, b"", True)):
        Found(mail(opaque(authenticated(content, digest, key, attributes))), *BOB).broken()
    bare = authenticated(ENTITY, b"", key, False)
    Found(mail(opaque(bare)), *BOB).summary("plain").writes(BODY)
    Found(mail(opaque(bare.replace(b"ten", b"two"))), *BOB).broken()


def password_recipient(rounds, salt=bytes(16), length=None):
    pbkdf2 = tlv(0xa0, oid("1.2.840.113549.1.5.12"),
                 seq(octets(salt), integer(rounds), b"" if length is None else integer(length),
                     alg("1.2.840.113549.2.9", b"\5\0")))
    wrap = alg(SMIME + "3.9", alg(seal.CBC[16], octets(bytes(16))))
    return ctx(3, integer(0), pbkdf2, wrap, octets(bytes(48)))


@case("V7 rounds of key derivation, in one recipient, in many, in many layers")
def _():
    forge.write("password", b"secret\n")
    options = "--password-file", "password"

    def bomb(*recipients, inner=ENTITY):
        return opaque(seal.auth_enveloped(recipients, seal.new_key(), inner),
                      "authEnveloped-data")
    once = Found(mail(bomb(password_recipient(9000000))), *options).quick().broken()
    f = Found(mail(bomb(*[password_recipient(9000000)] * 8)), *options).broken()
    if f.seconds > 3 * once.seconds + 2:
        raise Differs("eight take %.1f s, one takes %.1f s" % (f.seconds, once.seconds))
    for rounds, salt, length in ((10000001, bytes(16), None), (1, bytes(16), 1 << 40),
                                 (1, bytes(60000), None), (1 << 64, bytes(16), None)):
        Found(mail(bomb(password_recipient(rounds, salt, length))), *options).quick().broken()


@case("V8 multiparts 2500 deep, plain, signed, encrypted, in a forwarded mail")
def _():
    deep = ENTITY
    for n in range(2500):
        deep = b"Content-Type: multipart/mixed; boundary=\"%d\"\r\n\r\n--%d\r\n" % (n, n) + deep
    forwarded = b"Content-Type: message/rfc822\r\n\r\n" + mail(deep)
    for entity in deep, forwarded, signed_entity(deep), opaque(signed_data(deep, Signer(
            "alice", deep))), opaque(encrypt(deep, "bob"), "enveloped-data"), \
            multipart(text(b"x"), deep):
        Found(mail(entity), *BOB).quick().broken("limit")


@case("V9 lengths that go beyond what is there, at every place")
def _():
    whole = signed_data(ENTITY, Signer("alice", ENTITY))
    found = set()
    for at in range(1, len(whole), 7):
        changed = whole[:at] + b"\x84\x7f\xff\xff\xff" + whole[at + 5:]
        f = Found(mail(opaque(changed)))
        found.add(f.json["summary"])
        if f.quick().json["summary"] == "signed":
            raise Differs("at %d: signed" % at)
    if "broken" not in found:
        raise Differs("nothing was broken")


def rsa_kem(change=None):
    """The vector of RFC 9690 with `ukm`, one piece exchanged."""
    whole = forge.read(os.path.join(VECTORS, "cms-forms/rsakem-ukm.der"))
    if change:
        old, new = change
        if whole.count(old) == 0:
            raise Differs("the vector has no %r" % old)
        whole = whole.replace(old, new, 1)
    return Found(forge.write("kem.der", whole), "--identity", os.path.join(
        VECTORS, "cms/bob.pem"))


@case("B17 an encapsulated key with a wrong length, info or algorithm")
def _():
    rsa_kem().summary("encrypted")
    ukm = b"user keying material"
    wrap = oid(seal.WRAP[32])
    seen = set()
    for change in ((ukm, ukm.upper()), (integer(32), integer(33)), (integer(32), integer(16)),
                   (wrap, oid(seal.WRAP[16]))):
        seen.add(rsa_kem(change).broken().json["error"]["code"])
    if not seen <= {"decrypt", "malformed", "unsupported"}:
        raise Differs("other failures: %s" % seen)


@case("C7 policies and their mappings, certificate upon certificate")
def _():
    policies = ["1.3.6.1.4.1.99999.%d" % n for n in range(30)]
    issuer = "root"
    for level in range(6):
        name = "policy%d" % level
        forge.make_key(name)
        forge.certify(name, forge.CA + [
            "certificatePolicies=" + ",".join(policies),
            "policyMappings=" + ",".join("%s:%s" % (a, b) for a in policies[:12]
                                         for b in policies[12:24])], issuer)
        issuer = name
    forge.add_person("mapped", "alice@good.test", issuer=issuer)
    names = ["mapped"] + ["policy%d" % level for level in range(6)]
    f = Found(mail(clear(ENTITY, signed_data(None, Signer("mapped", ENTITY), certs=names))))
    f.quick().one_of("valid", "untrusted")
