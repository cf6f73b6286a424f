#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The bench runs, and what it writes can be read: small sizes, one round. What it
# measures is nobody's test.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
case ${SANITIZED:-} in
?*)	echo "skip bench: the sanitizers measure nothing"; exit 0 ;;
esac

runs() {
	BENCH_DIR=$WORK/bench BENCH_OUT=$WORK/numbers BENCH_SIZES='10K 1M' BENCH_ROUNDS=1 \
	    BENCH_PEERS=1 BENCH_NATIVE='' sh "$here/../../bench/bench.sh" \
	    sign-clear verify-opaque decrypt-gcm open-cbc
}

has_all_rows() {
	python3 - <<'END'
import json
import xml.dom.minidom
bench = json.load(open("numbers/bench.json"))
rows = {(row["size"], row["operation"]): row for row in bench["rows"]}
assert len(rows) == 8, rows.keys()
for row in rows.values():
    for name in "floor_wall", "wall", "wall2", "times_wall", "times_cpu", "openssl_times_wall":
        assert row[name] > 0, (name, row)
    assert 1000 < row["peak_kib"] < 65536, row
assert rows["1M", "open-cbc"]["octets"] == 1048576
xml.dom.minidom.parse("numbers/bench.svg")
END
}

try bench-runs runs
try bench-numbers has_all_rows
