#!/bin/sh
# SPDX-License-Identifier: ISC
#
# MB/s, processor time and peak memory of every verb, beside openssl cms on the
# same input in the same run, in turn. openssl is taken at its best: its default
# and its streaming options are both run, and the faster one counts. A tag is
# checked in a pass of its own here, so that reading GCM is compared with openssl
# decrypting twice.
#
# usage: bench.sh [OPERATION...]		(by ./run bench)
#	BENCH_SIZES	"10K 10M 1G"	K, M and G are powers of 1024
#	BENCH_ROUNDS	how often; the median counts. Default: by size
#	BENCH_DIR	build/bench	needs six times the largest size; removed after
#	output		a table, and build/bench.json
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(dirname "$here")
POSTSEAL=$(realpath "${POSTSEAL:-$tree/build/bin/postseal}")
json=$(realpath -m "${BUILD:-$tree/build}")/bench.json
work=$(realpath -m "${BENCH_DIR:-$tree/build/bench}")
sizes=${BENCH_SIZES:-10K 10M 1G}
memory=32768			# KiB that no verb may need more than

mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
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

rounds_of() {
	if [ -n "${BENCH_ROUNDS:-}" ]; then
		echo "$BENCH_ROUNDS"
	elif [ "$1" -le 1048576 ]; then
		echo 21
	elif [ "$1" -le 134217728 ]; then
		echo 5
	else
		echo 1
	fi
}

prepare() {
	for tool in measure message; do
		"${CC:-cc}" -O2 -D_GNU_SOURCE -o $tool "$tree/bench/$tool.c"
	done
	AUTHORITY_KEY=2048 make_pki alice:2048 bob:2048
	unset OPENSSL_CONF
}

# --- the commands; $input and $output are files, $who's turn it is ---

# Equal work: openssl cms does not judge the certificate that it encrypts to and
# loads no authority to decrypt, so there the recipient is himself an anchor.
judging='--trust root.crt --cert issuing.crt'

by_us() {
	case $1 in
	sign-clear)	echo "$POSTSEAL sign --identity alice.pem -o out entity" ;;
	sign-opaque)	echo "$POSTSEAL sign --opaque --identity alice.pem -o out entity" ;;
	encrypt-*)	echo "$POSTSEAL encrypt --trust bob.crt --cipher aes-256-${1#*-} --to bob.crt" \
			    "-o out entity" ;;
	seal-*)		echo "$POSTSEAL seal --no-self $judging --cipher aes-256-${1#*-}" \
			    "--identity alice.pem --to bob.crt -o out entity" ;;
	verify-*)	echo "$POSTSEAL verify $judging in" ;;
	decrypt-*)	echo "$POSTSEAL open --identity bob.pem -o out in" ;;
	open-*)		echo "$POSTSEAL open $judging --identity bob.pem -o out in" ;;
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
	sign-clear)	each "$sign -out out2" '' '-binary' '-binary -stream' ;;
	sign-opaque)	each "$sign -nodetach -out out2" '' '-binary -stream' ;;
	encrypt-*)	each "$encrypt -in entity -out out2" '' '-binary -stream' ;;
	seal-*)		each "$sign" "| $encrypt -out out2" \
			    "-binary -stream | $encrypt -binary -stream -out out2" ;;
	verify-*)	each "$verify -in in -out /dev/null" '' ;;
	decrypt-*)	each "$decrypt -in in -out out2" '' ;;
	open-*)		each "$decrypt -in in" "| $verify -out out2" ;;
	esac
}

each() {
	command=$(echo "$1" | tr -s '\n\t ' ' ')
	shift
	for more; do
		echo "$command $more"
	done
}

# input_of OPERATION: what a reading operation reads was written by ours.
input_of() {
	case $1 in
	verify-*)	what=sign-${1#*-} ;;
	decrypt-*)	what=encrypt-${1#*-} ;;
	open-*)		what=seal-${1#*-} ;;
	*)		return 0 ;;
	esac
	sh -c "$(by_us "$what")" 2>log || { cat log >&2; return 1; }
	mv out in
}

# --- measuring ---

# turn SIZE OPERATION WHO COMMAND: one line of numbers.
turn() {
	rm -f out out2
	line=$(./measure sh -c "$4" 2>log) || {
		echo "bench.sh: failed: $4" >&2
		tail -n 3 log >&2
		exit 1
	}
	echo "$1 $2 $3 $line" >>numbers
}

operation() {
	input_of "$2" || exit 1
	by_openssl "$2" >commands
	round=0
	while [ $round -lt "$3" ]; do
		turn "$1" "$2" ours "exec $(by_us "$2")"
		n=0
		while read -r command; do
			n=$((n + 1))
			turn "$1" "$2" "openssl$n" "$command"
		done <commands
		round=$((round + 1))
	done
	rm -f in out out2
}

# --- the table ---

# shellcheck disable=SC2016 # awk's own variables
summary='
function median(key, column,	i, j, n, t, v) {
	n = count[key]
	for (i = 1; i <= n; i++)
		v[i] = value[key, column, i]
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	return v[int((n + 1) / 2)]
}
# the openssl command that takes the least processor time
function best(row,	n, key, found) {
	for (n = 1; (row " openssl" n) in count; n++) {
		key = row " openssl" n
		if (found == "" || median(key, 2) < median(found, 2))
			found = key
	}
	return found
}
function again(row,	key) {
	key = row
	sub(/open-gcm/, "decrypt-gcm", key)
	key = best(key)
	return row ~ /-gcm$/ && row ~ / (open|decrypt)-/ && key != "" ? median(key, 2) : 0
}
{
	key = $1 " " $2 " " $3
	if (!(($1 " " $2) in seen)) {
		seen[$1 " " $2] = 1
		rows[++nrows] = $1 " " $2
	}
	n = ++count[key]
	value[key, 1, n] = $4; value[key, 2, n] = $5; value[key, 3, n] = $6
}
END {
	print "size   operation        MB/s  openssl    cpu s  openssl  ratio  peak MiB  openssl"
	print "[" >json
	for (r = 1; r <= nrows; r++) {
		split(rows[r], part, " ")
		o = rows[r] " ours"; t = best(rows[r])
		cpu = median(o, 2); theirs = median(t, 2) + again(rows[r])
		size = octets[part[1]] / 1e6
		peak = 0
		for (i = 1; i <= count[o]; i++)
			peak = value[o, 3, i] > peak ? value[o, 3, i] : peak
		good = cpu <= theirs && peak < memory
		word = good ? "ok" : (cpu > theirs) ? "slower" : "memory"
		comma = (r > 1) ? "," : " "
		bad += !good
		printf "%-6s %-13s %7.0f %8.0f %8.3f %8.3f %6.2f %9.1f %8.1f  %s\n", part[1],
		    part[2], size / median(o, 1), size / median(t, 1), cpu, theirs, cpu / theirs,
		    peak / 1024, median(t, 3) / 1024, word
		printf "%s {\"size\": %d, \"operation\": \"%s\", \"wall\": %.6f, \"cpu\": %.6f, " \
		    "\"peak_kib\": %d, \"openssl_wall\": %.6f, \"openssl_cpu\": %.6f, " \
		    "\"openssl_peak_kib\": %d, \"ok\": %s}\n", comma,
		    octets[part[1]], part[2], median(o, 1), cpu, peak, median(t, 1), theirs,
		    median(t, 3), good ? "true" : "false" >json
	}
	print "]" >json
	print "CPU seconds and peaks are those of whole processes; openssl by its best options,"
	print "reading GCM twice. ok: no more CPU than openssl, and less than " memory / 1024 " MiB."
	exit bad > 0
}'

show() {
	table='BEGIN {'
	for size in $sizes; do
		table="$table octets[\"$size\"] = $(octets "$size");"
	done
	awk -v json="$json" -v memory=$memory "$table } $summary" numbers
}

prepare
for size in $sizes; do
	./message "$(octets "$size")" >entity
	for one in $operations; do
		[ -t 2 ] && printf '\r%s %s   \r' "$size" "$one" >&2
		operation "$size" "$one" "$(rounds_of "$(octets "$size")")"
	done
done
show
