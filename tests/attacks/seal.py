#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Encrypted messages with keys that the forger knows: the block cipher, RSA and
agreement by the openssl command, modes and CMS by hand."""
import os

import forge
from der import ctx, integer, octets, oid, seq, tlv
from forge import DATA, alg, issuer_and_serial, openssl

ENVELOPED, AUTH_ENVELOPED = "1.2.840.113549.1.7.3", "1.2.840.113549.1.9.16.1.23"
CBC = {16: "2.16.840.1.101.3.4.1.2", 32: "2.16.840.1.101.3.4.1.42"}
GCM = {16: "2.16.840.1.101.3.4.1.6", 32: "2.16.840.1.101.3.4.1.46"}
WRAP = {16: "2.16.840.1.101.3.4.1.5", 32: "2.16.840.1.101.3.4.1.45"}


def ecb(key, blocks):
    return openssl("enc", "-aes-%d-ecb" % (8 * len(key)), "-K", key.hex(), "-nopad", data=blocks)


def cbc(key, iv, text):
    return openssl("enc", "-aes-%d-cbc" % (8 * len(key)), "-K", key.hex(), "-iv", iv.hex(),
                   data=text)


def times(x, y):
    """Product in the field of GHASH (NIST SP 800-38D, 6.3)."""
    z = 0
    for i in range(127, -1, -1):
        if x >> i & 1:
            z ^= y
        y = y >> 1 ^ (0xe1 << 120 if y & 1 else 0)
    return z


def ghash(h, data):
    y = 0
    for at in range(0, len(data), 16):
        y = times(y ^ int.from_bytes(data[at:at + 16], "big"), h)
    return y


def padded(data):
    return data + bytes(-len(data) % 16)


def gcm(key, nonce, text, aad=b""):
    """Ciphertext and the tag of 16 octets."""
    h = int.from_bytes(ecb(key, bytes(16)), "big")
    if len(nonce) == 12:
        first = int.from_bytes(nonce + b"\0\0\0\1", "big")
    else:
        first = ghash(h, padded(nonce) + bytes(8) + (8 * len(nonce)).to_bytes(8, "big"))
    high, low = first >> 32 << 32, first & 0xffffffff

    def counter(n):
        return (high | (low + n) % (1 << 32)).to_bytes(16, "big")
    count = (len(text) + 15) // 16
    stream = ecb(key, b"".join(counter(n) for n in range(count + 1)))
    sealed = bytes(a ^ b for a, b in zip(text, stream[16:]))
    sizes = (8 * len(aad)).to_bytes(8, "big") + (8 * len(sealed)).to_bytes(8, "big")
    tag = ghash(h, padded(aad) + padded(sealed) + sizes) ^ int.from_bytes(stream[:16], "big")
    return sealed, tag.to_bytes(16, "big")


def rsa_encrypt(name, cek, *options):
    return openssl("pkeyutl", "-encrypt", "-certin", "-inkey", name + ".crt", *options, data=cek)


def raw_rsa(name, block):
    return rsa_encrypt(name, block, "-pkeyopt", "rsa_padding_mode:none")


OAEP = ["-pkeyopt", "rsa_padding_mode:oaep"]


def ktri(name, cek, encrypted=None, oaep=False):
    """A RecipientInfo; `encrypted` in place of what would be right."""
    how = alg("1.2.840.113549.1.1.7", seq()) if oaep else alg(forge.RSA, b"\5\0")
    if encrypted is None:
        encrypted = rsa_encrypt(name, cek, *(OAEP if oaep else []))
    return seq(integer(0), issuer_and_serial(name), how, octets(encrypted))


def content(algorithm, sealed, kind=DATA):
    return seq(oid(kind), algorithm, tlv(0x80, sealed))


def enveloped(recipients, key, text, iv=None, sealed=None, algorithm=None):
    """EnvelopedData with AES-CBC."""
    iv = iv or bytes(16)
    sealed = cbc(key, iv, text) if sealed is None else sealed
    algorithm = algorithm or alg(CBC[len(key)], octets(iv))
    return seq(oid(ENVELOPED), ctx(0, seq(integer(0), tlv(0x31, *recipients),
                                          content(algorithm, sealed))))


def auth_enveloped(recipients, key, text, nonce=bytes(12), icv=16, mac=None, algorithm=None,
                   sealed=None, kind=DATA, attributes=None):
    """AuthEnvelopedData with AES-GCM; icv None: left out, which says 12."""
    aad = b"" if attributes is None else tlv(0x31, *attributes)
    made, tag = gcm(key, nonce, text, aad)
    params = seq(octets(nonce), b"" if icv is None else integer(icv))
    return seq(oid(AUTH_ENVELOPED), ctx(0, seq(
        integer(0), tlv(0x31, *recipients),
        content(algorithm or alg(GCM[len(key)], params), made if sealed is None else sealed,
                kind),
        b"" if attributes is None else ctx(1, *attributes),
        octets(tag[:icv or 12] if mac is None else mac))))


def new_key(size=16):
    return os.urandom(size)
