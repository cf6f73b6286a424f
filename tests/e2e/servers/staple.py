#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""usage: staple.py MAIL OCSP-RESPONSE OUT	puts the answer into the SignedData of an
opaque signed mail written as DER (RFC 5940)"""
import base64
import sys


def head(octets):
    n, at = octets[1], 2
    if n & 128:
        at += n & 127
        n = int.from_bytes(octets[2:at], "big")
    return at, n


def value(tag, inside):
    n = len(inside)
    if n < 128:
        size = bytes([n])
    else:
        size = n.to_bytes((n.bit_length() + 7) // 8, "big")
        size = bytes([128 | len(size)]) + size
    return bytes([tag]) + size + inside


def parts(octets):
    while octets:
        at, n = head(octets)
        yield octets[:at + n]
        octets = octets[at + n:]


def inside(octets):
    at, n = head(octets)
    return octets[at:at + n]


def staple(der, answer):
    kind, wrapped = parts(inside(der))
    fields = list(parts(inside(inside(wrapped))))
    other = value(0xa1, bytes.fromhex("06082b06010505071002") + answer)
    fields[0] = b"\x02\x01\x05"
    fields.insert(len(fields) - 1, value(0xa1, other))
    return value(0x30, kind + value(0xa0, value(0x30, b"".join(fields))))


with open(sys.argv[1], "rb") as f:
    fields, body = f.read().split(b"\r\n\r\n", 1)
with open(sys.argv[2], "rb") as f:
    made = staple(base64.b64decode(body), f.read())
with open(sys.argv[3], "wb") as f:
    f.write(fields + b"\r\n\r\n" + base64.encodebytes(made).replace(b"\n", b"\r\n"))
