#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# No input costs more than linear time: everything in a message that can stand
# there n times is there n, 2n and 4n times, and the instructions are counted.
# What n -> 2n adds, 2n -> 4n may add twice and no more; the start of the program
# cancels out. Counts do not depend on what else the machine does, so a few
# times n are enough to see a square.
#
# Depth is the exception, and has a limit of 100 for that reason: an octet passes
# a reader for each multipart that it is in, and the verdict names a part by its
# whole path. So depth may cost its square (WITHIN), and with the depth held at
# the limit all the rest is linear again.
"""usage: linear.py [NAME...]		(by linear.sh; POSTSEAL and WORK in the environment)"""
import concurrent.futures
import json
import os
import re
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "attacks"))

import forge
import seal
from der import ctx, inside, integer, octets, oid, seq, tlv
from forge import (DATA, ENTITY, ECDSA256, SHA256, SIGNED, SMIME, Signer, alg, armour, attribute,
                   cert_der, clear, encrypt, fields, multipart, opaque, raw_sign, signed_data,
                   signed_entity, text, usual_attributes)

POSTSEAL = os.environ["POSTSEAL"]
MARGIN = 1.15		# sorting, and buffers that grow
NOISE = 20000		# instructions that a run may differ from the next
KEY_NOISE = 300000	# of a private key's operation: it is blinded
LEAST = 4		# times the noise: what n -> 2n must add to mean anything
LINEAR, WITHIN = 2, 4
ROWS = []


def row(name, n, expected, *options, verb="verify", most=LINEAR, noise=None):
    """The message that the function makes of n; the summary it must have with all of them."""
    def add(function):
        ROWS.append((name, n, expected, options, verb, most,
                     noise or (KEY_NOISE if options else NOISE), function))
        return function
    return add


def mail(entity, *header, **more):
    return fields("Alice <alice@good.test>", *header, **more) + entity


def cms(signers, certs=b"", crls=b"", content=None):
    """SignedData from ready-made pieces."""
    return seq(oid(SIGNED), ctx(0, seq(
        integer(1), tlv(0x31, alg(SHA256)),
        seq(oid(DATA), b"" if content is None else ctx(0, octets(content))),
        ctx(0, certs) if certs else b"", ctx(1, crls) if crls else b"",
        tlv(0x31, *signers))))


def by_alice(**changes):
    return Signer("alice", ENTITY, **changes).der()


def detached(signers, certs=None, crls=b""):
    return mail(clear(ENTITY, cms(signers, cert_der("alice") if certs is None else certs, crls)))


def renumbered(der, n):
    """The certificate with another serial number: it parses, and nobody signed it."""
    whole = inside(der)
    tbs = inside(whole[0])
    tbs[1] = integer((1 << 64) + n)
    return seq(seq(*tbs), *whole[1:])


def stranger(n):
    """issuerAndSerialNumber of nobody."""
    return seq(seq(), integer((1 << 64) + n))


# --- recipients ---

def sealed(recipients, cek):
    return mail(opaque(seal.enveloped(recipients, cek, ENTITY), "enveloped-data"))


def to_stranger(n):
    return seq(integer(0), stranger(n), alg(forge.RSA, b"\5\0"), octets(bytes(256)))


@row("recipients, ours the last", 1000, "encrypted", "--identity", "bob.pem")
def _(n):
    cek = seal.new_key()
    return sealed([to_stranger(i) for i in range(n)] + [seal.ktri("bob", cek)], cek)


@row("recipients, none of them ours", 1000, "broken", "--identity", "bob.pem")
def _(n):
    return sealed([to_stranger(i) for i in range(n)], seal.new_key())


# The key is read and not used, so nothing is blinded.
@row("keys of one agreement, none of them ours", 350, "broken", "--identity", "alice.pem",
     noise=NOISE)
def _(n):
    keys = seq(*[seq(stranger(i), octets(bytes(24))) for i in range(n)])
    algorithm = alg("1.3.132.1.11.1", alg(seal.WRAP[16]))
    return sealed([ctx(1, integer(3), ctx(0, ctx(1, alg("1.2.840.10045.2.1"), tlv(3, bytes(66)))),
                       algorithm, keys)], seal.new_key())


def to_kem(n):
    """A KEMRecipientInfo (RFC 9629) for a stranger, by ML-KEM-768."""
    return ctx(4, oid("1.2.840.113549.1.9.16.13.3"), seq(
        integer(0), stranger(n), alg("2.16.840.1.101.3.4.4.2"), octets(bytes(1088)),
        alg("1.2.840.113549.1.9.16.3.28"), integer(32), alg(seal.WRAP[32]), octets(bytes(40))))


@row("encapsulations, ours not among them", 100, "encrypted", "--identity", "bob.pem")
def _(n):
    cek = seal.new_key()
    return sealed([to_kem(i) for i in range(n)] + [seal.ktri("bob", cek)], cek)


# --- signers, certificates, lists ---

@row("signers, all good", 8, "signed")
def _(n):
    return detached([by_alice()] * n)


def speaks_of(n):
    """What multipleSignatures says of a signature that is not there (RFC 5752)."""
    return seq(alg(SHA256), alg(ECDSA256), seq(alg(SHA256), octets(n.to_bytes(32, "big"))))


@row("signatures that a signer speaks of", 16, "plain")
def _(n):
    more = [attribute("1.2.840.113549.1.9.16.2.51", *[speaks_of(i) for i in range(n)])]
    return detached([by_alice(attributes=usual_attributes(ENTITY) + more)] * 2)


@row("signers without a certificate", 16, "plain")
def _(n):
    return detached([by_alice(sid=stranger(i), signature=bytes(70)) for i in range(n)])


@row("certificates", 24, "signed")
def _(n):
    return detached([by_alice()], b"".join(renumbered(cert_der("alice"), i) for i in range(n)) +
                    cert_der("alice"))


@row("certificates of one name that might have signed", 24, "signed")
def _(n):
    return detached([by_alice()], b"".join(renumbered(cert_der("root"), i) for i in range(n)) +
                    cert_der("alice"))


@row("signers without a certificate, and certificates", 16, "plain")
def _(n):
    return detached([by_alice(sid=stranger(i + 1000), signature=bytes(70)) for i in range(n)],
                    b"".join(renumbered(cert_der("alice"), i) for i in range(n)))


def revocation_list(entries):
    now, later = (tlv(0x17, t) for t in (b"260101000000Z", b"350101000000Z"))
    revoked = b"".join(seq(integer((1 << 40) + i), now) for i in range(entries))
    issuer = inside(inside(cert_der("root"))[0])[5]
    tbs = seq(integer(1), alg(ECDSA256), issuer, now, later, seq(revoked) if revoked else b"")
    return seq(tbs, alg(ECDSA256), tlv(3, b"\0" + raw_sign("root", tbs)))


@row("revocation lists", 7, "signed")
def _(n):
    return detached([by_alice()], crls=revocation_list(1) * n)


@row("entries of a revocation list", 3000, "signed")
def _(n):
    return detached([by_alice()], crls=revocation_list(n))


# --- attributes ---

def unknown(n):
    return [attribute("1.3.6.1.4.1.99999.%d" % i, octets(b"x")) for i in range(n)]


@row("signed attributes", 400, "signed")
def _(n):
    return detached([by_alice(attributes=usual_attributes(ENTITY) + unknown(n))])


@row("unsigned attributes", 400, "signed")
def _(n):
    return detached([by_alice(unsigned=unknown(n))])


@row("values of a signed attribute", 1500, "signed")
def _(n):
    many = attribute("1.3.6.1.4.1.99999.1", *[octets(i.to_bytes(3, "big")) for i in range(n)])
    return detached([by_alice(attributes=usual_attributes(ENTITY) + [many])])


def countered(n):
    """Each of another signature: the same would be checked once."""
    one = Signer("alice", ENTITY)
    digest = attribute(forge.DIGEST, octets(forge.digest_of(one.signature)))
    one.unsigned = [attribute(forge.COUNTER, Signer(
        "carol", one.signature, attributes=[digest, other]).der()) for other in unknown(n)]
    return detached([one.der()], cert_der("alice") + cert_der("carol"))


@row("counter-signatures", 2, "signed")
def _(n):
    return countered(n)


@row("counter-signatures, more than are looked at", 40, "signed")
def _(n):
    return countered(n)


@row("capabilities", 800, "signed")
def _(n):
    caps = seq(*[alg("1.3.6.1.4.1.99999.%d" % i) for i in range(n)])
    return detached([by_alice(attributes=usual_attributes(ENTITY) + [
        attribute("1.2.840.113549.1.9.15", caps)])])


@row("names in a request for a receipt", 800, "signed")
def _(n):
    names = seq(*[tlv(0xa1, tlv(0x81, b"r%d@good.test" % i)) for i in range(n)])
    request = seq(octets(b"id"), tlv(0x80, b"\0"), names)
    return detached([by_alice(attributes=usual_attributes(ENTITY) + [
        attribute(SMIME + "2.1", request)])])


# --- certificates that hold much ---

def certified(name, n):
    """Somebody whose certificate has n addresses, Alice's the last."""
    addresses = ["a%d@good.test" % i for i in range(n - 1)] + ["alice@good.test"]
    forge.add_person(name, None, san=",".join("email:" + a for a in addresses))
    return name


@row("addresses in a certificate", 240, "signed")
def _(n):
    name = certified("names%d" % n, n)
    return mail(clear(ENTITY, signed_data(None, Signer(name, ENTITY))))


@row("addresses in a certificate, and in From", 240, "plain")
def _(n):
    name = certified("also%d" % n, n)
    sender = ",\r\n ".join("b%d@good.test" % i for i in range(n)) + ",\r\n alice@good.test"
    return fields(sender) + clear(ENTITY, signed_data(None, Signer(name, ENTITY)))


@row("purposes in a certificate", 500, "signed")
def _(n):
    name = "purposes%d" % n
    forge.add_person(name, "alice@good.test", eku="emailProtection," + ",".join(
        "1.3.6.1.4.1.99999.%d" % i for i in range(n)))
    return mail(clear(ENTITY, signed_data(None, Signer(name, ENTITY))))


@row("name constraints", 400, "signed")
def _(n):
    issuer, name = "limited%d" % n, "under%d" % n
    forge.make_key(issuer)
    forge.certify(issuer, forge.CA + ["nameConstraints=" + ",".join(
        "excluded;email:d%d.test" % i for i in range(n))], "root")
    forge.add_person(name, "alice@good.test", issuer=issuer)
    return mail(clear(ENTITY, signed_data(None, Signer(name, ENTITY), certs=[name, issuer])))


# --- MIME ---

@row("parts", 800, "plain")
def _(n):
    return mail(multipart(*[text(b"x")] * n))


@row("parts of a signed mail", 800, "signed")
def _(n):
    return mail(signed_entity(multipart(*[text(b"x")] * n)))


@row("lines of a signed mail", 4000, "signed")
def _(n):
    return mail(signed_entity(text(b"a line\r\n" * n)))


def within(entity, depth):
    for i in range(depth):
        entity = multipart(entity, boundary="=_%d" % i)
    return mail(entity)


@row("multiparts within multiparts", 24, "plain", most=WITHIN)
def _(n):
    return within(text(b"x"), n)


@row("mails within mails", 24, "plain", most=WITHIN)
def _(n):
    return mail(b"Content-Type: message/rfc822\r\n\r\n" * n + ENTITY)


@row("lines in the deepest part", 3000, "plain")
def _(n):
    return within(text(b"a line\r\n--not\r\n" * n), 90)


@row("parts in the deepest multipart", 60, "plain")
def _(n):
    return within(multipart(*[text(b"x")] * n), 90)


@row("signatures within signatures", 2, "signed")
def _(n):
    deep = ENTITY
    for i in range(n):
        deep = signed_entity(deep, boundary="=_%d" % i)
    return mail(deep)


@row("lines that nearly are a delimiter", 4000, "plain")
def _(n):
    return mail(multipart(text(b"\r\n--=_m-" * n)))


@row("header fields", 500, "signed")
def _(n):
    return fields("alice@good.test", *["X-%d: y" % i for i in range(n)]) + signed_entity()


@row("header fields of one name", 500, "signed")
def _(n):
    return fields("alice@good.test", *["Received: y"] * n) + signed_entity()


@row("header fields of a part", 500, "plain")
def _(n):
    return mail(multipart(b"X: y\r\n" * n + text(b"x")))


@row("octets of a header field", 30000, "signed")
def _(n):
    return fields("alice@good.test", subject="\r\n ".join(["x" * 68] * (n // 70))) + \
        signed_entity()


@row("encoded words", 800, "signed")
def _(n):
    return fields("alice@good.test", subject="\r\n ".join(["=?utf-8?q?=C3=A4?="] * n)) + \
        signed_entity()


@row("parameters", 24, "plain")
def _(n):
    return mail(b"Content-Type: text/plain" +
                b"".join(b";\r\n p%d=\"%s\"" % (i, b"x" * 500) for i in range(n)) + b"\r\n\r\nx")


@row("pieces of a parameter, the last one first", 24, "plain")
def _(n):
    return mail(b"Content-Type: text/plain" + b"".join(
        b";\r\n p*%d*=%s" % (i, b"%61" * 200) for i in range(n - 1, -1, -1)) + b"\r\n\r\nx")


@row("addresses in From", 200, "plain")
def _(n):
    return fields(",\r\n ".join("a%d@good.test" % i for i in range(n))) + signed_entity()


@row("addresses in To", 200, "signed")
def _(n):
    return fields(to=",\r\n ".join("a%d@good.test" % i for i in range(n))) + signed_entity()


@row("comments in From", 4000, "signed")
def _(n):
    return fields("\r\n ".join(["((a))" * 20] * (n // 20)) + " alice@good.test") + signed_entity()


# --- transfer encodings ---

@row("junk in base64", 40000, "signed")
def _(n):
    whole = opaque(signed_data(ENTITY, Signer("alice", ENTITY)))
    head, body = whole.split(b"\r\n\r\n", 1)
    return mail(head + b"\r\n\r\n" + (b"*!" * 35 + b"\r\n") * (n // 72) + body)


@row("lines of quoted-printable", 800, "signed")
def _(n):
    content = ENTITY + b"A line.\r\n" * 3 * n
    der = signed_data(content, Signer("alice", content))
    lines = [b"".join(b"=%02X" % c for c in der[i:i + 25]) for i in range(0, len(der), 25)]
    return mail(b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n"
                b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
                b"=\r\n".join(lines) + b"=\r\n")


@row("segments of a content", 3000, "signed")
def _(n):
    content = ENTITY + b"x" * n
    split = b"\x24\x80" + b"".join(octets(bytes([c])) for c in content) + b"\0\0"
    one = Signer("alice", content)
    return mail(opaque(seq(oid(SIGNED), ctx(0, seq(
        integer(1), tlv(0x31, alg(SHA256)), seq(oid(DATA), ctx(0, split)),
        ctx(0, cert_der("alice")), tlv(0x31, one.der()))))))


@row("segments within segments", 12, "signed")
def _(n):
    split = octets(ENTITY)
    for _ in range(n):
        split = tlv(0x24, split, *[octets(b"")] * 300)
    one = Signer("alice", ENTITY)
    return mail(opaque(seq(oid(SIGNED), ctx(0, seq(
        integer(1), tlv(0x31, alg(SHA256)), seq(oid(DATA), ctx(0, split)),
        ctx(0, cert_der("alice")), tlv(0x31, one.der()))))))


@row("mails in an mbox", 24, "signed")
def _(n):
    one = b"From a@b.test Thu Jan  1 00:00:00 1970\n" + \
        mail(signed_entity()).replace(b"\r\n", b"\n") + b"\n"
    return one * n


@row("attributes in TNEF", 2000, "plain")
def _(n):
    def attr(level, name, data):
        return struct.pack("<BII", level, name, len(data)) + data + \
            struct.pack("<H", sum(data) & 0xffff)
    tnef = struct.pack("<IH", 0x223e9f78, 1) + attr(1, 0x00078008, b"IPM.Note\0") + \
        attr(2, 0x0006800f, b"some data") * n
    return mail(b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + armour(tnef))


# --- header protection ---

@row("fields put outside (HP-Outer)", 300, "encrypted", "--identity", "bob.pem")
def _(n):
    names = ["X-%d" % i for i in range(n)]
    entity = (fields("alice@good.test", *[x + ": inner" for x in names],
                     *["HP-Outer: %s: outer" % x for x in names]) +
              ENTITY.replace(b"charset=us-ascii", b"charset=us-ascii; hp=\"cipher\""))
    return fields("alice@good.test", *[x + ": outer" for x in names]) + \
        opaque(encrypt(entity, "bob"), "enveloped-data")


@row("protected fields", 250, "signed")
def _(n):
    names = ["X-%d" % i for i in range(n)]
    entity = (fields("alice@good.test", *[x + ": y" for x in names]) +
              ENTITY.replace(b"charset=us-ascii", b"charset=us-ascii; hp=\"clear\""))
    return fields("alice@good.test", *[x + ": y" for x in names]) + signed_entity(entity)


# --- writing ---

SEAL = ("--identity", "alice.pem", "--to", "bob.crt")


@row("fields of a draft", 450, None, *SEAL, verb="seal")
def _(n):
    return fields("alice@good.test", *["X-%d: y" % i for i in range(n)]) + ENTITY


@row("lines of a draft that cannot travel", 3000, None, *SEAL, verb="seal")
def _(n):
    return mail(b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
                b"\r\n\r\n" + b"\xc3\xa4 line \r\n" * n)


@row("parts of a draft that cannot travel", 300, None, *SEAL, verb="seal")
def _(n):
    part = (b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
            b"\r\n\r\n\xc3\xa4")
    return mail(multipart(*[part] * n))


@row("recipients of a draft", 240, None, *SEAL, verb="seal")
def _(n):
    return fields("alice@good.test", to=",\r\n ".join(
        "a%d@good.test" % i for i in range(n))) + ENTITY


# --- counting ---

class Wrong(Exception):
    pass


def check(verb, expected, out, status):
    """It did the work that is measured, and did not stop at a limit."""
    if verb == "seal":
        if status != 0:
            raise Wrong("exit status %d" % status)
        return
    found = {json.loads(line)["summary"] for line in out.splitlines()}
    if found != {expected}:
        raise Wrong("the summary is %s; %s was expected: %s" % (found, expected, out[-300:]))


def count(name, verb, options, expected):
    """Instructions that the program needs for the file."""
    to = ["-o", name + ".out"] if verb == "seal" else ["--json"]
    p = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                        "--cachegrind-out-file=/dev/null", POSTSEAL, verb, "--trust", "root.crt",
                        *to, *options, name], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    found = re.search(rb"I +refs: +([0-9,]+)", p.stderr)
    if found is None:
        raise Wrong(p.stderr[-300:].decode("utf-8", "replace"))
    check(verb, expected, p.stdout, p.returncode)
    return int(found.group(1).replace(b",", b""))


def measure(at, name, n, expected, options, verb, most, noise, function):
    """The line that says how the row ended."""
    used = []
    for times in 1, 2, 4:
        path = "linear%d.%d" % (at, times)
        forge.write(path, function(n * times))
        used.append(count(path, verb, options, expected))
    first, second = used[1] - used[0], used[2] - used[1]
    factor = second / max(first, 1)
    told = "%d to %d, %.2f M more, factor %.2f" % (
        n, 4 * n, (used[2] - used[0]) / 1e6, factor)
    if first < LEAST * noise:
        raise Wrong("%d instructions more are too few to tell: %s" % (first, told))
    if second - noise > most * MARGIN * first:
        raise Wrong("more than linear: %s" % told)
    return told


def one(at, chosen):
    try:
        return "ok %s (%s)" % (chosen[0], measure(at, *chosen))
    except (Wrong, OSError, ValueError, RuntimeError, KeyError, subprocess.TimeoutExpired) as w:
        return "not ok %s: %s" % (chosen[0], " ".join(str(w).split()))


def main(wanted):
    forge.World(os.environ["WORK"])
    chosen = [r for r in ROWS if not wanted or any(w in r[0] for w in wanted)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for line in pool.map(one, range(len(chosen)), chosen):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
