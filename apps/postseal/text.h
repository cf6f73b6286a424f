/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_TEXT_H
#define POSTSEAL_TEXT_H

/*
 * What the command itself says. The library brings its own sentences; these
 * are about the command line and the files it names. They are formats of
 * printf, so that the compiler compares them with their arguments.
 */

#define T_SEE_HELP	" (`postseal help %s` lists what it takes)"

#define T_NO_VERB	"there is no verb %s; `postseal help` lists them"
#define T_UNKNOWN_OPTION "%s is not an option"
#define T_WRONG_VERB	"%s does not go with this verb"
#define T_NEEDS_VALUE	"%s needs a value after it"
#define T_TAKES_NONE	"%s takes no value"
#define T_TWICE		"%s may be given once only"
#define T_CHOICE	"%s wants one of %s, not %s"
#define T_NUMBER	"%s wants a number from %u to %u, not %s"
#define T_NO_MESSAGE	"this verb takes no message, but %s was given"
#define T_TIME		"--at wants a time like 2026-01-31T12:00:00Z, not %s"
#define T_ADDRESS	"%s wants an address like bob@example.net, not %s"
#define T_SEVERAL	"several messages need --out-dir DIR, one output each"
#define T_BOTH_OUTPUTS	"-o and --out-dir exclude each other"
#define T_STDIN_TWICE	"standard input can be read once only"
#define T_STDIN_DIR	\
	"--out-dir names outputs by their inputs; standard input has no name, use -o"
#define T_SAME_NAME	"%s and %s would both be written to %s in --out-dir"
#define T_NO_FOLDER	"%s %s is not a folder; make it first: mkdir -p %s"
#define T_BCC_SEVERAL	\
	"--bcc-dir takes one message at a time, or their copies would replace each other"
#define T_NO_IDENTITY	\
	"signing needs --identity FILE: a PKCS#12 or PEM file with your key and certificate" \
	", or an identity in the store"
#define T_IDENTITY_ADDRESS \
	"--identity %s: an address is looked for in the store, and there is none; " \
	"name the PKCS#12 or PEM file"
#define T_TO		\
	"--to wants a certificate file or an address like bob@example.net, not %s"
#define T_ONLINE	"--online and --offline exclude each other"
#define T_CERT_VERB	\
	"\"%s\" is none of add, learn, list, people, show, find, pin, forget, export, lint"
#define T_CERT_ARGUMENTS "cert %s takes other arguments; `postseal help cert` shows them"
#define T_CERT_NONE	"%s: the store has no such certificate"
#define T_CERT_UNFIT	"%s: from %s, and not fit to encrypt to: %s"
#define T_CERT_KEEP	"--keep keeps what --online finds; give both"
#define T_CERT_SEVERAL	"%s: several certificates; name one by its SHA-256 (cert list)"
#define T_CERT_HIDDEN	"%s: forgotten; the same once more deletes it"
#define T_CERT_GONE	"%s: deleted"
#define T_CERT_LEARN	"%s: nothing to learn: %s"
#define T_DOCTOR_ADDRESS "%s is no address like bob@example.net"
#define T_DOCTOR_ALONE	"--repair mends the store, and takes no address"
#define T_DOCTOR_YES	"--yes answers what --repair asks, which is not given"
#define T_DOCTOR_SOUND	"the store is not damaged, so nothing is put back"
#define T_DOCTOR_TTY	"there is nobody to ask whether the copy shall take the place of the store; --yes says so"
#define T_DOCTOR_ASK	\
	"The store is damaged. Put the last good copy in its place? What was written since the copy\n" \
	"is lost; the damaged store is kept beside it. [y/N] "
#define T_DOCTOR_LEFT	"nothing was changed"
#define T_DOCTOR_DONE	"the copy of %s is the store now; the damaged one is kept as %s.damaged"
#define T_CA_WORD	"ca wants one of init, issue, revoke, crl, ocsp, publish and list first"
#define T_CA_MORE	"ca %s takes nothing behind it, but %s was given"
#define T_CA_NAME	"an authority wants a name: --name 'Example Ltd'"
#define T_CA_PASSPHRASE	"new passphrase of the authority"
#define T_CA_NEW	"new passphrase of the PKCS#12 file"
#define T_CA_ADDRESS	"say for whom: an address, or --request FILE"
#define T_CA_P12	"the keys go into a PKCS#12 file: -o FILE"
#define T_CA_WHICH	"say which certificate: its serial number or its file"
#define T_CA_OCSP	"say what to answer: --request FILE, or all: --out-dir DIR"
#define T_CA_PUBLISH	"say where to: --out-dir DIR"
#define T_LINT_FILES	"lint wants the files of certificates to look at"
#define T_CERT_FORM	"say in which form: --smime, as a mail"
#define T_TWO_NEW_PASSPHRASES "--new-passphrase-file and --new-passphrase-fd exclude each other"
#define T_ID_WORD	\
	"say what: create, import, list, show, request, install, renew, default, retire, " \
	"passphrase, export or forget"
#define T_ID_NEEDS	"id %s needs one more word: an address, a number of `id list` or a file"
#define T_ID_ONE	"id %s takes one thing at a time, so what is %s?"
#define T_ID_WHAT	\
	"%s is no address, no number of `id list`, and no beginning of a SHA-256 (8 digits)"
#define T_ID_NONE	"there is no identity %s in the store; `postseal id list` lists them"
#define T_ID_NAME	"identity %lld (%s)"
#define T_ID_KINDS	"--rsa, --p256, --x25519 and --pq exclude each other"
#define T_ID_SELF_DECRYPTS \
	"a key of X25519 or ML-KEM cannot sign its own certificate; take --p256, or ask an " \
	"authority (postseal ca makes one)"
#define T_ID_NO_REQUEST	\
	"%s: a key that only decrypts cannot sign a request, so its public key is written " \
	"instead; not every authority takes that (postseal ca does)"
#define T_ID_MADE	"identity %lld is made: %s, to %s"
#define T_ID_SEND	\
	"send the request to your authority; what it answers: postseal id install FILE"
#define T_ID_INSTALLED	"identity %lld (%s) has a certificate by %s"
#define T_ID_NOT_OURS	"no certificate in %s is for a key that is in the store"
#define T_ID_IMPORTED	"identity %lld is there: %s"
#define T_ID_WEAK	\
	"%s: warning: the key is badly protected in this file (%s); the store keeps it better, " \
	"so remove the file when all is well"
#define T_ID_KNOWN	"%s: the store has this one already"
#define T_ID_NO_KEY	"there is no private key in %s; `postseal id install` takes certificates"
#define T_ID_NO_ADDRESS	\
	"%s: no certificate says whose key this is; name it: --cert FILE, or --from ADDRESS"
#define T_ID_RETIRED	"identity %lld (%s) is retired: it opens old mail, and is used for no new"
#define T_ID_CHOSEN	"identity %lld (%s) is the default now"
#define T_ID_NO_SIGNER	"%s has no identity that signs and is not retired"
#define T_ID_SEVERAL	"%s means several; take the number of one: postseal id list --all"
#define T_ID_HIDDEN	\
	"identity %lld (%s) is forgotten; say it again to delete it, and what only it can " \
	"open is lost"
#define T_ID_GONE	"identity %lld (%s) is deleted"
#define T_ID_ALL_RETIRED "%s has no identity that is in use; make one: postseal id create"
#define T_ID_WHERE	"private keys do not go to a terminal; name a file: -o FILE"
#define T_ID_PASSPHRASE	"%lu keys have the new passphrase"
#define T_NEW_PASSPHRASE "new passphrase"
#define T_SAME_AGAIN	"the same again"
#define T_NOT_SAME	"the two passphrases differ; nothing was changed"
#define T_SHELL		"name your shell: bash, zsh or fish"
#define T_OFFLINE	"--timestamp asks the network, and --offline says not to"
#define T_DRAFT		\
	"--draft needs --identity FILE, or an identity in the store: a draft is encrypted to " \
	"its author alone"
#define T_TWO_STORES	"--store and --no-store exclude each other"
#define T_TWO_PASSPHRASES "--passphrase-file and --passphrase-fd exclude each other"
#define T_KEK_SIZE	\
	"a key-encryption key is 16, 24 or 32 raw octets, and this file holds %s"
#define T_KEK_FEWER	"fewer or another number"
#define T_KEK_MORE	"more"
#define T_POLICY_NAME	\
	"--policy %s is neither a policy (default, strict, legacy-read) nor a file"
#define T_POLICY_LINE	"%s: line %u: %s"
#define T_POLICY_SYNTAX	"this is neither [section] nor name = value"
#define T_POLICY_LONG	"the line is longer than %d octets"
#define T_POLICY_BASE	"base stands before all other rows, in the section [policy]"
#define T_POLICY_KEY	"the section [policy] knows base only, not %s"
#define T_POLICY_SECTION "%s stands before any [section]"
#define T_NO_HELPER	\
	"%s cannot be run; it belongs to builds with libcurl (postseal version tells)"
#define T_URL		"--timestamp wants an address like http://tsa.example.net/, not %s"
#define T_RECEIPT_ALONE	"%s says more about --request-receipt, which is not given"
#define T_TSA_ALONE	"--tsa-trust is for --timestamp, which is not given"
#define T_FILE		"%s: %s"
#define T_OPEN_OUTPUT	"cannot write %s: %s"
#define T_STDOUT	"cannot write to standard output: %s"
#define T_STOPPED	"stopped on request; nothing was written"
#define T_CANNOT_READ	"the input cannot be read: {reason}"
#define T_NO_MEMORY	"the memory of this machine is used up"
#define T_WAITING	"reading the message from the terminal; Ctrl-D ends it"
#define T_INSECURE_RECIPIENTS \
	"warning: --insecure-recipients: the recipients' certificates are not judged, " \
	"so others may hold the keys"
#define T_WARNING	"%s: warning: %.*s"
#define T_OPTION	"option %s"

#define T_STDIN_NAME	"standard input"

/* --- help --- */

#define H_TAIL		"\nThe manual page postseal(1) says more.\n"
#define H_OVERVIEW	\
	"postseal seals and opens e-mail (S/MIME).\n" \
	"\n" \
	"  postseal open mail.eml --identity bob.p12\n" \
	"  postseal seal draft.eml --identity alice.p12 --cert bob.pem\n" \
	"\n"
#define H_VERBS		"Verbs:\n"
#define H_OPTIONS	"\nOptions:\n"
#define H_EXAMPLES	"\nExamples:\n"
#define H_MESSAGE	\
	"\nMESSAGE is a file, or -, or nothing for standard input: a whole mail, a bare\n" \
	"MIME entity or a bare CMS object (DER, BER, PEM, base64).\n"
#define H_EXIT		\
	"\nExit status: 0 good, 1 the verdict is not good, 2 usage, 3 cannot be read or\n" \
	"decrypted, 4 temporary (a full disk), 5 refused (a certificate missing or\n" \
	"unfit).\n"
#define H_MORE		"\n`postseal help VERB` lists the options of a verb.\n"

#define H_OPEN		"decrypt and verify; inner message on stdout, verdict on stderr"
#define H_VERIFY	"judge; the verdict on stdout"
#define H_INSPECT	"draw the layers, algorithms, recipients, certificates; judge nothing"
#define H_SIGN		"sign a mail"
#define H_ENCRYPT	"encrypt a mail to everybody in To and Cc"
#define H_SEAL		"sign and encrypt a mail to everybody in To and Cc"
#define H_RECEIPT	"make the signed receipt that a mail asks for"
#define H_EXPAND	"hand a mail on to the members of a mailing list"
#define H_CERT		"the certificates of others: add, learn, list, find, pin, export, lint"
#define H_ID		"your own keys and certificates, in the store"
#define H_CA		"an authority of one's own"
#define H_DOCTOR	"can one write to ADDRESS encrypted? without one: is all well here?"
#define H_COMPLETION	"what your shell needs to complete command lines"
#define H_VERSION	"the version, its parts and its algorithms"
#define H_HELP		"this page, or that of a verb"

#define X_OPEN		\
	"  postseal open mail.eml --identity bob.p12 -o plain.eml\n" \
	"  postseal open *.eml --identity bob.p12 --out-dir opened --verdict all.jsonl\n" \
	"  postseal open --require sealed --identity bob.p12 <mail.eml >plain.eml\n"
#define X_VERIFY	\
	"  postseal verify mail.eml\n" \
	"  postseal verify --json --trust root.pem mail1.eml mail2.eml\n"
#define X_INSPECT	"  postseal inspect mail.eml\n"
#define X_SIGN		"  postseal sign draft.eml --identity alice.p12 -o signed.eml\n"
#define X_ENCRYPT	"  postseal encrypt draft.eml --to bob.pem -o encrypted.eml\n"
#define X_SEAL		\
	"  postseal seal draft.eml --identity alice.p12 --cert bob.pem -o sealed.eml\n" \
	"  postseal seal - --identity alice.p12 --to bob.pem <draft.eml >sealed.eml\n"

#define X_RECEIPT	\
	"  postseal receipt mail.eml --identity bob.p12 -o receipt.eml\n"
#define X_EXPAND	\
	"  postseal expand mail.eml --identity list.p12 --to bob.pem --to eve.pem -o out.eml\n"

#define X_CA	\
	"  postseal ca init --name 'Example Ltd' --crl-url http://pki.example.org/issuing.crl\n" \
	"  postseal ca issue alice@example.org -o alice.p12\n" \
	"  postseal ca issue --request bob.csr -o bob.pem\n" \
	"  postseal ca revoke alice.pem --reason key-compromise\n" \
	"  postseal ca publish --out-dir public\n"
#define X_CERT	\
	"  postseal cert add bob.pem            keep certificates (--anchor: trust them)\n" \
	"  postseal cert learn mail.eml         those of a mail whose signature is valid\n" \
	"  postseal cert list | people [ADDRESS]\n" \
	"  postseal cert show | find | forget ADDRESS-or-SHA256\n" \
	"  postseal cert find --online --policy mail.policy --keep ADDRESS\n" \
	"  postseal cert pin ADDRESS SHA256     only this one counts; none: any again\n" \
	"  postseal cert export --smime alice.pem issuing.pem -o certificates.eml\n" \
	"  postseal cert lint alice.pem\n" \
	"  postseal cert lint --profile mailbox-strict --all --json *.pem\n"

#define X_DOCTOR	\
	"  postseal doctor bob@example.net\n" \
	"  postseal doctor --online --policy mail.policy bob@example.net\n" \
	"  postseal doctor\n" \
	"  postseal doctor --repair\n"

#define X_COMPLETION	\
	"  postseal completion bash >~/.local/share/bash-completion/completions/postseal\n"

#define X_ID	\
	"  postseal id create alice@example.org --name 'Alice Gray' -o request.pem\n" \
	"  postseal id install answer.pem\n" \
	"  postseal id import old.p12\n" \
	"  postseal id export alice@example.org -o phone.p12\n"

/* One row of help for each option. */
#define O_OUTPUT	"write here; replaced only when whole and good"
#define O_OUT_DIR	"write each message under its name in this folder"
#define O_JSON		"one JSON object a message, each on one line"
#define O_VERDICT	"write the verdict as JSON to this file as well"
#define O_IDENTITY	"PKCS#12, PEM, pkcs11: URI, or an address; repeatable"
#define O_TO		"certificate file or address; repeatable"
#define O_CERT		"more certificates; repeatable"
#define O_LEARN		"a mail that a recipient signed, to learn from; repeatable"
#define O_TRUST		"trusted roots, not the system's; repeatable"
#define O_CRL		"a revocation list; repeatable"
#define O_FROM		"the sender of input that has no header fields"
#define O_REQUIRE	"write nothing unless the verdict is that good"
#define O_ALL_PARTS	"parts outside the protection too, each marked"
#define O_EOL		"line ends of the output; default: the input's"
#define O_BCC_DIR	"one copy for each Bcc recipient, in this folder"
#define O_NO_SELF	"do not encrypt to your own certificate too"
#define O_EXPLAIN	"which algorithms were chosen and why, on stderr"
#define O_THREADS	"use at most so many threads"
#define O_CONTENT	"the content of a detached bare CMS signature"
#define O_AT		"judge as of this time: 2026-01-31T12:00:00Z"
#define O_ONLINE	"ask the network also when reading: the sender may learn that it was read"
#define O_OFFLINE	"never ask the network"
#define O_STORE		"the store, not the user's own"
#define O_NO_STORE	"read and write no store"
#define O_PASSPHRASE_FILE "passphrase of the identities: its first line"
#define O_PASSPHRASE_FD	"the same, read from an open descriptor"
#define O_PASSWORD_FILE	"secret of a password recipient; repeatable"
#define O_KEK		"key-encryption key, 16, 24 or 32 raw octets"
#define O_REVOCATION	"hard: no answer is a refusal; default: soft"
#define O_POLICY	"default, strict, legacy-read, or a policy file"
#define O_ANCHOR	"cert add: trust whom they are of; cert forget: no longer"
#define O_KEEP		"find --online: put what is found and fit into the store"
#define O_REPAIR	"put the last good copy in the place of a damaged store"
#define O_YES		"do not ask before"
#define O_SMIME		"as a mail that others' programs take certificates from"
#define O_CA		"the authority's folder, else ~/.local/share/postseal/ca"
#define O_KEY		"init, issue: the kind of key: rsa-3072, p-256, p-384, ..."
#define O_CRL_URL	"init: where the revocation list will be found"
#define O_OCSP_URL	"init: where OCSP is answered"
#define O_ISSUER_URL	"init: where the issuing authority's certificate will be found"
#define O_REQUEST	"issue: a certificate request; ocsp: an OCSP request"
#define O_FOR		"issue: what the key is for; split: two keys"
#define O_AGAIN		"issue: although the address has a certificate"
#define O_REASON	"revoke: why: key-compromise, superseded, ..."
#define O_ROOT		"crl: the list of the root"
#define O_PROFILE	"lint: mailbox-strict and its kin, none; else as the policies say"
#define O_ALL		"lint: notices too; list: what is forgotten too"
#define O_ADD		"add a signature to those that the mail has"
#define O_OPAQUE	"one signed-data object, not multipart/signed"
#define O_DIGEST	"the digest of signatures: sha256, sha384, sha512"
#define O_PADDING	"the padding of RSA signatures"
#define O_CIPHER	"content cipher: aes-256-gcm, aes-256-cbc, ..."
#define O_PQ_RULE	"whether keys of ML-KEM go before classical ones"
#define O_KEY_TRANSPORT	"how RSA recipients get the key"
#define O_HEADERS	"header protection; default: baseline"
#define O_DRAFT		"an unfinished mail: for your own eyes, Bcc kept"
#define O_DER		"definite lengths at any size: one more pass"
#define O_COMPRESS	"compress before signing or encrypting"
#define O_KEY_IDS	"name signers and recipients by key identifier"
#define O_INSECURE_RECIPIENTS "encrypt even to certificates that are unfit"
#define O_REQUEST_RECEIPT "ask the readers for a signed receipt"
#define O_RECEIPT_FROM	"of whom: all, first-tier or an address; repeatable"
#define O_RECEIPT_TO	"where receipts go, if not to yourself; repeatable"
#define O_LABEL		"security label: OID[:CLASSIFICATION[:MARK]]"
#define O_SENT		"the mail that was sent and that the receipt is for"
#define O_NO_RECEIPTS	"the list wants no receipts for what it hands on"
#define O_TRIPLE	"sign, encrypt and sign again"
#define O_TIMESTAMP	"a time-stamp by this authority (RFC 3161)"
#define O_TSA_TRUST	"trusted roots of time-stamping authorities; repeatable"
#define O_NEW_PASSPHRASE_FILE "passphrase of what is written: its first line"
#define O_NEW_PASSPHRASE_FD "the same, read from an open descriptor"
#define O_NAME		"the name that the certificate is to have"
#define O_RSA		"create: RSA keys of 3072 bits (the default)"
#define O_P256		"create: keys on the curve P-256"
#define O_X25519	"create: P-256 to sign, X25519 to decrypt"
#define O_PQ_KEYS	"create, ca: ML-DSA-65 to sign, ML-KEM-768 to decrypt"
#define O_KEY_FORM	"export: how keys of ML-DSA and ML-KEM are written"
#define T_CA_KINDS	"--key and --pq exclude each other"
#define O_SELF_SIGNED	"a certificate of your own instead of a request"
#define O_DAYS		"how long what is made is good"
#define O_PEM		"export: PEM instead of PKCS#12"
#define O_INSECURE_PKCS12 "3DES and SHA-1, for what reads no better"
#define O_HELP		"this page"

/* --- version --- */

#define V_PARTS		\
	"\nParts\n" \
	"  files       identities and certificates in PKCS#12, PEM and DER\n" \
	"  policy      default, strict, legacy-read, and policy files\n" \
	"  store       SQLite: identities, certificates, correspondents, first verdicts\n" \
	"  network     OCSP, CRLs, time-stamps by HTTP (postseal-fetch); --offline: never\n" \
	"  tokens      pkcs11: identities, by OpenSSL's provider or engine where installed\n" \
	"  headers     --headers baseline, shy, none and off\n" \
	"  gateway     not in this version\n"
#define V_ALGORITHMS	"\nAlgorithms\n"
#define V_NO_QUANTUM	\
	"\nThis OpenSSL has no ML-KEM, ML-DSA and SLH-DSA: 3.5 or later is needed.\n"

#endif
