#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""C1 to C14: certificates that say more than they may."""
import os
import socket
import subprocess

import forge
from der import ctx, octets, oid, seq, tlv, IA5, UTF8
from forge import CA, ENTITY, Signer, clear, fields, person, signed_data, signed_entity
from judge import Differs, Found, case, run

ALICE = "alice@good.test"


def mail(entity, *header, **more):
    return fields(*header, **more) + entity


def names(*general):
    """A subjectAltName of these GeneralName elements."""
    return "DER:" + seq(*general).hex()


def rfc822(value):
    return tlv(0x81, value if isinstance(value, bytes) else value.encode())


def utf8_mailbox(value, tag=UTF8):
    return ctx(0, oid("1.3.6.1.5.5.7.8.9"), ctx(0, tlv(tag, value.encode())))


def signed_by(name, extensions, sender=ALICE, issuer="root", key="P-256", certs=None, **more):
    forge.make_key(name, key)
    forge.certify(name, extensions, issuer, **more)
    how = {} if key.startswith("P-") else {"algorithm": forge.alg(forge.RSA, b"\5\0")}
    cms = signed_data(None, Signer(name, ENTITY, **how),
                      certs=[name] + (certs or []) if certs is not None else None)
    return mail(clear(ENTITY, cms), sender)


def with_names(*general, sender=ALICE, **more):
    return Found(signed_by("named", person(None, san=names(*general)), sender, **more))


@case("C1 NUL and control octets in an address")
def _():
    for value in (b"alice@good.test\0.evil.test", b"alice@good.test\0", b"\0alice@good.test",
                  b"alice@good.test\n", b"alice@good.test\x7f", b" alice@good.test",
                  b"alice@good.test ", b"alice@go\xefd.test", b"a\0lice@good.test"):
        with_names(rfc822(value)).summary("plain").one_of("mismatch", "untrusted")
    with_names(rfc822(ALICE)).summary("signed")


@case("C2 addresses that only look alike")
def _():
    for value in ("alic\u0435@good.test", "alice@g\u043e\u043ed.test", "alice@good.test.",
                  '"alice"@good.test (x)', "(x)alice@good.test", "<alice@good.test>",
                  "Alice <alice@good.test>", "alice@[good.test]", "alice@good.test,mallory@e.test",
                  "mailto:alice@good.test", "@good.test", "good.test", "alice", ""):
        with_names(rfc822(value)).summary("plain").one_of("mismatch", "untrusted")
    with_names(rfc822("Alice@GOOD.test")).summary("signed")


@case("C3 an international mailbox never equals a plain one")
def _():
    with_names(utf8_mailbox(ALICE)).summary("plain").one_of("mismatch", "untrusted")
    composed, parts = "\u00e9a@good.test", "e\u0301a@good.test"
    with_names(utf8_mailbox(composed), sender=composed).summary("signed")
    with_names(utf8_mailbox(parts), sender=composed).summary("plain").one_of("mismatch")
    with_names(utf8_mailbox("\ufeff" + composed), sender=composed).summary("plain")
    with_names(utf8_mailbox(composed, tag=IA5), sender=composed).summary("plain")


def constrained(name, rule):
    forge.make_key(name)
    forge.certify(name, CA + ["nameConstraints=critical," + rule], "root", cn=name)


@case("C4 name constraints hold for every form of an address")
def _():
    constrained("narrow", "permitted;email:good.test")
    inside = person(ALICE)
    Found(signed_by("n1", inside, issuer="narrow", certs=["narrow"])).summary("signed")
    evil = "mallory@evil.test"
    for extensions, sender, cn in (
            (person(evil), evil, "n2"),
            (person(None, san=names(rfc822(ALICE), rfc822(evil))), evil, "n3"),
            (person(None, san=names(utf8_mailbox("\u00e9@evil.test"))), "\u00e9@evil.test", "n4"),
            (person(None), evil, "n5\nemailAddress=" + evil)):
        m = signed_by("n2", extensions, sender, issuer="narrow", certs=["narrow"], cn=cn)
        Found(m).summary("plain").one_of("untrusted", "mismatch")
    constrained("other", "permitted;otherName:1.2.3.4;UTF8:x")
    Found(signed_by("n6", inside, issuer="other", certs=["other"])).one_of("untrusted", "valid")


@case("C5 keys for other uses")
def _():
    Found(signed_by("u1", person(ALICE, usage="keyEncipherment"))).summary("plain").states(
        "untrusted key-usage")
    Found(signed_by("u2", person(ALICE, usage="keyCertSign"))).summary("plain").states(
        "untrusted key-usage")
    for usage in "nonRepudiation", "digitalSignature", None:
        Found(signed_by("u3", person(ALICE, usage=usage))).summary("signed")
    for eku in "anyExtendedKeyUsage", None, "serverAuth,emailProtection":
        Found(signed_by("u4", person(ALICE, eku=eku))).summary("signed")
    forge.make_key("tls")
    forge.certify("tls", CA + ["extendedKeyUsage=serverAuth"], "root", cn="TLS only")
    Found(signed_by("u5", person(ALICE), issuer="tls", certs=["tls"])).summary("plain").states(
        "untrusted not-for-mail")


@case("C6 certificates that certify each other")
def _():
    made = []
    for i in range(30):
        forge.make_key("ring%d" % i)
    for i in range(30):
        forge.certify("ring%d" % i, CA, "root", cn="Ring %d" % i)
    for i in range(30):
        forge.certify("ring%d" % i, CA, "ring%d" % ((i + 1) % 30), cn="Ring %d" % i)
        made.append("ring%d" % i)
    f = Found(signed_by("looped", person(ALICE), issuer="ring0", certs=made))
    f.summary("plain").one_of("untrusted")
    f.quick()


@case("C6 many issuers of one name")
def _():
    made = []
    for i in range(60):
        forge.make_key("same%d" % i)
        forge.certify("same%d" % i, CA, "same0" if i else "root", cn="Same Name")
        made.append("same%d" % i)
    f = Found(signed_by("one", person(ALICE)[:1] + person(ALICE)[3:], issuer="same59",
                        certs=made))
    f.quick()
    f.one_of("valid", "untrusted")


@case("C8 certificates that are too large to be true")
def _():
    many = names(*[rfc822("a%d@good.test" % i) for i in range(5000)])
    f = Found(signed_by("huge", person(None, san=many)))
    f.summary("plain")
    few = names(*[rfc822("a%d@good.test" % i) for i in range(900)], rfc822(ALICE))
    f = Found(signed_by("wide", person(None, san=few)))
    f.quick(5)


@case("C9 nobody is asked while a mail is read")
def _():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(5)
        url = "http://127.0.0.1:%d/x" % s.getsockname()[1]
        f = Found(signed_by("asks", person(ALICE) + [
            "authorityInfoAccess=caIssuers;URI:%s,OCSP;URI:%s" % (url, url),
            "crlDistributionPoints=URI:" + url]))
        f.summary("signed")
        html = b"Content-Type: text/html\r\n\r\n<img src=\"%s\">\r\n" % url.encode()
        Found(mail(signed_entity(html))).summary("signed")
        body = (b"Content-Type: message/external-body; access-type=URL; URL=\"%s\"\r\n\r\n"
                b"Content-Type: text/plain\r\n\r\n" % url.encode())
        Found(mail(signed_entity(body))).summary("signed")
        s.settimeout(0.2)
        try:
            s.accept()
        except socket.timeout:
            return
    raise Differs("somebody was asked")


@case("C10 expired and not yet valid certificates")
def _():
    Found(signed_by("old", person(ALICE), start="20200101000000Z", end="20210101000000Z"))\
        .summary("plain").states("untrusted expired")
    Found(signed_by("young", person(ALICE), start="20400101000000Z", end="20410101000000Z"))\
        .summary("plain").states("untrusted not-yet-valid")
    forge.make_key("oldca")
    forge.certify("oldca", CA, "root", cn="Old", start="20200101000000Z", end="20210101000000Z")
    Found(signed_by("child", person(ALICE), issuer="oldca", certs=["oldca"])).summary("plain")\
        .states("untrusted issuer-expired")


@case("C11 SHA-1 in the path, small keys, an issuer that is none")
def _():
    Found(signed_by("sha1", person(ALICE), digest="sha1")).summary("plain").states(
        "untrusted weak-certificate-signature")
    Found(signed_by("small", person(ALICE), key="rsa1024")).summary("plain").states(
        "untrusted weak-key")
    m = signed_by("child", person(ALICE), issuer="alice", certs=["alice"])
    Found(m).summary("plain").one_of("untrusted")
    for extensions in ["keyUsage=keyCertSign"], ["basicConstraints=CA:false"], CA[:1] + [
            "keyUsage=digitalSignature"]:
        forge.make_key("noca")
        forge.certify("noca", extensions, "root", cn="No CA")
        m = signed_by("child", person(ALICE), issuer="noca", certs=["noca"])
        Found(m).summary("plain").one_of("untrusted")


@case("C12 revocation that is not known, and that is")
def _():
    m = signed_by("maybe", person(ALICE))
    Found(m).summary("signed")
    Found(m, "--revocation", "hard").summary("plain").states("untrusted revocation-unknown")
    config = forge.write("crl.cnf", b"[ca]\ndefault_ca=c\n[c]\ndatabase=crl.db\n"
                         b"default_md=sha256\ndefault_crl_days=30\n")
    forge.write("crl.db", b"")
    by = "-config", config, "-keyfile", "root.key", "-cert", "root.crt"
    forge.openssl("ca", *by, "-gencrl", "-out", "none.crl")
    Found(m, "--revocation", "hard", "--crl", "none.crl").summary("signed")
    forge.openssl("ca", *by, "-revoke", "maybe.crt", "-crl_reason", "keyCompromise")
    forge.openssl("ca", *by, "-gencrl", "-out", "all.crl")
    Found(m, "--crl", "all.crl").summary("plain").states("untrusted revoked")


@case("C12 a revocation list of a stranger")
def _():
    forge.make_key("root2")
    forge.certify("root2", CA, cn="Good Root")
    config = forge.write("crl.cnf", b"[ca]\ndefault_ca=c\n[c]\ndatabase=crl2.db\n"
                         b"default_md=sha256\ndefault_crl_days=30\n")
    forge.write("crl2.db", b"")
    by = "-config", config, "-keyfile", "root2.key", "-cert", "root2.crt"
    forge.openssl("ca", *by, "-revoke", "alice.crt")
    forge.openssl("ca", *by, "-gencrl", "-out", "forged.crl")
    Found(mail(signed_entity()), "--crl", "forged.crl").summary("signed")


@case("C13 a trusted end entity is no authority")
def _():
    m = signed_by("child", person(ALICE), issuer="carol", certs=["carol"])
    Found(m, "--trust", "carol.crt").summary("plain").one_of("untrusted")


@case("C13 a critical extension that nobody knows")
def _():
    Found(signed_by("critical", person(ALICE) + ["1.2.3.4.5=critical,DER:0500"])).summary(
        "plain").states("untrusted critical-extension")
    Found(signed_by("known", person(ALICE) + ["1.2.3.4.5=DER:0500"])).summary("signed")


@case("C14 the same address from a new issuer, and from a new key")
def _():
    for name in "first.db", "first.db-wal", "first.db-shm", "first.db.copy":
        if os.path.exists(name):
            os.unlink(name)
    store = "--store", "first.db"
    m = mail(signed_entity())
    run("cert", "learn", *store, forge.write("first.eml", m))
    again = Found(m, *store).summary("signed").quiet("signer-changed")
    again.want("seen", again.json["signatures"][0]["seen"]["state"], "before")
    forge.make_key("newroot")
    forge.certify("newroot", CA, cn="Another Root")
    m = signed_by("moved", person(ALICE), issuer="newroot", certs=[])
    Found(m, *store).summary("plain").states("untrusted unknown-issuer").quiet("signer-changed")
    trusted = *store, "--trust", "newroot.crt"
    changed = Found(m, *trusted).summary("signed").warns("signer-changed")
    changed.want("seen", changed.json["signatures"][0]["seen"]["state"], "changed")
    # Another issuer for the key that was seen is no other person.
    forge.write("again.key", forge.read("alice.key"))
    forge.certify("again", person(ALICE), "newroot")
    m = mail(clear(ENTITY, signed_data(None, Signer("again", ENTITY))))
    Found(m, *trusted).summary("signed").quiet("signer-changed")
