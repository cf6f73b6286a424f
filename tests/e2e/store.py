#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Looks into a store from outside, by Python's own SQLite.

usage: store.py identity STORE CERT.der KEY.p8 SPKI.der ADDRESS PURPOSE
       store.py count STORE TABLE N
       store.py sound STORE
       store.py damage STORE
       store.py sql STORE STATEMENT		prints the first value, if any
       store.py fill STORE CERT.der N		N correspondents

The key is an EncryptedPrivateKeyInfo of the openssl command; PURPOSE 1 signs,
2 decrypts, 3 both. The certificate is in the store already.
"""

import hashlib
import sqlite3
import sys


def open_store(path):
    return sqlite3.connect(path, timeout=30)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def identity(path, cert, key, spki, address, purpose):
    with open_store(path) as db:
        row = db.execute("SELECT id FROM cert WHERE sha256 = ?",
                         (hashlib.sha256(read(cert)).hexdigest(),)).fetchone()
        db.execute("INSERT INTO identity(cert, spki, key, address, address_key, purpose, retired,"
                   " created) VALUES(?, ?, ?, ?, ?, ?, 0, 0)",
                   (row[0], read(spki), read(key), address, address.lower(), int(purpose)))


def count(path, table, wanted):
    found = open_store(path).execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    if found != int(wanted):
        sys.exit(f"{table} has {found} rows, not {wanted}")


def sound(path):
    found = open_store(path).execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        sys.exit(found)


def damage(path):
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 32768)


def fill(path, cert, number):
    der = read(cert)
    with open_store(path) as db:
        for i in range(int(number)):
            key = f"person{i}@filled.test"
            row = db.execute("INSERT INTO cert(sha256, der, serial, key_id, how, added)"
                             " VALUES(?, ?, ?, ?, 1, 0)",
                             (hashlib.sha256(key.encode()).hexdigest(), der, key.encode(),
                              key.encode())).lastrowid
            db.execute("INSERT INTO name VALUES(?, ?)", (key, row))
            db.execute("INSERT INTO person(key, address) VALUES(?, ?)", (key, key))
            db.execute("INSERT INTO seen VALUES(?, ?, 1, 0, 0)", (key, row))


def sql(path, statement):
    with open_store(path) as db:
        row = db.execute(statement).fetchone()
    if row is not None:
        print(row[0])


VERBS = {"identity": identity, "count": count, "sound": sound, "damage": damage, "fill": fill, "sql": sql}
VERBS[sys.argv[1]](*sys.argv[2:])
