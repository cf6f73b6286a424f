/* SPDX-License-Identifier: ISC */
#ifndef PS_CRYPTO_WORDS_H
#define PS_CRYPTO_WORDS_H

/* The sentences of this layer. W_CRYPTO_DECRYPT is the one answer to every
 * failure that a private key or a password had a part in. */

#include "base/words.h"

#define W_CRYPTO_DECRYPT PS_N_("the message cannot be decrypted: the key does not fit or the message was changed")
#define W_CRYPTO_LIBRARY PS_N_("the cryptographic library failed ({what}): {reason}")
#define W_CRYPTO_MISSING PS_N_("the cryptographic library of this machine does not offer {algorithm}")
#define W_CRYPTO_OLD PS_N_("this OpenSSL has no {algorithm}: {since} or later is needed")
#define W_CRYPTO_RANDOM	PS_N_("the cryptographic library has no random numbers: {reason}")

#define W_CRYPTO_DIGEST_UNKNOWN PS_N_("the digest algorithm {algorithm} is not one we know")
#define W_CRYPTO_DIGEST_ENDED PS_N_("the digest was finished already")

#define W_CRYPTO_CIPHER_UNKNOWN PS_N_("the content cipher {algorithm} is not one we know")
#define W_CRYPTO_CIPHER_READ_ONLY PS_N_("{algorithm} is old and only read, never written; choose an AES cipher")
#define W_CRYPTO_CIPHER_KEY PS_N_("{algorithm} wants a key of {want} octets, not of {found}")
#define W_CRYPTO_CIPHER_IV PS_N_("{algorithm} wants an initialization vector of {want} octets, not of {found}")
#define W_CRYPTO_CIPHER_NONCE PS_N_("the nonce of {algorithm} has {found} octets; {least} to {most} are allowed")
#define W_CRYPTO_CIPHER_TAG PS_N_("the tag of {algorithm} has {found} octets; of what RFC 5084 allows, 12 to 16 are accepted")
#define W_CRYPTO_CIPHER_LONG PS_N_("a nonce of {nonce} octets leaves {algorithm} no room for a content of {found} octets")
#define W_CRYPTO_CIPHER_RC2 PS_N_("RC2 with the parameter version {found} cannot be read here; keys of 40, 64 and 128 bits can")
#define W_CRYPTO_CIPHER_CAST5 PS_N_("a CAST5 key of {found} bits is not allowed; 40 to 128 are (RFC 2984, 2.1)")
#define W_CRYPTO_LEGACY PS_N_("the old cipher {algorithm} needs OpenSSL's legacy provider, which is missing on this machine; install it to read this message")
#define W_CRYPTO_CIPHER_UNDONE PS_N_("the tag was asked for before the content ended")
#define W_CRYPTO_CIPHER_NO_TAG PS_N_("{algorithm} has no tag")

#define W_CRYPTO_KEY_UNKNOWN PS_N_("the public key algorithm {algorithm} is not one we know")
#define W_CRYPTO_KEY_PARAMS PS_N_("the parameters of the {algorithm} key are not what its standard allows")
#define W_CRYPTO_KEY_CURVE PS_N_("the elliptic curve {curve} is not one we know")
#define W_CRYPTO_KEY_EXPLICIT PS_N_("the elliptic curve is written out by its parameters; only named curves are allowed (RFC 5480, 2.1.1)")
#define W_CRYPTO_KEY_POINT PS_N_("the point of the elliptic curve key has a form that is not allowed")
#define W_CRYPTO_KEY_LARGE PS_N_("the {kind} key has {bits} bits; at most {max} are handled")
#define W_CRYPTO_KEY_BAD PS_N_("the {algorithm} public key is not valid: {reason}")
#define W_CRYPTO_KEY_PRIVATE PS_N_("the private key cannot be used: {reason}")

#define W_CRYPTO_SIG_UNKNOWN PS_N_("the signature algorithm {algorithm} is not one we know")
#define W_CRYPTO_SIG_PARAMS PS_N_("the parameters of the signature algorithm {algorithm} are not what its standard allows")
#define W_CRYPTO_SIG_NO_DIGEST PS_N_("the signature algorithm {algorithm} names no digest, and nothing else does")
#define W_CRYPTO_SIG_DIGEST PS_N_("the signature is made with {found}, but its digest algorithm says {want}")
#define W_CRYPTO_SIG_ED PS_N_("{algorithm} in CMS wants the digest {want}, not {found} (RFC 8419, 3.1)")
#define W_CRYPTO_PSS_MISSING PS_N_("the RSA-PSS signature has no parameters (RFC 4056, 3)")
#define W_CRYPTO_PSS_TRAILER PS_N_("the RSA-PSS trailer field {found} is not 1 (RFC 4055, 3.1)")
#define W_CRYPTO_PSS_SALT PS_N_("the RSA-PSS salt of {found} octets is longer than any key allows")
#define W_CRYPTO_RSA_HASH PS_N_("the hash algorithm {algorithm} cannot be used in the parameters of RSA")
#define W_CRYPTO_RSA_MGF PS_N_("the mask generation function {algorithm} is not MGF1")
#define W_CRYPTO_RSA_LABEL PS_N_("the source {algorithm} of the RSA-OAEP label is not a written out one")
#define W_CRYPTO_SIGN_KEY PS_N_("a {key} key cannot sign mail")
#define W_CRYPTO_SIGN_DIGEST PS_N_("a {key} key cannot sign with {digest}")
#define W_CRYPTO_SIGN_FIT PS_N_("the key is not fit for a signature with {algorithm}")
#define W_CRYPTO_VERIFY_DIGEST PS_N_("{algorithm} signs the message itself, so its digest is not enough")

#define W_CRYPTO_TRANSPORT_UNKNOWN PS_N_("the key transport algorithm {algorithm} is not one we know")
#define W_CRYPTO_TRANSPORT_KEY PS_N_("a {key} key cannot be used with {algorithm}")
#define W_CRYPTO_TRANSPORT_SMALL PS_N_("the RSA key is too small to carry a key of {found} octets")
#define W_CRYPTO_AGREE_UNKNOWN PS_N_("the key agreement algorithm {algorithm} is not one we know")
#define W_CRYPTO_AGREE_KEY PS_N_("a {key} key cannot agree on keys")
#define W_CRYPTO_AGREE_CURVE PS_N_("the originator's key is of another kind, curve or group than ours")
#define W_CRYPTO_AGREE_MQV PS_N_("{name} is read by no library that we use (OpenSSL has none of it); ask the sender for ECDH")
#define W_CRYPTO_KEM_UNKNOWN PS_N_("the key encapsulation algorithm {algorithm} does not fit our key or is not one we know")
#define W_CRYPTO_KEM_LENGTH PS_N_("a shared secret of {found} octets cannot be used")
#define W_CRYPTO_KEM_WRAP PS_N_("{algorithm} wants a key of {want} octets, but {found} are derived for it")
#define W_CRYPTO_WRAP_UNKNOWN PS_N_("the key wrap algorithm {algorithm} is not one we know")
#define W_CRYPTO_WRAP_SIZE PS_N_("no key wrap algorithm fits a key of {found} octets")
#define W_CRYPTO_KDF_UNKNOWN PS_N_("the key derivation function {algorithm} is not one we know")
#define W_CRYPTO_KDF_ROUNDS PS_N_("{found} rounds of key derivation are asked for; the limit is {max}")
#define W_CRYPTO_KDF_NONE PS_N_("the key derivation asks for no round at all")
#define W_CRYPTO_KDF_LENGTH PS_N_("the key derivation gives {found} octets, but the cipher wants {want}")

#define W_CRYPTO_FILE_READ PS_N_("cannot read the key file {file}")
#define W_CRYPTO_FILE_KIND PS_N_("{file} is no key or certificate file of a kind that is known (PKCS #12, PEM, DER)")
#define W_CRYPTO_FILE_EMPTY PS_N_("there is no key and no certificate in {file}")
#define W_CRYPTO_FILE_ASK PS_N_("passphrase of {file}")
#define W_CRYPTO_FILE_PASSPHRASE PS_N_("the passphrase of {file} is wrong")
#define W_CRYPTO_FILE_NO_PASSPHRASE PS_N_("the passphrase of {file} is needed; give it with --passphrase-file or --passphrase-fd")
#define W_CRYPTO_FILE_PBE PS_N_("{file} is encrypted with {algorithm}, which is not known")
#define W_CRYPTO_FILE_LEGACY PS_N_("{file} is encrypted with the old cipher {algorithm}, for which OpenSSL's legacy provider is needed and missing; install it, or export the file again with a modern cipher")
#define W_CRYPTO_FILE_MAC PS_N_("the checksum of {file} is made with {algorithm}, which is not known")
#define W_CRYPTO_FILE_COST PS_N_("{file} asks for more work to unlock it than is allowed")
#define W_CRYPTO_FILE_DEEP PS_N_("the bags of {file} are nested too deep")
#define W_CRYPTO_FILE_PUBLIC PS_N_("{file} is protected by public keys rather than by a passphrase")

#define W_CRYPTO_MAKE_KIND PS_N_("{kind} is no kind of key that is made here; there are {list}")
#define W_CRYPTO_WRITE_TOKEN PS_N_("the private key stays in its token and cannot be written")
#define W_CRYPTO_WRITE_EMPTY PS_N_("an empty passphrase protects nothing; choose one")

#define W_CRYPTO_TOKEN_URI PS_N_("{uri} is no PKCS #11 URI that can be read (RFC 7512)")
#define W_CRYPTO_TOKEN_ASK PS_N_("PIN for {uri}")
#define W_CRYPTO_TOKEN_PIN_SHOWN PS_N_("a PIN in the URI can be seen by everybody on this machine; leave pin-value out and give it with --passphrase-file, --passphrase-fd, pin-source or when asked")
#define W_CRYPTO_TOKEN_NO_WAY PS_N_("OpenSSL has no way to tokens here, so {uri} cannot be used; install pkcs11-provider, or libengine-pkcs11-openssl on Debian 12")
#define W_CRYPTO_TOKEN_MODULE PS_N_("the PKCS #11 module for {uri} cannot be loaded: {reason}")
#define W_CRYPTO_TOKEN_CLOSED PS_N_("no private key could be had from {uri}: the token is not there, the PIN is wrong, or it has no such key ({reason})")

#endif
