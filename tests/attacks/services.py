#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""E1 to E8: enhanced security services (RFC 2634), built by the RFC's modules."""
import email
import json
import os

import forge
from der import GENTIME, IA5, INT, NULL, PRINTABLE, ctx, octets, oid, seq, tlv
from forge import (ENTITY, SMIME, Signer, attribute, clear, fields, issuer_and_serial, opaque,
                   signed_data, usual_attributes)
from judge import Differs, Found, case, run

ALICE = "alice@good.test"
RECEIPT, LABEL, EXPANSION, HINTS = (SMIME + "2.%d" % n for n in (1, 2, 3, 4))
SIG_DIGEST, IDENTIFIER, EQUIVALENT, REFERENCE = (SMIME + "2.%d" % n for n in (5, 7, 9, 10))


def mail(entity, sender=ALICE):
    return fields(sender) + entity


def names(*addresses):
    return [seq(tlv(0x81, a.encode())) for a in addresses]


def request(tier=0, people=None, to=(ALICE,), identifier=b"id 1"):
    asked = tlv(0x80, bytes([tier])) if people is None else ctx(1, *names(*people))
    return attribute(RECEIPT, seq(octets(identifier), asked, seq(*names(*to))))


def label_value(policy="1.2.3.4.1", classification=4, mark="eyes only", categories=()):
    members = [oid(policy)]
    if classification is not None:
        members.insert(0, tlv(INT, bytes([classification])))
    if mark:
        members.append(tlv(PRINTABLE, mark.encode()))
    if categories:
        members.append(tlv(0x31, *[seq(tlv(0x80, oid(c)[2:]), ctx(1, tlv(NULL)))
                                   for c in categories]))
    return tlv(0x31, *members)


def label(**how):
    return attribute(LABEL, label_value(**how))


def expansion(receipts=b"", times=1):
    return attribute(EXPANSION, seq(*[seq(issuer_and_serial("carol"),
                                          tlv(GENTIME, b"20260101120000Z"), receipts)] * times))


def by(name, *attributes, content=ENTITY, unsigned=()):
    return Signer(name, content, attributes=usual_attributes(content) + list(attributes),
                  unsigned=list(unsigned))


def signed(*attributes, unsigned=()):
    return mail(clear(ENTITY, signed_data(None, by("alice", *attributes, unsigned=unsigned))))


def inspected(message):
    path = forge.write("attack.eml", message)
    text = run("inspect", path, trust=False).stdout.decode()
    found = json.loads(run("inspect", "--json", path, trust=False).stdout)
    return text, found["signatures"][0]["ess"]


def same(what, found, expected):
    if found != expected:
        raise Differs("%s is %s, but %s was expected" % (what, found, expected))


@case("E1 what a signer asks is shown")
def _():
    everything = signed(
        request(people=["bob@good.test"], to=[ALICE, "carol@good.test"]),
        label(categories=["1.2.3.4.5", "1.2.3.4.6"]), expansion(tlv(0x80)),
        attribute(EQUIVALENT, seq(label_value(policy="1.2.3.4.9", classification=3, mark=""))),
        attribute(HINTS, seq(tlv(12, "a h\u00efnt".encode()), oid(forge.DATA))),
        attribute(IDENTIFIER, octets(b"\1\2\3")),
        attribute(REFERENCE, seq(oid(forge.DATA), octets(b"\7\7"), octets(b"sig"))))
    text, ess = inspected(everything)
    same("the request", ess["receipt_request"], {
        "content_identifier": b"id 1".hex(), "from": "list", "from_list": ["bob@good.test"],
        "to": [ALICE, "carol@good.test"]})
    same("the label", ess["security_label"], {
        "policy": "1.2.3.4.1", "classification": 4, "privacy_mark": "eyes only",
        "categories": ["1.2.3.4.5", "1.2.3.4.6"]})
    same("the equivalents", ess["equivalent_labels"], [{
        "policy": "1.2.3.4.9", "classification": 3, "privacy_mark": None, "categories": []}])
    same("the list", [(x["issuer"], x["time"], x["receipts"]) for x in ess["ml_expansion"]],
         [("CN=Good Root", "2026-01-01T12:00:00Z", "none")])
    same("the hint", (ess["content_hint"], ess["content_hint_type"]), ("a h\u00efnt", forge.DATA))
    same("the identifiers", (ess["content_identifier"], ess["content_reference"]),
         ("010203", "0707"))
    for words in ("of list, to carol@good.test", "secret, policy 1.2.3.4.1", "a h\u00efnt", "010203",
                  "2026-01-01T12:00:00Z, CN=Good Root"):
        if words not in text:
            raise Differs("%r is not in %s" % (words, text))
    same("without any", inspected(signed())[1], None)


@case("E2 a receipt that is asked for")
def _():
    for ask in request(), request(people=["bob@good.test"]), request(tier=1):
        Found(signed(ask)).summary("signed").warns("receipt-requested")
    Found(signed()).quiet("receipt-requested")
    bad = Signer("alice", b"other", attributes=usual_attributes(b"other") + [request()])
    Found(mail(clear(ENTITY, signed_data(None, bad)))).summary("plain").quiet(
        "receipt-requested")
    both = clear(ENTITY, signed_data(None, by("alice", request()), by("mallory")))
    Found(mail(both)).summary("signed").warns("receipts-differ")


def by_list(inner, *attributes):
    """Signed once more, by a mailing list."""
    outer = by("carol", *attributes, content=inner)
    return mail(clear(inner, signed_data(None, outer), boundary="=_outer"))


@case("E3 a mailing list decides about receipts")
def _():
    inner = clear(ENTITY, signed_data(None, by("alice", request())))
    first = clear(ENTITY, signed_data(None, by("alice", request(tier=1))))
    Found(by_list(inner, expansion())).summary("signed").warns("receipt-requested")
    Found(by_list(inner, expansion(tlv(0x80)))).summary("signed").quiet("receipt-requested")
    Found(by_list(first, expansion())).summary("signed").quiet("receipt-requested")
    Found(by_list(inner, expansion(ctx(1, *names("x@good.test"))))).warns("receipt-requested")


@case("E4 labels")
def _():
    Found(signed(label())).summary("signed").warns("security-label").quiet("labels-differ")
    for other in [label(classification=1)], [label(policy="1.2.3.5")], []:
        cms = signed_data(None, by("alice", label()), by("mallory", *other))
        Found(mail(clear(ENTITY, cms))).summary("signed").warns("labels-differ")
    cms = signed_data(None, by("alice", label()), by("mallory", label()))
    Found(mail(clear(ENTITY, cms))).summary("signed").quiet("labels-differ")


@case("E5 services where they must not stand")
def _():
    for attr in (request(), label(), expansion(), attribute(EQUIVALENT, seq(label_value())),
                 attribute(SIG_DIGEST, octets(bytes(32))),
                 attribute(REFERENCE, seq(oid(forge.DATA), octets(b"x"), octets(b"y")))):
        f = Found(signed(unsigned=[attr])).summary("signed").states("valid")
        f.warns("ess-misplaced").quiet("receipt-requested", "security-label")
    Found(signed(unsigned=[attribute(HINTS, seq(oid(forge.DATA)))])).quiet("ess-misplaced")
    inner = clear(ENTITY, signed_data(None, by("alice", expansion())))
    Found(by_list(inner)).summary("signed").warns("ess-misplaced")
    inner = clear(ENTITY, signed_data(None, by("alice")))
    for attr in request(), attribute(SIG_DIGEST, octets(bytes(32))):
        f = Found(by_list(inner, attr)).summary("signed").warns("ess-misplaced")
        f.quiet("receipt-requested")


@case("E5 a service twice is a broken signature")
def _():
    for pair in [request(), request(identifier=b"2")], [label(), label(classification=0)]:
        Found(signed(*pair)).summary("plain").states("invalid attributes")


@case("E6 services that cannot be read harm nobody")
def _():
    long_to = ["a%d@good.test" % n for n in range(17)]
    for attr in (attribute(RECEIPT, seq()), attribute(RECEIPT, tlv(NULL)),
                 request(to=long_to), attribute(LABEL, tlv(0x31)), attribute(LABEL, seq()),
                 attribute(LABEL, tlv(0x31, tlv(INT, b"\1\1"), oid("1.2.3"))),
                 label(categories=["1.2.%d" % n for n in range(65)]),
                 expansion(times=65), attribute(EXPANSION, octets(b"x")),
                 attribute(HINTS, seq(tlv(IA5, b"x"))), attribute(IDENTIFIER, seq()),
                 attribute(EQUIVALENT, seq(seq())), attribute(REFERENCE, seq(octets(b"x")))):
        Found(signed(attr)).summary("signed").states("valid").warns("ess-malformed")
    for attr in request(to=long_to[:16]), expansion(times=64), label(
            categories=["1.2.%d" % n for n in range(64)]):
        Found(signed(attr)).summary("signed").quiet("ess-malformed")


@case("E6 a receipt is no mail")
def _():
    content = seq(b"\2\1\1", oid(forge.DATA), octets(b"id 1"), octets(b"sig"))
    kind = SMIME + "1.1"
    s = Signer("alice", content, content_type=kind)
    Found(mail(opaque(signed_data(content, s, content_type=kind), "signed-receipt"))).summary(
        "plain").states("untrusted content-not-mail")


# --- receipts that readers make ---

def answered(message, *options):
    """(exit status, the receipt's To, what was said) of `postseal receipt` as Bob."""
    path = forge.write("asked.eml", message)
    if os.path.exists("receipt.eml"):
        os.unlink("receipt.eml")
    p = run("receipt", "--identity", "bob.pem", *options, "-o", "receipt.eml", path)
    to = None
    if os.path.exists("receipt.eml"):
        with open("receipt.eml", "rb") as f:
            to = email.message_from_binary_file(f)["To"]
    return p.returncode, to and "".join(to.split()), p.stderr.decode()


def answers(to, message):
    status, found, said = answered(message)
    same("the exit status (%s)" % said, status, 0)
    same("the receipt's To", found, to)
    return said


def refused(words, message):
    status, found, said = answered(message)
    same("the exit status (%s)" % said, (status, found), (5, None))
    if words not in said:
        raise Differs("%r is not in %s" % (words, said))


@case("E7 to whom a receipt goes (RFC 2634, 2.5)")
def _():
    inner = clear(ENTITY, signed_data(None, by("alice", request(to=(ALICE, "office@good.test")))))
    both = ALICE + ",office@good.test"
    instead, more = (ctx(n, *names("x@good.test")) for n in (1, 2))
    answers(both, mail(inner))
    answers(both, by_list(inner, expansion()))
    for receipts, to in (instead, "x@good.test"), (more, both + ",x@good.test"):
        said = answers(to, by_list(inner, expansion(receipts)))
        if "before you send it" not in said:
            raise Differs("no warning of another address: " + said)
    refused("wants no receipts", by_list(inner, expansion(tlv(0x80))))


@case("E7 a receipt is not drawn to a stranger")
def _():
    forge.make_key("stranger")
    forge.certify("stranger", forge.person("s@evil.test"))
    inner = clear(ENTITY, signed_data(None, by("alice", request())))
    outer = Signer("stranger", inner, attributes=usual_attributes(inner) + [
        expansion(ctx(1, *names("s@evil.test")))])
    refused("not trusted", mail(clear(inner, signed_data(None, outer), boundary="=_outer")))
    bad = Signer("carol", b"other", attributes=usual_attributes(b"other") + [
        expansion(ctx(1, *names("s@evil.test")))])
    refused("not trusted", mail(clear(inner, signed_data(None, bad), boundary="=_outer")))


@case("E7 requests that are not answered")
def _():
    bad = Signer("alice", b"other", attributes=usual_attributes(b"other") + [request()])
    refused("is not valid", mail(clear(ENTITY, signed_data(None, bad))))
    refused("is not valid", mail(clear(ENTITY, signed_data(None, by("mallory", request())))))
    refused("asks for no receipt", signed(unsigned=[request()]))
    refused("asks others", signed(request(people=["eve@good.test"])))
    differ = signed_data(None, by("alice", request()), by("alice", request(identifier=b"2")))
    refused("different receipts", mail(clear(ENTITY, differ)))
    differ = signed_data(None, by("alice", request()), by("carol", request(identifier=b"2")))
    refused("different receipts", mail(clear(ENTITY, differ)))
    inner = clear(ENTITY, signed_data(None, by("alice", request())))
    refused("cannot be read", by_list(inner, expansion(times=65)))
    refused("no address", signed(request(to=["a\r\nBcc: x@evil.test"])))
    refused("no address", signed(request(to=["a b@good.test"])))


@case("E8 a receipt in a receipt, or around one, proves nothing")
def _():
    sent = signed(request())
    forge.write("sent.eml", sent)
    answers(ALICE, sent)
    with open("receipt.eml", "rb") as f:
        good = f.read()
    p = run("verify", "--json", "--sent", "sent.eml", "receipt.eml")
    same("a good one", (p.returncode, json.loads(p.stdout)["receipt"]["state"]), (0, "agrees"))
    forge.write("other.eml", signed(request(identifier=b"id 2")))
    # The receipt of another mail within a good signature of whom it is from.
    entity = good[good.index(b"MIME-Version"):]
    around = Signer("bob", entity, algorithm=forge.alg("1.2.840.113549.1.1.11", tlv(NULL)))
    wrapped = mail(clear(entity, signed_data(None, around),
                         boundary="=_outer"), sender="bob@good.test")
    forge.write("wrapped.eml", wrapped)
    p = run("verify", "--json", "--sent", "other.eml", "wrapped.eml")
    v = json.loads(p.stdout)
    same("a bad one within a good signature", (p.returncode, v["summary"], sorted(
        s["state"] for s in v["signatures"])), (1, "plain", ["untrusted", "untrusted"]))
