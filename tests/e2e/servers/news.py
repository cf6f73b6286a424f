#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
#
# The servers of an authority on loopback, for revocation.sh: an OCSP responder made
# of the openssl ocsp command, revocation lists, certificates. The path says how
# honest it is.
"""usage: news.py PORT-FILE LOG	serves this folder until it is ended; each question
is a line of LOG"""
import base64
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

REPLY = "application/ocsp-response"
TYPES = {".crl": "application/pkix-crl", ".crt": "application/pkix-cert",
         ".p7c": "application/pkcs7-mime"}
SIGNERS = {"good": "responder", "post": "responder", "direct": "issuing", "person": "bob",
           "root-made": "root-responder", "other": "responder",
           "nonce": "responder"}
STATUS = {"later": 3, "unauthorized": 6}


def replay(query):
    """What was said first, as soon as there is a file "replaying"."""
    if not os.path.exists("replaying"):
        made = answer(query, "good")
        if not os.path.exists("first"):
            with open("first", "wb") as f:
                f.write(made)
        return made
    with open("first", "rb") as f:
        return f.read()


def answer(query, kind):
    if kind == "replay":
        return replay(query)
    if kind in STATUS:
        return bytes([0x30, 3, 0x0a, 1, STATUS[kind]])
    if kind == "junk":
        return b"\x30\x82\xff\xff junk"
    with tempfile.TemporaryDirectory() as d:
        names = [os.path.join(d, n) for n in ("query", "answer")]
        options = ["-reqin", names[0]]
        if kind == "other":
            options = ["-issuer", "issuing.crt", "-serial", "0x1234", "-reqout", names[0]]
            subprocess.run(["openssl", "ocsp", "-no_nonce", *options], check=True)
            options = ["-reqin", names[0]]
        elif kind == "nonce":
            options = ["-issuer", "issuing.crt", "-cert", "nonce.crt", "-reqout", names[0]]
            subprocess.run(["openssl", "ocsp", *options], check=True)
            options = ["-reqin", names[0]]
        else:
            with open(names[0], "wb") as f:
                f.write(query)
        who = SIGNERS.get(kind, "responder")
        subprocess.run(["openssl", "ocsp", "-index", "index.txt", "-CA", "issuing.crt",
                        "-rsigner", who + ".crt", "-rkey", who + ".key", "-rmd", "sha256",
                        "-ndays", "1", *options, "-respout", names[1]],
                       check=True, stdout=subprocess.DEVNULL)
        with open(names[1], "rb") as f:
            made = f.read()
    if kind == "forged":
        made = bytearray(made)
        made[made.index(b"\x18\x0f") + 15] ^= 1	# a second of producedAt
    return bytes(made)


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def put(self, status, type_, octets):
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def note(self, query=b""):
        nonce = bytes.fromhex("2b0601050507300102") in query
        with open(sys.argv[2], "a") as f:
            f.write("%s %s%s\n" % (self.command, self.path.split("/")[1] + "/" +
                                   (self.path.split("/") + [""])[2],
                                   " nonce" if nonce else ""))

    def respond(self, kind, query):
        self.note(query)
        if kind == "slow":
            time.sleep(30)
        if kind == "redirect":
            self.send_response(302)
            self.send_header("Location", "/ocsp/good")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if kind == "endless":
            return self.flood(REPLY)
        if kind == "error":
            return self.put(500, REPLY, b"")
        made = answer(query, kind)
        self.put(200, "text/html" if kind == "type" else REPLY, made)

    def flood(self, type_):
        self.send_response(200)
        self.send_header("Content-Type", type_)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"\x30" * 65536)
        except OSError:
            pass

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        self.respond(self.path.split("/")[2], query)

    def do_GET(self):
        parts = self.path.split("/")
        if parts[1] == "ocsp":
            if parts[2] == "post":
                self.note()
                return self.put(405, "text/plain", b"")
            query = base64.b64decode(urllib.parse.unquote("/".join(parts[3:])))
            return self.respond(parts[2], query)
        self.note()
        if parts[1] == "endless.crl":
            return self.flood(TYPES[".crl"])
        try:
            with open(os.path.basename(parts[1]), "rb") as f:
                self.put(200, TYPES[os.path.splitext(parts[1])[1]], f.read())
        except (OSError, KeyError):
            self.put(404, "text/plain", b"")
        return None


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(sys.argv[1] + ".new", "w") as port:
    port.write("%d\n" % server.server_port)
os.rename(sys.argv[1] + ".new", sys.argv[1])
threading.Event().wait()
