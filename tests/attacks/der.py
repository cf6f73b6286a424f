#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""DER as the attacks need it: built by hand, and taken apart to be changed.

A node is a list [tag, value]; the value is octets, or a list of nodes when the
tag is constructed. What was parsed and built again unchanged is what it was.
"""

SEQ, SET, INT, BITS, OCTETS, NULL, OID, BOOL = 0x30, 0x31, 2, 3, 4, 5, 6, 1
UTF8, PRINTABLE, IA5, UTCTIME, GENTIME = 12, 19, 22, 23, 24


def length(n):
    if n < 128:
        return bytes([n])
    b = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([128 | len(b)]) + b


def tlv(tag, *values):
    body = b"".join(values)
    return bytes([tag]) + length(len(body)) + body


def seq(*values):
    return tlv(SEQ, *values)


def set_of(*values):
    return tlv(SET, *sorted(values))


def ctx(n, *values):
    return tlv(0xa0 | n, *values)


def integer(n):
    return tlv(INT, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def octets(b):
    return tlv(OCTETS, b)


def oid(text):
    parts = [int(p) for p in text.split(".")]
    out = b""
    for n in [parts[0] * 40 + parts[1]] + parts[2:]:
        digits = [n & 127]
        while n > 127:
            n >>= 7
            digits.append(128 | n & 127)
        out += bytes(reversed(digits))
    return tlv(OID, out)


def head(data, at=0):
    """Tag, start and end of the element at this place."""
    tag, n, at = data[at], data[at + 1], at + 2
    if n == 128:
        raise ValueError("indefinite length")
    if n > 128:
        size = n & 127
        n, at = int.from_bytes(data[at:at + size], "big"), at + size
    if at + n > len(data):
        raise ValueError("the element is longer than the data")
    return tag, at, at + n


def elements(data):
    """The whole elements in `data`, one after the other."""
    out, at = [], 0
    while at < len(data):
        _, _, end = head(data, at)
        out.append(data[at:end])
        at = end
    return out


def value(element):
    _, start, end = head(element)
    return element[start:end]


def inside(element):
    """The elements within an element."""
    return elements(value(element))


def parse(element):
    tag, start, end = head(element)
    if tag & 0x20:
        return [tag, [parse(e) for e in elements(element[start:end])]]
    return [tag, element[start:end]]


def build(node):
    tag, val = node
    if isinstance(val, list):
        val = b"".join(build(n) for n in val)
    return tlv(tag, val)
