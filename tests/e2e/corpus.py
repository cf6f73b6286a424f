#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Opens messages that other programs made, and compares what we say with what
# the collection's manifests expect. What we judge differently on purpose, and
# what this version does not read yet, stands in corpus-skip.tsv with the reason.
"""usage: corpus.py CORPUS		(by corpus.sh; POSTSEAL and WORK in the environment)"""
import base64
import hashlib
import json
import os
import re
import subprocess
import sys

POSTSEAL, WORK = os.environ["POSTSEAL"], os.environ["WORK"]
HERE = os.path.dirname(os.path.abspath(__file__))
AT = "2027-06-01T12:00:00Z"		# when every good certificate of the collection is valid

# What "sig=bad:X" of the manifest is to us: a state and its reasons.
BAD = {
    "expired": ("untrusted", {"expired", "expired-since"}),
    "not-yet-valid": ("untrusted", {"not-yet-valid"}),
    "revoked": ("untrusted", {"revoked"}),
    "wrong-eku": ("untrusted", {"wrong-eku", "not-for-mail", "extended-key-usage"}),
    "key-usage": ("untrusted", {"key-usage", "not-for-mail"}),
    "untrusted": ("untrusted", None),
    "address-mismatch": ("mismatch", None),
    "digest": ("invalid", None),
    "signing-certificate": ("invalid", None),
    "no-cert": ("unknown", None),
}


class Differs(Exception):
    pass


def want(what, found, expected):
    if found != expected:
        raise Differs("%s is %s, but %s was expected" % (what, found, expected))


def read(path):
    with open(path, "rb") as f:
        return f.read()


def run(verb, *args):
    p = subprocess.run([POSTSEAL, verb, *args], stdin=subprocess.DEVNULL, timeout=120,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode < 0 or p.returncode > 5 or b"Sanitizer" in p.stderr:
        raise Differs("exit status %d: %s" % (p.returncode, p.stderr[-500:].decode("utf-8",
                                                                                  "replace")))
    return p


def fresh(*names):
    paths = [os.path.join(WORK, n) for n in names]
    for p in paths:
        if os.path.exists(p):
            os.unlink(p)
    return paths


def open_message(path, options):
    """The verdict, and what was written (None: nothing)."""
    out, verdict = fresh("out.eml", "verdict.json")
    p = run("open", "--at", AT, *options, "--verdict", verdict, "-o", out, path)
    if not os.path.exists(verdict):
        raise Differs("there is no verdict: " + p.stderr.decode("utf-8", "replace"))
    return json.loads(read(verdict)), read(out) if os.path.exists(out) else None


# --- what was inside ---

def bare_entity(mail):
    """The MIME entity of a mail: its Content- fields and body."""
    m = re.search(rb"^\r?\n", mail, re.M)
    head, rest = mail[:m.start()], mail[m.start():]
    fields = re.split(rb"(?m)^(?![ \t])", head)
    kept = [f for f in fields if re.match(rb"(?i)content-|mime-version:", f)]
    return b"".join(kept) + rest


def line_end_forms(data):
    lf = data.replace(b"\r\n", b"\n")
    return [data, lf, lf.replace(b"\n", b"\r\n")]


def hashes(data):
    return [hashlib.sha256(form).hexdigest() for form in line_end_forms(data)]


def innermost(path, options, times):
    """SHA-256 of the innermost entity, in the line ends it may have had."""
    entity = os.path.join(WORK, "entity")
    out = bare_entity(read(path))
    for _ in range(times):
        with open(entity, "wb") as f:
            f.write(out)
        _, out = open_message(entity, options)
        if out is None:
            raise Differs("the bare entity does not open")
    return hashes(out)


def without_header_protection(folder, row, digest):
    """SHA-256 of the innermost entity as RFC 9788 is to be read: its fields without HP-Outer,
    Content-Type without hp. What the manifest means is the entity as it was sent."""
    sent = read(os.path.join(folder, "bodies", row["body"] + ".ent"))
    head, rest = re.match(rb"(?s)(.*?\n)(\r?\n.*)", sent).groups()
    added = head + b"Content-Transfer-Encoding: 7bit\n"		# as some do
    for head in head, added:
        if digest in hashes(head + rest):
            break
    else:
        raise Differs("bodies/%s.ent is not what the manifest means" % row["body"])
    head = re.sub(rb"(?m)^HP-Outer:.*\n", b"", head)
    head = re.sub(rb'; hp="[a-z]*"', b"", head)
    return hashes(head + rest)


# --- expected against found ---

def place(path):
    return [int(n) for n in path.split(".")]


def layer_place(verdict, path):
    """The signature of a multipart/signed is its second child: name the whole."""
    node, steps = verdict["layers"][0], place(path)
    for n in steps[1:]:
        node = node["children"][n]
    return steps[:-1] if node["type"] == "signature" else steps


def envelope(named):
    """Compressed data end the envelope: what is inside of them comes out as it is."""
    return re.split(",?compressed", named)[0] or "plain"


def layers(verdict):
    """The envelope, outermost first; what is signed deeper inside is no layer."""
    found = [(layer_place(verdict, s["path"]), "signed")
             for s in verdict["signatures"] if s["in_envelope"]]
    found += [(layer_place(verdict, e["path"]), "encrypted")
              for e in verdict["encryption"] if e["in_envelope"]]
    return ",".join(kind for _, kind in sorted(found)) or "plain"


def check_signatures(verdict, sig, signer):
    state, codes = ("valid", None) if sig == "ok" else BAD[sig[4:]]
    for s in verdict["signatures"]:
        reasons = {r["code"] for r in s["reasons"]}
        want("a signature's state", "%s (%s)" % (s["state"], ", ".join(sorted(reasons)))
             if s["state"] != state else state, state)
        if codes and not codes & reasons:
            raise Differs("the reasons are %s" % sorted(reasons))
    if sig == "ok" and signer:
        named = {a.lower() for s in verdict["signatures"] for a in s["signer"]["addresses"]}
        if signer.lower() not in named:
            raise Differs("the signer is %s, but %s was expected" % (named, signer))


def secrets(how):
    """Options for decrypt=password:X and decrypt=kek:HEX id ..."""
    kind, _, value = how.partition(":")
    path = os.path.join(WORK, "secret")
    with open(path, "wb") as f:
        f.write(bytes.fromhex(value.split()[0]) if kind == "kek" else value.encode() + b"\n")
    return ["--kek" if kind == "kek" else "--password-file", path]


def options_of(pki, keys):
    options = ["--trust", pki + "/root.crt", "--cert", pki + "/inter.crt",
               "--crl", pki + "/inter.crl", "--crl", pki + "/root.crl"]
    for user in [k for k in keys.split("|") if k != "-"]:
        both = os.path.join(WORK, user + ".pem")
        with open(both, "wb") as f:
            f.write(read("%s/u/%s.key" % (pki, user)) + read("%s/u/%s.crt" % (pki, user)))
        options += ["--identity", both]
    return options


def check_peer(folder, row, state):
    """One row of the peers' manifest; `state` is what we say instead."""
    path, expected = os.path.join(folder, row["path"]), row["expected"]
    e = dict(kv.split("=", 1) for kv in expected.split(";") if "=" in kv)
    options = options_of(os.path.join(folder, "pki"), row["keys"])
    if re.match("password|kek", e.get("decrypt", "")):
        options += secrets(e["decrypt"])
    verdict, out = open_message(path, options)
    if e.get("decrypt", "ok").startswith("fail"):
        want("the summary", verdict["summary"], "broken")
        want("the output", out, None)
        return
    if verdict["error"] is not None or out is None:
        raise Differs("error: " + json.dumps(verdict["error"]))
    want("layers", layers(verdict), envelope(e["layers"]))
    if "encrypted" in e["layers"] and verdict["confidentiality"] == "none":
        raise Differs("confidentiality is none")
    if state:
        for s in verdict["signatures"]:
            want("a signature's state", s["state"], state)
    elif "sig" in e:
        check_signatures(verdict, e["sig"], e.get("signer"))
    if e["layers"] == "plain":
        want("the output", out, read(path).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    elif "inner-sha256" in e:
        times = 2 if "compressed," in e["layers"] else 1
        wanted = {e["inner-sha256"]}
        if verdict["headers"]["protection"] != "none":
            wanted = set(without_header_protection(folder, row, e["inner-sha256"]))
        if not wanted & set(innermost(path, options, times)):
            raise Differs("the innermost entity differs")


def table(path):
    with open(path, encoding="utf-8") as f:
        lines = [l.rstrip("\n").split("\t") for l in f if l.strip() and l[0] != "#"]
    return [dict(zip(lines[0], l + [""] * len(lines[0]))) for l in lines[1:]]


class Report:
    def __init__(self):
        self.later = 0

    def case(self, name, check, *args):
        try:
            check(*args)
        except Differs as d:
            print("not ok %s: %s" % (name, " ".join(str(d).split())[:300]))
        except (KeyError, IndexError, OSError, ValueError, subprocess.TimeoutExpired) as d:
            print("not ok %s: %r" % (name, d))
        else:
            print("ok %s" % name)
        sys.stdout.flush()


def peers(corpus, report, exceptions):
    folder = os.path.join(corpus, "peers")
    for row in table(os.path.join(folder, "MANIFEST.tsv")):
        name = "peers/" + row["path"]
        other = exceptions.get(name, {"state": ""})
        if other["state"] == "later":
            report.later += 1
            continue
        report.case(name, check_peer, folder, row, other["state"])


# --- RFC 9216: people with keys; RFC 9788 and RFC 4134: messages ---

PEOPLE = {	# section, root, its cross-signed form, algorithm
    "alice": ("4", "3.1_rsa", "rsa"), "bob": ("5", "3.1_rsa", "rsa"),
    "carlos": ("7", "6.1_ed25519", "ed25519"), "dana": ("8", "6.1_ed25519", "ed25519"),
}


def rfc9216_file(corpus, start):
    folder = os.path.join(corpus, "rfc9216")
    return os.path.join(folder, [f for f in sorted(os.listdir(folder)) if f.startswith(start)][0])


def rfc9216_identity(corpus, who, key, cert):
    """PEM of the key and certificate in the sections with these numbers."""
    section = PEOPLE[who][0]
    path = os.path.join(WORK, "%s-%s.pem" % (who, key))
    with open(path, "wb") as f:
        for n in key, cert:
            f.write(read(rfc9216_file(corpus, "%s.%s_" % (section, n))))
    return path


def rfc9216_pkcs12(corpus, who):
    """The PKCS#12 without its PEM armour; the passphrase is the first name."""
    text = read(rfc9216_file(corpus, PEOPLE[who][0] + ".5_"))
    body = re.sub(rb"-----.*?-----|\s", b"", text)
    path, secret = os.path.join(WORK, who + ".p12"), os.path.join(WORK, "passphrase")
    with open(path, "wb") as f:
        f.write(base64.b64decode(body))
    with open(secret, "w", encoding="ascii") as f:
        f.write(who + "\n")
    return ["--identity", path, "--passphrase-file", secret]


def draft(who):
    path = os.path.join(WORK, who + ".eml")
    with open(path, "wb") as f:
        f.write(b"From: %s@smime.example\r\nTo: %s@smime.example\r\nSubject: RFC 9216\r\n\r\n"
                b"Sample\r\n" % (who.encode(), who.encode()))
    return path


def must(p):
    if p.returncode != 0:
        raise Differs("exit status %d: %s" % (p.returncode, p.stderr.decode("utf-8", "replace")))


def rfc9216_person(corpus, who, identity):
    """Signs and encrypts to himself with the RFC's keys, and reads it."""
    root = rfc9216_file(corpus, PEOPLE[who][1])
    cert = rfc9216_file(corpus, PEOPLE[who][0] + ".3_")
    sealed, = fresh("sealed.eml")
    must(run("seal", "--at", AT, "--trust", root, "--to", cert, "-o", sealed, *identity,
             draft(who)))
    verdict, out = open_message(sealed, ["--trust", root, *identity])
    want("the summary", verdict["summary"], "sealed")
    want("the algorithm", verdict["signatures"][0]["algorithm"].split("-")[0],
         PEOPLE[who][2].split("-")[0])
    want("the end", out[-8:], b"Sample\r\n")


def rfc9216(corpus, report):
    for who in PEOPLE:
        pem = ["--identity", rfc9216_identity(corpus, who, "2", "1"),
               "--identity", rfc9216_identity(corpus, who, "4", "3")]
        report.case("rfc9216/%s, PEM" % who, rfc9216_person, corpus, who, pem)
        report.case("rfc9216/%s, PKCS#12" % who, rfc9216_person, corpus, who,
                    rfc9216_pkcs12(corpus, who))


def rfc9788_message(corpus, name, identity, kinds):
    root = rfc9216_file(corpus, "3.1_")
    path = os.path.join(corpus, "rfc9788", name)
    verdict, out = open_message(path, ["--trust", root, *identity])
    if verdict["error"] is not None or out is None:
        raise Differs("error: " + json.dumps(verdict["error"]))
    want("layers", layers(verdict), kinds)
    check_signatures(verdict, "ok", "alice@smime.example")


def rfc9788(corpus, report, exceptions):
    bob = ["--identity", rfc9216_identity(corpus, "bob", "4", "3")]
    for name in sorted(os.listdir(os.path.join(corpus, "rfc9788"))):
        full = "rfc9788/" + name
        if not name.endswith(".eml"):
            continue
        if exceptions.get(full, {}).get("state") == "later":
            report.later += 1
            continue
        enc = "-enc-" in name
        report.case(full, rfc9788_message, corpus, name, bob if enc else [],
                    "encrypted,signed" if enc else "signed")


def rfc4134_message(corpus, name, state):
    """1999: SHA-1, DSS, RSA-1024; the shape is judged, never trusted."""
    folder = os.path.join(corpus, "rfc4134")
    options = ["--trust", folder + "/CarlRSASelf.cer", "--trust", folder + "/CarlDSSSelf.cer"]
    if name == "4.3.bin":
        options += ["--content", folder + "/ExContent.bin"]
    verdict, out = open_message(os.path.join(folder, name), options)
    if verdict["error"] is not None:
        raise Differs("error: " + json.dumps(verdict["error"]))
    if not verdict["signatures"]:
        raise Differs("there is no signature")
    for s in verdict["signatures"]:
        want("a signature's state", s["state"], state)
    if not name.endswith(".eml"):
        want("the content", out, read(folder + "/ExContent.bin"))


def rfc4134(corpus, report, exceptions):
    for name in "4.1.bin", "4.3.bin", "4.5.bin", "4.7.bin", "4.9.eml":
        full = "rfc4134/" + name
        state = exceptions.get(full, {}).get("state", "untrusted")
        report.case(full, rfc4134_message, corpus, name, state)


def main(corpus):
    corpus = os.path.abspath(corpus)
    rows = table(os.path.join(HERE, "corpus-skip.tsv"))
    exceptions = {row["path"]: row for row in rows}
    report = Report()
    peers(corpus, report, exceptions)
    rfc9216(corpus, report)
    rfc9788(corpus, report, exceptions)
    rfc4134(corpus, report, exceptions)
    print("# %d messages belong to later work (corpus-skip.tsv)" % report.later)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
