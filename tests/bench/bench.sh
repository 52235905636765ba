#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# bench.sh [SIZE] - p407 beside other programs, on the same input
#
# Called by `make bench` in the build folder (make bench B=100M for a SIZE
# other than 1G).  The input is made there once, in bench/.  All figures are
# medians of $RUNS runs (5); the programs take turns, so that a busy minute
# hits all.  The others take minutes for a gigabyte, so they get $OTHERS (100M)
# of each input.  The table also goes to bench/results-DATE.txt, the figures to
# bench/results-DATE.tsv, of which plot.py makes what the README shows.
# ALONE=1 leaves them out.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
size=${1:-1G}
less=${OTHERS:-100M}
runs=${RUNS:-5}
tools=$PWD/tests/bench
p407=$PWD/p407
folder=$PWD/bench
small=$root/captures/ntlm/ntlm-wrong-password.pcapng

mkdir -p "$folder"
work=$(mktemp -d "$folder/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
results=$folder/results-$(date +%Y-%m-%d).txt
figures=${results%.txt}.tsv
: >"$figures"

have() {
	command -v "$1" >/dev/null
}

. "$root/tests/bench/input.sh"

# once LABEL COMMAND...: a run more; the figures go to $work/LABEL.
once() {
	label=$1
	shift
	"$tools/measure" "$@" >>"$work/$label" ||
		echo "bench: $label did not run: $*" >&2
}

# median LABEL COLUMN
median() {
	cut -d ' ' -f "$2" "$work/$1" | sort -n |
	    awk '{ v[NR] = $1 }
		END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# line LABEL YARDSTICK FLOOR: its wall time against that of the yardstick,
# its CPU time against that of the floor.
line() {
	[ -s "$work/$1" ] || return 0
	awk -v label="$1" -v wall="$(median "$1" 1)" \
	    -v cpu="$(median "$1" 2)" -v peak="$(median "$1" 3)" \
	    -v yard="$(median "$2" 1)" -v floor="$(median "$3" 2)" 'BEGIN {
		printf "%-12s %10.4f %10.4f %9.1f %12.2f %12.2f\n", label,
		    wall, cpu, peak / 1024, wall / yard,
		    (floor > 0 ? cpu / floor : 0)
	}'
}

table() {
	echo
	echo "$1"
	printf '%-12s %10s %10s %9s %12s %12s\n' program 'wall s' 'CPU s' \
	    'peak MiB' 'wall/tcpdump' 'CPU/pcaploop'
	for label in pcaploop tcpdump p407-j1 p407-j2 tshark ndpiReader \
	    tcpflow httpry; do
		line $label tcpdump pcaploop
		[ ! -s "$work/$label" ] ||
			printf '%s\t%s\t%s\t%s\t%s\n' "$1" $label \
			    "$(median $label 1)" "$(median $label 2)" \
			    "$(median $label 3)" >>"$figures"
	done
	rm -f "$work"/*
}

# The two by which others are measured, and p407.
own() {
	once pcaploop "$tools/pcaploop" "$1"
	once tcpdump tcpdump -r "$1" -w /dev/null
	once p407-j1 "$p407" -j 1 -o json "$1"
	[ "${2:-}" = alone ] || once p407-j2 "$p407" -j 2 -o json "$1"
}

others() {
	! have tshark ||
		once tshark tshark -n -r "$1" -Y http.response.code==407 \
		    -T fields -e frame.number -e ip.dst -e http.proxy_authenticate
	! have ndpiReader || once ndpiReader ndpiReader -q -i "$1"
	! have httpry || once httpry httpry -q -r "$1"
}

# A file a connection: the disk is busy with them for long, so it comes last.
flows() {
	mkdir "$work/flows"
	once tcpflow tcpflow -r "$1" -o "$work/flows"
	rm -rf "$work/flows"
	sync
}

with_others() {
	own "$1"
	others "$1"
}

# instructions MODE FILE: of p407, for each packet of it
instructions() {
	all=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
	    "$p407" -j 1 -o json "$2" 2>&1 >/dev/null |
	    sed -n 's/.*Collected : *//p')
	packets=$("$p407" -j 1 -o json "$2" | tail -n 1 |
	    sed 's/.*"frames":\([0-9]*\).*/\1/')
	echo "$1 $((all / packets))"
}

# rounds N COMMAND...
rounds() {
	left=$1
	shift
	while [ "$left" -gt 0 ]; do
		"$@"
		left=$((left - 1))
	done
}

have tcpdump || {
	echo 'bench: tcpdump is missing (apt-get install tcpdump)' >&2
	exit 2
}

{
	echo "$("$p407" -V), $(date +%Y-%m-%d)," \
	    "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)," \
	    "$(getconf _NPROCESSORS_ONLN) processors"

	for mode in $("$tools/generate" --modes); do
		input "$mode" "$size"
		rounds "$runs" own "$file"
		table "$mode, $size, medians of $runs"
	done

	for mode in $([ -n "${ALONE:-}" ] || "$tools/generate" --modes); do
		input "$mode" "$less"
		rounds "$runs" with_others "$file"
		! have tcpflow || rounds "$runs" flows "$file"
		table "$mode, $less, with the others, medians of $runs"
	done

	if [ -z "${ALONE:-}" ] && have valgrind; then
		echo
		echo 'instructions a packet (callgrind, with start and report)'
		for mode in $("$tools/generate" --modes); do
			input "$mode" 20M
			instructions "$mode" "$file"
		done
	fi

	rounds 30 own "$small" alone
	table "start to answer on $(wc -c <"$small") bytes, medians of 30"
} | tee "$results"
echo
echo "in $results and $figures"
