#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes stamp.der, a time-stamp token (RFC 3161) over content.txt by an authority
# of its own, with the openssl command (3.0). Its key is thrown away.
#
# usage: tests/vectors/cms/stamp.sh
set -eu
cd "$(dirname "$0")"
umask 022

cat >ts.cnf <<'END'
[req]
distinguished_name = name
x509_extensions = tsa
prompt = no
[name]
CN = stamp
[tsa]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[stamp]
default_tsa = how
[how]
serial = ts.serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
END
trap 'rm -f ts.*' EXIT

openssl req -x509 -config ts.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout ts.key -out ts.crt -days 21900 2>/dev/null
openssl ts -query -config ts.cnf -data content.txt -sha256 -cert -out ts.query
openssl ts -reply -config ts.cnf -section how -queryfile ts.query -signer ts.crt -inkey ts.key \
    -token_out -out stamp.der 2>/dev/null
