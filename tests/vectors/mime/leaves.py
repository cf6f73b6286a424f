#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes leaves.txt: what Python's email package, which shares nothing with
us, finds in the messages of a corpus: path, tab, the types of the leaves.

    tests/vectors/mime/leaves.py CORPUS | LC_ALL=C sort > tests/vectors/mime/leaves.txt
"""
import email.parser
import os
import sys

FOLDERS = ('mimekit', 'rspamd', 'simple-java-mail', 'stalwart-mail-parser', 'thunderbird')
WALKED = ('message/rfc822', 'message/global')

# Where the two may differ, read by a person. Python ends a header section at
# the first line that is no field; we keep such a line and go on (mime.h).
OTHERWISE = {
    # "Received" alone on a line in the section
    'mimekit/messages/issue358.txt': 'text/plain text/html',
    # "From" and its colon on two lines; no delimiter has the boundary named
    'rspamd/phish_sender4.eml': 'multipart/alternative',
    # "--ab" right behind the fields of the part, without an empty line
    'stalwart-mail-parser/malformed/007.eml': 'multipart/mixed',
    # no semicolon before the boundary
    'stalwart-mail-parser/malformed/017.eml': 'image/png',
    # fragments of fields and bodies: any answer will do
    'stalwart-mail-parser/malformed/019.eml': '*',
    # a boundary that is folded: "foo bar" (RFC 5322, 2.2.3)
    'stalwart-mail-parser/thirdparty/012.eml': 'text/x-myown text/html text/plain',
}


def is_message(path):
    name = os.path.basename(path)
    if name.startswith(('LICENSE', 'README', 'manual')) or 'summary' in name:
        return False
    return path.endswith(('.eml', '.txt')) or '/jsmime/' in path


def leaves(part):
    if part.get_content_type() in WALKED or part.get_content_maintype() == 'multipart':
        if part.is_multipart():
            return [leaf for inner in part.get_payload() for leaf in leaves(inner)]
    return [part.get_content_type()]


def main(corpus):
    for folder in FOLDERS:
        for where, _, names in os.walk(os.path.join(corpus, folder)):
            for name in names:
                path = os.path.join(where, name)
                short = os.path.relpath(path, corpus)
                if is_message(path):
                    with open(path, 'rb') as f:
                        found = ' '.join(leaves(email.parser.BytesParser().parse(f)))
                    print(short, OTHERWISE.get(short, found), sep='\t')


main(sys.argv[1])
