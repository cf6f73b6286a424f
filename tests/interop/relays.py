#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""relays.py HARNESS PKI POSTSEAL WORK OUT.md

Sends mails of ours through Postfix and Dovecot (harness/servers/mailstack.sh), on
loopback and high ports, and asks whether the verdict is the one they left with:
into a Maildir, fetched by IMAP, relayed to a server that has neither 8BITMIME nor
SMTPUTF8, stored in an mbox, and with the base64 of the signature wrapped anew. Appends a
table to OUT.md. Fails when a verdict changed.
"""
import imaplib
import json
import mailbox
import os
import re
import smtplib
import socket
import subprocess
import sys
import threading
import time

BASE = 12000
MX, SUBMIT, IMAP, SINK = BASE + 25, BASE + 587, BASE + 143, BASE + 26
FAR = "far@elsewhere.test"

TEXTS = {
    "ascii": b"Content-Type: text/plain; charset=us-ascii\r\n\r\nPlain.\r\nFrom me, to you. \r\n.\r\n"
             b"-- \r\nAlice\r\n",
    "8bit": "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "Gr\u00fc\u00dfe \r\nFrom hier.\r\n".encode(),
    "flowed": b"Content-Type: text/plain; charset=us-ascii; format=flowed\r\n\r\nA line that \r\n"
              b"flows on.\r\n>From a quote \r\n",
    "long": b"Content-Type: text/html\r\n\r\n<p>" + b"x" * 3000 + b"</p>\r\n",
    "multipart": "Content-Type: multipart/mixed; boundary=\"q\"\r\n\r\nPreamble\r\n--q\r\n"
                 "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
                 "\r\n\u00e4\r\n--q\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--q--\r\n".encode(),
    "binary": b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
              b"\r\n\x01\x02\xff\xfe\r\n",
}
FORMS = {"clear": ("sign", []), "opaque": ("sign", ["--opaque"]), "sealed": ("seal", [])}


class Sink(threading.Thread):
    """A server that knows no extension; what it is given lies in self.got."""

    def __init__(self):
        super().__init__(daemon=True)
        self.got = []
        self.listener = socket.create_server(("127.0.0.1", SINK))
        self.start()

    def run(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as f:
                self.talk(f)

    def say(self, f, text):
        f.write(text + b"\r\n")
        f.flush()

    def talk(self, f):
        self.say(f, b"220 sink")
        for line in f:
            word = line[:4].upper()
            if word in (b"EHLO",):
                self.say(f, b"250 sink")
            elif word == b"DATA":
                self.say(f, b"354 go on")
                lines = []
                for text in f:
                    if text == b".\r\n":
                        break
                    lines.append(text[1:] if text.startswith(b".") else text)
                self.got.append(b"".join(lines))
                self.say(f, b"250 taken")
            elif word == b"QUIT":
                self.say(f, b"221 bye")
                return
            else:
                self.say(f, b"250 yes")


class Stack:
    def __init__(self, harness, work):
        self.script = os.path.join(harness, "servers", "mailstack.sh")
        self.env = dict(os.environ, STACK=os.path.join(work, "stack"), BASE=str(BASE))

    def do(self, verb):
        subprocess.run(["bash", self.script, verb], env=self.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Test:
    def __init__(self, pki, postseal, work):
        self.pki, self.postseal, self.work = pki, postseal, work
        with open(self.file("pass"), "w", encoding="ascii") as f:
            f.write("test\n")

    def file(self, name):
        return os.path.join(self.work, name)

    def user(self, name, what):
        return os.path.join(self.pki, "u", name + "." + what)

    def make(self, form, text, to):
        verb, options = FORMS[form]
        draft, out = self.file("draft.eml"), self.file("out.eml")
        with open(draft, "wb") as f:
            f.write(b"From: Alice <alice@peers.test>\r\nTo: <%s>\r\nSubject: %s %s\r\n"
                    b"MIME-Version: 1.0\r\n" % (to.encode(), form.encode(), text.encode()))
            f.write(TEXTS[text])
        cmd = [self.postseal, verb, draft, "-o", out, "--identity", self.user("alice", "p12"),
               "--passphrase-file", self.file("pass"), "--cert",
               os.path.join(self.pki, "inter.crt")] + options
        if verb == "seal":
            cmd += ["--to", self.user("bob", "crt"), "--trust",
                    os.path.join(self.pki, "root.crt")]
        subprocess.run(cmd, check=True, stderr=subprocess.DEVNULL)
        with open(out, "rb") as f:
            return f.read()

    def verdict(self, mail):
        with open(self.file("got.eml"), "wb") as f:
            f.write(mail)
        cmd = [self.postseal, "verify", "--json", self.file("got.eml"), "--trust",
               os.path.join(self.pki, "root.crt"), "--cert",
               os.path.join(self.pki, "inter.crt"), "--identity", self.user("bob", "p12"),
               "--passphrase-file", self.file("pass")]
        got = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        v = json.loads(got.stdout)
        return v["summary"], tuple(s["state"] for s in v["signatures"])


def send(mail, to):
    """To one of the house as a stranger does, to others as alice, who may."""
    own = to.endswith("@peers.test")
    with smtplib.SMTP("127.0.0.1", MX if own else SUBMIT, timeout=30) as s:
        s.ehlo("test")
        if not own:
            s.login("alice", "secret")
        s.sendmail("alice@peers.test", [to], mail)


def wait(what):
    for _ in range(300):
        got = what()
        if got:
            return got
        time.sleep(0.1)
    raise TimeoutError("no mail came")


def maildir(stack):
    new = os.path.join(stack.env["STACK"], "mail", "bob")
    for folder, _, names in os.walk(new):
        for name in names:
            if os.path.basename(folder) in ("new", "cur"):
                with open(os.path.join(folder, name), "rb") as f:
                    return f.read()
    return None


def fetch():
    """The newest mail of bob by IMAP, and then none."""
    with imaplib.IMAP4("127.0.0.1", IMAP) as box:
        box.login("bob", "secret")
        box.select()
        _, found = box.search(None, "ALL")
        ids = found[0].split()
        if not ids:
            return None
        _, data = box.fetch(ids[-1], "(RFC822)")
        for one in ids:
            box.store(one, "+FLAGS", "\\Deleted")
        box.expunge()
        return data[0][1]


def through_mbox(work, mail):
    path = os.path.join(work, "box")
    if os.path.exists(path):
        os.unlink(path)
    box = mailbox.mbox(path)
    box.add(mail)
    box.flush()
    box.close()
    with open(path, "rb") as f:
        return f.read()


def rewrap(mail):
    """The base64 of the CMS object, in lines of 60."""
    def anew(found):
        text = re.sub(rb"\s+", b"", found.group(2))
        lines = [text[i:i + 60] for i in range(0, len(text), 60)]
        return found.group(1) + b"\r\n".join(lines) + b"\r\n"
    return re.sub(rb"(filename=\"smime\.p7[ms]\"\r\n\r\n)([A-Za-z0-9+/=\r\n]+?\r\n)(?=\r\n|--|$)",
                  anew, mail)


def routes(test, stack, sink, form, text):
    """(route, mail as it came) for one mail of ours."""
    mail = test.make(form, text, "bob@peers.test")
    yield "as sent", mail
    send(mail, "bob@peers.test")
    yield "Postfix, Maildir", wait(lambda: maildir(stack))
    yield "Dovecot, IMAP", wait(fetch)
    far = test.make(form, text, FAR)
    had = len(sink.got)
    send(far, FAR)
    yield "without 8BITMIME", wait(lambda: sink.got[had] if len(sink.got) > had else None)
    yield "mbox", through_mbox(test.work, mail)
    yield "base64 re-wrapped", rewrap(mail)


def main():
    harness, pki, postseal, work, target = sys.argv[1:6]
    os.makedirs(work, exist_ok=True)
    stack, sink, test = Stack(harness, work), Sink(), Test(pki, postseal, work)
    rows, faults = [], 0
    stack.do("up")
    try:
        for form in FORMS:
            for text in TEXTS:
                cells, first = [], None
                for route, mail in routes(test, stack, sink, form, text):
                    verdict = test.verdict(mail)
                    first = first or verdict
                    good = verdict == first and verdict[0] == \
                        ("sealed" if form == "sealed" else "signed")
                    faults += not good
                    cells.append((route, verdict[0] if good else "**%s**" % (verdict,)))
                rows.append(("%s %s" % (form, text), cells))
    finally:
        stack.do("down")
        sink.listener.close()
    with open(target, "a", encoding="utf-8") as out:
        out.write("\n## Through relays and stores\n\nWhat `postseal verify` says of the same mail "
                  "after each way.\n\n")
        out.write("| mail | " + " | ".join(route for route, _ in rows[0][1]) + " |\n")
        out.write("| --- |" + " --- |" * len(rows[0][1]) + "\n")
        for name, cells in rows:
            out.write("| %s | %s |\n" % (name, " | ".join(text for _, text in cells)))
    print("%d mails, %d ways, %d faults" % (len(rows), len(rows[0][1]), faults))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
