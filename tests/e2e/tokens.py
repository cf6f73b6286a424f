#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Takes the time-stamp tokens out of a SignedData in DER, without any code of the
# program under test.
"""usage: tokens.py CMS TOKEN SIGNATURE	writes TOKEN.0, SIGNATURE.0, TOKEN.1, ..."""
import sys

TOKEN = bytes.fromhex("2a864886f70d010910020e")


def elements(data):
    """(tag, whole, inside) of each element of DER or BER with any lengths."""
    at = 0
    while at < len(data):
        n, head = data[at + 1], 2
        if n == 0x80:
            inside, size = until_end(data[at + 2:])
            yield data[at], data[at:at + 2 + size], inside
            at += 2 + size
            continue
        if n > 0x80:
            head += n - 0x80
            n = int.from_bytes(data[at + 2:at + head], "big")
        yield data[at], data[at:at + head + n], data[at + head:at + head + n]
        at += head + n


def until_end(data):
    at = 0
    while data[at:at + 2] != b"\0\0":
        n, head = data[at + 1], 2
        if n == 0x80:
            at += 2 + until_end(data[at + 2:])[1]
            continue
        if n > 0x80:
            head += n - 0x80
            n = int.from_bytes(data[at + 2:at + head], "big")
        at += head + n
    return data[:at], at + 2


def inside(data, index):
    return list(elements(data))[index][2]


def main(cms, token, signature):
    with open(cms, "rb") as f:
        signed = inside(inside(inside(f.read(), 0), 1), 0)
    n = 0
    for _, _, signer in elements(list(elements(signed))[-1][2]):
        parts = list(elements(signer))
        value = [p[2] for p in parts if p[0] == 4]
        for _, _, attribute in elements(parts[-1][2] if parts[-1][0] == 0xa1 else b""):
            (_, _, oid), (_, _, values) = elements(attribute)
            if oid != TOKEN:
                continue
            for name, data in ((token, list(elements(values))[0][1]), (signature, value[0])):
                with open("%s.%d" % (name, n), "wb") as f:
                    f.write(data)
            n += 1


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
