# SPDX-License-Identifier: ISC
"""
What may be asked of a line. A check answers in a word or two what was found;
Differs says that this is not what the corpus expects. The names are those of
the column "check" of rules.tsv, where the arguments are explained.
"""
import base64
import os
import re
import subprocess

LOADS = {"cert": "objects", "key": "objects", "key+cert": "objects", "crl": "crl",
         "message": "open", "cms": "inspect"}
FILES = "trust", "cert", "crl", "content", "identity"
WORDS = "at", "from", "kek", "revocation"


class Differs(Exception):
    """str() is what we say; deviations.tsv repeats it."""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def pem(path, label):
    """As PEM, whatever it is: a key and a certificate then fit into one file."""
    octets = read(path)
    if b"-----BEGIN" in octets:
        return octets
    body = base64.encodebytes(octets).decode()
    return ("-----BEGIN %s-----\n%s-----END %s-----\n" % (label, body, label)).encode()


def pair(driver, line, value):
    """KEY,CERTIFICATE|PASSPHRASE: one identity of the two files."""
    names, bar, secret = value.partition("|")
    key, cert = (os.path.join(line.corpus, n) for n in names.split(","))
    path = os.path.join(driver.work, "pair.pem")
    with open(path, "wb") as f:
        f.write(pem(key, "PRIVATE KEY") + b"\n" + pem(cert, "CERTIFICATE"))
    return path + bar + secret


def made(driver, line, value):
    """KEY,SERIAL,NAME: the key with a certificate as the message names it, for sources that
    published no certificate."""
    key, serial, name = value.split(",")
    cert, both = os.path.join(driver.work, "made.crt"), os.path.join(driver.work, "made.pem")
    subprocess.run(["openssl", "req", "-x509", "-new", "-utf8", "-key",
                    os.path.join(line.corpus, key), "-set_serial", "0x" + serial, "-subj", name,
                    "-out", cert], check=True, stderr=subprocess.DEVNULL)
    with open(both, "wb") as f:
        f.write(read(os.path.join(line.corpus, key)) + b"\n" + read(cert))
    return both


def said(driver, line, value):
    """The detached content, where the source has it in its code."""
    path = os.path.join(driver.work, "content")
    with open(path, "wb") as f:
        f.write(value.encode())
    return path


FILES_MADE = {"pair": ("identity", pair), "made": ("identity", made), "said": ("content", said)}


def options(driver, line):
    """The rule's settings of the program, files by their place in the corpus."""
    out = [(n, v) for n, v in line.arguments if n in WORDS]
    for name, value in line.arguments:
        if name in FILES:
            path, bar, secret = value.partition("|")
            out.append((name, os.path.join(line.corpus, path) + bar + secret))
        elif name in FILES_MADE:
            kind, make = FILES_MADE[name]
            out.append((kind, make(driver, line, value)))
        elif name == "password":
            out.append((name, value.encode().hex()))
    return out


# --- whatever it is, no crash, no silence ---

def verb_of(line):
    text = read(line.path)
    if line.kind in ("cert", "crl") and b"BEGIN X509 CRL" in text:
        return "crl"
    return line.get("verb") or LOADS.get(line.kind, "inspect")


def ask(driver, line):
    secret = line.get("secret", line.password)
    secret = [("password", secret)] if secret else []
    verb = verb_of(line)
    if verb in ("open", "inspect"):
        return driver.ask(verb, line.path, options(driver, line))
    return driver.ask(verb, line.path, secret)


def answers(driver, line):
    """Any answer is right."""
    ask(driver, line)
    return "answered"


# --- reading ---

def reading(answer):
    """ "read", or the code that says why not."""
    code = answer.get("code") or answer["setup"]
    certs = answer.get("certs", [])
    bad = [c["code"] for c in certs if c["code"] != "ok"]
    if code == "ok" and bad:
        return bad[0]
    if code == "ok" and "verdict" in answer and answer["verdict"]["layers"][0]["type"] == "part":
        return "read as text"
    return "read" if code == "ok" else code


def parses(driver, line):
    """It can be read, whatever it is worth. A mail may be nothing but text."""
    found = reading(ask(driver, line))
    if found == "read as text" and line.kind == "message":
        found = "read"
    if found != "read":
        raise Differs(found)
    return found


USELESS = {"certificate-malformed", "critical-extension"}


def rejects(driver, line):
    """It cannot be read; a certificate may also have a key or an extension that forbids use."""
    answer = ask(driver, line)
    if reading(answer) != "read":
        return reading(answer)
    if line.kind == "cms":
        opened = driver.ask("open", line.path)
        if opened["code"] in ("malformed", "unsupported"):
            return opened["code"]
    for cert in answer.get("certs", []):
        if cert["key"] != "ok" or any(p["code"] != "ok" or USELESS & set(p["reasons"])
                                      for p in cert["paths"]):
            return "unusable"
    raise Differs("read")


def parses_or_rejects(driver, line):
    """BoringSSL's certificates carry the errors to be found in a block of their own."""
    text = read(line.path)
    if b"BEGIN CERTIFICATE" not in text:
        return answers(driver, line)
    block = re.search(rb"(?s)-----BEGIN ERRORS-----(.*?)-----END ERRORS", text)
    errors = base64.b64decode(block.group(1)) if block else b""
    return (rejects if b"ERROR:" in errors else parses)(driver, line)


def public(driver, line):
    """A public key, that of the private one beside it."""
    text = read(line.path).decode()
    path = os.path.join(driver.work, "public.der")
    with open(path, "wb") as f:
        f.write(base64.b64decode("".join(text.split("-----")[2].split())))
    answer = driver.ask("public", path, [("key", os.path.join(line.corpus, line.get("key")))])
    if answer["code"] != "ok" or not answer["ours"]:
        raise Differs(answer["code"] if answer["code"] != "ok" else "another key")
    return "read"


def imports(driver, line):
    """A file of keys, each with its certificate where the file has some."""
    answer = ask(driver, line)
    if reading(answer) != "read":
        raise Differs(reading(answer))
    if not answer["keys"] and (line.get("keys") != "none" or not answer["certs"]):
        raise Differs("no key")
    if answer["keys"] and answer["certs"] and not any(c["private"] for c in answer["certs"]):
        raise Differs("no certificate fits the key")
    return "imported"


def loads(driver, line):
    """A key, a certificate, a list: whatever the file is there for."""
    return parses(driver, line)


def addresses(driver, line):
    """The certificate names exactly these."""
    answer = ask(driver, line)
    found = sorted(a for c in answer["certs"][:1] for a in c["addresses"])
    if found != sorted(line.all("address")):
        raise Differs(" ".join(found) or "no address")
    return "addresses"


# --- opening ---

def states(verdict):
    """Each signature: its state, and the reasons when it is not valid."""
    return [":".join([s["state"]] + [",".join(sorted(r["code"] for r in s["reasons"]))] *
                     (s["state"] != "valid")) for s in verdict["signatures"]]


def like(found, wanted):
    """ "untrusted:expired,weak-key" is like "untrusted:weak-key", "right", "only:expired,weak" """
    state, _, reasons = found.partition(":")
    want, _, reason = wanted.partition(":")
    if want in ("right", "only"):
        named = reason.split(",")
        return state in ("valid", "mismatch", "untrusted") and \
            (want == "right" or state == "valid" or
             all(r.startswith(tuple(named)) for r in reasons.split(",")))
    return state == want and (not reason or reason in reasons.split(","))


def same_content(out, line, wanted):
    forms = {f(wanted) for f in (lambda b: b, lambda b: b.replace(b"\r\n", b"\n"),
                                 lambda b: b.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))}
    return out in forms


def check_content(out, line):
    if line.get("file") and not same_content(out, line, read(os.path.join(line.corpus,
                                                                          line.get("file")))):
        raise Differs("another content")
    if line.get("text"):
        text = line.get("text").encode().decode("unicode_escape").encode("latin-1")
        if not same_content(out, line, text):
            raise Differs("another content")
    for part in line.all("holds"):
        if part.encode() not in out:
            raise Differs("the content lacks " + part)


def input_of(driver, line):
    """The file, without the first line of HTTP, or the text before its armour, where the rule
    says that it has one."""
    octets = read(line.path)
    if octets.startswith(b"POST / HTTP"):
        octets = octets.split(b"\n", 1)[1]
    elif line.get("armour"):
        octets = octets[octets.index(b"-----BEGIN "):]
    else:
        return line.path
    path = os.path.join(driver.work, "in")
    with open(path, "wb") as f:
        f.write(octets)
    return path


def opens(driver, line):
    """The whole verdict: summary, states, signers, warnings, content; what the rule names."""
    to = os.path.join(driver.work, "out")
    if os.path.exists(to):
        os.unlink(to)
    answer = driver.ask("open", input_of(driver, line), options(driver, line) + [("out", to)])
    if "verdict" not in answer:
        raise Differs(answer["setup"] + ": " + answer.get("why", ""))
    verdict = answer["verdict"]
    found = " ".join([verdict["summary"]] + states(verdict))
    if answer["code"] != "ok":
        found += " " + answer["code"]
    if verdict["summary"] not in line.get("summary", verdict["summary"]).split("|"):
        raise Differs(found)
    if line.get("states") is not None:
        wanted = [w for w in line.get("states").split("+") if w]
        if len(wanted) != len(states(verdict)) or not all(
                any(like(f, w) for w in ws.split("|"))
                for f, ws in zip(states(verdict), wanted)):
            raise Differs(found)
    if line.get("code") and answer["code"] not in line.get("code").split("|"):
        raise Differs(found)
    check_signers(verdict, line)
    check_fields(verdict, line)
    if os.path.exists(to):
        check_content(read(to), line)
    elif line.get("file") or line.get("text") or line.get("holds"):
        raise Differs(found + ", no content")
    return found


def vouches_for_nothing(driver, line):
    """Nobody here knows the algorithm: no signature may seem to be right."""
    verdict = driver.ask("open", line.path).get("verdict", {"signatures": []})
    if any(like(s, "right") for s in states(verdict)):
        raise Differs(" ".join(states(verdict)))


def check_signers(verdict, line):
    named = {a.lower() for s in verdict["signatures"] if s["state"] == "valid"
             for a in s["signer"]["addresses"]}
    for address in line.all("signer"):
        if address.lower() not in named:
            raise Differs("signed by " + " ".join(sorted(named)))
    for address in line.all("never"):
        if address.lower() in named:
            raise Differs("signed by " + address)


def check_fields(verdict, line):
    codes = {w["code"] for w in verdict["warnings"]}
    for code in line.all("warns"):
        if code not in codes:
            raise Differs("warnings " + " ".join(sorted(codes)))
    if line.get("errant"):
        check_errant(verdict)
    if line.get("protection", verdict["headers"]["protection"]) != \
            verdict["headers"]["protection"]:
        raise Differs("headers are " + verdict["headers"]["protection"])


def check_errant(verdict):
    """Nothing in the envelope counts, and the message says so."""
    codes = {w["code"] for w in verdict["warnings"]}
    if "errant-layer" not in codes or verdict["summary"] != "plain" or \
            any(x["in_envelope"] for x in verdict["signatures"] + verdict["encryption"]):
        raise Differs("an errant layer counts")


# --- several at once ---

def token(driver, line):
    """A response of RFC 3161: openssl takes the token out, which is the CMS object."""
    path = os.path.join(driver.work, "token")
    subprocess.run(["openssl", "ts", "-reply", "-in", line.path, "-token_out", "-out", path],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = reading(driver.ask("inspect", path))
    if found != "read":
        raise Differs(found)
    return found


def twice(driver, line):
    """gnutls: right on a day, wrong on others."""
    day, others = line.get("good"), line.all("bad")
    base = line.arguments
    line.arguments = base + [("at", day), ("states", line.get("then", "valid"))]
    opens(driver, line)
    for at in others:
        line.arguments = base + [("at", at), ("states", "untrusted")]
        opens(driver, line)
    return "valid on its day"


def secret_lines(line):
    """What openssl finds in the mail whose ciphertext the others carry."""
    keys = os.path.join(line.corpus, "covert", "keys", "manager_at_bigcorporation")
    mail = os.path.join(line.corpus, "covert", "01-enc", "smime", "00-original-mail.eml")
    out = subprocess.run(["openssl", "cms", "-decrypt", "-in", mail, "-inkey", keys + ".key",
                          "-recip", keys + ".crt", "-passin", "pass:test12345678"], check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return [l.strip() for l in out.splitlines() if len(l) > 8 and b":" not in l]


def covert(driver, line):
    """The mail holds another's ciphertext: it is errant, and no line of it comes out."""
    found = opens(driver, line)
    out, lines = read(os.path.join(driver.work, "out")), secret_lines(line)
    if not lines or any(l in out for l in lines):
        raise Differs("the secret comes out" if lines else "there is no secret to look for")
    return found


def blocks(octets):
    """The PEM blocks of a file: label and text."""
    return [(m.group(1), m.group(0) + b"\n") for m in
            re.finditer(rb"(?s)-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", octets)]


def key_in_file(driver, line):
    """smallstep: the key and the certificate stand in the file of the message."""
    who, what = os.path.join(driver.work, "who.pem"), os.path.join(driver.work, "what.pem")
    for path, message in (who, False), (what, True):
        with open(path, "wb") as f:
            f.write(b"".join(text for label, text in blocks(read(line.path))
                             if (label == b"PKCS7") == message))
    answer = driver.ask("open", what, [("identity", who)])
    if answer.get("code") != "ok":
        raise Differs(answer.get("code") or answer["setup"])
    return "decrypted"
