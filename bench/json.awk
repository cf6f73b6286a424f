# SPDX-License-Identifier: ISC
#
# rows.tsv and the lines of small.c as one JSON object.

BEGIN {
	FS = "\t"
	printf "{\n\"machine\": {%s},\n\"rows\": [", machine
}

FILENAME ~ /rows.tsv$/ {
	printf "%s\n{\"size\": \"%s\", \"operation\": \"%s\"", (nrow++ ? "," : ""), $1, $2
	for (i = 3; i < NF; i += 2)
		printf ", \"%s\": %s", $i, $(i + 1)
	printf "}"
	next
}

split($0, word, " ") >= 2 && word[2] ~ /^[0-9.]+$/ {
	small[++nsmall] = sprintf("{\"operation\": \"%s\", \"times\": %s}", word[1], word[2])
}

END {
	printf "\n],\n\"small\": ["
	for (i = 1; i <= nsmall; i++)
		printf "%s\n%s", (i > 1 ? "," : ""), small[i]
	print "\n]\n}"
}
