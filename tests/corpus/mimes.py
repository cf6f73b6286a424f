# SPDX-License-Identifier: ISC
"""
Mails as other MIME parsers read them: the trees of Stalwart's parser and of
MimeKit, with fields, types, addresses, dates and decoded bodies.

Compared is what a reader of mail can see. How a parser splits text into bodies
and attachments, or keeps a broken octet, is its own affair: texts are compared
without the replacement characters and the white space at their ends.
"""
import email
import json
import os
import re

from checks import Differs, read

CHARSETS = {"unicode-1-1-utf-7": "utf-7", "x-sjis": "shift_jis", "ks_c_5601-1987": "cp949",
            "iso-8859-8-i": "iso-8859-8", "cp-1252": "cp1252", "macintosh": "mac_roman"}


def mime(driver, verb, octets):
    path = os.path.join(driver.work, "mail")
    with open(path, "wb") as f:
        f.write(octets)
    return driver.ask(verb, path)


def text_of(octets):
    return bytes.fromhex(octets or "").decode("utf-8", "replace")


# --- Stalwart ---

def field_name(name):
    return (name if isinstance(name, str) else name["other"]).replace("_", "-").lower()


def squeeze(text):
    return re.sub(r"\s+", " ", text.replace("\ufffd", "")).strip()


def same_text(field, value):
    """Comments may have been taken out of ids, and the angle brackets."""
    plain = squeeze(text_of(field["text"]))
    return squeeze(value) in (plain, plain.strip("<>"), re.sub(r"[<>]", "", plain))


def same_addresses(field, value):
    """The mailboxes with a domain (RFC 5322, 3.4.1); names only where no comment is, which
    Stalwart makes part of them."""
    wanted = [(squeeze(a["name"] or ""), re.sub(r"^@.*?:|\s", "", a["address"] or ""))
              for a in value["List"]]
    wanted = [(n, a) for n, a in wanted if re.fullmatch(r"[^@:]+@[^@:/?]+", a)]
    found = [(squeeze(text_of(n)), text_of(a)) for n, a in field["addresses"]]
    if [a for _, a in found] != [a for _, a in wanted]:
        return False
    return "(" in text_of(field["text"]) or found == wanted


def same_date(field, value):
    if not re.search(r":\d\d( |$)", text_of(field["text"])):
        return field["date"] is None		# cut off: to us it is no date
    minutes = value["tz_hour"] * 60 + value["tz_minute"]
    minutes = value["hour"] * 60 + value["minute"] + (minutes if value["tz_before_gmt"]
                                                      else -minutes)
    if field["date"] is None or not 0 <= minutes < 1440:
        return field["date"] is not None	# another day: the calendar is tested elsewhere
    return field["date"] == "%04d-%02d-%02dT%02d:%02d:%02dZ" % (
        value["year"], value["month"], value["day"], minutes // 60, minutes % 60,
        value["second"])


def same_list(field, value):
    return [squeeze(v) for v in value] == [squeeze(v) for v in text_of(field["text"]).split(",")]


VALUES = {"Text": same_text, "Address": same_addresses, "DateTime": same_date,
          "TextList": same_list}


def check_fields(ours, theirs, where):
    """The fields in order; what is between them that is no field at all does not count."""
    named = [f for f in ours["fields"] if f["name"]]
    names = [f["name"].lower() for f in named]
    wanted = [field_name(h["name"]) for h in theirs["headers"]]
    if names != wanted:
        raise Differs("%s: the fields are %s, not %s" % (where, names, wanted))
    for field, header in zip(named, theirs["headers"]):
        value = header["value"]
        kind = value if isinstance(value, str) else list(value)[0]
        if kind in VALUES and not VALUES[kind](field, value[kind]):
            raise Differs("%s: %s is %r" % (where, field["name"], text_of(field["text"])[:80]))


def attributes(value):
    """A parameter that is written twice: any of them may win, here as there. Without white
    space, which stands between encoded words or not."""
    out = {}
    for a in value.get("attributes") or []:
        name, text = a if isinstance(a, list) else (a["name"], a["value"])
        if not name.endswith("-language"):	# Stalwart's own, from RFC 2231
            out.setdefault(name.lower(), set()).add(squeeze(text).replace(" ", ""))
    return out


def check_type(ours, value, where):
    found = (ours["type"], ours["subtype"])
    wanted = (value["c_type"].lower(), (value["c_subtype"] or "").lower())
    if found != wanted:
        raise Differs("%s: the type is %s/%s, not %s/%s" % ((where,) + found + wanted))
    named = {n: squeeze(text_of(v)).replace(" ", "")
             for n, v in ours["parameters"].items() if v}
    given = attributes(value)
    if set(named) != set(given) or any(named[n] not in given[n] for n in named):
        raise Differs("%s: the parameters are %s, not %s" % (where, named, given))


def check_types(ours, theirs, where):
    for header in theirs["headers"]:
        value = header["value"]
        if not isinstance(value, dict) or "ContentType" not in value:
            continue
        part = {"content-type": "type", "content-disposition": "disposition"}.get(
            field_name(header["name"]))
        if part:
            check_type(ours[part], value["ContentType"], where)


def decoded(ours, charset):
    octets = bytes.fromhex(ours["body"] or "")
    charset = CHARSETS.get(charset.lower(), charset)
    try:
        return octets.decode(charset, "replace")
    except LookupError:
        return octets.decode("utf-8", "replace")


def lines(octets):
    return octets.replace(b"\r\n", b"\n").strip()


def check_body(ours, theirs, where):
    body = theirs["body"]
    kind = list(body)[0]
    if theirs["is_encoding_problem"]:		# what to do then is everybody's own affair
        return
    if kind in ("Text", "Html"):
        text = decoded(ours, text_of(ours["type"]["parameters"].get("charset")) or "utf-8")
        if squeeze(text) != squeeze(body[kind]):
            raise Differs("%s: the text is %r, not %r" % (where, squeeze(text)[:60],
                                                          squeeze(body[kind])[:60]))
    elif lines(bytes.fromhex(ours["body"] or "")) != lines(bytes(body[kind])):
        raise Differs("%s: the octets differ" % where)


def check_part(ours, message, number, where):
    theirs = message["parts"][number]
    body = theirs["body"]
    check_fields(ours, theirs, where)
    check_types(ours, theirs, where)
    if "Multipart" in body:
        parts = ours.get("parts", [])
        if len(parts) != len(body["Multipart"]):
            raise Differs("%s: %d parts, not %d" % (where, len(parts), len(body["Multipart"])))
        for i, (part, number) in enumerate(zip(parts, body["Multipart"])):
            check_part(part, message, number, "%s.%d" % (where, i))
    elif "Message" in body:
        if "message" not in ours:
            raise Differs("%s: no message" % where)
        check_part(ours["message"], body["Message"], 0, where + "m")
    else:
        if "body" not in ours:
            raise Differs("%s: not a single body" % where)
        check_body(ours, theirs, where)


def structure(driver, line):
    """A mail against Stalwart's trees of it, as it is and with CRLF."""
    base, mail = line.path[:-len(".eml")], read(line.path)
    crlf = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    for octets, tree in (mail, ".json"), (crlf, ".crlf.json"):
        check_part(mime(driver, "mime", octets)["mail"], json.loads(read(base + tree)), 0, "0")
    return "the same tree"


# --- Python ---

def email_types(part):
    """The types in a message as the email package cut it, in the form of types()."""
    if part.get_content_maintype() == "multipart":
        inside = part.get_payload() if part.is_multipart() else []
    else:
        inside = []
    return [part.get_content_type(), [email_types(p) for p in inside]]


def recovery(driver, line):
    """A malformed mail: no standard says what its parts are, and where Stalwart's reading is
    another than ours, Python's email package must share ours."""
    try:
        return structure(driver, line)
    except Differs:
        ours = types(mime(driver, "mime", read(line.path))["mail"])
        if ours != email_types(email.message_from_bytes(read(line.path))):
            raise
    return "the tree of Python's email package"


# --- single fields ---

def one_field(driver, name, value):
    octets = ("%s:%s\n\nbody\n" % (name, value.rstrip("\n"))).encode("utf-8", "surrogateescape")
    return mime(driver, "mime", octets)["mail"]


TYPE = re.compile(r"\s*[\w.+-]+\s*/\s*[\w.+-]+\s*(;|\(|=|$|\n)")


def one_value(driver, name, vector):
    """The value in a field. What is no type has the default one (RFC 2045, 5.2), and what is
    only a word is a disposition."""
    wanted, value = vector["expected"], vector["header"]
    if name == "To":
        flat = [a for g in wanted.get("Group", []) for a in g["addresses"]] + \
            wanted.get("List", [])
        return same_addresses(one_field(driver, name, value)["fields"][0], {"List": flat})
    if wanted["c_subtype"] is None and "/" not in value and "=" not in value.split(";")[0]:
        check_type(one_field(driver, "Content-Disposition", value)["disposition"], wanted, "")
    elif TYPE.match(value):
        check_type(one_field(driver, name, value)["type"], wanted, "")
    else:
        ours = one_field(driver, name, value)["type"]
        return (ours["type"], ours["subtype"]) == ("text", "plain")
    return True


def field_values(driver, line):
    """Values of one field, each with what Stalwart makes of it."""
    name = "To" if line.name.endswith("address.json") else "Content-Type"
    vectors, differ = json.loads(read(line.path)), []
    for i, vector in enumerate(vectors):
        try:
            if vector["expected"] and not one_value(driver, name, vector):
                differ.append(i)
        except Differs:
            differ.append(i)
    if differ:
        raise Differs("%d of %d: %s" % (len(differ), len(vectors), " ".join(map(str, differ))))
    return "%d values" % len(vectors)


# --- MimeKit ---

def types(ours):
    return ["%s/%s" % (ours["type"]["type"], ours["type"]["subtype"]),
            [types(p) for p in ours.get("parts", [])]]


def their_types(body):
    return [body["mimeType"].lower(), [their_types(c) for c in body.get("children", [])]]


def mbox(driver, line):
    """The mails of an mbox, and the types in each, as MimeKit found them."""
    mails = driver.ask("mbox", line.path)["mails"]
    if line.get("offsets") is None:
        if len(mails) != int(line.get("mails")):
            raise Differs("%d mails" % len(mails))
        return "%d mails" % len(mails)
    theirs = json.loads(read(os.path.join(line.corpus, line.get("offsets"))))
    found, wanted = [types(m) for m in mails], [their_types(t["body"]) for t in theirs]
    if found != wanted:
        raise Differs("%d mails, not %d, or other types" % (len(found), len(wanted)))
    return "%d mails" % len(mails)
