#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# The forms that mail has: takes messages that openssl made and writes them the
# way other programs and gateways do.
"""usage: forms.py FORM OUT		in a folder with fields, signed, opaque, enveloped
	signed: multipart/signed; opaque, enveloped: application/pkcs7-mime"""
import binascii
import struct
import sys

from judge import armour, cms_of, cut, parts, read

def lf(data):
    return data.replace(b"\r\n", b"\n")


def crlf(data):
    return lf(data).replace(b"\n", b"\r\n")


FIELDS = read("fields")
# A mail that somebody else sends on.
OUTER = FIELDS.replace(b"alice@peers.test", b"mallory@peers.test")
BOUNDARY = b"=_outer"
CLEAR = crlf(read("signed"))


def entity(kind, text, encoding=b"base64", more=b""):
    return (b"MIME-Version: 1.0\r\nContent-Type: " + kind + b"\r\n" +
            (b"Content-Transfer-Encoding: " + encoding + b"\r\n" if encoding else b"") +
            more + b"\r\n" + text)


def mail(kind, text, encoding=b"base64", more=b""):
    return FIELDS + entity(kind, text, encoding, more)


def pem(cms, label=b"PKCS7"):
    return (b"-----BEGIN " + label + b"-----\r\n" + armour(cms) + b"-----END " + label +
            b"-----\r\n")


def junk(text):
    lines = text.split(b"\r\n")
    return b"\r\n".join(line[:30] + b"* !" + line[30:] for line in lines if line) + b"\r\n\r\n"


def multipart(kind, *entities, fields=FIELDS):
    return (fields + b"MIME-Version: 1.0\r\nContent-Type: multipart/" + kind +
            b"; boundary=\"" + BOUNDARY + b"\"\r\n\r\n" +
            b"".join(b"--" + BOUNDARY + b"\r\n" + e + b"\r\n" for e in entities) +
            b"--" + BOUNDARY + b"--\r\n")


TEXT = b"Content-Type: text/plain\r\n\r\nlook at this\r\n"


def signed_parts():
    content, signature = parts(CLEAR)
    return content, signature


def reordered(*which):
    """multipart/signed, its parts in this order."""
    content, signature = signed_parts()
    head = cut(CLEAR)[0]
    name = head.split(b"boundary=\"")[1].split(b"\"")[0]
    chosen = {"c": content, "s": signature, "t": TEXT}
    return FIELDS + head + b"".join(
        b"--" + name + b"\r\n" + chosen[w] + b"\r\n" for w in which) + b"--" + name + b"--\r\n"


# --- TNEF ---

def tnef_attribute(level, name, data, checksum=None):
    if checksum is None:
        checksum = sum(data) & 0xffff
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", checksum)


def padded(data):
    return data + bytes(-len(data) % 4)


def prop(tag, *values):
    return struct.pack("<II", tag, len(values)) + b"".join(
        struct.pack("<I", len(v)) + padded(v) for v in values)


def tnef(message_class, *attachments, damage=False):
    """Attachments are (short name, long name, media type, octets)."""
    out = struct.pack("<IH", 0x223e9f78, 1)
    out += tnef_attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    out += tnef_attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    out += tnef_attribute(1, 0x00078008, message_class + b"\0")
    for short, long_name, media, data in attachments:
        props = [struct.pack("<II", 0x37050003, 1), struct.pack("<IHH", 0x7ffe000b, 1, 0),
                 prop(0x3707001f, long_name.encode("utf-16-le") + b"\0\0"),
                 prop(0x370e001e, media + b"\0"),
                 struct.pack("<I16sI", 0x8001000b, bytes(range(16)), 0) +
                 struct.pack("<IHH", 7, 1, 0)]
        out += tnef_attribute(2, 0x00069002, bytes(14))
        out += tnef_attribute(2, 0x0006800f, data, 7 if damage else None)
        out += tnef_attribute(2, 0x00018010, short + b"\0")
        out += tnef_attribute(2, 0x00069005, struct.pack("<I", len(props)) + b"".join(props))
    return out


OPAQUE, ENVELOPED = cms_of(read("opaque")), cms_of(read("enveloped"))
P7M = b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
BARE = b"application/octet-stream"
SMIME = b"IPM.Note.SMIME"


def winmail(data, kind=b"application/ms-tnef; name=winmail.dat"):
    return mail(kind, armour(data))


def exchange(octets, media=b"application/pkcs7-mime", message_class=SMIME, **more):
    return tnef(message_class, (b"smime.p7m", "smime.p7m", media, octets), **more)


def attached(entity_octets):
    return (b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + armour(entity_octets))


def forwarded(inner, kind=b"message/rfc822", encoding=None):
    head = b"Content-Type: " + kind + b"\r\n"
    if encoding:
        head += b"Content-Transfer-Encoding: " + encoding + b"\r\n"
    return head + b"\r\n" + inner


SIGNED = FIELDS + CLEAR
MARK = b"From alice@peers.test Thu Jan  1 00:00:00 1970\n"
PGP = (b"MIME-Version: 1.0\r\nContent-Type: multipart/encrypted; boundary=\"=_p\";\r\n"
       b" protocol=\"application/pgp-encrypted\"\r\n\r\n--=_p\r\n"
       b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--=_p\r\n"
       b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n"
       b"--=_p--\r\n")

FORMS = {
    # types and names
    "x-type": lambda: mail(b"application/x-pkcs7-mime", armour(OPAQUE)),
    "no-smime-type": lambda: mail(b"application/pkcs7-mime", armour(OPAQUE)),
    "wrong-smime-type": lambda: mail(b"application/pkcs7-mime; smime-type=enveloped-data",
                                     armour(OPAQUE)),
    "says-signed": lambda: mail(P7M, armour(ENVELOPED)),
    "odd-smime-type": lambda: mail(b"application/pkcs7-mime; smime-type=SIGNED-DATA",
                                   armour(OPAQUE)),
    "by-name": lambda: mail(BARE + b"; name=\"Smime.P7M\"", armour(OPAQUE)),
    "by-filename": lambda: mail(BARE, armour(OPAQUE), more=b"Content-Disposition: attachment;"
                                b" filename=x.p7m\r\n"),
    "by-name-2231": lambda: mail(BARE + b";\r\n name*0*=us-ascii'en'sm%69me;\r\n name*1=\".p7\";"
                                 b"\r\n name*2=m", armour(OPAQUE)),
    "by-content": lambda: mail(BARE, armour(OPAQUE)),
    "by-content-binary": lambda: mail(BARE, OPAQUE, b"binary"),
    "by-content-pem": lambda: mail(BARE, pem(OPAQUE), b"7bit"),
    "bare-octets": lambda: mail(BARE, armour(b"\x30\x82\x01\x00\x06\x03\x2a\x03\x04" * 40)),
    "by-content-inside": lambda: multipart(
        "mixed".encode(), TEXT, entity(BARE, armour(OPAQUE))),
    # transfer encodings
    "binary": lambda: mail(P7M, OPAQUE, b"binary"),
    "8bit": lambda: mail(P7M, OPAQUE, b"8bit"),
    "no-encoding": lambda: mail(P7M, armour(OPAQUE), None),
    "quoted-printable": lambda: mail(
        P7M, crlf(binascii.b2a_qp(OPAQUE, istext=False)),
        b"quoted-printable"),
    "pem": lambda: mail(P7M, pem(OPAQUE), b"7bit"),
    "pem-cms": lambda: mail(P7M, b"\r\n" + pem(OPAQUE, b"CMS"), b"7bit"),
    "pem-called-base64": lambda: mail(P7M, pem(OPAQUE)),
    "binary-called-base64": lambda: mail(P7M, OPAQUE),
    "base64-twice": lambda: mail(P7M, armour(armour(OPAQUE))),
    "junk": lambda: mail(P7M, junk(armour(OPAQUE))),
    "unknown-encoding": lambda: mail(P7M, armour(OPAQUE), b"x-none"),
    # multipart/signed
    "swapped": lambda: reordered("s", "c"),
    "three-parts": lambda: reordered("c", "s", "t"),
    "only-signature": lambda: reordered("s"),
    "wrong-micalg": lambda: SIGNED.replace(b"micalg=\"sha-256\"", b"micalg=\"md5\""),
    "swapped-micalg": lambda: reordered("s", "c").replace(
        b"micalg=\"sha-256\"", b"micalg=\"sha-512\""),
    "x-signature": lambda: SIGNED.replace(b"application/pkcs7-signature",
                                          b"application/x-pkcs7-signature"),
    "whole-in-p7m": lambda: mail(b"application/pkcs7-mime; name=smime.p7m",
                                 armour(CLEAR)),
    "beside": lambda: multipart(b"mixed", *signed_parts()),
    "beside-by-name": lambda: multipart(
        b"mixed", signed_parts()[0], entity(BARE + b"; name=smime.p7s",
                                            armour(cms_of(signed_parts()[1])))),
    # TNEF
    "winmail": lambda: winmail(exchange(OPAQUE)),
    "winmail-enveloped": lambda: winmail(exchange(ENVELOPED)),
    "winmail-clear": lambda: winmail(exchange(CLEAR, b"multipart/signed",
                                              SMIME + b".MultipartSigned")),
    "winmail-by-name": lambda: winmail(exchange(OPAQUE), BARE + b"; name=WINMAIL.DAT"),
    "winmail-vnd": lambda: winmail(exchange(OPAQUE), b"application/vnd.ms-tnef"),
    "winmail-checksum": lambda: winmail(exchange(OPAQUE, damage=True)),
    "winmail-cut": lambda: winmail(exchange(OPAQUE)[:-40]),
    "winmail-note": lambda: winmail(exchange(OPAQUE, message_class=b"IPM.Note")),
    "winmail-more": lambda: winmail(tnef(SMIME, (b"smime.p7m", "smime.p7m", b"", OPAQUE),
                                         (b"A.TXT", "a file \u20ac.txt", b"text/plain", b"abc"))),
    "winmail-attached": lambda: multipart(b"mixed", TEXT, attached(tnef(
        b"IPM.Microsoft Mail.Note\0".rstrip(b"\0"), (b"A.TXT", "a file \u20ac.txt", b"text/plain",
                                                     b"abc" * 100),
        (b"smime.p7m", "smime.p7m", b"application/pkcs7-mime", OPAQUE)))),
    "winmail-junk": lambda: multipart(b"mixed", TEXT, attached(b"x" * 500)),
    "winmail-empty": lambda: winmail(tnef(SMIME)),
    # mails within mails
    "forwarded": lambda: multipart(b"mixed", TEXT, forwarded(SIGNED), fields=OUTER),
    "forwarded-base64": lambda: multipart(
        b"mixed", TEXT, forwarded(armour(SIGNED), encoding=b"base64"), fields=OUTER),
    "forwarded-root": lambda: OUTER + b"MIME-Version: 1.0\r\n" + forwarded(SIGNED),
    "forwarded-lie": lambda: multipart(b"mixed", TEXT, forwarded(
        SIGNED.replace(b"alice@peers.test", b"mallory@peers.test"))),
    "forwarded-from-none": lambda: multipart(b"mixed", TEXT, forwarded(CLEAR)),
    "forwarded-enveloped": lambda: multipart(b"mixed", TEXT, forwarded(
        mail(P7M, armour(ENVELOPED))), fields=OUTER),
    "digest": lambda: multipart(b"digest", b"\r\n" + SIGNED, b"\r\n" + FIELDS +
                                b"\r\nplain\r\n", fields=OUTER),
    # OpenPGP
    "pgp": lambda: FIELDS + PGP,
    "pgp-inside": lambda: multipart(b"mixed", TEXT, PGP),
    # line ends
    "lf": lambda: lf(SIGNED),
    "cr": lambda: SIGNED.replace(b"\r\n", b"\r"),
    "cr-opaque": lambda: mail(P7M, armour(OPAQUE)).replace(b"\r\n", b"\r"),
    "mixed": lambda: lf(FIELDS) + CLEAR,
    "maildir": lambda: b"Return-Path: <alice@peers.test>\n" + lf(SIGNED),
    # folders
    "one-mbox": lambda: MARK + lf(SIGNED) + b"\n",
    "crlf-in-mbox": lambda: MARK + SIGNED + b"\n",
    "mbox": lambda: (MARK + lf(SIGNED) + b"\n" + MARK + b"Content-Length: 3\n" +
                     lf(FIELDS + b"\r\nFrom the start, 10:30 it was.\r\n\r\n>From now on\r\n") +
                     b"\n" + MARK + lf(SIGNED.replace(b"Line one", b"Line 0ne")) + b"\n" + MARK +
                     lf(mail(P7M, armour(ENVELOPED))) + b"\n" + MARK + lf(SIGNED)),
    "tnef-file": lambda: tnef(b"IPM.Note", (b"A.TXT", "long name.txt", b"text/plain", b"abc\n"),
                              (b"B.BIN", "second.bin", b"", bytes(range(256)))),
}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in FORMS:
        sys.exit(__doc__ + "\nFORM: " + " ".join(FORMS))
    with open(sys.argv[2], "wb") as f:
        f.write(FORMS[sys.argv[1]]())
