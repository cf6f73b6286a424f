#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""R1 to R10: messages that want more than they are worth."""
import os
import resource
import socket
import threading
import time
import zlib

import forge
import judge
from der import INT, ctx, integer, length, octets, oid, seq, tlv
from forge import (BODY, DATA, ENTITY, SHA256, SIGNED, Signer, alg, armour, cert_der, clear,
                   fields, multipart, opaque, signed_data, signed_entity, text)
from judge import Differs, Found, case, run

def mail(entity, *header, **more):
    return fields(*header, **more) + entity


def quick(message, *options):
    return Found(message, *options).quick()


def compressed(data):
    return seq(oid("1.2.840.113549.1.9.16.1.9"), ctx(0, seq(
        integer(0), alg("1.2.840.113549.1.9.16.3.8"),
        seq(oid(DATA), ctx(0, octets(data))))))


@case("R1 a small message that decompresses to much")
def _():
    squeeze = zlib.compressobj(9)
    bomb = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(300)) + squeeze.flush()
    quick(mail(opaque(compressed(bomb), "compressed-data"))).broken()
    inner = ENTITY
    for _ in range(12):
        inner = opaque(compressed(zlib.compress(inner)), "compressed-data")
    f = quick(mail(inner)).one_ofs("plain", "broken")
    f.writes_no(BODY)


@case("R2 parts within parts without end")
def _():
    deep = ENTITY
    for n in range(2500):
        deep = b"Content-Type: multipart/mixed; boundary=\"%d\"\r\n\r\n--%d\r\n" % (n, n) + deep
    quick(mail(deep)).broken("limit")
    deep = ENTITY
    for n in range(2500):
        deep = b"Content-Type: message/rfc822\r\n\r\n" + deep
    quick(mail(deep)).broken("limit")
    quick(mail(signed_entity(deep))).broken("limit")


@case("R2 more parts than anybody sends")
def _():
    quick(mail(multipart(*[text(b"x")] * 9000))).summary("plain")
    quick(mail(multipart(*[text(b"x")] * 10001))).broken("limit")
    quick(mail(multipart(*[b"\r\n"] * 100000))).broken("limit")


@case("R2 header sections and lines without end")
def _():
    quick(b"From: a@b.test\r\nX: " + b"x" * 262144 + b"\r\n\r\n").broken("limit")
    quick(b"From: a@b.test\r\n" + b"X: y\r\n" * 4096 + b"\r\n").broken("limit")
    quick(b"From: a@b.test\r\nX: " + b"y\r\n " * 80000 + b"\r\n\r\n").broken("limit")
    quick(mail(text(b"x" * 5000000))).summary("plain")
    quick(b"X" * 1000000).summary("plain")


@case("R3 elements within elements without end")
def _():
    inner = b""
    for _ in range(100000):
        inner = b"\x30" + length(len(inner)) + inner if len(inner) < 60000 else inner
    for nest in inner, b"\x30\x80" * 100000, b"\x24\x80" * 100000, b"\xa0\x80" * 5000:
        content = b"\x30\x80" + oid(SIGNED) + b"\xa0\x80" + nest
        quick(mail(opaque(content))).broken()
        whole = seq(oid(SIGNED), tlv(0xa0, seq(integer(1), tlv(0x31), seq(oid(DATA)),
                                                 tlv(0xa0, nest), tlv(0x31))))
        f = quick(mail(opaque(whole)))
        if f.json["summary"] != "broken":
            f.summary("plain")


@case("R3 lengths beyond the input")
def _():
    for size in b"\x84\xff\xff\xff\xff", b"\x88" + b"\x7f" * 8, b"\x88" + b"\xff" * 8, \
            b"\x89" + b"\1" * 9, b"\xfe" + b"\xff" * 126, b"\xff":
        for prefix in (b"", b"\x30\x80" + oid(SIGNED) + b"\xa0\x80",
                       b"\x30\x80" + oid(SIGNED) + b"\xa0\x80\x30\x80\2\1\1\x31\0\x30\x80" +
                       oid(DATA) + b"\xa0\x80"):
            for tag in b"\x30", b"\x04", b"\x24":
                quick(mail(opaque(prefix + tag + size + b"xxxx"))).broken()


@case("R4 signatures within signatures without end")
def _():
    nest = ENTITY
    for n in range(8):
        nest = signed_entity(nest, boundary="=_%d" % n)
    f = quick(mail(nest)).summary("signed")
    f.want("signatures", len(f.json["signatures"]), 8)
    quick(mail(signed_entity(nest))).broken("limit")
    nest = ENTITY
    for n in range(12):
        nest = opaque(signed_data(nest))
    quick(mail(nest)).broken("limit")


@case("R5 many signers and many certificates")
def _():
    one = Signer("alice", ENTITY)
    forge.add_person("spare", "alice@good.test")
    certs = ["spare"] * 99
    many = b"".join(cert_der(n) for n in certs) + cert_der("alice")

    def message(signers, certificates):
        return mail(clear(ENTITY, seq(oid(SIGNED), ctx(0, seq(
            integer(1), tlv(0x31, alg(SHA256)), seq(oid(DATA)), ctx(0, certificates),
            tlv(0x31, *[one.der()] * signers))))))
    quick(message(64, many)).summary("signed").states("valid")
    quick(message(65, many)).summary("plain").states("invalid signature-unreadable")
    quick(message(1, many + cert_der("alice"))).summary("plain").states(
        "invalid signature-unreadable")


@case("R6 a thousand digest algorithms")
def _():
    for n, summary in (8, "signed"), (9, "plain"), (1000, "plain"):
        cms = signed_data(None, Signer("alice", ENTITY), digests=[SHA256] * n)
        quick(mail(clear(ENTITY, cms))).summary(summary)
    quick(mail(opaque(signed_data(ENTITY, Signer("alice", ENTITY), digests=[SHA256] * 1000))))\
        .broken("limit")


@case("R7 parameters in a thousand pieces")
def _():
    def typed(pieces):
        return mail(b"Content-Type: text/plain" + b"".join(
            b";\r\n x*%d=y" % n for n in pieces) + b"\r\n\r\nx\r\n")
    quick(typed(range(90))).summary("plain")
    quick(typed(range(89, -1, -1))).summary("plain")
    quick(typed(range(3000))).broken("limit")
    for odd in [4000000000], [1 << 70], [-1], [0, 0, 0], [1, 3]:
        quick(typed(odd)).summary("plain")


@case("R8 fields that a slow reader would read for hours")
def _():
    for evil in ("(" * 100000, "\"" * 100000, "<" * 100000, "a@" * 50000, ",;" * 50000,
                 "a." * 60000 + "@b.test", "=?utf-8?q?" * 10000, "(a)" * 40000 + "a@b.test",
                 "a:" * 50000, "[" * 100000, "\\" * 100000):
        lines = "\r\n ".join(evil[i:i + 900] for i in range(0, len(evil), 900))
        for name in "From: ", "Subject: ", "Content-Type: ", "Date: ":
            f = quick((name + lines + "\r\n").encode() + b"\r\nx\r\n")
            if f.json["summary"] != "broken":
                f.summary("plain")


@case("R8 boundaries and lines that nearly match")
def _():
    body = b"--=_" * 200000 + b"\r\n--=_m" * 100000 + b"-" * 1000000
    quick(mail(multipart(text(body)))).one_ofs("plain", "broken")
    body = b"--=_m \t\t\t" * 100000
    quick(mail(multipart(text(body)))).one_ofs("plain", "broken")


@case("R9 key files that ask for too many rounds")
def _():
    forge.write("words", b"secret\n")
    forge.openssl("pkcs12", "-export", "-inkey", "alice.key", "-in", "alice.crt", "-passout",
                  "pass:secret", "-out", "alice.p12")
    forge.write("m.eml", mail(ENTITY))
    whole = forge.read("alice.p12")
    if run("sign", "m.eml", "--identity", "alice.p12", "--passphrase-file", "words",
           trust=False).returncode != 0:
        raise Differs("the intact file does not open")
    bomb = whole.replace(integer(2048), b"\2\2\x7f\xff")
    if bomb == whole:
        raise Differs("the file has no rounds to be changed")
    encrypted = forge.openssl("pkcs8", "-topk8", "-in", "alice.key", "-v2", "aes-256-cbc",
                              "-iter", "12000000", "-passout", "pass:secret", "-outform", "PEM",
                              may_fail=True)
    if encrypted:
        forge.write("slow.pem", encrypted + forge.read("alice.crt"))
        p = run("sign", "m.eml", "--identity", "slow.pem", "--passphrase-file", "words",
                trust=False, seconds=5)
        if p.returncode == 0:
            raise Differs("twelve million rounds were made")


def ldap_message(number, tag, *inside):
    return seq(tlv(INT, bytes([number])), tlv(tag, *inside))


def flood(listener, sent):
    """A directory that answers the first question with entries, and never ends."""
    peer = listener.accept()[0]
    number = peer.recv(4096)[4]
    value = tlv(0x31, *[octets(seq(octets(bytes(4096)))) for _ in range(200)])
    entry = ldap_message(number, 0x64, octets(b"cn=x"),
                         seq(seq(octets(b"userCertificate;binary"), value)))
    try:
        for sent[0] in range(len(entry), 1 << 29, len(entry)):
            peer.sendall(entry)
    except OSError:
        pass
    peer.close()


@case("R10 a directory that never ends")
def _():
    listener = socket.create_server(("127.0.0.1", 0))
    sent = [0]
    server = threading.Thread(target=flood, args=(listener, sent), daemon=True)
    server.start()
    rules = "[network]\nfind = ldap\nldap-tls = off\nldap-server = ldap://127.0.0.1:%d/dc%%3dx\n"
    forge.write("flood.policy", (rules % listener.getsockname()[1]).encode())
    forge.write("flood.eml", fields("alice@good.test") + ENTITY)
    before = time.monotonic()
    p = judge.run("encrypt", "--policy", "flood.policy", "--to", "nobody@good.test", "flood.eml",
                  "-o", "flood.out")
    took = time.monotonic() - before
    server.join(30)
    listener.close()
    if p.returncode not in (4, 5) or os.path.exists("flood.out") or took > 40:
        raise Differs("exit status %d in %.0f s" % (p.returncode, took))
    if not sent[0]:
        raise Differs("nobody asked")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if b"__asan" not in forge.read(judge.POSTSEAL) and most > 262144:
        raise Differs("%d KiB of memory" % most)
