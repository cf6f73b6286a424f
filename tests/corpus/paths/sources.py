# SPDX-License-Identifier: ISC
"""Path cases of other projects, each source's own table turned into questions.

A source is a function that yields Case objects. What a correct answer is comes
from the source alone; nothing here knows what Postseal says.
"""
import base64
import calendar
import datetime
import json
import os
import re
import subprocess

WEAK = {"weak-key", "weak-certificate-signature"}	# PKITS is older than our policy
TLS = {"not-for-mail", "key-usage"}	# whoever asks for a server asks for other usages


class Case:
    """One question: `words` for the driver, `want` is "ok" or "reject".

    `beside`: reasons that do not count, because the source asks for another use of the
    key than mail, or judges strength otherwise."""

    def __init__(self, name, want, words, beside=(), reason=None):
        self.name, self.want, self.words = name, want, words
        self.beside, self.reason = set(beside), reason


class Files:
    """The corpus, and a folder for what must be cut out of its files."""

    def __init__(self, corpus, work):
        self.corpus, self.work, self.n = os.path.abspath(corpus), work, 0

    def path(self, *parts):
        return os.path.join(self.corpus, *parts)

    def text(self, *parts):
        with open(self.path(*parts), encoding="utf-8", errors="replace") as f:
            return f.read()

    def lines(self, *parts):
        rows = [line.split("\t") for line in self.text(*parts).splitlines()]
        return [dict(zip(rows[0], row)) for row in rows[1:]]

    def put(self, text):
        self.n += 1
        path = os.path.join(self.work, "%04d.pem" % self.n)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path


def seconds(text):
    """2024-01-01T00:00:00, with or without a zone that is UTC."""
    when = datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    return str(calendar.timegm(when.timetuple()))


def blocks(text, *labels):
    """The PEM blocks of these labels, in a text that has other words between them."""
    return [pem("X509 CRL" if label == "CRL" else "CERTIFICATE", base64.b64decode(body))
            for label, body in re.findall("-----BEGIN ([^-]+)-----\n([^-]*)-----END", text)
            if label in (labels or ("CERTIFICATE",))]


def pem(label, der):
    """One element: OpenSSL's trust settings, which stand behind it, are left out."""
    size = 2 + der[1]
    if der[1] > 0x80:
        octets = der[1] & 0x7f
        size = 2 + octets + int.from_bytes(der[2:2 + octets], "big")
    return "-----BEGIN %s-----\n%s-----END %s-----\n" % (
        label, base64.encodebytes(der[:size]).decode(), label)


# --- NIST PKITS ---

# The object identifiers of the suite's policies (PKITS, section 3).
POLICY = "2.16.840.1.101.3.2.1.48.%s"


def pkits(files):
    for row in files.lines("pkits", "pkits-cases.tsv"):
        certs = row["certs (anchor first)"].split()
        words = [("trust", files.path("pkits", "certs", certs[0] + ".crt"))]
        words += [("extra", files.path("pkits", "certs", c + ".crt")) for c in certs[1:-1]]
        words += [("cert", files.path("pkits", "certs", certs[-1] + ".crt"))]
        words += [("crl", files.path("pkits", "crls", c + ".crl")) for c in row["CRLs"].split()]
        words += [("at", seconds("2011-04-15T00:00:00")), ("revocation", "hard")]
        wanted = row["initial policy set"]
        if wanted != "anyPolicy":
            words.append(("rule", "rules/certificate-policies/" + " ".join(
                POLICY % name.rsplit("-", 1)[1] for name in wanted.split(","))))
        if row["explicit policy"] == "true":
            words.append(("rule", "rules/explicit-policy/required"))
        if row["policy mapping inhibit"] == "true":
            words.append(("rule", "rules/policy-mapping/refused"))
        if row["inhibit anyPolicy"] == "true":
            words.append(("rule", "rules/any-policy/refused"))
        yield Case("%s %s" % (row["test"], row["title"]), row["expected"], words, WEAK)


# --- x509-limbo ---

def limbo(files):
    with open(files.path("x509-limbo", "limbo.json"), encoding="utf-8") as f:
        cases = json.load(f)["testcases"]
    for c in cases:
        words = [("cert", files.put(c["peer_certificate"])),
                 ("trust", files.put("\n".join(c["trusted_certs"]))),
                 ("at", seconds(c["validation_time"] or "2025-01-01T00:00:00"))]
        if c["untrusted_intermediates"]:
            words.append(("extra", files.put("\n".join(c["untrusted_intermediates"]))))
        for crl in c["crls"]:
            words += [("crl", files.put(crl))]
        if c["crls"]:
            words.append(("revocation", "hard"))
        if c["max_chain_depth"] is not None:
            words.append(("depth", str(c["max_chain_depth"])))
        for peer in c["expected_peer_names"]:
            if peer["kind"] == "RFC822":
                words.append(("name", peer["value"]))
        yield Case(c["id"], "ok" if c["expected_result"] == "SUCCESS" else "reject", words, TLS)


# --- BoringSSL ---

def chain_cases(files):
    top = files.path("boringssl-pki", "verify_certificate_chain")
    for folder, _, names in sorted(os.walk(top)):
        for name in sorted(n for n in names if n.endswith(".test")):
            text = files.text(folder, name)
            body, errors = text.split("expected_errors:", 1)
            fields = dict(re.findall(r"^([a-z_]+): *(.*)$", body, re.MULTILINE))
            yield chain_case(files, os.path.relpath(folder, top) + "/" + name[:-5], folder,
                             fields, "ERROR" in errors)


def chain_case(files, name, folder, fields, wrong):
    certs = blocks(files.text(folder, fields["chain"]))
    when = fields["utc_time"]
    when = "211005120000Z" if when == "DEFAULT" else when
    words = [("cert", files.put(certs[0])), ("trust", files.put(certs[-1])),
             ("at", str(calendar.timegm(datetime.datetime.strptime(
                 when, "%y%m%d%H%M%SZ").timetuple())))]
    if len(certs) > 2:
        words.append(("extra", files.put("".join(certs[1:-1]))))
    strong = fields.get("digest_policy") == "STRONG" or "512bit" in name
    return Case(name, "reject" if wrong else "ok", words, TLS if strong else TLS | WEAK)


def crl_cases(files):
    """crl_unittest.cc: time 2017-03-09, one list for one certificate."""
    expected = {row["path"]: row["expected result"] for row in files.lines("MANIFEST.tsv")
                if row["path"].startswith("boringssl-pki/crl/")}
    for path, says in sorted(expected.items()):
        text = files.text(path)
        words = [("cert", files.put(blocks(text)[0])),
                 ("trust", files.put(blocks(text, "CA CERTIFICATE")[0])),
                 ("at", seconds("2017-03-09T00:00:00")), ("revocation", "hard")]
        words += [("extra", files.put(c)) for c in blocks(text, "CA CERTIFICATE 2")]
        words += [("crl", files.put(c)) for c in blocks(text, "CRL")]
        good = says.split("): ", 1)[1].startswith("ok")
        reason = "revoked" if says.endswith(": revoked") else None if good else \
            "revocation-unknown"
        yield Case(os.path.basename(path)[:-4], "ok" if good else "reject", words,
                   TLS | WEAK, reason)


def builder_cases(files):
    """path_builder_unittest.cc: which of the names of several authorities lead to whom."""
    def multi(name):
        return files.path("boringssl-pki", "path_builder", "multi-root-%s.pem" % name)

    def own(name):
        return files.path("boringssl-pki", "path_builder", "self_issued_prioritization",
                          name + ".pem")

    def case(name, want, cert, trust, extra, at):
        return Case(name, want, [("cert", cert), ("at", at)] + [("trust", t) for t in trust] +
                    [("extra", e) for e in extra], TLS)

    at = seconds("2017-03-01T00:00:00")
    rest = [multi("C-by-D"), multi("C-by-E"), multi("F-by-E")]
    yield case("multi-root to E", "ok", multi("B-by-C"), [multi("E-by-E")], rest, at)
    yield case("multi-root to C by D", "ok", multi("B-by-C"), [multi("C-by-D")], rest, at)
    yield case("multi-root without C by E", "reject", multi("B-by-C"), [multi("E-by-E")],
               [multi("C-by-D"), multi("F-by-E")], at)
    yield case("multi-root to F", "reject", multi("B-by-C"), [multi("F-by-E")],
               [multi("C-by-D")], at)
    at = seconds("2016-01-01T00:00:00")
    every = [own("root1"), own("root1_cross"), own("root2")]
    yield case("self-issued to root1", "ok", own("target"), [own("root1")], every, at)
    yield case("self-issued to root2", "ok", own("target"), [own("root2")], every, at)
    yield case("self-issued to both", "ok", own("target"), [own("root1"), own("root2")], every,
               at)


# --- OpenSSL ---

def openssl(files):
    for row in files.lines("openssl", "certs", "verify-cases.tsv"):
        words = [("at", at_of(row["options"])), ("purpose", "stamp"
                 if row["purpose"] == "timestampsign" else "sign")]
        for column, word in (("leaf", "cert"), ("trusted", "trust"), ("untrusted", "extra")):
            for name in row[column].split():
                text = files.text("openssl", "certs", name + ".pem")
                words.append((word, files.put("".join(blocks(
                    text, "CERTIFICATE", "TRUSTED CERTIFICATE")))))
        words += policy_of(row["options"].split())
        depth = re.search(r"-verify_depth (\d+)", row["options"])
        if depth:
            words.append(("depth", depth.group(1)))
        beside = TLS if row["purpose"] != "timestampsign" else set()
        yield Case(row["title"], row["expected"], words, beside)


def at_of(options):
    found = re.search(r"-attime (\d+)", options)
    return found.group(1) if found else seconds("2026-06-01T00:00:00")


def policy_of(options):
    words = []
    if "-policy" in options:
        words.append(("rule", "rules/certificate-policies/" +
                      options[options.index("-policy") + 1]))
    # Level 3 asks for 128 bits of strength: RSA from 3072 bits (NIST SP 800-57).
    if "-auth_level" in options and options[options.index("-auth_level") + 1] == "3":
        words.append(("rule", "key/rsa/bits=3072"))
    if "-explicit_policy" in options:
        words.append(("rule", "rules/explicit-policy/required"))
    return words


# --- NSS ---

def nss(files):
    text = files.text("nss", "libpkix", "nameconstraints.cfg")
    anchors = re.findall(r"^import (\S+?):", text, re.MULTILINE)
    for title, certs, want in re.findall(
            r"^verify (\S+?):x\n((?:  ?(?:cert|usage) .*\n)*) *result (pass|fail)", text,
            re.MULTILINE):
        words = [("trust", nss_cert(files, a)) for a in anchors]
        words += [("extra", nss_cert(files, c))
                  for c in re.findall(r"cert (\S+?):x", certs)]
        words += [("cert", nss_cert(files, title)), ("at", seconds("2025-01-01T00:00:00"))]
        usage = re.search(r"usage (\d+)", certs)
        yield Case(title + (" usage " + usage.group(1) if usage else ""),
                   "ok" if want == "pass" else "reject", words, TLS | WEAK)


def nss_cert(files, name):
    return files.path("nss", "libpkix", name + ".cert")


# --- Apple ---

# SMIMEPolicyTests.m: file, address, time, purpose, answer.
APPLE = [
    ("san_name", "test@example.com", "2020-01-06T10:40:00", "sign", "ok"),
    ("san_name", "TEST@example.com", "2020-01-06T10:40:00", "sign", "ok"),
    ("san_name", "wrong@example.com", "2020-01-06T10:40:00", "sign", "reject"),
    ("san_name", "test@example.com", "2020-01-06T10:40:00", "encrypt", "reject"),
    ("no_name", "test@example.com", "2020-01-06T10:40:00", "sign", "reject"),
    ("no_name", None, "2020-01-06T10:40:00", "sign", "ok"),
    ("digital_signature", "test@example.com", "2020-01-06T10:40:00", "sign", "ok"),
    ("digital_signature", "test@example.com", "2020-01-06T10:40:00", "encrypt", "reject"),
    ("email_protection", "test@example.com", "2020-01-06T10:40:00", "sign", "ok"),
    ("email_protection", "test@example.com", "2020-12-18T00:00:00", "sign", "reject"),
    ("key_encipher", "test@example.com", "2020-01-06T10:40:00", "encrypt", "ok"),
    ("key_agreement", "test@example.com", "2020-01-06T10:40:00", "encrypt", "ok"),
    ("key_agreement", "test@example.com", "2020-01-06T10:40:00", "sign", "reject"),
    ("key_agreement_decipher_only", "test@example.com", "2020-01-06T10:40:00", "encrypt", "ok"),
    ("key_agreement_decipher_only", "test@example.com", "2020-01-06T10:40:00", "sign",
     "reject"),
    ("weak_key", "test@example.com", "2020-01-06T10:40:00", "sign", "reject"),
    ("longLifetime", "test@example.com", "2022-07-20T00:00:00", "sign", "ok"),
    ("after20220401", "test@example.com", "2022-07-20T00:00:00", "sign", "ok"),
]


def apple(files):
    for name, address, at, purpose, want in APPLE:
        words = [("trust", files.path("apple-security", "smime-policy", "root.cer")),
                 ("cert", files.path("apple-security", "smime-policy", name + ".cer")),
                 ("at", seconds(at)), ("purpose", purpose)]
        if address:
            words.append(("name", address))
        yield Case("%s %s %s %s" % (name, purpose, address or "-", at[:10]), want, words)


# --- Nextcloud ---

# Certificate, address, anchor of which domain, answer: the file's name tells.
NEXTCLOUD = [
    ("user_at_domain.tld", "user@domain.tld", "domain.tld", "ok"),
    ("user_at_imap.localhost", "user@imap.localhost", "imap.localhost", "ok"),
    ("user_at_domain.tld", "user@domain.tld", "imap.localhost", "reject"),
    ("user_at_domain.tld", "user@imap.localhost", "domain.tld", "reject"),
    ("chain-partial_at_imap.localhost", "chain@imap.localhost", "imap.localhost", "ok"),
    ("chain-leaf-only_at_imap.localhost", "chain@imap.localhost", "imap.localhost", "reject"),
]


def nextcloud(files):
    for name, address, domain, want in NEXTCLOUD:
        own = files.path("nextcloud-mail", name + ".crt")
        yield Case("%s %s under %s" % (name, address, domain), want, [
            ("cert", own), ("extra", own), ("name", address),
            ("trust", files.path("nextcloud-mail", domain + ".ca.crt")),
            ("at", seconds("2026-01-01T00:00:00"))])


# --- Bouncy Castle ---

# SignedMailValidatorTest and testCreateCertPath; the signers' certificates stand
# in the mails. Times: each mail's signing time.
VALIDATOR = [
    ("validMail", "ok", None), ("shortKey", "ok", None),
    ("expired", "reject", "expired"), ("keyUsage", "reject", "key-usage"),
    ("noEmail", "reject", "address"), ("revoked", "reject", "revoked"),
]


def bouncy_castle(files):
    def at(name):
        return files.path("bc-java", name)

    yield Case("certpath end1", "ok", [
        ("cert", at("certpath_end1.crt")), ("trust", at("certpath_root.crt")),
        ("extra", at("certpath_inter1.crt")), ("at", seconds("2010-01-01T00:00:00"))], WEAK)
    for name, want, reason in VALIDATOR:
        mail = at("validator.%s.eml" % name)
        if not os.path.exists(mail):
            continue
        signer, others, when = signer_of(files, mail)
        words = [("cert", signer), ("extra", others), ("trust", at("validator.root.crt")),
                 ("at", when)]
        if reason == "address":
            words.append(("name", "nobody@localhost"))
        yield Case("validator " + name, want, words, () if name == "shortKey" else WEAK, reason)


def signer_of(files, mail):
    """The signer's certificate, all certificates and the signing time, by openssl."""
    signer, others = files.put(""), files.put("")
    shown = subprocess.run(["openssl", "cms", "-cmsout", "-print", "-in", mail],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    subprocess.run(["openssl", "cms", "-verify", "-noverify", "-in", mail, "-signer", signer,
                    "-certsout", others, "-out", os.devnull], stderr=subprocess.DEVNULL,
                   check=False)
    found = re.search(rb"signingTime.*?UTCTIME:(.*? GMT)", shown.stdout, re.DOTALL)
    when = datetime.datetime.strptime(found.group(1).decode(), "%b %d %H:%M:%S %Y GMT")
    return signer, others, str(calendar.timegm(when.timetuple()))


SOURCES = [
    ("pkits", pkits),
    ("x509-limbo", limbo),
    ("boringssl-pki/verify_certificate_chain", chain_cases),
    ("boringssl-pki/crl", crl_cases),
    ("boringssl-pki/path_builder", builder_cases),
    ("openssl", openssl),
    ("nss", nss),
    ("apple-security", apple),
    ("nextcloud-mail", nextcloud),
    ("bc-java", bouncy_castle),
]
