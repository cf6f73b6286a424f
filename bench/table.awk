# SPDX-License-Identifier: ISC
#
# From lines "SIZE OPERATION WHO ROUND WALL CPU PEAK" the table of one size, and
# its rows with a name before each number, for json.awk and plot.awk, in rows.tsv.
# Quotients are of the same round; a median of an even count is the lower one.

BEGIN {
	split("sign-clear 1.10 sign-opaque 1.10 verify-clear 1.10 verify-opaque 1.10 " \
	    "encrypt-cbc 1.10 encrypt-gcm 1.10 seal-cbc 1.10 seal-gcm 1.10 " \
	    "decrypt-cbc 1.15 decrypt-gcm 1.15 open-cbc 1.15 open-gcm 1.15", pair, " ")
	for (i = 1; i in pair; i += 2)
		reach[pair[i]] = pair[i + 1]
}

$1 == size {
	if (!($2 in seen)) {
		seen[$2] = 1
		row[++nrow] = $2
	}
	key = $2 " " $3
	count[key] = $4 > count[key] ? $4 : count[key]
	wall[key, $4] = $5
	cpu[key, $4] = $6
	peak[key] = $7 > peak[key] ? $7 : peak[key]
}

function sorted_middle(v, n,	i, j, t) {
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	return n == 0 ? -1 : v[int((n + 1) / 2)]
}

function median(of, key,	i, v) {
	for (i = 1; i <= count[key]; i++)
		v[i] = of[key, i]
	return sorted_middle(v, count[key])
}

# the median over the rounds of a quotient; -1: it did not run
function times(of, key, base,	i, n, v) {
	for (i = 1; i <= count[key]; i++)
		if ((key, i) in of && of[base, i] > 0)
			v[++n] = of[key, i] / of[base, i]
	return sorted_middle(v, n)
}

# the openssl command that takes the least processor time
function best(op,	n, key, found) {
	for (n = 1; (op " openssl" n) in count; n++) {
		key = op " openssl" n
		if (found == "" || median(cpu, key) < median(cpu, found))
			found = key
	}
	return found
}

function show(x) {
	return x < 0 ? "      -" : sprintf("%7.2f", x)
}

function put(name, number, form) {
	if (number >= 0)
		printf "\t%s\t" form, name, number >>"rows.tsv"
}

END {
	print size ": seconds of the floor, and how many times that the others take"
	print "             one thread                        two threads        peak      others"
	print "operation      floor    wall     cpu   reach   floor    wall       MiB" \
	    "  openssl   gpgsm     nss"
	for (r = 1; r <= nrow; r++) {
		op = row[r]; f = op " floor"; o = op " ours"; t = best(op)
		print_row(op, f, o, t)
		save_row(op, f, o, t)
	}
}

function print_row(op, f, o, t) {
	printf "%-13s %6.3f %s %s %7.2f %7.3f %s %9.1f %s %s %s\n", op, median(wall, f),
	    show(times(wall, o, f)), show(times(cpu, o, f)), reach[op],
	    median(wall, f "2"), show(times(wall, o "2", f "2")),
	    (peak[o] > peak[o "2"] ? peak[o] : peak[o "2"]) / 1024,
	    show(times(wall, t, f)), show(times(wall, op " gpgsm", f)),
	    show(times(wall, op " nss", f))
}

function save_row(op, f, o, t) {
	printf "%s\t%s", size, op >>"rows.tsv"
	put("octets", octets, "%d")
	put("rounds", count[o], "%d")
	put("floor_wall", median(wall, f), "%.6f")
	put("floor_cpu", median(cpu, f), "%.6f")
	put("wall", median(wall, o), "%.6f")
	put("cpu", median(cpu, o), "%.6f")
	put("times_wall", times(wall, o, f), "%.3f")
	put("times_cpu", times(cpu, o, f), "%.3f")
	put("to_reach", reach[op], "%.2f")
	put("floor2_wall", median(wall, f "2"), "%.6f")
	put("wall2", median(wall, o "2"), "%.6f")
	put("cpu2", median(cpu, o "2"), "%.6f")
	put("times2_wall", times(wall, o "2", f "2"), "%.3f")
	put("peak_kib", peak[o], "%d")
	put("peak2_kib", peak[o "2"], "%d")
	put("openssl_times_wall", times(wall, t, f), "%.3f")
	put("openssl_times_cpu", times(cpu, t, f), "%.3f")
	put("openssl_peak_kib", t == "" ? -1 : peak[t], "%d")
	put("gpgsm_times_wall", times(wall, op " gpgsm", f), "%.3f")
	put("nss_times_wall", times(wall, op " nss", f), "%.3f")
	printf "\n" >>"rows.tsv"
}
