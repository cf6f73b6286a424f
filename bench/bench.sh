#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What every operation costs, beside the floor (bench/floor.c: the unavoidable
# work alone) and beside others, on the same input in the same run, in turn. Of
# each round the quotient to that round's floor is taken, and of the quotients the
# median: what else the machine does then falls on both. openssl is taken at its
# best: its default and its streaming options are both run, and the faster one
# counts. gpgsm and cmsutil read and write bare CMS, without MIME and base64.
#
# usage: bench.sh [OPERATION...]		(by ./run bench)
#	BENCH_SIZES	"10K 10M 1G"	K, M and G are powers of 1024
#	BENCH_ROUNDS	how often; default 21 up to 1M, else 7
#	BENCH_PEERS	in how many of the rounds the others run; default: all
#			up to 128M, else 1
#	BENCH_DIR	build/bench	needs six times the largest size; removed after
#	BENCH_NATIVE	-march=native	for the floor
#	BENCH_OUT	docs/performance
#	output		a table, and bench.json and bench.svg in BENCH_OUT
set -eu
tree=$(dirname "$(cd "$(dirname "$0")" && pwd)")
build=$(realpath -m "${BUILD:-$tree/build}")
POSTSEAL=$(realpath "${POSTSEAL:-$build/bin/postseal}")
work=$(realpath -m "${BENCH_DIR:-$build/bench}")
out=$(realpath -m "${BENCH_OUT:-$tree/docs/performance}")
sizes=${BENCH_SIZES:-10K 10M 1G}

mkdir -p "$work" "$out"
trap 'end_agent; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
here=$tree/tests/e2e WORK=$work
# shellcheck source=tests/e2e/lib.sh
. "$tree/tests/e2e/lib.sh"

operations='sign-clear sign-opaque verify-clear verify-opaque encrypt-cbc encrypt-gcm
    decrypt-cbc decrypt-gcm seal-cbc seal-gcm open-cbc open-gcm'
[ $# = 0 ] || operations=$*

octets() {
	case $1 in
	*K)	echo $((${1%K} * 1024)) ;;
	*M)	echo $((${1%M} * 1048576)) ;;
	*G)	echo $((${1%G} * 1073741824)) ;;
	*)	echo "$1" ;;
	esac
}

# --- who runs ---

compile() {
	name=$1
	shift
	"${CC:-cc}" -O2 -std=c11 -D_GNU_SOURCE -I"$tree/src" -I"$tree/include" -o "$name" "$@"
}

prepare() {
	compile measure "$tree/bench/measure.c"
	compile message "$tree/bench/message.c"
	# shellcheck disable=SC2086 # one word or none
	compile floor ${BENCH_NATIVE--march=native} "$tree/bench/floor.c" \
	    "$build/src/stream/libps_stream.a" "$build/src/base/libps_base.a" -lcrypto -lz -pthread
	AUTHORITY_KEY=2048 make_pki alice:2048 bob:2048
	unset OPENSSL_CONF
	printf 'test\n' >passphrase
	prepare_gpgsm >peers.log 2>&1 || { end_agent; gpgsm_home=; }
	prepare_nss >>peers.log 2>&1 || nss=
}

gpgsm_home=$work/gnupg
prepare_gpgsm() {
	command -v gpgsm gpg-connect-agent && [ ${#gpgsm_home} -le 85 ] || return 1
	mkdir -m 700 "$gpgsm_home"
	printf 'disable-crl-checks\ndisable-policy-checks\n' >"$gpgsm_home/gpgsm.conf"
	echo "allow-loopback-pinentry" >"$gpgsm_home/gpg-agent.conf"
	openssl x509 -in root.crt -noout -fingerprint -sha1 |
	    sed 's/.*=//; s/://g; s/$/ S relax/' >"$gpgsm_home/trustlist.txt"
	sh -c "$(by_gpgsm import) root.crt issuing.crt"
	for who in alice bob; do
		old_p12 $who && sh -c "$(by_gpgsm import) $who.p12" || return 1
	done
}

# end_agent: by its own number; it says "D 1234".
end_agent() {
	[ -d "$gpgsm_home" ] || return 0
	pid=$(GNUPGHOME=$gpgsm_home gpg-connect-agent --no-autostart 'getinfo pid' /bye \
	    2>/dev/null | sed -n 's/^D //p')
	[ -z "$pid" ] || kill "$pid"
}

nss=sql:$work/nssdb
prepare_nss() {
	command -v cmsutil pk12util certutil && mkdir nssdb &&
	    certutil -N -d "$nss" --empty-password &&
	    certutil -A -d "$nss" -n root -t CT,CT,CT -i root.crt &&
	    certutil -A -d "$nss" -n issuing -t ,, -i issuing.crt || return 1
	for who in alice bob; do
		old_p12 $who && pk12util -d "$nss" -i $who.p12 -W test -K '' || return 1
	done
}

# --- the commands ---

# Equal work: openssl cms does not judge the certificate that it encrypts to and
# loads no authority to decrypt, so there the recipient is himself an anchor.
judging='--trust root.crt --cert issuing.crt'

by_us() {
	case $1 in
	sign-clear)	set -- "sign --identity alice.pem -o out entity" ;;
	sign-opaque)	set -- "sign --opaque --identity alice.pem -o out entity" ;;
	encrypt-*)	set -- "encrypt --trust bob.crt --cipher aes-256-${1#*-} --to bob.crt" \
			    "-o out entity" ;;
	seal-*)		set -- "seal --no-self $judging --cipher aes-256-${1#*-}" \
			    "--identity alice.pem --to bob.crt -o out entity" ;;
	verify-*)	set -- "verify $judging in" ;;
	decrypt-*)	set -- "open --identity bob.pem -o out in" ;;
	open-*)		set -- "open $judging --identity bob.pem -o out in" ;;
	esac
	echo "exec $POSTSEAL $*"
}

floor_of() {
	case $2 in
	verify-*|decrypt-*|open-*)	echo "exec ./floor $1 $2 in out" ;;
	*)				echo "exec ./floor $1 $2 entity out" ;;
	esac
}

# by_openssl OPERATION: one command a line; all of them are tried.
by_openssl() {
	sign='openssl cms -sign -signer alice.crt -inkey alice.key
	    -certfile issuing.crt -in entity'
	encrypt="openssl cms -encrypt -recip bob.crt -aes-256-${1#*-}"
	verify='openssl cms -verify -CAfile root.crt'
	decrypt='openssl cms -decrypt -recip bob.crt -inkey bob.key'
	case $1 in
	sign-clear)	each "$sign -out out" '' '-binary' '-binary -stream' ;;
	sign-opaque)	each "$sign -nodetach -out out" '' '-binary -stream' ;;
	encrypt-*)	each "$encrypt -in entity -out out" '' '-binary -stream' ;;
	seal-*)		each "$sign" "| $encrypt -out out" \
			    "-binary -stream | $encrypt -binary -stream -out out" ;;
	verify-*)	each "$verify -in in -out /dev/null" '' ;;
	decrypt-*)	each "$decrypt -in in -out out" '' ;;
	open-*)		each "$decrypt -in in" "| $verify -out out" ;;
	esac
}

each() {
	command=$(echo "$1" | tr -s '\n\t ' ' ')
	shift
	for more; do
		echo "$command $more"
	done
}

# by_gpgsm OPERATION: nothing where it has no such operation.
by_gpgsm() {
	[ -n "$gpgsm_home" ] || return 0
	run="exec gpgsm --homedir $gpgsm_home --batch --yes --pinentry-mode loopback"
	run="$run --passphrase-fd 3 3<passphrase"
	case $1 in
	import)		echo "$run --import" ;;
	sign-clear)	echo "$run -u alice@peers.test -o out --detach-sign entity" ;;
	sign-opaque)	echo "$run -u alice@peers.test -o out --sign entity" ;;
	verify-clear)	echo "$run --verify in.cms entity" ;;
	verify-opaque)	echo "$run --verify in.cms" ;;
	encrypt-cbc)	echo "$run --cipher-algo AES256 -r bob@peers.test -o out -e entity" ;;
	decrypt-cbc)	echo "$run -o out -d in.cms" ;;
	esac
}

# It keeps the message in memory several times over.
by_nss() {
	[ -n "$nss" ] && [ "$2" -le 134217728 ] || return 0
	run="exec cmsutil -d $nss"
	case $1 in
	sign-clear)	echo "$run -S -N alice -T -G -i entity -o out" ;;
	sign-opaque)	echo "$run -S -N alice -G -i entity -o out" ;;
	verify-clear)	echo "$run -D -n -c entity -i in.cms" ;;
	verify-opaque)	echo "$run -D -n -i in.cms" ;;
	encrypt-cbc)	echo "$run -E -r bob@peers.test -i entity -o out" ;;
	decrypt-cbc)	echo "$run -D -i in.cms -o out" ;;
	esac
}

# input_of OPERATION: what a reading operation reads was written by ours, and for
# those who read bare CMS by openssl.
input_of() {
	theirs='openssl cms -binary -outform DER -in entity -out in.cms'
	signer='-signer alice.crt -inkey alice.key -certfile issuing.crt'
	case $1 in
	verify-clear)	what=sign-clear also="$theirs -sign $signer" ;;
	verify-opaque)	what=sign-opaque also="$theirs -stream -sign -nodetach $signer" ;;
	decrypt-cbc)	what=encrypt-cbc also="$theirs -stream -encrypt -aes-256-cbc bob.crt" ;;
	decrypt-*)	what=encrypt-${1#*-} also=: ;;
	open-*)		what=seal-${1#*-} also=: ;;
	*)		return 0 ;;
	esac
	sh -c "$(by_us "$what")" 2>log || { cat log >&2; return 1; }
	mv out in
	[ "$2" = 0 ] || $also
}

# --- measuring ---

# turn WHO COMMAND: one line of numbers. Another's command may fail: it then has
# no number.
turn() {
	rm -f out
	if line=$(./measure sh -c "$2" 2>log); then
		echo "$size $one $1 $round $line" >>numbers
		return
	fi
	case $1 in
	floor*|ours*)
		echo "bench.sh: failed: $2" >&2
		tail -n 3 log >&2
		exit 1
	esac
}

peers() {
	n=0
	by_openssl "$one" >commands
	while read -r command; do
		n=$((n + 1))
		turn "openssl$n" "$command"
	done <commands
	for who in gpgsm nss; do
		command=$(by_$who "$one" "$(octets "$size")")
		[ -z "$command" ] || turn $who "$command"
	done
}

# rounds: how many of them, and in how many the others run too
rounds() {
	n=$(octets "$size") rounds=7
	[ "$n" -gt 1048576 ] || rounds=21
	rounds=${BENCH_ROUNDS:-$rounds}
	with_peers=$rounds
	[ "$n" -le 134217728 ] || with_peers=1
	with_peers=${BENCH_PEERS:-$with_peers}
}

operation() {
	input_of "$one" "$with_peers" || exit 1
	round=0
	while [ $round -lt "$rounds" ]; do
		round=$((round + 1))
		turn floor "$(floor_of '' "$one")"
		turn ours "$(by_us "$one") --threads 1"
		turn floor2 "$(floor_of -t "$one")"
		turn ours2 "$(by_us "$one") --threads 2"
		[ $round -gt "$with_peers" ] || peers
	done
	rm -f in in.cms out
}

# --- small messages: programs that print lines "NAME RATIO ..." ---

small() {
	[ -f "$tree/bench/small.c" ] || return 0
	compile small "$tree"/bench/small*.c "$build/libpostseal.a" -lcrypto -lz \
	    -pthread
	./small ${BENCH_ROUNDS:+-n "$BENCH_ROUNDS"} | tee small.txt
}

machine() {
	printf '"processor": "%s", "processors": %d, "system": "%s", "openssl": "%s"\n' \
	    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)" \
	    "$(nproc)" "$(uname -sr)" "$(openssl version | cut -d' ' -f2)"
}

prepare
: >numbers
: >rows.tsv
for size in $sizes; do
	./message "$(octets "$size")" >entity
	rounds
	for one in $operations; do
		[ -t 2 ] && printf '\r%s %s   \r' "$size" "$one" >&2
		operation
	done
	awk -v size="$size" -v octets="$(octets "$size")" -f "$tree/bench/table.awk" numbers
done
: >small.txt
[ $# != 0 ] || small
awk -v machine="$(machine)" -f "$tree/bench/json.awk" rows.tsv small.txt >"$out/bench.json"
awk -v size="$size" -f "$tree/bench/plot.awk" rows.tsv >"$out/bench.svg"
