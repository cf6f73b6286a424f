#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Small tools for the end-to-end scripts: reads verdicts, takes mails apart and
# puts them together without any code of the program under test.
"""usage: judge.py json FILE PATH=VALUE...	verdict fields; PATH.# is a length;
				PATH~REGEX: it is found there
	judge.py body FILE			what lies below the header section, decoded
	judge.py split MAIL DIR			DIR/content and DIR/cms (DER) of a signed mail
	judge.py extract MAIL		the CMS object of a mail, on stdout
	judge.py clear ENTITY CMS MICALG	a multipart/signed
	judge.py opaque CMS TYPE		an application/pkcs7-mime
	judge.py flip FILE TEXT			the last octet of TEXT changed, on stdout
	judge.py flip64 MAIL PLACE		one octet of a base64 body (PLACE: 0 to 1)
"""
import base64
import email
import json
import quopri
import re
import sys


def read(path):
    with open(path, "rb") as f:
        return f.read()


def show(data):
    sys.stdout.buffer.write(data)


def cut(mail):
    """The header section with its empty line, and the body."""
    m = re.search(rb"^\r?\n", mail, re.M)
    return (mail[:m.end()], mail[m.end():]) if m else (mail, b"")


def look(node, path):
    for step in path.split("."):
        if step == "#":
            node = len(node)
        elif isinstance(node, list):
            node = node[int(step)]
        else:
            node = node[step]
    return node if isinstance(node, str) else json.dumps(node)


def judge_json(path, *tests):
    text = read(path)
    verdict = json.loads(text)
    for test in tests:
        place, how, want = re.fullmatch(r"([^=~]*)([=~])(.*)", test, re.S).groups()
        try:
            found = look(verdict, place)
        except (KeyError, IndexError, TypeError) as e:
            found = "nothing (%r)" % e
        if found != want if how == "=" else re.search(want, found) is None:
            print(text.decode("utf-8", "replace").strip())
            sys.exit("%s is %s, but %s was expected" % (place, found, want))


def body(path):
    head, text = cut(read(path))
    encoded = re.search(rb"(?im)^content-transfer-encoding:[ \t]*quoted-printable", head)
    show(quopri.decodestring(text) if encoded else text)


def parts(mail):
    """The two parts of a multipart/signed, octet for octet."""
    head, text = cut(mail)
    name = email.message_from_bytes(head).get_boundary().encode()
    lines = list(re.finditer(rb"(?:^|\r?\n)--" + re.escape(name) + rb"(?:--)?[ \t]*(?:\r?\n|$)",
                             text))
    return [text[a.end():b.start()] for a, b in zip(lines, lines[1:])]


def cms_of(entity):
    return base64.b64decode(re.sub(rb"\s", b"", cut(entity)[1]))


def split(path, folder):
    content, signature = parts(read(path))
    for name, data in ("content", content), ("cms", cms_of(signature)):
        with open(folder + "/" + name, "wb") as f:
            f.write(data)


def armour(cms):
    return base64.encodebytes(cms).replace(b"\n", b"\r\n")


def clear(entity, cms, micalg):
    show(b"MIME-Version: 1.0\r\n"
         b"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n"
         b" micalg=" + micalg.encode() + b"; boundary=\"=_e2e\"\r\n\r\n"
         b"--=_e2e\r\n" + read(entity) + b"\r\n--=_e2e\r\n"
         b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
         b"Content-Transfer-Encoding: base64\r\n\r\n" + armour(read(cms)) + b"\r\n--=_e2e--\r\n")


def opaque(cms, kind):
    show(b"MIME-Version: 1.0\r\n"
         b"Content-Type: application/pkcs7-mime; smime-type=" + kind.encode() +
         b"; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n" + armour(read(cms)))


def flip(path, text):
    data, text = read(path), text.encode()
    at = data.find(text)
    if at < 0:
        sys.exit("%s does not contain %r" % (path, text))
    at += len(text) - 1
    show(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])


def flip64(path, place):
    head, text = cut(read(path))
    cms = bytearray(cms_of(head + text))
    cms[int(len(cms) * float(place))] ^= 1
    show(head + armour(bytes(cms)))


TOOLS = {"json": judge_json, "body": body, "split": split, "clear": clear, "opaque": opaque,
         "flip": flip, "flip64": flip64, "extract": lambda path: show(cms_of(read(path)))}
if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TOOLS:
        sys.exit(__doc__)
    TOOLS[sys.argv[1]](*sys.argv[2:])
