#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Attack messages that other people collected: "Johnny, you are fired", covert
content, EFAIL, Thunderbird's. Only where the collection lies beside the clone."""
import email
import os

import forge
from judge import Found, case

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.environ.get("CORPUS") or os.path.join(HERE, "../../../shared/corpus")
CORPUS = os.path.abspath(CORPUS)

MANAGER = "manager@bigcorporation.de"


def find(folder):
    for base, _, names in os.walk(os.path.join(CORPUS, folder)):
        for name in sorted(names):
            if name.endswith((".eml", ".mbox")):
                yield os.path.join(base, name)


def path(name):
    return os.path.join(CORPUS, name)


def johnny(name):
    ca = path("johnny/certs/intermediate_ca.crt")
    return Found(path("johnny/" + name), "--at", "2020-01-01T00:00:00Z", "--trust", ca,
                 trust=False)


# What must be said of each; None: the signature is good, and by the manager.
JOHNNY = {
    "01-cms/valid_email_from_manager.eml": ("signed", ["valid"]),
    "assets/valid-signed/manager-smime.eml": ("signed", ["valid"]),
    "01-cms/c1_eContent-confusion/eContent_confusion.eml":
        ("plain", ["invalid embedded-content"]),
    # From is Eve's own address: she may sign her own mail, and is named.
    "01-cms/c2_multiple-signerInfos/multiple_signerInfos_append_johnny.eml":
        ("signed", ["valid", "invalid content-changed"]),
    "01-cms/c3_no-signerInfos/no_signerInfos_detached.eml": ("plain", []),
    "03-mime/m1-prepending-text/m1-smime.eml": ("plain", ["valid"]),
    "04-id/i1-sender-signer-checks/i1-from-unequals-signer-smime.eml":
        ("plain", ["mismatch sender-mismatch"]),
    "04-id/i2-display-name-confusion/i2-from-contains-signer-smime.eml": ("signed", ["valid"]),
    "04-id/i3-from-sender-confusion/i3-from-is-sender-sender-signer-smime.eml":
        ("plain", ["mismatch from-not-covered"]),
    "05-ui/u1-ui-redressing/u1-generic.eml": ("plain", []),
}


def test_johnny(name):
    summary, states = JOHNNY[name]
    f = johnny(name).summary(summary).states(*states)
    if "valid_email" in name or "valid-signed" in name:
        f.says(MANAGER)
    elif summary == "signed":
        f.never_says(MANAGER).says("eve@bigcorporation.de")
    if "/i2-" in name:
        f.warns("reply-to")
    if "/c3_" in name:
        f.warns("no-signer")
    if "/m1-" in name:
        f.errant()


def covert_secret():
    """The lines of the mail that the others carry as a ciphertext."""
    with open(path("covert/01-enc/smime/00-original-mail.eml"), "rb") as mail:
        message = email.message_from_binary_file(mail)
    p7m = forge.write("covert.p7m", message.get_payload(decode=True))
    out = forge.openssl("cms", "-decrypt", "-inform", "DER", "-in", p7m, "-inkey",
                        path("covert/keys/manager_at_bigcorporation.key"), "-recip",
                        path("covert/keys/manager_at_bigcorporation.crt"), "-passin",
                        "pass:test12345678")
    return [line for line in out.splitlines() if len(line) > 8 and b":" not in line]


def test_covert(name):
    forge.write("words", b"test12345678\n")
    f = Found(name, "--at", "2018-06-01T00:00:00Z", "--identity",
              path("covert/keys/manager_at_bigcorporation.pfx"), "--passphrase-file", "words",
              trust=False)
    if "00-original" in name:
        f.summary("encrypted")
    elif "01-enc" in name:
        f.errant().writes_no(*covert_secret())
    else:
        f.summary("plain").states()


# Thunderbird's own results, where ours are others on purpose: the outermost signer
# is the sender here, and his signature is over the whole as it was sent.
THUNDERBIRD_SIGNED = ("alice.plain.dsig.SHA256.multipart.dave.sig.SHA256.opaque.eml",
                      "alice.plain.dsig.SHA512.multipart.dave.dsig.SHA512.multipart.eml",
                      "alice.plain.dsig.SHA512.multipart.dave.sig.SHA512.opaque.eml",
                      "alice.plain.sig.SHA256.opaque.dave.dsig.SHA256.multipart.eml",
                      "alice.plain.sig.SHA512.opaque.dave.dsig.SHA512.multipart.eml")
# Here signatures are around a ciphertext; Thunderbird ignores one of them, not two.
THUNDERBIRD_ENCRYPTED = ("alice.env.sig.SHA256.opaque.dave.sig.SHA256.opaque.eml",
                         "alice.env.sig.SHA512.opaque.dave.sig.SHA512.opaque.eml")


def thunderbird_summary(name, expected):
    base = os.path.basename(name)
    if base in THUNDERBIRD_SIGNED:
        return "signed"
    if base in THUNDERBIRD_ENCRYPTED or "no signature shown" in expected:
        return "encrypted"
    if "reject" in expected:
        return "encrypted" if ".env." in base else "plain"
    return "sealed" if ".env." in base else "signed"


def test_thunderbird(name, expected):
    forge.write("words", b"nss\n")
    f = Found(path(name), "--at", "2026-11-01T00:00:00Z", "--trust",
              path("thunderbird/keys/TestCA.pem"), "--identity", path("thunderbird/keys/Bob.p12"),
              "--passphrase-file", "words", trust=False)
    if "/browser/" in name:
        f.summary("plain")
    else:
        f.summary(thunderbird_summary(name, expected))


def manifest(start):
    with open(path("MANIFEST.tsv"), encoding="utf-8") as lines:
        for line in lines:
            row = line.rstrip("\n").split("\t")
            if row[0].startswith(start):
                yield row[0], row[-1]


def test_ambiguous():
    f = Found(path("kde-mimetreeparser/smime-encrypted-ambiguous-mime.mbox"), trust=False)
    f.errant().writes(b"First message part.")


def test_gadget():
    Found(path("efail-gadget/smime.p7m"), trust=False).broken()


def register():
    for name in JOHNNY:
        case("J " + name)(lambda name=name: test_johnny(name))
    for name in find("covert"):
        case("B3 " + os.path.relpath(name, CORPUS))(lambda name=name: test_covert(name))
    for name, expected in manifest("thunderbird/smime/"):
        case("J " + name)(lambda name=name, e=expected: test_thunderbird(name, e))
    for name, expected in manifest("thunderbird/browser/"):
        case("J " + name)(lambda name=name, e=expected: test_thunderbird(name, e))
    case("B1 kde-mimetreeparser/smime-encrypted-ambiguous-mime.mbox")(test_ambiguous)
    case("B2 efail-gadget/smime.p7m")(test_gadget)


if os.path.isdir(CORPUS):
    register()
else:
    print("# the collection of other people's messages is not beside the clone")
