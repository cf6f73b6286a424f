#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Makes the objects of this folder anew: forms of CMS that openssl does not
# write. They are built octet by octet from the RFCs; all cryptography is that
# of Python's "cryptography" module (48.0) or of the openssl command (3.0 with
# its legacy provider). Keys are those of ../cms and ../keys; every run gives
# other octets with the same meaning.
#
# usage: tests/vectors/cms-forms/make.py
import hashlib
import hmac
import os
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, x448, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

os.chdir(os.path.dirname(os.path.abspath(__file__)))
KEK = bytes(range(16))
PAYLOAD = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nEvery form that CMS has.\r\n"

# --- DER ---


def tlv(tag, *parts):
    v = b"".join(parts)
    n = len(v)
    size = bytes([n]) if n < 128 else (lambda b: bytes([0x80 | len(b)]) + b)(
        n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + size + v


def seq(*p):
    return tlv(0x30, *p)


def set_of(*p):
    return tlv(0x31, *sorted(p))


def octets(v):
    return tlv(4, v)


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def oid(text):
    n = [int(x) for x in text.split(".")]
    out = b""
    for v in [n[0] * 40 + n[1]] + n[2:]:
        b = [v & 127]
        while v > 127:
            v >>= 7
            b.append(128 | v & 127)
        out += bytes(reversed(b))
    return tlv(6, out)


def ctx(n, *p):
    return tlv(0xa0 | n, *p)


NULL = b"\5\0"
PKCS7, SMIME, NIST = "1.2.840.113549.1.7.", "1.2.840.113549.1.9.16.", "2.16.840.1.101.3.4."
DATA, SIGNED, ENVELOPED, DIGESTED = (oid(PKCS7 + n) for n in "1235")
AUTH_ENVELOPED, AUTHENTICATED = oid(SMIME + "1.23"), oid(SMIME + "1.2")
SHA = {1: "1.3.14.3.2.26", 224: NIST + "2.4", 256: NIST + "2.1", 384: NIST + "2.2",
       512: NIST + "2.3"}
HMAC = {1: 7, 224: 8, 256: 9, 384: 10, 512: 11}
AES_WRAP = {16: seq(oid(NIST + "1.5")), 24: seq(oid(NIST + "1.25")), 32: seq(oid(NIST + "1.45"))}


def shell(kind, *body):
    return seq(kind, ctx(0, seq(*body)))


def write(name, data):
    with open(name + ".der", "wb") as f:
        f.write(data)


# --- people ---

def person(name):
    with open("../cms/%s.pem" % name, "rb") as f:
        pem = f.read()
    cert = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERT"):])
    return serialization.load_pem_private_key(pem, None), cert


def other(name):
    with open("../keys/%s.key" % name, "rb") as f:
        key = serialization.load_pem_private_key(f.read(), None)
    with open("../keys/%s.crt" % name, "rb") as f:
        return key, x509.load_pem_x509_certificate(f.read())


def der_of(cert):
    return cert.public_bytes(serialization.Encoding.DER)


def by_serial(cert):
    return seq(cert.issuer.public_bytes(), integer(cert.serial_number))


def ski(cert):
    return cert.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


# --- recipients ---

def kekri(cek, kek=KEK, wrap=None, wrapped=None):
    return ctx(2, integer(4), seq(octets(b"form")), wrap or AES_WRAP[len(kek)],
               octets(wrapped or keywrap.aes_key_wrap(kek, cek)))


def ktri(cek, name="bob"):
    _, cert = person(name)
    return seq(integer(0), by_serial(cert), seq(oid("1.2.840.113549.1.1.1"), NULL),
               octets(cert.public_key().encrypt(cek, padding.PKCS1v15())))


def shared_info(wrap, ukm, bits):
    return seq(wrap, ctx(0, octets(ukm)) if ukm else b"", ctx(2, octets(bits.to_bytes(4, "big"))))


def kari(cek, z, agree, derive, originator, rid, wrap_size=16, ukm=b"0123456789abcdef"):
    wrap = AES_WRAP[wrap_size]
    kek = derive(z, shared_info(wrap, ukm, wrap_size * 8), wrap_size, ukm)
    return ctx(1, integer(3), ctx(0, originator), ctx(1, octets(ukm)) if ukm else b"",
               seq(oid(agree), wrap),
               seq(seq(rid, octets(keywrap.aes_key_wrap(kek, cek)))))


def x963(h):
    return lambda z, info, n, ukm: X963KDF(h, n, info).derive(z)


def hkdf(h):
    return lambda z, info, n, ukm: HKDF(h, n, ukm or None, info).derive(z)


def public_point(key):
    return key.public_key().public_bytes(serialization.Encoding.X962,
                                         serialization.PublicFormat.UncompressedPoint)


def raw_public(key):
    return key.public_key().public_bytes(serialization.Encoding.Raw,
                                         serialization.PublicFormat.Raw)


def kdf3(z, info, n, h=hashlib.sha256):
    out, i = b"", 1
    while len(out) < n:
        out += h(i.to_bytes(4, "big") + z + info).digest()
        i += 1
    return out[:n]


def kdf2(z, info, n, h=hashlib.sha256):
    out, i = b"", 1
    while len(out) < n:
        out += h(z + i.to_bytes(4, "big") + info).digest()
        i += 1
    return out[:n]


# --- contents ---

def aes_cbc(cek, text, iv):
    pad = 16 - len(text) % 16
    e = Cipher(algorithms.AES(cek), modes.CBC(iv)).encryptor()
    return e.update(text + bytes([pad]) * pad) + e.finalize()


def enveloped(ris, cek, text=PAYLOAD, content=DATA, algid=None, sealed=None, version=2,
              originator=b""):
    iv = os.urandom(16)
    algid = algid or seq(oid(NIST + "1.2"), octets(iv))
    sealed = sealed or aes_cbc(cek, text, iv)
    return shell(ENVELOPED, integer(version), originator, set_of(*ris),
                 seq(content, algid, tlv(0x80, sealed)))


def attribute(name, value):
    return seq(oid(name), set_of(value))


def auth_enveloped(ri, algid, seal, attrs=b"", content=DATA):
    """seal(aad) gives ciphertext and tag."""
    sealed, tag = seal(tlv(0x31, attrs) if attrs else b"")
    return shell(AUTH_ENVELOPED, integer(0), set_of(ri), seq(content, algid, tlv(0x80, sealed)),
                 ctx(1, attrs) if attrs else b"", octets(tag))


def aead(cipher, nonce, tag, text=PAYLOAD):
    def seal(aad):
        both = cipher.encrypt(nonce, text, aad or None)
        return both[:-tag], both[-tag:]
    return seal


ATTRS = b"".join(sorted([attribute("1.2.840.113549.1.9.3", DATA),
                         attribute("1.2.840.113549.1.9.5", tlv(0x17, b"300103100000Z"))]))


def ccm():
    for size, nonce, tag, attrs in (16, 13, 16, b""), (24, 12, 12, ATTRS), (32, 7, 14, b""):
        cek, n = os.urandom(size), os.urandom(nonce)
        algid = seq(oid(NIST + "1.%d" % {16: 7, 24: 27, 32: 47}[size]),
                    seq(octets(n), integer(tag) if tag != 12 else b""))
        write("ccm-%d" % (size * 8), auth_enveloped(kekri(cek), algid, aead(
            AESCCM(cek, tag), n, tag), attrs))
    cek, n = os.urandom(16), os.urandom(13)
    algid = seq(oid(NIST + "1.7"), seq(octets(n), integer(8)))
    write("ccm-short-tag", auth_enveloped(kekri(cek), algid, aead(AESCCM(cek, 8), n, 8)))
    big = b"Content-Type: text/plain\r\n\r\n" + b"0123456789abcde\r\n" * 3000
    algid = seq(oid(NIST + "1.7"), seq(octets(n[:12]), integer(16)))
    write("ccm-big", auth_enveloped(kekri(cek), algid, aead(AESCCM(cek, 16), n[:12], 16, big)))
    cek, n = os.urandom(32), os.urandom(12)
    write("chacha", auth_enveloped(kekri(cek), seq(oid(SMIME + "3.18"), octets(n)), aead(
        ChaCha20Poly1305(cek), n, 16), ATTRS))


# RFC 9709
def cek_hkdf():
    def derive(cek, inner):
        return HKDF(hashes.SHA256(), len(cek), b"The Cryptographic Message Syntax",
                    inner).derive(cek)
    cek, iv, n = os.urandom(32), os.urandom(16), os.urandom(12)
    inner = seq(oid(NIST + "1.42"), octets(iv))
    write("cek-hkdf-cbc", enveloped([kekri(cek)], cek, algid=seq(oid(SMIME + "3.31"), inner),
                                    sealed=aes_cbc(derive(cek, inner), PAYLOAD, iv)))
    inner = seq(oid(NIST + "1.46"), seq(octets(n), integer(16)))
    write("cek-hkdf-gcm", auth_enveloped(ktri(cek), seq(oid(SMIME + "3.31"), inner), aead(
        AESGCM(derive(cek, inner)), n, 16)))
    # STANDARDS B4: the same content key, offered to another cipher
    write("cek-hkdf-rewrapped", enveloped([kekri(cek)], cek, algid=seq(
        oid(NIST + "1.42"), octets(iv)), sealed=aes_cbc(derive(cek, inner), PAYLOAD, iv)))


# RFC 5652, 9
def authenticated():
    for bits in SHA:
        name = "sha%d" % bits
        h = getattr(hashlib, name)
        key = os.urandom(32)		# a key wrap wants whole blocks
        algid = seq(oid("1.2.840.113549.2.%d" % HMAC[bits]))
        content = seq(DATA, ctx(0, octets(PAYLOAD)))
        write("mac-" + name, shell(AUTHENTICATED, integer(0), set_of(kekri(key)), algid, content,
                                   octets(hmac.new(key, PAYLOAD, h).digest())))
        attrs = b"".join(sorted([
            attribute("1.2.840.113549.1.9.3", DATA),
            attribute("1.2.840.113549.1.9.4", octets(h(PAYLOAD).digest()))]))
        key = os.urandom(h().digest_size)
        mac = hmac.new(key, tlv(0x31, attrs), h).digest()
        head = [integer(0), set_of(ktri(key)), algid,
                ctx(1, oid(SHA[bits]))]
        whole = shell(AUTHENTICATED, *head, content, ctx(2, attrs), octets(mac))
        write("mac-%s-attrs" % name, whole)
        if bits == 256:
            write("mac-changed", whole.replace(b"Every form", b"Every farm"))
            write("mac-cut", shell(AUTHENTICATED, *head, content, ctx(2, attrs),
                                   octets(mac[:12])))
            # the attributes of one object as the content of another
            write("mac-confusion", shell(
                AUTHENTICATED, integer(0), head[1], algid,
                seq(DATA, ctx(0, octets(tlv(0x31, attrs)))), octets(mac)))


def digested():
    for name, digest in ("digested", hashlib.sha256(PAYLOAD).digest()), ("digested-wrong",
                                                                       bytes(32)):
        write(name, shell(DIGESTED, integer(0), seq(oid(SHA[256])),
                          seq(DATA, ctx(0, octets(PAYLOAD))), octets(digest)))


# RFC 5753, RFC 8418, RFC 6278
def agreement():
    cek = os.urandom(16)
    ukm = b"0123456789abcdef"
    certicom = "1.3.132.1."
    carol, carol_cert = person("carol")
    for bits, h in (1, hashes.SHA1()), (224, hashes.SHA224()), (256, hashes.SHA256()), (
            384, hashes.SHA384()), (512, hashes.SHA512()):
        for what, one in ("std", "2"), ("cofactor", "3"):
            agree = "1.3.133.16.840.63.0." + one if bits == 1 else certicom + "%d.%d" % (
                11 if what == "std" else 14, [224, 256, 384, 512].index(bits))
            e = ec.generate_private_key(ec.SECP256R1())
            z = e.exchange(ec.ECDH(), carol.public_key())
            orig = ctx(1, seq(oid("1.2.840.10045.2.1")), tlv(3, b"\0", public_point(e)))
            write("kari-%s-sha%d" % (what, bits), enveloped([kari(
                cek, z, agree, x963(h), orig, by_serial(carol_cert),
                ukm=ukm if bits != 224 else b"")], cek))
    for name, who, make, curve in (
            ("x448", other("x448"), x448.X448PrivateKey, "1.3.101.111"),
            ("x25519", person("xenia"), x25519.X25519PrivateKey, "1.3.101.110")):
        key, cert = who
        for kdf, agree, derive in (
                ("hkdf256", SMIME + "3.19", hkdf(hashes.SHA256())),
                ("hkdf384", SMIME + "3.20", hkdf(hashes.SHA384())),
                ("hkdf512", SMIME + "3.21", hkdf(hashes.SHA512())),
                ("sha256", certicom + "11.1", x963(hashes.SHA256())),
                ("sha512", certicom + "11.3", x963(hashes.SHA512()))):
            e = make.generate()
            z = e.exchange(key.public_key())
            orig = ctx(1, seq(oid(curve)), tlv(3, b"\0", raw_public(e)))
            write("kari-%s-%s" % (name, kdf), enveloped([kari(
                cek, z, agree, derive, orig, by_serial(cert), 32)], cek))
    with open("x448.pem", "wb") as f, open("../keys/x448.key", "rb") as k, open(
            "../keys/x448.crt", "rb") as c:
        f.write(k.read() + c.read())
    # from eve, whose certificate is in the message or must be known
    eve, eve_cert = other("p256")
    z = eve.exchange(ec.ECDH(), carol.public_key())
    for name, orig, info in (
            ("static-serial", by_serial(eve_cert), ctx(0, ctx(0, der_of(eve_cert)))),
            ("static-known", by_serial(eve_cert), b"")):
        write(name, enveloped([kari(cek, z, certicom + "11.1", x963(hashes.SHA256()), orig,
                                    by_serial(carol_cert))], cek, originator=info))
    dave, dave_cert = person("dave")
    z = dave.exchange(ec.ECDH(), dave.public_key())		# to himself
    write("static-ski", enveloped([kari(
        cek, z, certicom + "11.2", x963(hashes.SHA384()), tlv(0x80, ski(dave_cert)),
        ctx(0, octets(ski(dave_cert))))], cek))


# RFC 5990, RFC 9690
def rsa_kem():
    bob, cert = person("bob")
    n, e = cert.public_key().public_numbers().n, cert.public_key().public_numbers().e
    cek = os.urandom(16)
    sha = {"256": hashlib.sha256, "384": hashlib.sha384}

    def encapsulate():
        z = int.from_bytes(os.urandom(256), "big") % n
        return z.to_bytes(256, "big"), pow(z, e, n).to_bytes(256, "big")

    for name, kdf, last, h in ("kdf3", kdf3, "2", "256"), ("kdf2", kdf2, "1", "384"):
        z, c = encapsulate()
        kek = kdf(z, b"", 32, sha[h])
        params = seq(seq(oid("1.0.18033.2.2.4"), seq(seq(oid("1.3.133.16.840.9.44.1." + last), seq(
            oid(SHA[int(h)]))), integer(32))), AES_WRAP[32])
        ri = seq(integer(0), by_serial(cert), seq(oid(SMIME + "3.14"), params),
                 octets(c + keywrap.aes_key_wrap(kek, cek)))
        write("rsakem-old-" + name, enveloped([ri], cek))
    z, c = encapsulate()
    ukm = b"user keying material"
    info = seq(AES_WRAP[32], integer(32), ctx(0, octets(ukm)))
    kek = HKDF(hashes.SHA512(), 32, None, info).derive(kdf3(z, b"", 32))
    ri = ctx(4, oid(SMIME + "13.3"), seq(
        integer(0), tlv(0x80, ski(cert)), seq(oid("1.0.18033.2.2.4")), octets(c),
        seq(oid(SMIME + "3.30")), integer(32), ctx(0, octets(ukm)), AES_WRAP[32],
        octets(keywrap.aes_key_wrap(kek, cek))))
    write("rsakem-ukm", enveloped([ri], cek, version=3))
    write("rsakem-length", enveloped([ri], cek, version=3).replace(
        integer(32) + ctx(0, octets(ukm)), integer(16) + ctx(0, octets(ukm))))


def wraps():
    cek = os.urandom(16)
    write("wrap-pad", enveloped([kekri(cek, KEK, seq(oid(NIST + "1.8")),
                                       keywrap.aes_key_wrap_with_padding(KEK, cek))], cek))
    # RFC 3217, 4.1, and RFC 3370, 4.3.2
    write("wrap-rc2", enveloped([kekri(cek, KEK, seq(oid(SMIME + "3.7"), integer(58)),
                                       rc2_wrap(cek))], cek))


def rc2(iv, text):
    return subprocess.run(["openssl", "enc", "-rc2-cbc", "-nopad", "-K", KEK.hex(), "-iv", iv.hex(),
                           "-provider", "legacy", "-provider", "default"], input=text, check=True,
                          stdout=subprocess.PIPE).stdout


def rc2_wrap(cek):
    text = bytes([len(cek)]) + cek
    text += os.urandom(-len(text) % 8)
    text += hashlib.sha1(text).digest()[:8]
    iv = os.urandom(8)
    return rc2(bytes.fromhex("4adda22c79e82105"), (iv + rc2(iv, text))[::-1])


# --- what stands around and inside ---

def elements(v):
    out = []
    while v:
        n, h = v[1], 2
        if n & 0x80:
            h += n & 0x7f
            n = int.from_bytes(v[2:h], "big")
        out.append(v[:h + n])
        v = v[h + n:]
    return out


def inside(element):
    h = 2 + (element[1] & 0x7f if element[1] & 0x80 else 0)
    return element[h:]


def nested():
    with open("../cms/signed-rsa.der", "rb") as f:
        info = f.read()
    bare = inside(elements(inside(info))[1])
    cek = os.urandom(16)
    write("nested-bare", enveloped([kekri(cek)], cek, bare, SIGNED))
    write("nested-info", enveloped([kekri(cek)], cek, info, SIGNED))
    parts = elements(inside(bare))
    parts[2] = seq(oid(PKCS7 + "1"), ctx(0, seq(integer(1))))
    write("not-octets", shell(SIGNED, *parts))
    parts = elements(inside(bare))
    fake = seq(integer(1), seq(octets(b"not read")))
    certs = ctx(0, inside(parts[3]), ctx(1, fake), ctx(2, fake), ctx(3, fake))
    crls = ctx(1, ctx(1, oid("1.3.6.1.5.5.7.16.2"), fake), ctx(1, oid("1.3.6.1.5.5.7.16.4"), fake))
    write("bag", shell(SIGNED, *parts[:3], certs, crls, parts[4]))
    write("signed-and-enveloped", shell(oid(PKCS7 + "4"), integer(1), set_of(ktri(cek))))
    write("encrypted", shell(oid(PKCS7 + "6"), integer(0), seq(
        DATA, seq(oid(NIST + "1.2"), octets(bytes(16))), tlv(0x80, bytes(16)))))


def old_ciphers():
    """By openssl: ciphers of its legacy provider, to bob or with a password."""
    with open("payload.txt", "wb") as f:
        f.write(PAYLOAD)
    base = ["openssl", "cms", "-encrypt", "-binary", "-in", "payload.txt", "-outform", "DER",
            "-provider", "default", "-provider", "legacy"]
    for name in "rc2-40", "rc2-64", "rc2-128", "des", "cast5-cbc", "camellia128", "camellia256":
        subprocess.run(base + ["-" + name, "-out", "old-%s.der" % name, "../cms/bob.pem"],
                       check=True)
    for name in "des3", "camellia192", "cast5-cbc", "des":
        subprocess.run(base + ["-" + name, "-pwri_password", "secret", "-out",
                               "pwri-%s.der" % name], check=True)


ccm()
cek_hkdf()
authenticated()
digested()
agreement()
rsa_kem()
wraps()
nested()
old_ciphers()
