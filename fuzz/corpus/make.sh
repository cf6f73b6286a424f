#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes the seeds of this folder from tests/vectors, examples and the openssl
# command. What fuzzing found is added by hand beside them, as found-*.
#
# usage: fuzz/corpus/make.sh
set -eu
cd "$(dirname "$0")"
vectors=../../tests/vectors
mkdir -p wide mime mbox tnef der cms open protect keyfile cert

crlf() {
	sed 's/$/\r/'
}

# --- wide ---
openssl base64 -in ../../examples/draft.eml | crlf >wide/base64
openssl base64 -A -in ../../examples/draft.eml | fold -w 76 >wide/base64-76
{ openssl base64 -in ../../examples/draft.eml; printf 'QUJD\n\n QU=\n'; } >wide/base64-junk
printf 'a line \r\nand one\nFrom here\r\n-- \r\n--x\r\n\rend\377\000\n\n\r\n\r' >wide/lines

# --- mime ---
cp ../../examples/draft.eml mime/draft
crlf >mime/nested <<'END'
From: "A, \"b\" (c)" <a@example.org>, =?utf-8?q?B=C3=BC?= <b@example.org>
To: group: c@example.org, d@[127.0.0.1];, "e f"@example.org
Date: Fri, 21 Nov 1997 09:55:06 -0600 (CST)
Subject: =?iso-8859-1?B?R3L832U=?= =?utf-8?Q?_=E2=82=AC?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary*0="out"; boundary*1*=us-ascii'en'%65r

preamble
--outer
Content-Type: multipart/alternative; boundary=outer2

--outer2
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

soft=
 line=20
trailing =3D 	
--outer2
Content-Type: text/html
Content-Transfer-Encoding: base64

PGI+aGVsbG88L2I+
--outer2--
epilogue
--outer
Content-Type: message/rfc822
Content-Disposition: attachment; filename*=utf-8''%e2%82%ac%20rates

Subject: inner

body
--outer--

END
printf 'Subject: lines\n of LF\n\nFrom here\n.\n\001\377 eight bit\n' >mime/lf
printf 'no header at all' >mime/none
printf '\r\n' >mime/empty
printf 'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n\0binary\377\r\n--x' >mime/open-ended

# --- mbox ---
mark='From a@example.org Thu Jan  1 00:00:00 1970'
printf '%s\nA: 1\n\none\n\n%s\nA: 2\n\nFrom here\n\n>From\n' "$mark" "$mark" >mbox/two
printf '%s\r\nA: 1\r\n\r\n\r\n%s\r\n' "$mark" "$mark" >mbox/crlf
printf 'A: 1\n\n%s\n' "$mark" >mbox/none

# --- tnef: the class of a message, an attachment, properties of several kinds ---
# The beginning is a format on purpose: it holds the octets as escapes.
# shellcheck disable=SC2059
{
start='\170\237\076\042\001\000'
begin='\002\002\220\006\000\000\000\000\000\000\000'
printf "$start"'\001\010\200\007\000\011\000\000\000IPM.Note\000\252\002' >tnef/class
printf "$start$begin"'\002\017\200\006\000\003\000\000\000abc\046\001' >tnef/data
printf "$start$begin"'\002\005\220\006\000\030\000\000\000\001\000\000\000'\
'\036\000\007\067\001\000\000\000\006\000\000\000b.txt\000\000\000\124\002' >tnef/name
printf "$start"'\001\003\220\006\000\034\000\000\000\001\000\000\000'\
'\003\020\001\200'\
'\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'\
'\000\000\000\000\224\000' >tnef/cut
}

# --- der ---
printf '\060\200\044\200\004\002ab\044\006\004\001c\004\001d\000\000\000\000' >der/segments
printf '\044\200\004\003abc\004\000\000\000' >der/octets
printf '\060\014\002\001\005\001\001\377\005\000\006\002\052\003' >der/values
printf '\027\015970101000000Z\030\01720500101000000Z' >der/times
printf '\061\006\002\001\002\002\001\001' >der/unsorted
printf '\277\201\000\003\002\001\000' >der/high-tag

# --- cms ---
content=$vectors/cms/content.txt
openssl cms -data_create -in $content -outform DER -out cms/data
openssl cms -digest_create -in $content -outform DER -out cms/digested
openssl cms -EncryptedData_encrypt -in $content -outform DER -aes-128-cbc \
    -secretkey 000102030405060708090a0b0c0d0e0f -out cms/encrypted
openssl crl2pkcs7 -nocrl -certfile $vectors/cms/root.pem -outform DER -out cms/certs-only
cp cms/certs-only keyfile/

# --- open: forms that are no mail ---
openssl base64 -in $vectors/cms/signed-p256.der -out open/base64
openssl cms -cmsout -inform DER -in $vectors/cms/auth-p256.der -outform PEM -out open/pem
sed 's/\r$//' $vectors/mail/sealed-gcm.eml >open/lf
sed 's/^Content-Type: application.*/Content-Type: application\/octet-stream; name=smime.p7m\r/' \
    $vectors/mail/opaque-p256.eml >open/by-name
{
	printf 'From: carol@example.org\r\nContent-Type: multipart/mixed; boundary=list\r\n\r\n--list\r\n'
	sed -n '/^Content-Type: multipart/,$p' $vectors/mail/clear-p256.eml
	printf '\r\n--list\r\nContent-Type: text/plain\r\n\r\nfooter\r\n--list--\r\n'
} >open/inside-a-list
printf '' >open/empty

# --- protect: what is asked for, then a draft ---
{ printf '\000' && cat mime/draft; } >protect/seal
{ printf '\001' && cat mime/nested; } >protect/sign
{ printf '\035' && cat mime/lf; } >protect/sign-opaque
{ printf '\032' && cat mime/nested; } >protect/encrypt-shy
{ printf '\140' && cat mime/draft; } >protect/seal-compressed
{ printf '\001' && cat mime/open-ended; } >protect/binary

# --- keyfile, cert ---
cp $vectors/cms/carol.pem keyfile/pem
openssl pkcs12 -export -in $vectors/cms/carol.pem -passout pass:secret -iter 1 -maciter \
    -out keyfile/p12
openssl pkcs8 -topk8 -in $vectors/cms/carol.pem -passout pass:secret -iter 2 -out keyfile/encrypted
for name in alice names addresses nc_utf8 critical bare ncca weak; do
	openssl x509 -in "$vectors/certs/$name.pem" -outform DER -out "cert/$name"
done
for name in dave xenia erin; do
	openssl x509 -in "$vectors/cms/$name.pem" -outform DER -out "cert/$name"
done
