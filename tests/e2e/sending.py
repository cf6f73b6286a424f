#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Judges what we send. The rules of RFC 9788 are written down here once more, on
# Python's email package, and what relays and folders do to a mail on its way.
"""usage: sending.py payload DRAFT SENT PAYLOAD POLICY	the two sections of a mail by RFC 9788
	sending.py names PAYLOAD FIELDS		the same protected fields and HP-Outer as in FIELDS
	sending.py relays MAIL DIR		the mail after each relay
	sending.py safe PAYLOAD			nothing in it that a relay may change
	sending.py leaf MAIL N			the decoded octets of its n-th leaf
	sending.py certs DER			the subjects of the bag, in order
	sending.py recipients DER		how many RecipientInfos there are
"""
import email
import email.header
import email.policy
import email.utils
import re
import subprocess
import sys


def read(path):
    with open(path, "rb") as f:
        return f.read()


def cut(mail):
    m = re.search(rb"^\r?\n", mail, re.M)
    return (mail[:m.start()], mail[m.end():]) if m else (mail, b"")


def unfold(value):
    return re.sub(r"[ \t]+", " ", re.sub(r"\r?\n", "", value)).strip()


def fields(mail):
    """(name, unfolded value) of each field, in order."""
    found = re.split(rb"(?m)^(?![ \t])", cut(mail)[0])
    pairs = [f.decode("utf-8", "replace").split(":", 1) for f in found if b":" in f]
    return [(n.strip(), unfold(v)) for n, v in pairs]


def structural(name):
    return name.lower() == "mime-version" or name.lower().startswith("content-")


def user(mail):
    return [(n, v) for n, v in fields(mail) if not structural(n)]


# --- RFC 9788, 3.2: what a policy makes of a field; None: nothing ---

def baseline(name, value):
    if name.lower() == "subject":
        return "[...]"
    return None if name.lower() in ("comments", "keywords") else value


def shy(name, value):
    if name.lower() in ("from", "to", "cc"):
        pairs = email.utils.getaddresses([value])
        return value if ";" in value else ", ".join(a for _, a in pairs)
    if name.lower() == "date":
        t = email.utils.parsedate_to_datetime(value).timestamp()
        return email.utils.formatdate(t).replace("-0000", "+0000")
    return baseline(name, value)


POLICIES = {"none": lambda n, v: v, "clear": lambda n, v: v, "baseline": baseline, "shy": shy}
SHOWN = ("subject", "from", "to", "cc", "date", "reply-to", "followup-to", "sender")


def same(what, found, expected):
    if found != expected:
        sys.exit("%s: %r, but %r was expected" % (what, found, expected))


def main_parts(part):
    """RFC 9787: the Main Body Parts."""
    if part.is_multipart():
        inner = part.get_payload()
        if part.get_content_subtype() != "alternative":
            inner = inner[:1]
        return [leaf for p in inner for leaf in main_parts(p)]
    return [part] if part.get_content_disposition() != "attachment" else []


def decoded(value):
    return str(email.header.make_header(email.header.decode_header(value)))


def legacy(payload, hidden):
    """RFC 9788, 5.2.2 and 5.2.3: exactly where something is hidden, and then all of it."""
    for leaf in main_parts(email.message_from_bytes(payload)):
        if leaf.get_content_type() not in ("text/plain", "text/html"):
            continue
        text = leaf.get_payload(decode=True).decode(leaf.get_content_charset() or "us-ascii")
        lines = ["%s: %s" % (n, decoded(v)) for n, v in hidden]
        same("hp-legacy-display", leaf.get_param("hp-legacy-display"), "1" if lines else None)
        if leaf.get_content_type() == "text/plain":
            head = "".join(line + "\n" for line in lines) + "\n" if lines else ""
            if not text.replace("\r\n", "\n").startswith(head):
                sys.exit("the text begins with %r" % text[:200])
        else:
            import html
            m = re.search(r'<body[^>]*><div class="header-protection-legacy-display">\s*'
                          r'<pre>(.*?)</pre></div>', text, re.S)
            shown = html.unescape(m.group(1)).split("\r\n")[:-1] if m else []
            same("the HTML shows", shown, lines)
    for leaf in email.message_from_bytes(payload).walk():
        if leaf.get_content_disposition() == "attachment":
            same("an attachment's parameter", leaf.get_param("hp-legacy-display"), None)


def payload(draft, sent, inner, policy):
    draft, sent, inner = read(draft), read(sent), read(inner)
    hcp = POLICIES[policy]
    orig = [(n, v) for n, v in user(draft) if n.lower() != "bcc"]
    if not [n for n, _ in orig if n.lower() == "date"]:
        orig += [(n, v) for n, v in user(inner) if n == "Date"]
    same("the protected fields", [p for p in user(inner) if p[0] != "HP-Outer"], orig)
    outer = [(n, hcp(n, v)) for n, v in orig if hcp(n, v) is not None]
    same("the fields outside", user(sent), outer)
    root = email.message_from_bytes(inner)
    same("hp", root.get_param("hp"), "clear" if policy == "clear" else "cipher")
    hp_outer = [tuple(v.split(": ", 1)) for n, v in user(inner) if n == "HP-Outer"]
    same("HP-Outer", hp_outer, [] if policy == "clear" else outer)
    legacy(inner, [(n, v) for n, v in orig if n.lower() in SHOWN and hcp(n, v) != v])


def names(inner, expected):
    def facts(mail):
        return sorted(user(mail)), email.message_from_bytes(mail).get_param("hp")

    same("the section", facts(read(inner)), facts(read(expected)))


# --- relays and folders ---

def lines(change):
    return lambda mail: b"\r\n".join(change(l) for l in mail.split(b"\r\n"))


def body_lines(change):
    def run(mail):
        head, body = mail.split(b"\r\n\r\n", 1)
        return head + b"\r\n\r\n" + lines(change)(body)
    return run


def dot_stuffed(mail):
    """RFC 5321, 4.5.2, there and back."""
    stuffed = lines(lambda l: b"." + l if l.startswith(b".") else l)(mail)
    return lines(lambda l: l[1:] if l.startswith(b".") else l)(stuffed)


def dots_lost(mail):
    """A server that forgets to stuff: a dot at the start of a line goes."""
    return body_lines(lambda l: l[1:] if l.startswith(b".") else l)(mail)


def downgraded(mail):
    """8bit to 7bit by a relay without 8BITMIME: it may touch nothing that is 7bit."""
    if max(mail) > 126:
        sys.exit("an octet that a relay without 8BITMIME must encode")
    return mail


def short_lines(mail):
    """RFC 5321, 4.5.3.1.6: longer lines are cut."""
    return lines(lambda l: l if len(l) <= 998 else l[:998] + b"\r\n " + l[998:])(mail)


RELAYS = {
    "dot-stuffing": dot_stuffed,
    "dots-lost": dots_lost,
    "trailing-white-space": lines(lambda l: l.rstrip(b" \t")),
    "mbox": body_lines(lambda l: b">" + l if l.startswith(b"From ") else l),
    "mboxrd": body_lines(lambda l: b">" + l if re.match(rb">*From ", l) else l),
    "lf": lambda mail: mail.replace(b"\r\n", b"\n"),
    "lf-and-back": lambda mail: mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "7bit": downgraded,
    "short-lines": short_lines,
    "received": lambda mail: b"Received: from a by b; Mon, 2 Mar 2026 00:00:00 +0000\r\n" + mail,
    "blank-line-at-the-end": lambda mail: mail + b"\r\n",
}


def relays(path, folder):
    mail = read(path).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    for how, change in RELAYS.items():
        with open("%s/%s.eml" % (folder, how), "wb") as f:
            f.write(change(mail))


def safe(path):
    for n, line in enumerate(read(path).replace(b"\r\n", b"\n").split(b"\n")):
        if max(line, default=0) > 126 or len(line) > 998 or re.search(rb"[ \t]$", line) or \
                line.startswith(b"From "):
            sys.exit("line %d: %r" % (n, line[:80]))


def leaf(path, n):
    parts = [p for p in email.message_from_bytes(read(path)).walk() if not p.is_multipart()]
    sys.stdout.buffer.write(parts[int(n)].get_payload(decode=True))


def certs(path):
    pem = subprocess.run(["openssl", "pkcs7", "-inform", "DER", "-in", path, "-print_certs"],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    print(" ".join(re.findall(r"(?m)^subject=.*?CN ?= ?(.*)$", pem)))


def recipients(path):
    text = subprocess.run(["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", path],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    print(len(re.findall(r"(?m)^\s+d\.(ktri|kari|kekri|pwri|ori):", text)))


TOOLS = {"payload": payload, "names": names, "relays": relays, "safe": safe, "leaf": leaf,
         "certs": certs, "recipients": recipients}
if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TOOLS:
        sys.exit(__doc__)
    TOOLS[sys.argv[1]](*sys.argv[2:])
