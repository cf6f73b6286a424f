# SPDX-License-Identifier: ISC
#
# rows.tsv as a plot: times of the floor for each operation of one size, on a
# scale of logarithms, since peers take up to forty times and we a tenth more.

BEGIN {
	FS = "\t"
	left = 130; width = 560; high = 40; bar = 9; step = 44
	colour["times_wall"] = "#1f6f8b"; colour["times2_wall"] = "#7fb3c8"
	colour["openssl_times_wall"] = "#c8553d"; colour["gpgsm_times_wall"] = "#e0a458"
	label["times_wall"] = "postseal"; label["times2_wall"] = "two threads"
	label["openssl_times_wall"] = "openssl cms"; label["gpgsm_times_wall"] = "gpgsm"
	split("times_wall times2_wall openssl_times_wall gpgsm_times_wall", order, " ")
}

$1 == size {
	name[++n] = $2
	for (i = 3; i < NF; i += 2)
		value[n, $i] = $(i + 1)
}

# where a number of times stands: 0.5 at the left, 64 at the right
function x(times) {
	times = times < 0.5 ? 0.5 : times > 64 ? 64 : times
	return left + width * log(times / 0.5) / log(128)
}

function text(at, y, words, how) {
	printf "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", at, y, how, words
}

END {
	height = high + n * step + 30
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
	    "font-family=\"sans-serif\" font-size=\"11\">\n", left + width + 40, height
	printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
	text(left, 14, "Wall time of a message of " size \
	    ", in times of the unavoidable work (two threads: of that on two threads)", "")
	for (k = 1; k <= 4; k++) {
		printf "<rect x=\"%d\" y=\"20\" width=\"10\" height=\"10\" fill=\"%s\"/>\n",
		    left + 110 * (k - 1), colour[order[k]]
		text(left + 110 * (k - 1) + 14, 29, label[order[k]], "")
	}
	for (t = 1; t <= 64; t *= 2) {
		printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>\n",
		    x(t), high, x(t), height - 24, t == 1 ? "black" : "#ddd"
		text(x(t), height - 10, t, "text-anchor=\"middle\"")
	}
	for (r = 1; r <= n; r++)
		bars(r, high + (r - 1) * step + 6)
	print "</svg>"
}

function bars(r, y,	k, v) {
	text(left - 8, y + 20, name[r], "text-anchor=\"end\"")
	for (k = 1; k <= 4; k++) {
		v = value[r, order[k]]
		if (v == "")
			continue
		printf "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
		    left, y + (k - 1) * bar, x(v) - left, bar - 1, colour[order[k]]
		text(x(v) + 3, y + (k - 1) * bar + 8, sprintf("%.2f", v), "font-size=\"8\"")
	}
}
