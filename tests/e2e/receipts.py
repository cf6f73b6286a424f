#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# Takes receipts apart for ess.sh, and puts forged ones together.
"""usage: receipts.py MAIL content|other-value|cut
The Receipt within a signed receipt: as it is, with another signature value, without
its end."""
import email
import sys

from tokens import elements, inside


def receipt_of(path):
    with open(path, "rb") as f:
        cms = email.message_from_binary_file(f).get_payload(decode=True)
    signed = inside(inside(inside(cms, 0), 1), 0)
    content = [e for e in elements(signed) if e[0] == 0x30][0][2]
    return inside(inside(content, 1), 0)


def main(path, what):
    receipt = bytearray(receipt_of(path))
    if what == "other-value":
        receipt[-1] ^= 1
    elif what == "cut":
        receipt = receipt[:-5]
    sys.stdout.buffer.write(receipt)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
