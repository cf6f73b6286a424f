#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# What transit does to signed mails: entities as senders write them, and the
# damage that relays, lists, folders and gateways do, each as those do it. Uses
# nothing of the program under test.
"""usage: diagnose.py entity KIND		an entity to sign, on stdout
	diagnose.py damage NAME MAIL	the mail damaged, on stdout"""
import base64
import quopri
import re
import sys

WORDS = b"Gr\xc3\xbc\xc3\x9fe aus K\xc3\xb6ln, it costs 5 \xe2\x82\xac = much, "


def text_lines():
    return [b"Dear Bob,", b"", b"From here on the text has a second line.",
            b">From a folder comes this line.", b"The third line is a short one.",
            b"", b"-- ", b"Alice"]


FROM = [b"Dear Bob,", b"", b"From here on the text has a second line."]
FLOWED = [b"This paragraph was wrapped by a mail program at seventy-two columns, ",
          b"and each of its soft line breaks has a space at its end, as RFC 3676 ",
          b"has it.", b"", b"A short line.", b"-- ", b"Alice"]


def entity_of(head, lines):
    return b"".join(x + b"\r\n" for x in head) + b"\r\n" + b"\r\n".join(lines)


def plain(encoding=b"7bit", charset=b"us-ascii", body=None, extra=()):
    head = [b"Content-Type: text/plain; charset=" + charset]
    head += [b"Content-Transfer-Encoding: " + encoding] if encoding else []
    return entity_of(head + list(extra), text_lines() if body is None else body)


def blob(n):
    return bytes((i * 7 + i // 256 * 13) & 255 for i in range(n))


def wrapped(data, width):
    digits = base64.b64encode(data)
    return b"\r\n".join(digits[i:i + width] for i in range(0, len(digits), width))


def mixed(encoding=b"8bit", text=None, boundary=b"inner=_1", width=76):
    """A text and an attachment."""
    text = WORDS * 3 + b"\r\nThe end." if text is None else text
    dash = b"--" + boundary
    return b"\r\n".join([
        b'Content-Type: multipart/mixed; boundary="' + boundary + b'"', b"",
        dash, b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: " + encoding, b"", text,
        dash, b"Content-Type: application/octet-stream; name=blob",
        b"Content-Transfer-Encoding: base64", b"", wrapped(blob(700), width),
        dash + b"--"])


def quoted(data):
    return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


ENTITIES = {
    "plain": plain,
    "flowed": lambda: plain(charset=b"us-ascii; format=flowed", body=FLOWED),
    "from": lambda: plain(body=FROM),
    "escaped": lambda: plain(body=[x.replace(b"From", b">From") for x in FROM]),
    "no-encoding": lambda: plain(encoding=None),
    "8bit": lambda: plain(b"8bit", b"utf-8", [WORDS * 3, b"", b"The end.", b"Alice"]),
    "latin1": lambda: plain(b"8bit", b"iso-8859-1", [b"Gr\xfc\xdfe aus K\xf6ln", b"Alice"]),
    "quoted": lambda: plain(b"quoted-printable", b"utf-8",
                            [quoted(WORDS * 3), b"", b"The end.", b"Alice"]),
    "base64": lambda: plain(b"base64", b"utf-8", [wrapped(WORDS * 9, 76)]),
    "mixed": mixed,
    "mixed-64": lambda: mixed(width=64),
    "mixed-quoted": lambda: mixed(b"quoted-printable", quoted(WORDS * 3) + b"\r\nThe end."),
    "folded": lambda: entity_of([b"Content-Type: text/plain;\r\n\tcharset=us-ascii;"
                                 b"\r\n\tformat=fixed"], text_lines()),
    "bare": lambda: b"Only a text, and no header section.\r\nTwo lines of it.",
    "long": lambda: plain(body=[b"Line %d of a long text." % i for i in range(3000)]),
    "lf": lambda: plain().replace(b"\r\n", b"\n"),
    "cr": lambda: plain().replace(b"\r\n", b"\r"),
    "crlf-lf": lambda: plain().replace(b"\r\n\r\n", b"\0", 1).replace(b"\r\n", b"\n")
    .replace(b"\0", b"\n\n", 1).replace(b"\n", b"\r\n", 3),
    "empty-lines": lambda: plain() + b"\r\n\r\n",
}


class Signed:
    """A multipart/signed in its three pieces."""

    def __init__(self, mail):
        name = re.search(rb'boundary="?([^"\s;]+)"?', mail).group(1)
        dash = b"\r\n--" + name
        first = mail.index(dash) + len(dash) + 2
        end = mail.index(dash, first)
        self.before, self.part, self.behind = mail[:first], mail[first:end], mail[end:]

    def body(self, change):
        head, text = self.part.split(b"\r\n\r\n", 1)
        return head + b"\r\n\r\n" + change(text)

    def lines(self, change):
        return b"\r\n".join(change(x) for x in self.part.split(b"\r\n"))


FOOTER = b"\r\n_______________________________________________\r\nstaff mailing list\r\n" \
    b"https://lists.example/staff"
MAILMAN = b"\r\n".join([
    b'Content-Type: text/plain; charset="us-ascii"', b"MIME-Version: 1.0",
    b"Content-Transfer-Encoding: 7bit", b"Content-Disposition: inline", b"",
    b"_______________________________________________", b"staff mailing list"])
WARNING = b"CAUTION: this mail came from outside.\r\nDo not open what you do not expect.\r\n\r\n"


def list_around(m):
    """Mailman: the signed mail becomes the first part of a multipart/mixed."""
    mail = m.before + m.part + m.behind
    outer, rest = [], []
    for field in re.findall(rb"(?:^[^\r\n]+\r\n(?:[ \t].*\r\n)*)", mail.split(b"\r\n\r\n", 1)[0]
                            + b"\r\n", re.M):
        (rest if field.lower().startswith((b"content-", b"mime-")) else outer).append(field)
    inner = b"".join(x for x in rest if x.lower().startswith(b"content-"))
    return b"".join(outer) + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;" \
        b' boundary="===============list=="\r\n\r\n--===============list==\r\n' + inner + \
        b"\r\n" + mail.split(b"\r\n\r\n", 1)[1] + b"\r\n--===============list==\r\n" + MAILMAN + \
        b"\r\n--===============list==--\r\n"


def list_inside(m):
    return b'Content-Type: multipart/mixed; boundary="==list=="\r\n\r\n--==list==\r\n' + m.part + \
        b"\r\n--==list==\r\n" + MAILMAN + b"\r\n--==list==--"


def replace(old, new, count=-1):
    return lambda m: m.part.replace(old, new, count)


def recode(old, new, change, said=b""):
    """The body in another transfer encoding, as sendmail and Exchange do it."""
    def damage(m):
        head, text = m.part.split(b"\r\n\r\n", 1)
        return head.replace(b"Encoding: " + old, b"Encoding: " + new) + said + b"\r\n\r\n" + \
            change(text)
    return damage


def recode_leaf(old, new, change):
    def damage(m):
        pieces = m.part.split(b"\r\n--inner=_1")
        head, text = pieces[1].split(b"\r\n\r\n", 1)
        pieces[1] = head.replace(b"Encoding: " + old, b"Encoding: " + new) + b"\r\n\r\n" + \
            change(text)
        return b"\r\n--inner=_1".join(pieces)
    return damage


def unquoted(text):
    return quopri.decodestring(text)


def rewrap(width, tail=b""):
    def change(text):
        return wrapped(base64.b64decode(re.sub(rb"\s", b"", text)), width) + tail
    return change


def rewrap_attachment(width):
    def damage(m):
        pieces = m.part.split(b"\r\n--inner=_1")
        head, text = pieces[2].split(b"\r\n\r\n", 1)
        pieces[2] = head + b"\r\n\r\n" + rewrap(width)(text)
        return b"\r\n--inner=_1".join(pieces)
    return damage


def recharset(old, new, source, target, change=lambda x: x):
    def damage(m):
        head, text = m.part.split(b"\r\n\r\n", 1)
        return head.replace(old, new) + b"\r\n\r\n" + \
            change(text.decode(source).encode(target))
    return damage


AUTOCONVERTED = b"\r\nX-MIME-Autoconverted: from 8bit to quoted-printable by relay id x1"

# The signed part after each damage; a bytes object beginning with From: is a mail.
DAMAGES = {
    "none": lambda m: m.part,
    "lf": lambda m: m.part.replace(b"\r\n", b"\n"),
    "crlf": lambda m: re.sub(rb"\r\n|\r|\n", b"\r\n", m.part),
    "final-added": lambda m: m.part + b"\r\n\r\n\r\n",
    "final-removed": lambda m: m.part.rstrip(b"\r\n"),
    "strip": lambda m: m.lines(lambda x: x.rstrip()),
    "pad": lambda m: m.lines(lambda x: x + b"  " if x.startswith(b"The") else x),
    "footer": lambda m: m.part + FOOTER,
    "footer-crlf": lambda m: m.part + FOOTER + b"\r\n",
    "footer-lf": lambda m: re.sub(b"\r\n", b"\n", m.part + FOOTER),
    "footer-pad": lambda m: m.lines(lambda x: x + b" " if x.startswith(b"The") else x) + FOOTER,
    "footer-text": lambda m: replace(b"The end.", b"The end." + FOOTER)(m),
    "banner": lambda m: m.body(lambda x: WARNING + x),
    "banner-text": lambda m: replace(b"8bit\r\n\r\n", b"8bit\r\n\r\n" + WARNING)(m),
    "escape": lambda m: re.sub(rb"(?m)^(From )", rb">\1", m.part),
    "escape-all": lambda m: re.sub(rb"(?m)^(>*From )", rb">\1", m.part),
    "unescape": lambda m: re.sub(rb"(?m)^>From ", rb"From ", m.part),
    "escape-footer": lambda m: re.sub(rb"(?m)^(>*From )", rb">\1", m.part) + FOOTER,
    "field": replace(b"\r\n\r\n", b"\r\nContent-Disposition: inline\r\n\r\n", 1),
    "fields": lambda m: b"X-Scanned: by\r\n\trelay\r\nX-Level: 3\r\n" + m.part,
    "section": lambda m: b"Content-Type: text/plain\r\nX-A: b\r\n\r\n" + m.part,
    "unfold": replace(b"\r\n\t", b" "),
    "refold": replace(b"\r\n\t", b"\r\n "),
    "fold": replace(b"; ", b";\r\n\t"),
    "boundary-head": replace(b"inner=_1", b"NextPart_7", 1),
    "boundary-lines": replace(b"--inner=_1", b"--NextPart_7"),
    "to-quoted": recode(b"8bit", b"quoted-printable", quoted, AUTOCONVERTED),
    "to-8bit": recode(b"quoted-printable", b"8bit", unquoted),
    "base64-to-8bit": recode(b"base64", b"8bit", base64.b64decode),
    "to-base64": recode(b"8bit", b"base64", lambda x: wrapped(x, 76)),
    "7bit-to-base64": recode(b"7bit", b"base64", lambda x: wrapped(x, 76)),
    "quoted-to-base64": recode(b"quoted-printable", b"base64",
                               lambda x: wrapped(unquoted(x), 76)),
    "says-8bit": recode(b"7bit", b"8bit", lambda x: x),
    "adds-encoding": replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n", 1),
    "leaf-to-quoted": recode_leaf(b"8bit", b"quoted-printable", quoted),
    "leaf-to-base64": recode_leaf(b"8bit", b"base64", lambda x: wrapped(x, 76)),
    "leaf-to-8bit": recode_leaf(b"quoted-printable", b"8bit", unquoted),
    "wrap-60": lambda m: m.body(rewrap(60)),
    "wrap-72-crlf": lambda m: m.body(rewrap(72, b"\r\n")),
    "wrap-attachment": rewrap_attachment(72),
    "to-utf8": recharset(b"iso-8859-1", b"utf-8", "iso-8859-1", "utf-8"),
    "to-cp1252": recharset(b"utf-8", b"windows-1252", "utf-8", "windows-1252"),
    "to-latin9": recharset(b"utf-8", b"ISO-8859-15", "utf-8", "iso-8859-15"),
    "list-inside": list_inside,
    "list-around": list_around,
    "word": replace(b"line", b"lime", 1),
    "word-and-footer": lambda m: replace(b"line", b"lime", 1)(m) + FOOTER,
    "escape-and-field": lambda m: b"X-A: b\r\n" + re.sub(rb"(?m)^(From )", rb">\1", m.part),
}


def main(what, name, path=None):
    if what == "entity":
        out = ENTITIES[name]()
    else:
        with open(path, "rb") as f:
            m = Signed(f.read())
        out = DAMAGES[name](m)
        if not out.startswith(b"From:"):
            out = m.before + out + m.behind
    sys.stdout.buffer.write(out)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
