#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""M1 to M8, I1 to I5, U1, G1: signed parts in mails of others, and borrowed names."""
import email
import re

import forge
from forge import (BODY, ENTITY, Signer, armour, clear, encrypted, fields, multipart, opaque,
                   signed_data, signed_entity, text)
from judge import Differs, Found, case

EVIL = b"Pay Mallory 1000 euro.\r\n"
ALICE = "alice@good.test"


def mail(entity, *header, **more):
    return fields(*header, **more) + entity


# --- M: parts ---

@case("M1 text of others before or behind the signed part")
def _():
    signed, evil = signed_entity(), text(EVIL)
    for parts in [evil, signed], [signed, evil], [evil, signed, evil], [multipart(signed), evil]:
        whole = multipart(*parts)
        Found(mail(whole)).errant().states("valid").writes(EVIL, whole).never_says("alice@")


@case("M1 text of others around the signed mail")
def _():
    whole = signed_entity(preamble=EVIL, epilogue=EVIL)
    Found(mail(whole)).summary("signed").warns("outside-text").writes(BODY).writes_no(EVIL)
    whole = signed_entity(preamble=EVIL)
    Found(mail(whole)).summary("signed").writes(BODY).writes_no(EVIL)


@case("M1 a third part in the signed mail")
def _():
    more = b"\r\n--=_b\r\n" + text(EVIL)
    f = Found(mail(signed_entity(more=more))).summary("plain").states("invalid not-two-parts")
    f.writes(BODY).writes_no(EVIL)


@case("M1 text of others behind an opaque signature")
def _():
    cms = signed_data(ENTITY, Signer("alice", ENTITY))
    for tail in EVIL, b"=\r\n\r\n" + EVIL, b"--x--\r\n" + EVIL:
        f = Found(mail(opaque(cms) + tail))
        if f.json["summary"] != "broken":
            f.summary("signed").writes(BODY)
        f.writes_no(EVIL)


@case("M2 the signed text swallowed by HTML or CSS")
def _():
    hide = text(b"<p>" + EVIL + b"</p><div style='display:none'>", "html")
    whole = multipart(hide, signed_entity(), text(b"</div>", "html"))
    Found(mail(whole)).errant().writes(whole)


@case("M3 the signed part is a picture that the text refers to")
def _():
    root = text(b"<p>" + EVIL + b"<img src='cid:signed'></p>", "html")
    signed = b"Content-ID: <signed>\r\n" + signed_entity()
    Found(mail(multipart(root, signed, kind="related"))).errant().writes(EVIL)


@case("M4 the signed mail attached to another")
def _():
    for disposition in b"attachment", b"inline":
        inner = (b"Content-Type: message/rfc822\r\nContent-Disposition: " + disposition +
                 b"\r\n\r\n" + mail(signed_entity()))
        Found(mail(multipart(text(EVIL), inner))).errant().writes(EVIL)
        Found(mail(inner)).errant()


@case("M4 an opaque signature attached to another mail")
def _():
    cms = signed_data(ENTITY, Signer("alice", ENTITY))
    for part in opaque(cms), (b"Content-Type: application/octet-stream; name=smime.p7m\r\n"
                              b"Content-Transfer-Encoding: base64\r\n\r\n" + armour(cms)):
        Found(mail(multipart(text(EVIL), part))).errant()


@case("M5 one alternative is signed")
def _():
    for parts in [text(EVIL), signed_entity()], [signed_entity(), text(EVIL, "html")]:
        Found(mail(multipart(*parts, kind="alternative"))).errant().writes(EVIL)


def with_type(entity, *lines):
    """The entity with these lines in place of its Content-Type."""
    return b"".join(lines) + re.sub(rb"^Content-Type:(?:.|\r\n[ \t])*\r\n", b"", entity)


def type_line(entity):
    return re.match(rb"Content-Type:(?:.|\r\n[ \t])*\r\n", entity).group()


@case("M6 two Content-Type fields")
def _():
    signed = signed_entity()
    other = b"Content-Type: text/plain\r\n"
    for lines in [other, type_line(signed)], [type_line(signed), other]:
        f = Found(mail(with_type(signed, *lines))).summary("plain").warns("duplicate-structure")
        f.states()


@case("M6 two boundaries, two protocols: one reading for all")
def _():
    entity = signed_entity()
    evil = entity.replace(b'boundary="=_b"', b'boundary="=_x"; boundary="=_b"')
    f = Found(mail(evil))
    if f.json["summary"] not in ("plain", "broken"):
        f.summary("plain")
    evil = entity.replace(b'protocol="application/pkcs7-signature"',
                          b'protocol="application/pgp-signature"; '
                          b'protocol="application/pkcs7-signature"')
    Found(mail(evil)).summary("plain").states()


@case("M6 the signed mail deep inside")
def _():
    deep = signed_entity()
    for n in range(20):
        deep = multipart(deep, boundary="=_m%d" % n)
    Found(mail(multipart(text(EVIL), deep))).errant()


@case("M6 a text that looks like a signed mail")
def _():
    fake = signed_entity()
    plain = b"Content-Type: text/plain; boundary=\"=_b\"\r\n\r\n" + fake
    Found(mail(plain)).summary("plain").states().quiet("errant-layer")
    coded = (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
             armour(fake))
    Found(mail(coded)).summary("plain").states()


@case("M6 the signed multipart encoded as a whole")
def _():
    signed = signed_entity()
    head, _, body = signed.partition(b"\r\n\r\n")
    coded = head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + armour(body)
    Found(mail(coded)).summary("plain").states()


@case("M7 another protocol, another kind of signature part")
def _():
    for how in ({"protocol": "application/pgp-signature"},
                {"protocol": "text/plain"},
                {"protocol": "application/pgp-signature",
                 "part_type": "application/pgp-signature"}):
        Found(mail(signed_entity(**how))).summary("plain").states()
    for part_type in "application/pgp-signature", "text/plain", "image/png":
        Found(mail(signed_entity(part_type=part_type))).summary("plain").states(
            "invalid signature-part")
    Found(mail(signed_entity(part_type="application/x-pkcs7-signature"))).summary("signed")


@case("M7 one part alone")
def _():
    whole = (b"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; "
             b"boundary=x\r\n\r\n--x\r\n" + ENTITY + b"\r\n--x--\r\n")
    f = Found(mail(whole))
    if f.json["summary"] == "broken":
        f.writes_nothing()
    else:
        f.summary("plain")


@case("M7 micalg lies")
def _():
    for micalg in "sha-1", "md5", "unknown", "sha-512", "sha-256,md5", "":
        Found(mail(signed_entity(micalg=micalg or '""'))).summary("signed").states("valid")


@case("M8 the signed part re-encoded or altered")
def _():
    entity = (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
              armour(BODY))
    qp = (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
          BODY)
    cms = signed_data(None, Signer("alice", entity))
    Found(mail(clear(entity, cms))).summary("signed")
    changes = (qp, entity.replace(b"base64", b"BASE64"), entity + b"\r\n",
               entity.replace(b"text/plain", b"text/html"), entity.replace(b": ", b":  "),
               b"X-Added: 1\r\n" + entity, entity[:-1])
    for changed in changes:
        Found(mail(clear(changed, cms))).summary("plain").states("invalid content-changed")


# --- I: who ---

def signed_as(name, *header, **more):
    return mail(signed_entity(name=name), *header, **more)


@case("I1 signed by another than From says")
def _():
    f = Found(signed_as("mallory", ALICE)).summary("plain").states("mismatch sender-mismatch")
    f.says("mallory@evil.test").warns("sender-mismatch")
    f = Found(signed_as("mallory", ALICE, "Resent-From: mallory@evil.test",
                        "Resent-Sender: mallory@evil.test"))
    f.summary("plain").states("mismatch sender-mismatch")


@case("I1 signed by the Sender in the name of From")
def _():
    f = Found(signed_as("mallory", ALICE, "Sender: mallory@evil.test")).states("valid")
    f.warns("signed-by-sender").says("mallory@evil.test").says(ALICE)


@case("I1 a case of letters and an address of the same look")
def _():
    Found(signed_as("alice", "ALICE@GOOD.TEST")).summary("signed")
    for other in ("alice@good.test.evil.test", "alice@g\u043e\u043ed.test", "alic\u0435@good.test",
                  "alice@good.tes", "alice+x@good.test", "alice@good.test.", "xalice@good.test"):
        f = Found(signed_as("alice", other))
        f.summary("plain").one_of("mismatch")


@case("I2 display name that is another address")
def _():
    for name in ('"alice@good.test"', '"Alice <alice@good.test>"', '"alice@good.test' + " " * 90 +
                 'x"', "=?utf-8?q?alice=40good=2Etest?=", '"alice\u202e@good.test"',
                 '"alice\uff20good.test"'):
        f = Found(signed_as("mallory", name + " <mallory@evil.test>"))
        f.summary("signed").says("mallory@evil.test").never_says(ALICE).warns("display-name")
    f = Found(signed_as("mallory", "The Manager <mallory@evil.test>")).summary("signed")
    f.says("mallory@evil.test").never_says("Manager").quiet("display-name")
    Found(signed_as("alice", '"Alice@Good.test" <alice@good.test>')).summary("signed").quiet(
        "display-name")


@case("I2 display name with controls or turned direction")
def _():
    for name in "\u202eecila", "Al\u200bice\u2066":
        Found(signed_as("mallory", '"%s" <mallory@evil.test>' % name)).warns(
            "display-name").says("mallory@evil.test")


@case("I2 no From, an empty one, a name alone")
def _():
    Found(signed_as("alice", None)).summary("plain").states("mismatch from-missing")
    Found(signed_as("alice", None, "Sender: alice@good.test")).summary("plain").states(
        "mismatch from-missing")
    for empty in "", "Alice", '"alice@good.test"', "<>", "alice@", ",", "Alice:;":
        f = Found(signed_as("alice", empty)).summary("plain")
        f.one_of("mismatch")


@case("I2 From that can be read in two ways")
def _():
    for bad in ("alice@good.test <mallory@evil.test>", "<alice@good.test> <mallory@evil.test>",
                "<mallory@evil.test> alice@good.test", "alice@good.test <mallory@evil.test",
                "<alice@good.test>mallory@evil.test"):
        for name in "alice", "mallory":
            f = Found(signed_as(name, bad)).summary("plain")
            f.one_of("mismatch")


@case("I3 two From fields")
def _():
    for other in ALICE, "mallory@evil.test":
        for name in "alice", "mallory":
            Found(signed_as(name, ALICE, "From: " + other)).summary("plain").states(
                "mismatch from-twice")


@case("I3 two Sender, Date or Subject fields")
def _():
    for line in ("Subject: another", "Date: Mon, 01 Jan 2024 00:00:00 +0000"):
        Found(signed_as("alice", ALICE, line)).summary("plain").states(
            "mismatch field-twice").warns("field-twice")
    Found(signed_as("alice", ALICE, "Sender: alice@good.test", "Sender: mallory@evil.test"))\
        .summary("plain").states("mismatch field-twice")
    Found(mail(ENTITY, ALICE, "Subject: another")).summary("plain")


@case("I3 several mailboxes in From")
def _():
    both = "alice@good.test, mallory@evil.test"
    for name in "alice", "mallory":
        for order in both, "mallory@evil.test, alice@good.test":
            Found(signed_as(name, order)).summary("plain").states("mismatch from-not-covered")
    pair = clear(ENTITY, signed_data(None, Signer("alice", ENTITY), Signer("mallory", ENTITY)))
    Found(mail(pair, both)).summary("signed").states("valid", "valid").warns("multiple-from")
    f = Found(signed_as("alice", both, "Sender: alice@good.test"))
    f.summary("signed").warns("multiple-from").says(ALICE)


@case("I3 group syntax")
def _():
    Found(signed_as("alice", "Friends: alice@good.test;")).summary("signed")
    for group in ("alice@good.test: mallory@evil.test;", "\"alice@good.test\": mallory@evil.test;",
                  "Friends: mallory@evil.test, alice@good.test;"):
        f = Found(signed_as("alice", group)).summary("plain")
        f.one_of("mismatch")


@case("I3 an encoded word that holds an address")
def _():
    for word in ("=?utf-8?q?alice=40good=2Etest=2C?=", "=?utf-8?q?=3Calice=40good=2Etest=3E?=",
                 "=?utf-8?b?PGFsaWNlQGdvb2QudGVzdD4s?="):
        f = Found(signed_as("alice", word + " <mallory@evil.test>"))
        f.summary("plain").states("mismatch sender-mismatch")
        f = Found(signed_as("alice", word))
        f.summary("plain").one_of("mismatch")


@case("I3 a comment or a quoted part that holds an address")
def _():
    for sender in ("(alice@good.test) mallory@evil.test", "mallory@evil.test (alice@good.test)",
                   "mallory(@good.test)@evil.test", '"alice@good.test,"@evil.test',
                   "<@good.test:mallory@evil.test>"):
        Found(signed_as("alice", sender)).summary("plain").one_of("mismatch")


@case("I4 answers diverted by an unsigned Reply-To")
def _():
    f = Found(signed_as("alice", ALICE, "Reply-To: mallory@evil.test")).summary("signed")
    f.warns("reply-to")
    Found(signed_as("alice", ALICE, "Reply-To: Alice <Alice@good.test>")).quiet("reply-to")
    Found(signed_as("alice", ALICE)).quiet("reply-to")


@case("I5 a From inside that is nobody's word")
def _():
    inside = b"From: alice@good.test\r\nSubject: other\r\n" + ENTITY
    f = Found(mail(signed_entity(inside, "mallory"), "mallory@evil.test")).summary("signed")
    f.says("mallory@evil.test").never_says(ALICE)
    f = Found(mail(signed_entity(inside, "alice"), "mallory@evil.test")).summary("plain")
    f.states("mismatch sender-mismatch")


# --- U, G: what is shown ---

@case("U1 a mail that draws the marks of a signature")
def _():
    fake = (b"Content-Type: text/html\r\n\r\n<div style='position:fixed;background:green'>"
            b"Signed by alice@good.test and unchanged since; encrypted on the way.</div>\r\n")
    Found(mail(fake)).summary("plain").states().never_says("alice")
    Found(mail(fake, ALICE, "Authentication-Results: here; smime=pass",
               "X-Postseal: sealed")).summary("plain").never_says("alice")


@case("G1 lines and marks in names cannot write into the verdict")
def _():
    evil = 'E\x1b[32m\nsummary: sealed\r\nSigned by alice@good.test.'
    f = Found(signed_as("mallory", '"%s" <mallory@evil.test>' % evil.replace("\n", "").replace(
        "\r", "")))
    if "\x1b" in f.talk or "\x1b" in str(f.json):
        raise Differs("an escape came through")
    f = Found(mail(signed_entity(part_type="application/pkcs7-signature; x=\"\x1b[32m\"")))
    if "\x1b" in f.talk or any("\x1b" in str(w) for w in f.json["warnings"]):
        raise Differs("an escape came through")


@case("U1 an encrypted part's file name and type")
def _():
    part = encrypted(ENTITY, "bob").replace(b"smime.p7m", b"a\x1b[2J.p7m")
    f = Found(mail(multipart(text(EVIL), part)), "--identity", "bob.pem").errant()
    if "\x1b" in f.talk:
        raise Differs("an escape came through")


# --- what stands outside, when it is asked for ---

def whole_parts(found):
    """The parts of the multipart that --all-parts writes."""
    m = email.message_from_bytes(found.out)
    if m.get_content_type() != "multipart/mixed" or m["From"] is None:
        raise Differs("the output is no mail with parts: %r" % found.out[:300])
    return m.get_payload()


def everything(entity, *options):
    return Found(mail(entity), *options, opening=["--all-parts"])


@case("M1 --all-parts puts what stands outside behind the payload, each marked")
def _():
    fake = (b"Content-Type: text/html\r\nContent-Description: signed by alice\r\n\r\n" + EVIL)
    entity = signed_entity(preamble=b"before\r\n" + EVIL, epilogue=b"after\r\n",
                           more=b"\r\n--=_b\r\n" + fake)
    f = everything(entity).summary("plain")
    parts = whole_parts(f)
    f.want("parts", [p.get_content_type() for p in parts],
           ["text/plain", "text/plain", "text/html", "text/plain"])
    f.want("descriptions", [p["Content-Description"] for p in parts],
           [None] + ["outside the protection"] * 3)
    f.want("the payload", parts[0].get_payload(), BODY.decode())
    f.want("texts", [p.get_payload().strip() for p in parts[1:]],
           ["before\r\n" + EVIL.decode().strip(), EVIL.decode().strip(), "after"])


@case("M1 --all-parts with nothing outside, and with a part of another type")
def _():
    f = everything(signed_entity()).summary("signed")
    f.want("parts", len(whole_parts(f)), 1)
    f = everything(encrypted(signed_entity(epilogue=b"after"), "bob"), "--identity", "bob.pem")
    f.summary("sealed").want("parts", len(whole_parts(f)), 2)
    f = everything(signed_entity(part_type="image/png")).summary("plain")
    f.want("parts", [p.get_content_type() for p in whole_parts(f)], ["text/plain", "image/png"])
    f = everything(opaque(signed_data(ENTITY, Signer("alice", ENTITY)))).summary("signed")
    f.writes(b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + BODY)
    f = everything(ENTITY).summary("plain")
    f.want("the output", f.out, forge.read("attack.eml"))


@case("M1 --all-parts decrypts nothing that stands outside")
def _():
    theirs = encrypted(ENTITY, "bob")
    other = text(EVIL)
    more = b"\r\n--=_b\r\n" + theirs
    f = Found(mail(signed_entity(other, more=more)), "--identity", "bob.pem",
              opening=["--all-parts"])
    f.summary("plain").writes(EVIL).writes_no(b"Pay Bob")
    f.want("parts", len(whole_parts(f)), 2)


@case("M1 --all-parts keeps to a long preamble's first 64 KiB")
def _():
    f = everything(signed_entity(preamble=b"x" * 70000 + b"\r\n", epilogue=b"y" * 700000))
    parts = whole_parts(f.summary("signed"))
    f.want("sizes", [len(p.get_payload()) for p in parts[1:]], [65536, 700000])
