#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# A time-stamping authority on loopback for timestamp.sh: HTTP in front of the
# openssl ts command. Its path says how honest it is.
"""usage: tsa.py PORT-FILE CONFIG [CERTIFICATE KEY]	serves until it is ended;
the port is written to PORT-FILE; with a certificate by https"""
import http.server
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time

REPLY = "application/timestamp-reply"
OLD = {}


def stamp(config, section, query, *options):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "query")
        with open(path, "wb") as f:
            f.write(query)
        return subprocess.run(
            ["openssl", "ts", "-reply", "-config", config, "-section", section,
             "-queryfile", path, *options], check=True, capture_output=True).stdout


def length(n):
    if n < 128:
        return bytes([n])
    octets = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([128 | len(octets)]) + octets


def value(tag, *parts):
    inside = b"".join(parts)
    return bytes([tag]) + length(len(inside)) + inside


def question(text, nonce):
    """A TimeStampReq for the SHA-256 of another text."""
    import hashlib
    sha256 = value(0x30, bytes.fromhex("0609608648016503040201"))
    imprint = value(0x30, sha256, value(4, hashlib.sha256(text).digest()))
    return value(0x30, b"\x02\x01\x01", imprint, nonce, b"\x01\x01\xff")


def nonce_of(query):
    """The INTEGER before certReq TRUE, which ends the question."""
    at = query.rindex(b"\x02", 0, len(query) - 3 - 16)
    return query[at:-3]


def sign_again(token, who):
    """The same TSTInfo, signed by somebody whom openssl ts would not let stamp."""
    info = subprocess.run(
        ["openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-binary"],
        input=token, check=True, capture_output=True).stdout
    signed = subprocess.run(
        ["openssl", "cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256",
         "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-signer", who + ".crt",
         "-inkey", who + ".key", "-outform", "DER"],
        input=info, check=True, capture_output=True).stdout
    return value(0x30, value(0x30, b"\x02\x01\x00"), signed)


class Authority(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, kind=REPLY):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def go_to(self, place):
        self.send_response(307)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def endless(self):
        self.send_response(200)
        self.send_header("Content-Type", REPLY)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass
        self.close_connection = True

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        config = self.server.config
        kind = self.path[1:]
        if self.headers["Content-Type"] != "application/timestamp-query":
            self.answer(b"", 400)
        elif kind in ("good", "other"):
            self.answer(stamp(config, kind, query))
        elif kind == "purpose":
            self.answer(sign_again(stamp(config, "good", query, "-token_out"), "several"))
        elif kind == "nonce":
            other = bytes([0x02, 0x10, 0x41]) + bytes(15)
            self.answer(stamp(config, "good", query.replace(nonce_of(query), other)))
        elif kind == "imprint":
            self.answer(stamp(config, "good", question(b"another", nonce_of(query))))
        elif kind == "again":
            OLD.setdefault("answer", stamp(config, "good", query))
            self.answer(OLD["answer"])
        elif kind == "denied":
            self.answer(value(0x30, value(0x30, b"\x02\x01\x02",
                                          value(0x30, value(0x0c, b"not today")))))
        elif kind == "forged":
            reply = bytearray(stamp(config, "good", query))
            reply[-1] ^= 1
            self.answer(bytes(reply))
        elif kind == "cut":
            self.answer(stamp(config, "good", query)[:-40])
        elif kind == "type":
            self.answer(stamp(config, "good", query), kind="text/html")
        elif kind == "missing":
            self.answer(b"", 404)
        elif kind == "busy":
            self.answer(b"", 503)
        elif kind == "moved":
            self.go_to("/good")
        elif kind == "loop":
            self.go_to("/loop")
        elif kind == "file":
            self.go_to("file:///etc/passwd")
        elif kind == "endless":
            self.endless()
        elif kind == "slow":
            time.sleep(60)
        else:
            self.answer(b"", 404)


def main(port_file, config, certificate=None, key=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority)
    server.daemon_threads = True
    server.config = config
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with open(port_file + ".new", "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    os.rename(port_file + ".new", port_file)
    # However the test ends, this does not stay.
    threading.Timer(600, os._exit, [1]).start()
    server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
