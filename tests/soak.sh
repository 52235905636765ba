#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# soak.sh [MINUTES [MBIT]] - the sensor for long: memory, descriptors, drops
#
# Real logins through squid, some of them wrong, amid generated traffic
# (spans, proxied, floods) that is replayed without end, and tcpdump beside
# p407 on the same wire.  Every ten seconds what p407 holds goes to soak.tsv,
# in the folder where it was started.
#   make soak [M=25]
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
minutes=${1:-1} mbit=${2:-50}
generate=${GENERATE:-$PWD/tests/bench/generate}
table=${TABLE:-$PWD/soak.tsv}
export GENERATE="$generate" TABLE="$table"
for tool in tcpreplay tcpdump; do
	command -v $tool >/dev/null || tap_skip_all "$tool is not here"
done
[ -x "$generate" ] || tap_skip_all "tests/bench/generate is not built"
wire_seconds=$((minutes * 60 + 120))
. "$root/tests/wire.sh"

wait_for 15 squid_answers || {
	not_ok 'squid answers' "$(tail -n 5 squid.out log/cache.log)"
	tap_end
}
for mode in mixed proxy hostile; do
	"$generate" $mode 20M >$mode.pcap 2>/dev/null
done

tcpdump -i wire -B 16384 -w /dev/null 2>tcpdump.err &
tcpdump=$!
listen -B 16 --memory 256M -o json=out.json --metrics p407.prom || {
	not_ok 'p407 listens' "$(evidence)"
	tap_end
}

# Packets of 1514 bytes go over the wire whole.
in_client sh -c "while :; do
	for mode in mixed proxy mixed hostile; do
		tcpreplay -q -i eth0 -M $mbit \$mode.pcap
	done
done" >replay.out 2>&1 &
(while :; do
	{
		fetch "ali:$right"
		fetch "ali:$right"
		fetch "bob:$wrong"
	} >>codes
	sleep 0.5
done) &
clients=$!

printf 'seconds\tresident_kib\tdescriptors\tframes\n' >"$table"
begin=$(date +%s)
while [ $(($(date +%s) - begin)) -lt $((minutes * 60)) ]; do
	sleep 10
	printf '%s\t%s\t%s\t%s\n' $(($(date +%s) - begin)) \
	    "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")" \
	    "$(find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l)" \
	    "$(ip -s link show wire | awk '/RX:/ { getline; print $2 }')" \
	    >>"$table"
done
kill -s USR1 "$pid"
sleep 1
stop TERM
kill "$clients"
kill -s INT "$tcpdump"
wait "$tcpdump"

# column N FIRST LAST: the mean of a share of the rows, in percent of them.
column() {
	awk -v n="$1" -v first="$2" -v last="$3" '
	NR > 1 { row[NR - 1] = $n }
	END {
		rows = NR - 1
		end = int(rows * last / 100 + 0.999)
		for (i = int(rows * first / 100) + 1; i <= end; i++) {
			sum += row[i]
			count++
		}
		printf "%d", count ? sum / count : 0
	}' "$table"
}

start=$(sed -n 2p "$table" | cut -f 2)
middle=$(column 2 40 60) end=$(column 2 90 100)
true_that "it ends well, after $(column 4 99 100) frames" [ "$status" -eq 0 ]
true_that "memory is flat: $start, $middle, $end KiB at start, middle, end" \
    [ "$end" -le $((middle + middle / 10 + 4096)) ]
true_that "no more than --memory: $end KiB" [ "$end" -le $((256 * 1024)) ]
true_that "as many descriptors: $(column 3 0 10), $(column 3 90 100)" \
    [ "$(column 3 90 100)" -eq "$(column 3 0 10)" ]
missed=$(sed -n 's/.*statistics: wire: .* missed \([0-9]*\) of.*/\1/p' err)
dropped=$(sed -n 's/^\([0-9]*\) packets dropped by kernel.*/\1/p' tcpdump.err)
true_that "frames missed: $missed; by tcpdump: $dropped" \
    [ "${missed:-1}" -le "${dropped:-0}" ]
wrong_ones=$(grep -o 407 codes | wc -l)
told=$(grep '"dataset":"p407.attempt"' out.json |
	grep '"outcome":"rejected"' | grep -c '"name":"bob"')
true_that "bob was refused $wrong_ones times, and $told are told" \
    [ "$told" -ge $((wrong_ones - 1)) ]
true_that 'ali has no fault' sh -c "! grep '\"fault\":true' out.json |
    grep '\"kind\":\"alert\"' | grep -q '\"users\":\\[\"ali\"\\]'"
true_that 'no password anywhere' sh -c "! grep -rq \
    -e '$right' -e '$wrong' out.json err p407.prom"
tap_end
