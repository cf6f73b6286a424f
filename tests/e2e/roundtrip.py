#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# The property that matters most to a user: what is sealed opens again to the
# same mail. The judge is Python's email package, which shares no code with us:
#
#	- fields that are not MIME structure are octet-equal (Bcc aside), those that
#	  transport had added first; a missing Date is added;
#	- decoded leaves are octet-equal;
#	- the whole body is octet-equal when the input is 7bit with CRLF and no field
#	  is hidden;
#	- the line ends are those of the input;
#	- the verdict is "sealed" where the signer is the sender;
#	- openssl decrypts and verifies what we sealed.
"""usage: roundtrip.py CORPUS		(by roundtrip.sh, in its folder)"""
import base64
import email
import json
import os
import re
import subprocess
import sys

POSTSEAL = os.environ["POSTSEAL"]
SAMPLE = 5 if os.environ.get("SANITIZED") else 1	# every so many of the collection
COLLECTIONS = ("mimekit", "stalwart-mail-parser", "simple-java-mail", "thunderbird", "rspamd")


class Differs(Exception):
    pass


class Refused(Exception):
    pass


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def run(*args):
    return subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)


def postseal(verb, *args):
    for name in "sealed.eml", "opened.eml", "verdict.json":
        if name in args and os.path.exists(name) and name != args[-1]:
            os.unlink(name)
    p = run(POSTSEAL, verb, "--trust", "root.crt", "--cert", "issuing.crt", *args)
    if p.returncode < 0 or p.returncode > 5 or b"Sanitizer" in p.stderr:
        raise Differs("%s: exit status %d: %s" % (verb, p.returncode,
                                                 p.stderr[-600:].decode("utf-8", "replace")))
    return p


# --- what is the same ---

STRUCTURE = re.compile(rb"(?i)(content-[^:]*|mime-version|bcc)[ \t]*:")


def cut(mail):
    m = re.search(rb"^\r?\n", mail, re.M)
    return (mail[:m.start()], mail[m.end():]) if m else (mail, b"")


TRACE = re.compile(rb"(?i)(arc-[^:]*|authentication-results|delivered-to|dkim-signature|received|"
                   rb"received-spf|return-path|x-original-to|x-spam-[^:]*)[ \t]*:")


def fields(mail):
    """What is not MIME structure, octet for octet; a date that was added aside."""
    found = re.split(rb"(?m)^(?![ \t])", cut(mail)[0])
    return [f for f in found if f.strip() and not STRUCTURE.match(f)]


def kept(mail, hidden):
    """The fields that come back: protected ones behind those of transport."""
    all_of_it = fields(mail)
    end = b"\r\n" if all_of_it and all_of_it[-1].endswith(b"\r\n") else b"\n"
    all_of_it = [f if f.endswith(b"\n") else f + end for f in all_of_it]
    if not hidden:
        return all_of_it
    named = [f for f in all_of_it if re.match(rb"[!-9;-~]+[ \t]*:", f)]
    return ([f for f in all_of_it if re.match(rb"(>?From )(?! *:)", f)] +
            [f for f in named if TRACE.match(f)] + [f for f in named if not TRACE.match(f)])


def without_new_date(found, mail):
    if not re.search(rb"(?im)^from[ \t]*:", cut(mail)[0]) or \
            re.search(rb"(?im)^date[ \t]*:", cut(mail)[0]):
        return found
    dates = [f for f in found if re.match(rb"Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000\r?\n", f)]
    if len(dates) != 1:
        raise Differs("no date was added: %r" % found)
    return [f for f in found if f not in dates]


def leaves(mail):
    found = []
    unclosed = has_defect(mail, "CloseBoundaryNotFoundDefect")
    for part in email.message_from_bytes(mail).walk():
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            # Python takes the last line end of an unclosed multipart away, unless
            # the leaf is encoded.
            found.append((part.get_content_type(),
                          data.rstrip(b"\r\n") if unclosed and data else data))
    return found


def has_defect(mail, *names):
    return any(type(d).__name__ in names
               for part in email.message_from_bytes(mail).walk() for d in part.defects)


def broken_header(mail):
    """Where such a header section ends is a matter of opinion."""
    return mail[:3] == b"\xef\xbb\xbf" or has_defect(
        mail, "MissingHeaderBodySeparatorDefect", "FirstHeaderLineIsContinuationDefect")


def line_ends(mail):
    crlf, lf = mail.count(b"\r\n"), mail.count(b"\n")
    return "none" if lf == 0 else "crlf" if crlf == lf else "lf" if crlf == 0 else "mixed"


def lf_only(data):
    return data.replace(b"\r\n", b"\n")


def is_7bit(mail):
    """RFC 2045, 2.7: ASCII but NUL, no CR alone, lines of at most 998."""
    lines = mail.split(b"\n")
    return (max(mail, default=0) < 128 and 0 not in mail and
            b"\r" not in mail.replace(b"\r\n", b"") and
            max(len(l.rstrip(b"\r")) for l in lines) <= 998)


def compare(name, what, found, expected):
    if found != expected:
        write("found", repr(found).encode())
        write("expected", repr(expected).encode())
        raise Differs("%s: %s: %.120r, but %.120r was expected" % (name, what, found, expected))


def same_leaves(name, found, expected, ends):
    a, b = leaves(found), leaves(expected)
    compare(name, "the kinds of leaves", [k for k, _ in a], [k for k, _ in b])
    for (kind, x), (_, y) in zip(a, b):
        # One sort of line end comes out; text in base64 has its own.
        if ends == "mixed" or kind.startswith("text/"):
            x, y = lf_only(x or b""), lf_only(y or b"")
        compare(name, "a leaf (%s)" % kind, x, y)


def same(name, found, expected, headers="baseline"):
    ends = line_ends(expected)
    there = without_new_date(fields(found), expected)
    wanted = kept(expected, headers != "off")
    if ends == "mixed":
        there, wanted = [lf_only(f) for f in there], [lf_only(f) for f in wanted]
    compare(name, "the fields", there, wanted)
    same_leaves(name, found, expected, ends)
    if ends in ("crlf", "lf") and is_7bit(expected):
        compare(name, "the line ends", line_ends(found), ends)
    if ends == "crlf" and is_7bit(expected) and headers in ("off", "none"):
        compare(name, "the body", cut(found)[1], cut(expected)[1])


# --- there and back ---

def seal(mail, *options):
    write("mail.eml", mail)
    p = postseal("seal", "--to", "bob-rsa.crt", "-o", "sealed.eml", *options, "mail.eml")
    if p.returncode != 0:
        if os.path.exists("sealed.eml") or not p.stderr.startswith(b"postseal: "):
            raise Differs("seal: exit status %d, output or no reason: %r" %
                          (p.returncode, p.stderr[-300:]))
        raise Refused(" ".join(p.stderr.decode("utf-8", "replace").split()))


def opened(who="bob-rsa"):
    p = postseal("open", "--identity", who + ".pem", "--verdict", "verdict.json",
                 "-o", "opened.eml", "sealed.eml")
    if not os.path.exists("opened.eml"):
        raise Differs("open: exit status %d: %s" % (p.returncode,
                                                   p.stderr.decode("utf-8", "replace")))
    return read("opened.eml"), json.loads(read("verdict.json"))


def openssl_reads(mail, options):
    p = run("openssl", "cms", "-decrypt", "-in", "sealed.eml", "-recip", "bob-rsa.crt",
            "-inkey", "bob-rsa.key", "-out", "inner.eml")
    if p.returncode == 0:
        p = run("openssl", "cms", "-verify", "-in", "inner.eml", "-CAfile", "root.crt",
                "-out", "content.eml")
    if p.returncode != 0:
        raise Differs("openssl: " + p.stderr.decode("utf-8", "replace")[-300:])
    if headers_of(options) in ("off", "none"):	# else hidden fields are shown in the text
        same_leaves("openssl", lf_only(read("content.eml")), lf_only(mail), "mixed")


def headers_of(options):
    return options[options.index("--headers") + 1] if "--headers" in options else "baseline"


def round_trip(mail, ours, options, with_openssl):
    seal(mail, *options)
    found, verdict = opened()
    states = [s["state"] for s in verdict["signatures"]]
    if ours and (verdict["summary"], verdict["confidentiality"]) != ("sealed", "intact"):
        raise Differs("the verdict is %s: %s" % (verdict["summary"], verdict["signatures"]))
    if not states or states[0] not in ("valid", "mismatch"):
        raise Differs("the signature is %s: %s" % (states, verdict["signatures"]))
    if not broken_header(mail):
        same("opened", found, mail, headers_of(options))
        if with_openssl:
            openssl_reads(mail, options)


# --- mails of our own ---

HEAD = (b"From: Alice <alice@peers.test>\nTo: bob@peers.test\nSubject: =?utf-8?q?caf=C3=A9?=\n"
        b"Message-ID: <1@peers.test>\nList-Id: <list.peers.test>\nX-Folded: one\n\ttwo\n  three\n")


def mime(kind, body, more=b""):
    return HEAD + b"MIME-Version: 1.0\nContent-Type: " + kind + b"\n" + more + b"\n" + body


NESTED = mime(b'multipart/mixed; boundary="a b"', b"""preamble\n
--a b
Content-Type: multipart/alternative; boundary=inner

--inner

plain, with implied fields
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>caf=C3=A9</p>=20
--inner--
inner epilogue
--a b
Content-Type: application/octet-stream; name*0*=utf-8''caf%C3%A9;
 name*1=".bin"
Content-Transfer-Encoding: base64

""" + base64.encodebytes(bytes(range(256))) + b"""
--a b
Content-Type: message/rfc822

From: eve@peers.test
Subject: within

an inner mail
--a b--
epilogue
""")

TEXT = b'text/plain; charset=utf-8'
OWN = {
    "no MIME fields": HEAD + b"\nplain text\n",
    "nested": NESTED,
    "empty body": HEAD + b"\n",
    "no body at all": HEAD,
    "no line end at the end": mime(b"text/plain", b"no end"),
    "8bit": mime(TEXT, "gr\u00fc\u00dfe\n".encode(), b"Content-Transfer-Encoding: 8bit\n"),
    "long lines": mime(b"text/plain", b"x" * 990 + b"\n" + b"y" * 998 + b"\n"),
    "too long lines": mime(b"text/plain", b"x" * 20000 + b"\n" + b"z" * 1200 + b"\n"),
    "From lines": mime(b"text/plain", b"From here\n>From there\n\nFrom again\n.\n..\n"),
    "white space at line ends": mime(b"text/plain", b"one \ntwo\t\n \n-- \n\n\n"),
    "format=flowed": mime(b"text/plain; format=flowed; delsp=yes", b"soft \nwrap \n> quoted \n"),
    "message/rfc822": mime(b"message/rfc822", b"From: eve@peers.test\nSubject: x\n\nbody\n"),
    "UTF-8 header": HEAD + "X-Name: gr\u00fc\u00dfe\n".encode() + b"\nplain\n",
    "boundary-like lines": mime(b"text/plain", b"--\n--=_x\n--=_x--\n" + b"-" * 72 + b"\n"),
    "comments in fields": HEAD + b"MIME-Version: 1.0 (a (nested) comment)\n"
                                 b"Content-Type: text/plain (why); charset=us-ascii\n\nx\n",
}
CRLF_ONLY = {
    "bare LF within CRLF": mime(b"text/plain", b"x").replace(b"\n", b"\r\n") + b"a\nb\r\nc\n",
    "bare CR within CRLF": mime(b"text/plain", b"x").replace(b"\n", b"\r\n") + b"a\rb\r\n",
    "binary leaf": mime(b"application/octet-stream", b"",
                        b"Content-Transfer-Encoding: binary\n").replace(b"\n", b"\r\n") +
    bytes(range(256)) + b"\n\r\r\n\x00\n",
}


def own_mails():
    for name, mail in OWN.items():
        yield name + ", LF", mail
        yield name + ", CRLF", mail.replace(b"\n", b"\r\n")
    yield from CRLF_ONLY.items()


def case(name, check, *args):
    try:
        check(*args)
    except Refused as r:
        print("not ok %s: refused: %s" % (name, str(r)[:300]))
    except (Differs, OSError, ValueError, subprocess.TimeoutExpired) as d:
        print("not ok %s: %s" % (name, " ".join(str(d).split())[:300]))
    else:
        print("ok %s" % name)
    sys.stdout.flush()


def other_keys(mail):
    """Ed25519 signs, X25519 receives: openssl 3.0 has neither."""
    seal(mail, "--identity", "alice-ed25519.pem", "--to", "bob-x25519.crt")
    found, verdict = opened("bob-x25519")
    if verdict["summary"] != "sealed":
        raise Differs("the verdict is " + verdict["summary"])
    same("opened", found, mail)


def without_bcc(mail):
    """Bcc is in nobody's copy but that of its recipient."""
    os.makedirs("bcc", exist_ok=True)
    seal(b"Bcc: Alice <alice@peers.test>\n" + mail, "--identity", "alice-p256.pem",
         "--cert", "alice-p256.crt", "--bcc-dir", "bcc")
    found, _ = opened()
    shows = re.compile(rb"(?im)^(resent-)?bcc[ \t]*:")
    if shows.search(found) or shows.search(read("sealed.eml")):
        raise Differs("Bcc shows")
    same("opened", found, mail)


def own():
    for name, mail in own_mails():
        binary = name == "binary leaf"
        for form in ((), ("--opaque", "--headers", "none"), ("--headers", "shy"),
                     ("--cipher", "aes-256-cbc", "--headers", "off")):
            case(" ".join((name,) + form), round_trip, mail, True,
                 ("--identity", "alice-p256.pem") + form, not binary)
    case("Ed25519 and X25519", other_keys, NESTED)
    case("Bcc", without_bcc, NESTED)


# --- mails of others ---

def is_cms(mail):
    """Opening goes into these; sealing them again proves nothing here."""
    for part in email.message_from_bytes(mail).walk():
        if "pkcs7" in (part.get_content_type() + str(part.get_param("protocol", ""))).lower():
            return True
    return False


def is_mail(path):
    return re.search(r"\.(eml|txt|msg)$|/jsmime/", path) and "/doc/" not in path


def collection(corpus):
    for folder in COLLECTIONS:
        for here, _, names in sorted(os.walk(os.path.join(corpus, folder))):
            for name in sorted(names):
                path = os.path.join(here, name)
                if is_mail(path) and "LICENSE" not in name and "README" not in name:
                    yield os.path.relpath(path, corpus), read(path)


def others(corpus):
    refused = left = 0
    for n, (name, mail) in enumerate(collection(corpus)):
        if n % SAMPLE != 0:
            continue
        if is_cms(mail) or not cut(mail)[0].strip():
            left += 1
            continue
        bcc = ("--bcc-dir", "bcc") if re.search(rb"(?im)^bcc:", cut(mail)[0]) else ()
        try:
            round_trip(mail, False, ("--identity", "alice-p256.pem") + bcc, n % 10 == 0)
        except Refused as r:
            refused += 1
            print("# %s: refused: %s" % (name, str(r)[:200]))
        except (Differs, OSError, ValueError, subprocess.TimeoutExpired) as d:
            print("not ok %s: %s" % (name, " ".join(str(d).split())[:300]))
        else:
            print("ok %s" % name)
        sys.stdout.flush()
    print("# %d refused with a reason; %d left out: S/MIME of their own, or no mail" %
          (refused, left))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    own()
    if os.path.isdir(sys.argv[1]):
        others(sys.argv[1])
    else:
        print("skip the mails of others: there is no %s" % sys.argv[1])
