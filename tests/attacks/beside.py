#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What stands beside a signature: time-stamps (RFC 3161, by the openssl command) and
counter-signatures. Attacks A8 and C10 on them, and that they work."""
import json
import time

import forge
from der import octets, oid, seq
from forge import (CA, COUNTER, ENTITY, SMIME, Signer, attribute, clear, digest_of, fields, person,
                   signed_data, usual_attributes)
from judge import Differs, Found, case, run

TOKEN = SMIME + "2.14"
ALICE = "alice@good.test"
STAMPING = ["basicConstraints=critical,CA:false", "keyUsage=critical,digitalSignature",
            "subjectKeyIdentifier=hash"]


def make_tsa(name="tsa", eku="critical,timeStamping", issuer="root", **more):
    forge.make_key(name)
    forge.certify(name, STAMPING + (["extendedKeyUsage=" + eku] if eku else []), issuer,
                  cn="The " + name, **more)


def stamp(data, name="tsa", digest="sha256"):
    """A token over `data` by the openssl command."""
    config = forge.write("ts.cnf", ("[t]\ndefault_tsa=d\n[d]\nserial=ts.serial\n"
                                    "crypto_device=builtin\nsigner_digest=sha256\n"
                                    "default_policy=1.2.3.4\ndigests=sha1,sha256,sha384,sha512\n"
                                    "ess_cert_id_alg=sha256\n").encode())
    forge.write("ts.serial", b"01\n")
    forge.write("stamped", data)
    forge.openssl("ts", "-query", "-data", "stamped", "-" + digest, "-cert", "-out", "ts.query")
    forge.openssl("ts", "-reply", "-config", config, "-section", "d", "-queryfile", "ts.query",
                  "-signer", name + ".crt", "-inkey", name + ".key", "-out", "ts.token",
                  "-token_out")
    return forge.read("ts.token")


def mail(entity, sender=ALICE):
    return fields(sender) + entity


def stamped(signer, *tokens, **more):
    signer.unsigned = [attribute(TOKEN, *tokens)]
    return mail(clear(ENTITY, signed_data(None, signer, **more)))


def days(n):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + n * 86400))


def source(found):
    return found.json["signatures"][0]["time"]["source"]


def tokens(found):
    return [t["state"] for t in found.json["signatures"][0]["timestamps"]]


def short_lived():
    """A signer whose certificate ends in ten days, and one who stamps for years."""
    make_tsa()
    forge.make_key("brief")
    forge.certify("brief", person(ALICE), "root", end=time.strftime(
        "%Y%m%d%H%M%SZ", time.gmtime(time.time() + 10 * 86400)))
    return Signer("brief", ENTITY)


@case("T1 a time-stamp keeps a signature valid after its certificate expired")
def _():
    s = short_lived()
    plain = mail(clear(ENTITY, signed_data(None, s)))
    Found(plain).summary("signed")
    Found(plain, "--at", days(20)).summary("plain").states("untrusted expired")
    good = stamped(s, stamp(s.signature))
    for at in [], ["--at", days(20)], ["--at", days(400)]:
        f = Found(good, *at).summary("signed").states("valid")
        f.want("the source", source(f), "timestamp")
        f.want("the tokens", tokens(f), ["valid"])
        when = f.json["signatures"][0]["time"]["at"]
        if not days(-0.01) <= when <= days(0.01):
            raise Differs("the time is " + when)


@case("T1 digests of other sizes, several tokens")
def _():
    s = short_lived()
    for digest in "sha384", "sha512":
        f = Found(stamped(s, stamp(s.signature, digest=digest)), "--at", days(20))
        f.summary("signed")
    two = stamped(s, stamp(b"other"), stamp(s.signature))
    f = Found(two, "--at", days(20)).summary("signed").warns("timestamp-invalid")
    f.want("the tokens", sorted(tokens(f)), ["invalid", "valid"])


@case("A8 a time-stamp over something else")
def _():
    s = short_lived()
    for other in b"other", ENTITY, s.signature[:-1], digest_of(s.signature):
        f = Found(stamped(s, stamp(other)), "--at", days(20)).summary("plain")
        f.states("untrusted expired").warns("timestamp-invalid")
        f.want("the source", source(f), "now")


@case("A8 a time-stamp by somebody who may not")
def _():
    s = short_lived()
    for i, how in enumerate(({"eku": "timeStamping"}, {"eku": None}, {"eku": "emailProtection"},
                             {"eku": "critical,timeStamping,emailProtection"})):
        name = "bad%d" % i
        make_tsa(name, **how)
        f = Found(stamped(s, forged_token(name, s.signature)), "--at", days(20)).summary("plain")
        f.states("untrusted expired").warns("timestamp-untrusted")
        f.want("the tokens", tokens(f), ["untrusted"])


def forged_token(name, data, when=None, content_type=SMIME + "1.4", mark=True, times=1):
    """A token by hand, so that any certificate can sign one."""
    stamp_time = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(when)).encode()
    info = seq(b"\2\1\1", oid("1.2.3.4"),
               seq(forge.alg(forge.SHA256), octets(digest_of(data))), b"\2\1\7",
               b"\x18" + bytes([len(stamp_time)]) + stamp_time)
    attributes = usual_attributes(info, content_type=content_type)
    if mark:
        attributes.append(attribute(SMIME + "2.47", seq(seq(seq(octets(digest_of(
            forge.cert_der(name))))))))
    signer = Signer(name, info, attributes=attributes)
    return signed_data(info, *[signer] * times, content_type=content_type)


@case("A8 a time-stamp by a stranger, by the signer, of another form")
def _():
    s = short_lived()
    forge.make_key("root3")
    forge.certify("root3", CA, cn="Root Three")
    make_tsa("stranger", issuer="root3")
    for token, state in ((forged_token("stranger", s.signature), "untrusted"),
                         (forged_token("brief", s.signature), "untrusted"),
                         (forged_token("tsa", s.signature, mark=False), "invalid"),
                         (forged_token("tsa", s.signature, times=2), "invalid"),
                         (forged_token("tsa", s.signature, content_type=forge.DATA), "invalid"),
                         (b"\x30\0", "invalid"), (b"\5\0", "invalid")):
        f = Found(stamped(s, token), "--at", days(20)).summary("plain")
        f.states("untrusted expired")
        f.want("the tokens", tokens(f), [state])
    f = Found(stamped(s, forged_token("tsa", s.signature)), "--at", days(20)).summary("signed")


@case("A8 a time-stamp from the future, or from before the certificate")
def _():
    s = short_lived()
    f = Found(stamped(s, forged_token("tsa", s.signature, when=time.time() + 5 * 86400)))
    f.summary("signed").warns("timestamp-untrusted")
    f.want("the source", source(f), "now")
    make_tsa(start="20200101000000Z")
    early = forged_token("tsa", s.signature, when=time.time() - 20 * 86400)
    f = Found(stamped(s, early)).summary("plain").one_of("untrusted")


def revoke(name, reason, when=None):
    """NAME.crl, which revokes NAME at this time."""
    config = forge.write("crl.cnf", ("[ca]\ndefault_ca=c\n[c]\ndatabase=%s.rdb\n"
                                     "default_md=sha256\ndefault_crl_days=3000\n" %
                                     name).encode())
    forge.write(name + ".rdb", b"")
    by = "-config", config, "-keyfile", "root.key", "-cert", "root.crt"
    how = ["-crl_compromise", when] if reason == "keyCompromise" and when else [
        "-crl_reason", reason]
    forge.openssl("ca", *by, "-revoke", name + ".crt", *how)
    forge.openssl("ca", *by, "-gencrl", "-out", name + ".crl")


def stamp_of(t):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(t))


@case("C10 revoked after the time-stamp, and before it")
def _():
    s = short_lived()
    make_tsa(start="20200101000000Z")
    forge.certify("brief", person(ALICE), "root", start="20240101000000Z")
    s = Signer("brief", ENTITY)
    early = stamped(s, forged_token("tsa", s.signature, when=time.time() - 20 * 86400))
    revoke("brief", "superseded")
    Found(early, "--crl", "brief.crl").summary("signed").states("valid")
    plain = mail(clear(ENTITY, signed_data(None, Signer("brief", ENTITY))))
    Found(plain, "--crl", "brief.crl").summary("plain").states("untrusted revoked")
    revoke("brief", "keyCompromise", stamp_of(time.time() - 10 * 86400))
    Found(early, "--crl", "brief.crl").summary("signed").states("valid")
    revoke("brief", "keyCompromise", stamp_of(time.time() - 30 * 86400))
    Found(early, "--crl", "brief.crl").summary("plain").states("untrusted revoked")
    revoke("tsa", "keyCompromise", stamp_of(time.time() - 30 * 86400))
    f = Found(early, "--crl", "tsa.crl").summary("signed").warns("timestamp-untrusted")
    f.want("the source", source(f), "now")


# --- counter-signatures ---

def countersigned(signer, counter):
    signer.unsigned = [attribute(COUNTER, counter.der())]
    certs = [signer.name, counter.name]
    return mail(clear(ENTITY, signed_data(None, signer, certs=certs)))


def counter(name, data, **changes):
    attributes = changes.pop("attributes", usual_attributes(data)[1:])
    return Signer(name, data, attributes=attributes, **changes)


def counters(found):
    return [(c["state"], [r["code"] for r in c["reasons"]])
            for c in found.json["signatures"][0]["countersignatures"]]


@case("T2 a counter-signature is shown and judged")
def _():
    s = Signer("alice", ENTITY)
    f = Found(countersigned(s, counter("carol", s.signature))).summary("signed").states("valid")
    f.want("counter-signatures", counters(f), [("valid", [])])
    f.says(ALICE).never_says("carol")
    bare = Signer("carol", s.signature, no_attributes=True)
    f = Found(countersigned(s, bare)).summary("signed")
    f.want("counter-signatures", counters(f), [("untrusted", ["no-signed-attributes"])])


@case("A8 counter-signatures over something else, or with a content type")
def _():
    s = Signer("alice", ENTITY)
    for wrong in (counter("carol", b"other"), counter("carol", ENTITY),
                  counter("carol", s.signature, attributes=usual_attributes(s.signature)),
                  counter("carol", s.signature, attributes=usual_attributes(s.signature)[2:])):
        f = Found(countersigned(s, wrong)).summary("signed").states("valid")
        f.want("the state", counters(f)[0][0], "invalid")


@case("A8 a counter-signature does not mend what it stands by")
def _():
    bad = Signer("alice", ENTITY, signature=Signer("alice", b"other").signature)
    f = Found(countersigned(bad, counter("carol", bad.signature))).summary("plain")
    f.states("invalid signature-wrong")
    other = Signer("mallory", ENTITY)
    f = Found(countersigned(other, counter("alice", other.signature))).summary("plain")
    f.states("mismatch sender-mismatch")


@case("A8 thousands of attributes beside a signature")
def _():
    s = Signer("alice", ENTITY)
    one = attribute(COUNTER, counter("carol", s.signature).der())
    token = attribute(TOKEN, forged_token("alice", s.signature))
    s.unsigned = [one] * 1000 + [token] * 300
    f = Found(mail(clear(ENTITY, signed_data(None, s)))).summary("signed")
    f.quick()


@case("T3 binary signing time is shown")
def _():
    when = 1750000000
    attributes = usual_attributes(ENTITY)[:2] + [
        attribute(SMIME + "2.46", b"\2\4" + when.to_bytes(4, "big"))]
    s = Signer("alice", ENTITY, attributes=attributes)
    f = Found(mail(clear(ENTITY, signed_data(None, s)))).summary("signed")
    f.want("the time", f.json["signatures"][0]["signing_time"], "2025-06-15T15:06:40Z")
    for odd in b"\2\1\xff", b"\2\x09\0" + b"\xff" * 8, b"\2\7" + b"\x7f" * 7:
        attributes[2] = attribute(SMIME + "2.46", odd)
        s = Signer("alice", ENTITY, attributes=attributes)
        Found(mail(clear(ENTITY, signed_data(None, s)))).one_ofs("signed", "plain", "broken")


@case("T4 other time-stamps and evidence are named, and not believed")
def _():
    make_tsa()
    late = [attribute(SMIME + "2.27", seq()), attribute("0.4.0.1733.2.4", seq()),
            attribute(SMIME + "2.24", seq()), attribute("1.3.6.1.4.1.99999.7", seq())]
    signed = usual_attributes(ENTITY) + [attribute(SMIME + "2.20", stamp(ENTITY))]
    one = Signer("alice", ENTITY, attributes=signed, unsigned=late)
    f = Found(mail(clear(ENTITY, signed_data(None, one)))).summary("signed")
    f.want("the time that counts", source(f), "now")
    f.want("the time-stamps", tokens(f), [])
    found = json.loads(run("inspect", "--json", "attack.eml", trust=False).stdout)
    f.want("the signed attributes", found["signed_attributes"][0][-1], "contentTimestamp")
    f.want("the unsigned attributes", sorted(found["unsigned_attributes"][0]), [
        "1.3.6.1.4.1.99999.7", "archiveTimestamp", "archiveTimestampV3", "revocationValues"])


@case("T5 every attribute that has a name, once")
def _():
    aa = [11, 5, 9, 10, 15, 20, 21, 22, 23, 24, 25, 26, 27, 48]
    more = [attribute(SMIME + "2.%d" % n, octets(b"x")) for n in aa]
    more += [attribute("0.4.0.1733.2.4", octets(b"x")),
             attribute("1.3.6.1.4.1.311.16.4", octets(b"x"))]
    one = Signer("alice", ENTITY, attributes=usual_attributes(ENTITY) + more)
    Found(mail(clear(ENTITY, signed_data(None, one)))).summary("signed").states("valid")
    twice = more + [attribute("1.3.6.1.4.1.311.16.4", octets(b"y"))]
    one = Signer("alice", ENTITY, attributes=usual_attributes(ENTITY) + twice)
    Found(mail(clear(ENTITY, signed_data(None, one)))).states("invalid attributes")
