#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A1 to A15: forged and confused signatures."""
import time

import forge
from der import SEQ, UTF8, ctx, inside, integer, octets, oid, seq, set_of, tlv, value
from forge import (BODY, CONTENT_TYPE, COUNTER, DATA, DIGEST, ENTITY, MD5, PROTECT, SHA1, SHA256,
                   SHA384, SHA512, SMIME, Signer, alg, attribute, clear, digest_of, fields, opaque,
                   signed_data, usual_attributes)
from judge import Differs, Found, case, run

TST_INFO = SMIME + "1.4"


def mail(entity, *header, **more):
    return fields(*header, **more) + entity


def by_alice(**changes):
    """An intact clear signature but for the changes to its SignerInfo."""
    return mail(clear(ENTITY, signed_data(None, Signer("alice", ENTITY, **changes))))


@case("A0 control: an intact signature is valid")
def _():
    Found(by_alice()).summary("signed").states("valid").says("alice@good.test").writes(BODY)
    Found(mail(opaque(signed_data(ENTITY, Signer("alice", ENTITY))))).summary("signed")


@case("A1 signed attributes of another message as content")
def _():
    theirs = Signer("alice", ENTITY)
    content = set_of(*theirs.attributes)
    forged = Signer("alice", content, no_attributes=True, signature=theirs.signature)
    Found(mail(opaque(signed_data(content, forged)))).summary("plain").states(
        "invalid attribute-confusion")
    Found(mail(clear(content, signed_data(None, forged)))).summary("plain").states(
        "invalid attribute-confusion")


@case("A1 signature without signed attributes")
def _():
    s = Signer("alice", ENTITY, no_attributes=True)
    Found(mail(opaque(signed_data(ENTITY, s)))).summary("plain").states(
        "untrusted no-signed-attributes").writes(BODY)


@case("A1 what we sign always has signed attributes")
def _():
    forge.write("draft.eml", mail(ENTITY))
    for form in [], ["--opaque"]:
        run("sign", "draft.eml", "--identity", "alice.pem", *form, "-o", "made.eml", trust=False)
        forge.openssl("cms", "-verify", "-in", "made.eml", "-CAfile", "root.crt", "-out", "x")
        shown = forge.openssl("cms", "-cmsout", "-print", "-noout", "-in", "made.eml")
        if shown.count(b"object: contentType") != 1 or shown.count(b"object: messageDigest") != 1:
            raise Differs("the signed attributes are missing")


@case("A2 the signature part carries the same content")
def _():
    cms = signed_data(ENTITY, Signer("alice", ENTITY))
    Found(mail(clear(ENTITY, cms))).summary("plain").states("invalid embedded-content")


@case("A2 the signature part carries other content that is signed")
def _():
    cms = signed_data(ENTITY, Signer("alice", ENTITY))
    evil = ENTITY.replace(b"ten", b"1000")
    Found(mail(clear(evil, cms))).summary("plain").states("invalid embedded-content")


@case("A2 the signature part carries signed attributes as content")
def _():
    theirs = Signer("alice", ENTITY)
    content = set_of(*theirs.attributes)
    forged = Signer("alice", content, no_attributes=True, signature=theirs.signature)
    Found(mail(clear(ENTITY, signed_data(content, forged)))).summary("plain").states(
        "invalid embedded-content")


def two(first, second, sender="alice@good.test", content=ENTITY):
    return mail(clear(content, signed_data(None, first, second)), sender)


def broken_alice(content=ENTITY):
    return Signer("alice", b"another content", signature=Signer("alice", content).signature)


@case("A3 a foreign bad signer behind a good one")
def _():
    Found(two(Signer("alice", ENTITY), Signer("mallory", b"x"))).summary("signed").states(
        "valid", "invalid content-changed").says("alice@good.test").never_says("mallory")


@case("A3 a foreign bad signer before a good one")
def _():
    Found(two(Signer("mallory", b"x"), Signer("alice", ENTITY))).summary("signed").states(
        "invalid content-changed", "valid").says("alice@good.test").never_says("mallory")


@case("A3 a foreign good signer beside a bad one of the sender")
def _():
    for order in 1, -1:
        pair = [Signer("mallory", ENTITY), broken_alice()][::order]
        Found(two(*pair)).summary("plain").states("mismatch sender-mismatch", "invalid")


@case("A3 a foreign good signer beside a good one: the sender's is named")
def _():
    Found(two(Signer("mallory", ENTITY), Signer("alice", ENTITY))).summary("signed").states(
        "mismatch", "valid").says("alice@good.test").never_says("mallory")


@case("A3 the same certificate twice is one signature")
def _():
    Found(two(Signer("alice", ENTITY), Signer("alice", ENTITY))).summary("signed").states("valid")


@case("A4 no signer at all")
def _():
    for certs in [], ["alice"]:
        Found(mail(clear(ENTITY, signed_data(None, certs=certs)))).summary("plain").states()\
            .warns("no-signer")
        Found(mail(opaque(signed_data(ENTITY, certs=certs)))).summary("plain").states()\
            .warns("no-signer").writes(BODY)


@case("A4 certificates alone are no signature")
def _():
    Found(mail(opaque(signed_data(None, certs=["alice"]), "certs-only"))).summary("plain")\
        .states().warns("certs-only")


@case("A5 self-signed certificate with the right address")
def _():
    forge.make_key("fake")
    forge.certify("fake", forge.person("alice@good.test"), cn="alice")
    Found(mail(forge.signed_entity(name="fake"))).summary("plain").states("untrusted self-signed")


@case("A5 unknown root")
def _():
    forge.make_key("otherroot")
    forge.certify("otherroot", forge.CA, cn="Other Root")
    forge.add_person("stranger", "alice@good.test", issuer="otherroot")
    Found(mail(clear(ENTITY, signed_data(None, Signer("stranger", ENTITY),
                                         certs=["stranger", "otherroot"])))).summary(
        "plain").states("untrusted")


@case("A5 a root of the same name with another key")
def _():
    forge.make_key("lookalike")
    forge.certify("lookalike", forge.CA, cn="Good Root")
    forge.add_person("forged", "alice@good.test", issuer="lookalike")
    Found(mail(clear(ENTITY, signed_data(None, Signer("forged", ENTITY),
                                         certs=["forged", "lookalike"])))).summary(
        "plain").states("untrusted")


def protection(digest, signature):
    return attribute(PROTECT, seq(alg(digest), ctx(1, oid(signature))))


@case("A6 algorithm protection names other algorithms")
def _():
    attrs = usual_attributes(ENTITY)
    good = attrs + [protection(SHA256, forge.ECDSA256)]
    bad = attrs + [protection(SHA384, forge.ECDSA256)]
    Found(by_alice(attributes=good)).summary("signed").states("valid")
    Found(by_alice(attributes=bad)).summary("plain").states("invalid algorithm-changed")
    bad = attrs + [protection(SHA256, forge.ECDSA384)]
    Found(by_alice(attributes=bad)).summary("plain").states("invalid algorithm-changed")


@case("A7 weak digests prove nothing")
def _():
    Found(by_alice(digest=SHA1, algorithm=alg("1.2.840.10045.4.1"))).summary("plain").states(
        "untrusted weak-digest")
    forge.add_person("rsa", "alice@good.test", "rsa2048")
    s = Signer("rsa", ENTITY, digest=MD5, algorithm=alg(forge.RSA, b"\5\0"))
    Found(mail(clear(ENTITY, signed_data(None, s)))).summary("plain")


@case("A7 another digest algorithm put in place")
def _():
    good = Signer("alice", ENTITY)
    for other in SHA384, SHA512, SHA1:
        f = Found(by_alice(attributes=good.attributes, signature=good.signature, digest=other))
        f.summary("plain").one_of("invalid", "unknown")


def pss(digest, mgf=None, salt=32, trailer=None):
    mgf = mgf or digest
    return alg(forge.PSS, seq(ctx(0, alg(digest)),
                              ctx(1, alg("1.2.840.113549.1.1.8", alg(mgf))),
                              ctx(2, integer(salt)),
                              ctx(3, integer(trailer)) if trailer else b""))


def by_rsa(algorithm, *options, **changes):
    s = Signer("rsa", ENTITY, algorithm=algorithm, **changes,
               sign=lambda data: forge.raw_sign("rsa", data, SHA256, *options))
    return mail(clear(ENTITY, signed_data(None, s)))


PSS32 = "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"


@case("A7 parameters of RSA-PSS changed")
def _():
    forge.add_person("rsa", "alice@good.test", "rsa2048")
    Found(by_rsa(pss(SHA256), *PSS32)).summary("signed").states("valid")
    for changed in pss(SHA1), pss(SHA256, mgf=SHA1), pss(SHA256, salt=0), pss(SHA384), \
            pss(SHA256, trailer=2), alg(forge.PSS), alg(forge.RSA, b"\5\0"):
        Found(by_rsa(changed, *PSS32)).summary("plain").one_of("invalid", "unknown")


def unsigned_all():
    counter = Signer("mallory", b"whatever").der()
    return [attribute(COUNTER, counter),
            attribute(SMIME + "2.14", signed_data(b"no token", Signer("mallory", b"no token"))),
            attribute("1.2.840.113549.1.9.15", seq()),
            attribute(CONTENT_TYPE, oid(SMIME + "1.1")),
            attribute(DIGEST, octets(bytes(32))),
            attribute("1.2.3.4.5", tlv(UTF8, b"From: mallory"))]


@case("A8 unsigned attributes neither help nor harm")
def _():
    Found(by_alice(unsigned=unsigned_all())).summary("signed").states("valid")
    bad = Signer("alice", ENTITY, signature=Signer("alice", b"other").signature)
    counter = Signer("alice", bad.signature,
                     attributes=usual_attributes(bad.signature)[1:]).der()
    bad.unsigned = [attribute(COUNTER, counter)]
    Found(mail(clear(ENTITY, signed_data(None, bad)))).summary("plain").states(
        "invalid signature-wrong")


@case("A8 digest and content type only among unsigned attributes")
def _():
    attrs = usual_attributes(ENTITY)
    Found(by_alice(attributes=[attrs[0], attrs[2]], unsigned=[attrs[1]])).summary("plain").states(
        "invalid attributes")


@case("A9 signed attributes twice or with two values")
def _():
    attrs = usual_attributes(ENTITY)
    other = octets(digest_of(b"other"))
    right = octets(digest_of(ENTITY))
    for bad in (attrs + [attribute(DIGEST, other)],
                attrs + [attrs[1]],
                [attrs[0], attribute(DIGEST, right, other)],
                [attrs[0], attribute(DIGEST, other, right)],
                [attrs[0], attribute(DIGEST)],
                [attribute(CONTENT_TYPE, oid(DATA), oid(TST_INFO)), attrs[1]],
                attrs + [attribute(CONTENT_TYPE, oid(DATA))],
                attrs + [attrs[2]],
                attrs[:1], attrs[1:], attrs[2:]):
        Found(by_alice(attributes=bad)).summary("plain").states("invalid attributes")


@case("A9 empty signed attributes")
def _():
    good = Signer("alice", ENTITY)
    Found(by_alice(attributes=[], signature=good.signature)).summary("plain").states("invalid")


@case("A10 content type attribute and eContentType differ")
def _():
    Found(by_alice(content_type=TST_INFO)).summary("plain").states("invalid content-type")
    s = Signer("alice", ENTITY)
    Found(mail(opaque(signed_data(ENTITY, s, content_type=TST_INFO)))).summary("plain").states(
        "invalid content-type")


P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


def ecdsa_parts(signature):
    return [int.from_bytes(e[2:], "big", signed=True) for e in inside(signature)]


@case("A11 malleable and impossible ECDSA values")
def _():
    good = Signer("alice", ENTITY)
    r, s = ecdsa_parts(good.signature)
    n = P256_ORDER
    padded = seq(tlv(2, b"\0\0" + r.to_bytes(32, "big")), integer(s))
    for bad in (seq(integer(0), integer(0)), seq(integer(r), integer(0)),
                seq(integer(0), integer(s)), seq(integer(r + n), integer(s)),
                seq(integer(r), integer(s + n)), seq(integer(r), integer(s - n)),
                seq(integer(-r), integer(s)), seq(integer(n), integer(n)), padded,
                good.signature + b"\0", seq(integer(r), integer(s), integer(1)),
                bytes([0x30, 0x81, good.signature[1]]) + good.signature[2:],
                r.to_bytes(32, "big") + s.to_bytes(32, "big"), b"", bytes(64)):
        Found(by_alice(attributes=good.attributes, signature=bad)).summary("plain").states(
            "invalid signature-wrong")


def cube_root(n):
    low, high = 0, 1 << (n.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        if middle ** 3 < n:
            low = middle + 1
        else:
            high = middle
    return low


def rsa_tosign():
    return set_of(*usual_attributes(ENTITY, when=1700000000))


def digest_info(data):
    return seq(alg(SHA256, b"\5\0"), octets(digest_of(data)))


@case("A11 RSA with exponent 3: garbage behind the DigestInfo")
def _():
    forge.add_person("cube", "alice@good.test", "rsa2048e3")
    when = 1700000000
    info = digest_info(rsa_tosign())
    start = b"\0\1" + b"\xff" * 8 + b"\0" + info
    wanted = int.from_bytes(start + bytes(256 - len(start)), "big")
    root = cube_root(wanted)
    if (root ** 3).to_bytes(256, "big")[:len(start)] != start:
        raise Differs("the forgery is no forgery")
    s = Signer("cube", ENTITY, algorithm=alg(forge.RSA, b"\5\0"), when=when,
               signature=root.to_bytes(256, "big"))
    Found(mail(clear(ENTITY, signed_data(None, s)))).summary("plain").states("invalid")


def rsa_private(name):
    """n and d out of the RSAPrivateKey."""
    key = inside(forge.openssl("pkey", "-in", name + ".key", "-traditional", "-outform", "DER"))
    return [int.from_bytes(value(e), "big") for e in (key[1], key[3])]


@case("A11 RSA encodings that are not exact")
def _():
    forge.add_person("rsa", "alice@good.test", "rsa2048")
    n, d = rsa_private("rsa")
    when, data = 1700000000, rsa_tosign()

    def found(info, pad=None):
        pad = pad if pad is not None else b"\xff" * (253 - len(info))
        block = b"\0\1" + pad + b"\0" + info
        block += bytes(256 - len(block))
        made = pow(int.from_bytes(block, "big"), d, n).to_bytes(256, "big")
        s = Signer("rsa", ENTITY, algorithm=alg(forge.RSA, b"\5\0"), when=when, signature=made)
        return Found(mail(clear(ENTITY, signed_data(None, s))))
    good = digest_info(data)
    found(good).summary("signed")
    long_form = bytes([SEQ, 0x81, len(good) - 2]) + good[2:]
    for bad in (long_form, good + b"\0", digest_info(data + b"x"),
                seq(alg(SHA256, octets(bytes(20))), octets(digest_of(data))),
                seq(alg(SHA384, b"\5\0"), octets(digest_of(data))),
                octets(digest_of(data)), digest_of(data)):
        found(bad).summary("plain").states("invalid signature-wrong")
    found(good, pad=b"\xff" * 8).summary("plain").states("invalid signature-wrong")
    found(good, pad=b"\0" * (253 - len(good))).summary("plain").states("invalid signature-wrong")


ED25519_ORDER = 2 ** 252 + 27742317777372353535851937790883648493


@case("A11 Ed25519 with S above the order")
def _():
    forge.add_person("ed", "alice@good.test", "ED25519")
    how = {"digest": SHA512, "algorithm": alg(forge.ED25519)}
    good = Signer("ed", ENTITY, **how, sign=lambda data: forge.sign_ed25519("ed", data))

    def found(signature):
        s = Signer("ed", ENTITY, **how, attributes=good.attributes, signature=signature)
        return Found(mail(clear(ENTITY, signed_data(None, s), micalg="sha-512")))
    found(good.signature).summary("signed")
    s = int.from_bytes(good.signature[32:], "little") + ED25519_ORDER
    found(good.signature[:32] + s.to_bytes(32, "little")).summary("plain").states(
        "invalid signature-wrong")
    found(good.signature + b"\0").summary("plain").states("invalid signature-wrong")


@case("A12 signed data of another protocol")
def _():
    for kind in TST_INFO, SMIME + "1.1", "1.2.840.113549.1.9.16.1.24", "1.2.3.4":
        s = Signer("alice", ENTITY, content_type=kind)
        Found(mail(opaque(signed_data(ENTITY, s, content_type=kind)))).summary("plain").states(
            "untrusted content-not-mail")


@case("A12 certificates for other purposes")
def _():
    for purpose in "timeStamping", "serverAuth", "codeSigning", "OCSPSigning":
        forge.add_person("other", "alice@good.test", eku=purpose)
        Found(mail(forge.signed_entity(name="other"))).summary("plain").states(
            "untrusted not-for-mail")


@case("A13 signed text encrypted again to somebody else")
def _():
    signed = forge.signed_entity()
    f = Found(mail(forge.encrypted(signed, "bob"), to="carol@good.test"), "--identity", "bob.pem")
    f.summary("sealed").says("alice@good.test").warns("not-addressed")
    f = Found(mail(forge.encrypted(signed, "bob")), "--identity", "bob.pem")
    f.summary("sealed").quiet("not-addressed")


@case("A14 the signature taken away")
def _():
    Found(mail(ENTITY)).summary("plain").states().quiet("errant-layer")


@case("A14 the signature exchanged for one's own")
def _():
    Found(mail(forge.signed_entity(name="mallory"))).summary("plain").states(
        "mismatch sender-mismatch").says("mallory@evil.test")


@case("A14 a signature around another's ciphertext does not claim its text")
def _():
    theirs = forge.encrypted(ENTITY, "bob")
    f = Found(mail(forge.signed_entity(theirs, "mallory"), "mallory@evil.test"),
              "--identity", "bob.pem")
    f.summary("encrypted").warns("signed-outside").writes(BODY)
    f = Found(mail(forge.signed_entity(forge.encrypted(forge.signed_entity(), "bob"))),
              "--identity", "bob.pem")
    f.summary("sealed").quiet("signed-outside")


@case("A15 an old signed mail sent again")
def _():
    old = Signer("alice", ENTITY, when=time.time() - 80000)
    Found(mail(clear(ENTITY, signed_data(None, old)))).summary("signed").quiet("time-differs")
    for shift in -90000, 90000:
        old = Signer("alice", ENTITY, when=time.time() + shift)
        Found(mail(clear(ENTITY, signed_data(None, old)))).summary("signed").warns("time-differs")
