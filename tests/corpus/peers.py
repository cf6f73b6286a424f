# SPDX-License-Identifier: ISC
"""
The messages that other programs made for one another (peers/MANIFEST.tsv, which
says of each what is in it and how its signature is), and the people of RFC 9216.
"""
import base64
import hashlib
import os
import re
import subprocess

from checks import Differs, read, states
from tables import rows

AT = "2027-06-01T12:00:00Z"	# when every good certificate of the collection is valid

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
    "sha1": ("untrusted", {"weak-digest"}),
}


def manifest(corpus):
    """Its lines in the form of the corpus's own manifest."""
    path = os.path.join(corpus, "peers", "MANIFEST.tsv")
    if not os.path.exists(path):
        return
    for row in rows(path):
        row.update({"expected result": row["expected"], "kind": "message", "password": "",
                    "path": "peers/" + row["path"]})
        yield row


def want(what, found, expected):
    if found != expected:
        raise Differs("%s is %s, not %s" % (what, found, expected))


# --- what was inside ---

def bare_entity(mail):
    """The MIME entity of a mail: its Content- fields and body."""
    m = re.search(rb"^\r?\n", mail, re.M)
    head, rest = mail[:m.start()], mail[m.start():]
    fields = re.split(rb"(?m)^(?![ \t])", head)
    kept = [f for f in fields if re.match(rb"(?i)content-|mime-version:", f)]
    return b"".join(kept) + rest


def hashes(data):
    lf = data.replace(b"\r\n", b"\n")
    return [hashlib.sha256(form).hexdigest()
            for form in (data, lf, lf.replace(b"\n", b"\r\n"))]


def open_message(driver, path, options):
    """The verdict, and what was written (None: nothing)."""
    to = os.path.join(driver.work, "out")
    if os.path.exists(to):
        os.unlink(to)
    answer = driver.ask("open", path, [("at", AT)] + options + [("out", to)])
    if "verdict" not in answer:
        raise Differs("no verdict: " + answer.get("why", ""))
    return answer["verdict"], read(to) if os.path.exists(to) else None


def innermost(driver, path, options, times):
    """SHA-256 of the innermost entity, in the line ends it may have had."""
    entity = os.path.join(driver.work, "entity")
    out = bare_entity(read(path))
    for _ in range(times):
        with open(entity, "wb") as f:
            f.write(out)
        _, out = open_message(driver, entity, options)
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
    if sig in ("any", "unclear"):
        return
    state, codes = ("valid", None) if sig == "ok" else BAD[sig.split(":")[1]]
    for s in verdict["signatures"]:
        reasons = {r["code"] for r in s["reasons"]}
        if s["state"] != state or (codes and not codes & reasons):
            raise Differs(" ".join(states(verdict)))
    if sig == "ok" and signer:
        named = {a.lower() for s in verdict["signatures"] for a in s["signer"]["addresses"]}
        if signer.lower() not in named:
            raise Differs("the signer is %s, not %s" % (named, signer))


def secrets(how):
    """Options for decrypt=password:X and decrypt=kek:HEX id ..."""
    kind, _, value = how.partition(":")
    value = value.split()[0].lower() if kind == "kek" else value.encode().hex()
    return [(kind, value)]


def options_of(driver, pki, keys):
    options = [("trust", pki + "/root.crt"), ("cert", pki + "/inter.crt"),
               ("crl", pki + "/inter.crl"), ("crl", pki + "/root.crl")]
    for user in [k for k in keys.split("|") if k != "-"]:
        both = os.path.join(driver.work, user + ".pem")
        with open(both, "wb") as f:
            f.write(read("%s/u/%s.key" % (pki, user)) + read("%s/u/%s.crt" % (pki, user)))
        options.append(("identity", both))
    return options


def check_inside(driver, folder, row, options, verdict):
    e = row["facts"]
    times = 2 if "compressed," in e["layers"] else 1
    wanted = {e["inner-sha256"]}
    if verdict["headers"]["protection"] != "none":
        wanted = set(without_header_protection(folder, row, e["inner-sha256"]))
    if not wanted & set(innermost(driver, row["file"], options, times)):
        raise Differs("the innermost entity differs")


def certs_only(driver, line, verdict, n):
    """Certificates and no signature; the manifest does not count those of authorities."""
    want("the signatures", verdict["signatures"], [])
    layer = driver.ask("inspect", line.path)["verdict"]["layers"][0]
    if len(layer["certificates"]) < n:
        raise Differs("%d certificates" % len(layer["certificates"]))
    return "%d certificates" % len(layer["certificates"])


def peer(driver, line):
    """A row of the peers' manifest; the states come last, so that a deviation hides no more."""
    folder, row = os.path.join(line.corpus, "peers"), dict(line.row, file=line.path)
    e = dict(kv.split("=", 1) for kv in line.expected.split(";") if "=" in kv)
    row["facts"] = e
    options = options_of(driver, os.path.join(folder, "pki"), row["keys"])
    if re.match("password|kek", e.get("decrypt", "")):
        options += secrets(e["decrypt"])
    verdict, out = open_message(driver, line.path, options)
    if e.get("decrypt", "ok").startswith("fail"):
        want("the summary", verdict["summary"], "broken")
        want("the output", out, None)
        return "broken"
    if e.get("decrypt") == "any":
        return verdict["summary"]
    if verdict["error"] is not None or out is None:
        raise Differs("error: " + (verdict["error"] or {}).get("code", "no output"))
    if e["layers"] == "certs-only":
        return certs_only(driver, line, verdict, int(e["certs"]))
    want("the envelope", layers(verdict), envelope(e["layers"]))
    if "encrypted" in e["layers"] and verdict["confidentiality"] == "none":
        raise Differs("confidentiality is none")
    if e["layers"] == "plain":
        want("the output's hash", hashes(out), hashes(read(line.path)))
    elif "inner-sha256" in e:
        check_inside(driver, folder, row, options, verdict)
    if "sig" in e:
        check_signatures(verdict, e["sig"], e.get("signer"))
    return "as sent"


# --- RFC 9216: people with keys ---

PEOPLE = {	# section: name, root, algorithm
    "4": ("alice", "3.1_", "rsa"), "5": ("bob", "3.1_", "rsa"),
    "7": ("carlos", "6.1_", "ed25519"), "8": ("dana", "6.1_", "ed25519"),
}


def rfc9216_file(corpus, start):
    folder = os.path.join(corpus, "rfc9216")
    return os.path.join(folder, [f for f in sorted(os.listdir(folder)) if f.startswith(start)][0])


def rfc9216_pem(driver, corpus, section, key, cert):
    """PEM of the key and certificate in the subsections with these numbers."""
    path = os.path.join(driver.work, "%s.%s.pem" % (section, key))
    with open(path, "wb") as f:
        for n in key, cert:
            f.write(read(rfc9216_file(corpus, "%s.%s_" % (section, n))))
    return path


def rfc9216_pkcs12(driver, line, who):
    """The PKCS#12 without its PEM armour; the passphrase is the first name."""
    body = re.sub(rb"-----.*?-----|\s", b"", read(line.path))
    path = os.path.join(driver.work, who + ".p12")
    with open(path, "wb") as f:
        f.write(base64.b64decode(body))
    return path


def seal(driver, who, root, cert, identities):
    """What the command makes of a mail from him to himself."""
    draft, sealed, secret = (os.path.join(driver.work, n) for n in ("draft", "sealed", "secret"))
    with open(draft, "w", encoding="ascii") as f:
        f.write("From: %s@smime.example\r\nTo: %s@smime.example\r\nSubject: RFC 9216\r\n\r\n"
                "Sample\r\n" % (who, who))
    with open(secret, "w", encoding="ascii") as f:
        f.write(who + "\n")
    args = [os.environ["POSTSEAL"], "seal", "--at", AT, "--trust", root, "--to", cert, "-o",
            sealed, "--passphrase-file", secret]
    for one in identities:
        args += ["--identity", one]
    p = subprocess.run(args + [draft], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                       timeout=120, check=False)
    if p.returncode != 0:
        raise Differs("seal: " + p.stderr.decode("utf-8", "replace")[:200])
    return sealed


def person(driver, line):
    """Signs and encrypts to himself with the RFC's keys, and reads it."""
    section, number = line.name.split("/")[1].split("_")[0].split(".")
    who, root, algorithm = PEOPLE[section]
    root = rfc9216_file(line.corpus, root)
    if number == "5":
        identities = [rfc9216_pkcs12(driver, line, who)]
    else:
        identities = [rfc9216_pem(driver, line.corpus, section, "2", "1"),
                      rfc9216_pem(driver, line.corpus, section, "4", "3")]
    sealed = seal(driver, who, root, rfc9216_file(line.corpus, section + ".3_"), identities)
    bar = "|" + who if number == "5" else ""
    verdict, out = open_message(driver, sealed, [("trust", root)] +
                                [("identity", one + bar) for one in identities])
    want("the summary", verdict["summary"], "sealed")
    want("the algorithm", verdict["signatures"][0]["algorithm"].split("-")[0], algorithm)
    want("the end", out[-8:], b"Sample\r\n")
    return "sealed and read"
