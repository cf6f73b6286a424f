#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""interop.py HARNESS PKI POSTSEAL WORK OUT.md

Sends one mail of each kind and has it read by every program that the harness
can drive; writes the matrix. A cell is "read", or what the program lacks, with its
own words below the table. Fails when a program that lacks nothing for a kind does
not read it: that would be our fault until shown otherwise.
"""
import collections
import json
import os
import re
import subprocess
import sys

# Kinds: name, verb, identities, recipients, options, what a reader must be able to do.
# Recipients are certificates; the reader has the keys of all of them.
SIGNERS = {"rsa": ("alice", []), "pss": ("carol", ["--padding", "pss"]),
           "ecdsa": ("alice-p256", []), "ed25519": ("alice-ed25519", [])}


def signed_kinds():
    for form, options in (("clear", []), ("opaque", ["--opaque"])):
        for how, (who, padding) in SIGNERS.items():
            yield ("%s %s" % (form, how), "sign", [who], [], options + padding,
                   {form, how})


def encrypted_kinds():
    for cipher in ("cbc", "gcm"):
        for how, who in (("pkcs1", "bob"), ("oaep", "bob"), ("ecdh", "bob-p384"),
                         ("x25519", "alice-x25519")):
            for named in ("issuer", "ski"):
                options = ["--cipher", "aes-256-" + cipher]
                if who == "bob":
                    options += ["--key-transport", how]
                if named == "ski":
                    options += ["--key-ids"]
                yield ("%s %s %s" % (cipher, how, named), "encrypt", [], [who], options,
                       {cipher, how, named})


PLAIN = ["--headers", "off"]
KINDS = [k[:4] + (k[4] + PLAIN,) + k[5:] for k in
         list(signed_kinds()) + list(encrypted_kinds())] + [
    ("sealed, as to a stranger", "seal", ["alice"], ["bob"], [], {"rsa", "cbc", "pkcs1", "hp"}),
    ("sealed gcm oaep", "seal", ["alice"], ["bob"],
     ["--cipher", "aes-256-gcm", "--key-transport", "oaep"], {"rsa", "gcm", "oaep", "hp"}),
    ("sealed ecdsa ecdh", "seal", ["alice-p256"], ["bob-p384"], [],
     {"ecdsa", "cbc", "ecdh", "hp"}),
    ("triple wrap", "seal", ["alice"], ["bob"], ["--triple"],
     {"rsa", "cbc", "pkcs1", "triple", "hp"}),
    ("compressed, signed", "sign", ["alice"], [], ["--compress"] + PLAIN,
     {"clear", "rsa", "compressed"}),
    ("three recipients", "seal", ["alice"], ["bob", "carol", "bob-p384"], [],
     {"rsa", "cbc", "pkcs1", "ecdh-beside", "hp"}),
    ("headers protected, signed", "sign", ["alice"], [], [], {"clear", "rsa", "hp"}),
    ("headers protected, shy", "seal", ["alice"], ["bob"], ["--headers", "shy"],
     {"rsa", "cbc", "pkcs1", "hp"}),
    ("two signers", "sign", ["alice", "alice-p256"], [], PLAIN, {"clear", "rsa", "ecdsa", "two"}),
    ("8 MiB, sealed, BER", "seal", ["alice"], ["bob"], [], {"rsa", "cbc", "pkcs1", "big", "hp"}),
    ("8 MiB, sealed, DER", "seal", ["alice"], ["bob"], ["--der"],
     {"rsa", "cbc", "pkcs1", "big", "hp"}),
    ("8 MiB, opaque, BER", "sign", ["alice"], [], ["--opaque"] + PLAIN, {"opaque", "rsa", "big"}),
]

# What each program cannot do, however it was sent: a feature, and why in two words.
LACKS = {
    "openssl": {"ed25519": "EdDSA", "x25519": "X25519", "compressed": "zlib"},
    "openssl35": {"x25519": "X25519", "compressed": "zlib"},
    "nss": {"oaep": "OAEP", "ecdh": "ECDH", "ecdh-beside": "ECDH beside", "gcm": "GCM",
            "x25519": "X25519", "ed25519": "EdDSA", "compressed": "compression"},
    "nss110": {"gcm": "GCM", "x25519": "X25519", "ed25519": "EdDSA", "compressed": "compression"},
    "gpgsm": {"oaep": "OAEP", "ecdh": "ECDH", "gcm": "GCM", "x25519": "X25519",
              "ski": "key ids", "ed25519": "EdDSA", "compressed": "compression",
              "ecdh-beside": "ECDH beside"},
    "gpgsm24": {"oaep": "OAEP", "gcm": "GCM", "x25519": "X25519", "ski": "key ids",
                "ed25519": "EdDSA", "compressed": "compression"},
    "php": {"ed25519": "EdDSA", "x25519": "X25519", "compressed": "zlib"},
    "mutt": {"gcm": "GCM", "ed25519": "EdDSA", "x25519": "X25519", "compressed": "zlib", "triple": "triple wrap"},
    "gmime": {"oaep": "OAEP", "ecdh": "ECDH", "gcm": "GCM", "x25519": "X25519",
              "ski": "key ids", "ed25519": "EdDSA", "compressed": "compression",
              "ecdh-beside": "ECDH beside"},
    "pkijs": {"big": "8 MiB", "pkcs1": "PKCS #1 v1.5", "gcm": "AuthEnvelopedData", "ecdh": "ECDH",
              "ed25519": "EdDSA", "x25519": "X25519",
              "compressed": "compression"},
    "bc180": {"x25519": "X25519"},
    "thunderbird": {"gcm": "GCM", "ed25519": "EdDSA", "x25519": "X25519",
                    "compressed": "compression"},
}
PEERS = [p for p in LACKS if p != "thunderbird"]
READERS = "alice,bob,carol,bob-p384,alice-p256,alice-x25519"


def mail(path, size):
    """A draft; its attachment is `size` octets of base64."""
    head = ("From: Alice <alice@peers.test>\r\nTo: Bob <bob@peers.test>\r\n"
            "Subject: Interoperability\r\nMessage-ID: <interop@peers.test>\r\n"
            "MIME-Version: 1.0\r\n")
    text = ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "Gr\u00fc\u00dfe, \u4f60\u597d.\r\nFrom here on: trailing blank \r\n-- \r\nAlice\r\n")
    if size == 0:
        body = text
    else:
        body = ("Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\n" + text +
                "\r\n--b1\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\n" +
                ("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n" *
                 (size // 70)) + "\r\n--b1--\r\n")
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(head + body)


class Run:
    def __init__(self, harness, pki, postseal, work):
        self.harness, self.pki, self.postseal, self.work = harness, pki, postseal, work
        os.makedirs(work, exist_ok=True)
        for name, size in (("small", 0), ("big", 8 << 20)):
            mail(self.file(name + ".draft"), size)

    def file(self, name):
        return os.path.join(self.work, name)

    def user(self, name, what):
        return os.path.join(self.pki, "u", name + "." + what)

    def make(self, kind):
        name, verb, signers, readers, options, needs = kind
        out = self.file(re.sub(r"[^a-z0-9]+", "-", name.lower()) + ".eml")
        draft = self.file(("big" if "big" in needs else "small") + ".draft")
        if signers and signers[0].startswith("carol"):
            draft = self.from_carol(draft)
        cmd = [self.postseal, verb, draft, "-o", out, "--passphrase-file", self.file("pass"),
               "--cert", os.path.join(self.pki, "inter.crt")] + options
        for who in signers:
            cmd += ["--identity", self.user(who, "p12")]
        if readers:
            cmd += ["--trust", os.path.join(self.pki, "root.crt"), "--no-self"]
        for who in readers:
            cmd += ["--to", self.user(who, "crt")]
        got = subprocess.run(cmd, stderr=subprocess.PIPE, check=False)
        if got.returncode != 0:
            sys.exit("%s: %s\n%s" % (name, " ".join(cmd), got.stderr.decode()))
        return out

    def from_carol(self, draft):
        out = draft + ".carol"
        with open(draft, "rb") as f, open(out, "wb") as t:
            t.write(f.read().replace(b"From: Alice <alice@", b"From: Carol <carol@", 1))
        return out

    def check(self, peers, files):
        """{(file, peer): (read, reason, hash)} as the programs say."""
        found = {}
        cmd = [sys.executable, os.path.join(self.harness, "peers", "peer.py"), "check",
               ",".join(peers), "--pki", self.pki, "--as", READERS] + files
        got = subprocess.run(cmd, stdout=subprocess.PIPE, check=False)
        for line in got.stdout.decode().splitlines():
            r = json.loads(line)
            found[r["file"], r["peer"]] = (r["ok"], r.get("reason") or "", r["inner_sha256"])
        return found

    def thunderbird(self, files):
        found = {}
        cmd = [sys.executable, os.path.join(self.harness, "thunderbird", "tb_verdict.py"),
               "--pki", self.pki, "--users", READERS] + files
        got = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        for line in got.stdout.decode().splitlines():
            if not line.startswith("{"):
                continue
            r = json.loads(line)
            good = (r.get("encrypted") or r.get("signed")) and \
                (not r.get("encrypted") or r.get("decrypted_ok")) and \
                (not r.get("signed") or r.get("signed_icon") == "ok")
            why = "%s %s" % (r.get("encryption_status") or "", r.get("signature_status") or "")
            found[r["file"], "thunderbird"] = (bool(good), why.strip(), None)
        if got.returncode != 0 and not found:
            print("thunderbird did not start: " + got.stderr.decode()[-300:], file=sys.stderr)
        return found


def versions(run):
    cmd = [sys.executable, os.path.join(run.harness, "peers", "peer.py"), "list"]
    got = subprocess.run(cmd, stdout=subprocess.PIPE, check=True).stdout.decode()
    return {line.split("\t")[0].strip(): line.split("\t")[1].strip()
            for line in got.splitlines() if "\t" in line}


def lacks(peer, needs):
    return [why for what, why in LACKS[peer].items() if what in needs]


def cell(found, peer, needs):
    """What stands in the matrix, and whether it is our fault."""
    missing = lacks(peer, needs)
    if found is None:
        return "not run", not missing
    if found[0]:
        return "read", False
    if missing:
        return "no " + ", ".join(missing), False
    return "**FAILS**", True


def write_table(out, peers, rows):
    out.write("| what we send | " + " | ".join(peers) + " |\n")
    out.write("| --- |" + " --- |" * len(peers) + "\n")
    for name, cells in rows:
        out.write("| %s | %s |\n" % (name, " | ".join(cells)))


def write_words(out, words):
    out.write("\n## In their own words\n\nWhat each program said where it did not read, "
              "once for each of its answers.\n\n")
    for peer in words:
        out.write("**%s**\n\n" % peer)
        for said, kinds in words[peer].items():
            out.write("- %s: `%s`\n" % (", ".join(kinds), said.replace("`", "'")))
        out.write("\n")


HEAD = """# Who reads what we send

Made by `./run interop`: each row is one kind of mail that `postseal` sent, each column a
program that was given it, with the keys of its readers and the test authority's root. *read* means
that the program opened and verified it by itself, path included, and that what came out is the
same for all that did; *no …* names what the program cannot do in any mail, whoever sent it, and
its own words stand below.

"""


def main():
    harness, pki, postseal, work, target = sys.argv[1:6]
    run = Run(harness, pki, postseal, work)
    with open(run.file("pass"), "w", encoding="ascii") as f:
        f.write("test\n")
    files = [run.make(k) for k in KINDS]
    found = run.check(PEERS, files)
    found.update(run.thunderbird(files))
    known = versions(run)
    peers = [p for p in list(PEERS) + ["thunderbird"] if any(k[1] == p for k in found)]
    rows, words, faults = [], collections.defaultdict(lambda: collections.defaultdict(list)), []
    for kind, path in zip(KINDS, files):
        cells = []
        hashes = {h for (f, _), (ok, _, h) in found.items() if f == path and ok and h}
        if len(hashes) > 1:
            faults.append("%s: what came out differs between programs" % kind[0])
        for peer in peers:
            got = found.get((path, peer))
            text, fault = cell(got, peer, kind[5])
            cells.append(text)
            if got is not None and not got[0]:
                said = re.sub(r"\s+", " ", got[1])[:160]
                words[peer][re.sub(r"[0-9A-F]{8,}|/tmp/\S+", "…", said)].append(kind[0])
            if fault:
                faults.append("%s: %s: %s" % (kind[0], peer, got[1] if got else "no answer"))
        rows.append((kind[0], cells))
    with open(target, "w", encoding="utf-8") as out:
        out.write(HEAD)
        for peer in peers:
            out.write("- %s: %s\n" % (peer, known.get(peer, "the Debian package")))
        out.write("\n")
        write_table(out, peers, rows)
        write_words(out, words)
    for fault in faults:
        print("FAIL " + fault)
    print("%d kinds, %d programs, %d faults" % (len(KINDS), len(peers), len(faults)))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
