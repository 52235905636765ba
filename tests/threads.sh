#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# threads.sh - the same bytes of output with any number of threads
#
# Every capture by itself, all of them merged by time, and generated traffic
# of which the captures have too little: many connections at once, small
# packets, floods.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
generate=tests/bench/generate
more=
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# run THREADS FILE...: its JSON and its messages go to $work/THREADS
run() {
	threads=$1
	shift
	"$p407" -j "$threads" -v ${more:+"$more"} -o json "$@" >"$work/$threads" 2>&1
}

# same WHAT FILE...: with 2 and 4 threads as with 1
same() {
	what=$1
	shift
	run 1 "$@"
	for n in 2 4; do
		run $n "$@"
		cmp "$work/1" "$work/$n" >"$work/differs" 2>&1 || {
			not_ok "$what: $n threads say what one says" \
			    "$(cat "$work/differs")"
			return
		}
	done
	ok "$what: 2 and 4 threads say what one says"
}

find "$root/captures" -name '*.pcapng' ! -path '*/lab/*' | sort >"$work/all"
[ -s "$work/all" ] || tap_skip_all 'there are no captures here'

differ=
while read -r capture; do
	run 1 "$capture"
	run 3 "$capture"
	cmp -s "$work/1" "$work/3" || differ="$differ ${capture##*/}"
done <"$work/all"
empty 'every capture: 3 threads say what one says' "$differ"

# shellcheck disable=SC2046 # one argument a name; none has a space
same 'all captures merged' $(cat "$work/all")

# With libndpi, where it is here.
more=--inventory
# shellcheck disable=SC2046 # as above
same 'applications' $(grep '/clients/' "$work/all")
more=

if [ -x "$generate" ]; then
	for mode in $("$generate" --modes); do
		"$generate" "$mode" 4M >"$work/made.pcap" 2>/dev/null
		same "generated: $mode" "$work/made.pcap"
		gzip -9 <"$work/made.pcap" | head -c 900000 >"$work/cut.pcap.gz"
		same "generated: $mode, packed and cut" "$work/cut.pcap.gz"
		"$p407" -j 4 -v -o json "$work/made.pcap" >"$work/1" 2>&1
		"$p407" -j 4 -v -o json - <"$work/made.pcap" 2>&1 |
		    sed "s|\"name\":\"-\"|\"name\":\"$work/made.pcap\"|" \
		        >"$work/4"
		empty "generated: $mode, from standard input as from the file" \
		    "$(cmp "$work/1" "$work/4" 2>&1)"
	done
else
	skip 'generated traffic' 'tests/bench/generate is not built'
fi
tap_end
