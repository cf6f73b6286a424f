#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Compressed data (RFC 3274) made and read by Python's zlib and by hand, for
# compress.sh: no other program of Debian reads it.
"""usage: compress.py unpack ENTITY [der]	what an application/pkcs7-mime holds, on stdout
	compress.py pack FILE [HOW]		a mail's entity around FILE, on stdout
	compress.py bomb MIB			an entity around so many MiB of spaces
	compress.py peak COMMAND...		runs it, prints its peak memory in KiB

HOW: cut (the stream lacks its end), adler (a wrong check), more (an octet too
many), gzip, version (1 for 0).
"""
import base64
import gzip
import re
import resource
import subprocess
import sys
import zlib

COMPRESSED = bytes.fromhex("060b2a864886f70d0109100109")
ZLIB = bytes.fromhex("060b2a864886f70d0109100308")
DATA = bytes.fromhex("06092a864886f70d010701")
HEAD = (b"MIME-Version: 1.0\r\n"
        b"Content-Type: application/pkcs7-mime; smime-type=compressed-data;\r\n"
        b" name=\"smime.p7z\"\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=\"smime.p7z\"\r\n")


def read(path):
    with open(path, "rb") as f:
        return f.read()


def show(data):
    sys.stdout.buffer.write(data)


def tlv(tag, *values):
    value = b"".join(values)
    n = len(value)
    size = bytes([n]) if n < 128 else None
    if size is None:
        digits = n.to_bytes((n.bit_length() + 7) // 8, "big")
        size = bytes([128 | len(digits)]) + digits
    return bytes([tag]) + size + value


def element(data, at):
    """Identifier, where the value begins, and where it ends: None if indefinite."""
    first = data[at + 1]
    if first < 128:
        return data[at], at + 2, at + 2 + first
    if first == 128:
        return data[at], at + 2, None
    size = first & 127
    begin = at + 2 + size
    return data[at], begin, begin + int.from_bytes(data[at + 2:begin], "big")


def children(data, begin, end):
    """(identifier, value) of each; the value of a constructed one is a list."""
    found, at = [], begin
    while at != end:
        if end is None and data[at:at + 2] == b"\0\0":
            return found, at + 2
        tag, inside, stop = element(data, at)
        if tag & 0x20:
            value, at = children(data, inside, stop)
        else:
            value, at = data[inside:stop], stop
        found.append((tag, value))
    return found, at


def octets(tag, value):
    return value if not tag & 0x20 else b"".join(octets(*part) for part in value)


def only_definite(data, begin, end):
    while begin != end:
        tag, inside, stop = element(data, begin)
        if stop is None:
            sys.exit("an indefinite length at octet %u" % begin)
        if tag & 0x20:
            only_definite(data, inside, stop)
        begin = stop


def unpack(path, form=""):
    head, body = re.split(rb"\r?\n\r?\n", read(path), maxsplit=1)
    for wanted in (b"smime-type=compressed-data", b"name=\"smime.p7z\"",
                   b"filename=\"smime.p7z\"", b"Content-Transfer-Encoding: base64"):
        if wanted not in head:
            sys.exit("%r is not in the header section %r" % (wanted, head))
    cms = base64.b64decode(body)
    if form == "der":
        only_definite(cms, 0, len(cms))
    (_, ((_, kind), (_, ((_, (version, algorithm, content)),)))), = children(cms, 0, len(cms))[0]
    if kind != COMPRESSED[2:] or version != (2, b"\0") or algorithm[1] != [(6, ZLIB[2:])]:
        sys.exit("%r, %r, %r" % (kind, version, algorithm))
    (_, data), (_, (packed,)) = content[1]
    if data != DATA[2:]:
        sys.exit("the content type is %r" % data)
    show(zlib.decompress(octets(*packed)))


def entity(packed, version=0):
    cms = tlv(0x30, COMPRESSED, tlv(0xa0, tlv(
        0x30, tlv(2, bytes([version])), tlv(0x30, ZLIB),
        tlv(0x30, DATA, tlv(0xa0, tlv(4, packed))))))
    return HEAD + b"\r\n" + base64.encodebytes(cms).replace(b"\n", b"\r\n")


def pack(path, how=""):
    data = read(path)
    packed = gzip.compress(data) if how == "gzip" else zlib.compress(data)
    if how == "cut":
        packed = packed[:-9]
    if how == "adler":
        packed = packed[:-1] + bytes([packed[-1] ^ 1])
    if how == "more":
        packed += b"\0"
    show(entity(packed, how == "version"))


def bomb(mib):
    z = zlib.compressobj(9)
    packed = [z.compress(b"Content-Type: text/plain\r\n\r\n")]
    packed += [z.compress(b" " * 1048576) for _ in range(int(mib))]
    show(entity(b"".join(packed) + z.flush()))


def peak(*command):
    status = subprocess.call(command)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    sys.exit(status)


TOOLS = {"unpack": unpack, "pack": pack, "bomb": bomb, "peak": peak}
if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TOOLS:
        sys.exit(__doc__)
    TOOLS[sys.argv[1]](*sys.argv[2:])
