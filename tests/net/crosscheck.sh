#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# crosscheck.sh - our frames and packets against those of tshark
#
# usage: crosscheck.sh [FILE|FOLDER...]      (default: captures/)
#
# Reads every capture with tests/net/dump.c and with tshark and compares frame
# number, time, innermost addresses, and of TCP the ports, sequence number and
# length of the payload.  All whole files go to one tshark, appended by
# mergecap, which keeps this in seconds; damaged ones go one by one, and we
# must stop where tshark stops.
#
# DUMP is the dump program; TSHARK_SECONDS bounds each run of tshark.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"

dump=${DUMP:-tests/net/dump}
seconds=${TSHARK_SECONDS:-60}

for tool in tshark mergecap; do
	command -v "$tool" >/dev/null 2>&1 ||
		tap_skip_all "$tool is not here (Debian: apt-get install tshark)"
done
[ -x "$dump" ] || tap_skip_all "$dump is not built (make check builds it)"
[ $# -gt 0 ] || set -- "$root/captures"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# tshark_fields CAPTURE: the fields of dump, one line a frame, into theirs.
# Desegmentation is off: only headers are wanted.
tshark_fields() {
	timeout "$seconds" tshark -n -r "$1" \
	    -o tcp.desegment_tcp_streams:FALSE -o ip.defragment:TRUE \
	    -o ipv6.defragment:TRUE -T fields -E occurrence=l \
	    -e frame.number -e frame.time_epoch -e ip.src -e ip.dst \
	    -e ipv6.src -e ipv6.dst -e tcp.srcport -e tcp.dstport \
	    -e tcp.seq_raw -e tcp.len -e frame.protocols \
	    >"$work/theirs" 2>"$work/said"
	# It has a status of its own for a damaged file; 124 is timeout's.
	[ $? -lt 124 ]
}

# compare OURS NAME: against theirs.
compare() {
	if differences=$(awk -F '\t' '
	function differ(what, a, b) {
		if (++bad <= 10)
			printf "frame %s: %s is \"%s\", tshark has \"%s\"\n",
			    $1, what, a, b
	}
	# As text: a number of awk has no room for nanoseconds.
	function apart(a, b) {
		return (a "") != (b "")
	}
	FNR == NR {
		ours[$1] = $0
		n_ours++
		next
	}
	!($1 in ours) {
		# Journal entries and the like only take a number.
		if ($11 ~ /(^|:)(eth|ip|ipv6|sll|raw|ppp)/)
			differ("frame", "missing", $11)
		next
	}
	{
		split(ours[$1], o, "\t")
		seen++
		if ($2 != "" && apart(o[2], $2))
			differ("time", o[2], $2)
		# An error quotes the packet that caused it: it is shown.
		if ($11 ~ /:icmp/)
			next
		if (apart(o[5], $7) && (o[7] $7) != "")
			differ("source port", o[5], $7)
		if (apart(o[6], $8) && (o[7] $7) != "")
			differ("destination port", o[6], $8)
		if (apart(o[7], $9))
			differ("sequence number", o[7], $9)
		if (apart(o[8], $10))
			differ("payload length", o[8], $10)
		if (o[3] != "" && apart(o[3], $3) && apart(o[3], $5))
			differ("source", o[3], $3 " " $5)
		if (o[4] != "" && apart(o[4], $4) && apart(o[4], $6))
			differ("destination", o[4], $4 " " $6)
	}
	END {
		if (seen != n_ours) {
			printf "%d frames are not in tshark\n", n_ours - seen
			bad++
		}
		if (bad > 10)
			printf "%d differences in all\n", bad
		exit bad > 0
	}' "$work/$1" "$work/theirs"); then
		ok "$2"
	else
		not_ok "$2" "$differences"
	fi
}

find "$@" -type f \( -name '*.pcap' -o -name '*.pcapng' -o -name '*.pcap.*' \
    -o -name '*.pcapng.*' \) | LC_ALL=C sort >"$work/files"
[ -s "$work/files" ] || tap_skip_all "no captures in $*"

frames=0
: >"$work/ours"
: >"$work/whole"
while IFS= read -r file; do
	"$dump" "$file" >"$work/one" 2>"$work/said"
	status=$?
	# Alone, too, if it has frames that only take a number.
	if [ $status -eq 0 ] &&
	    awk -F '\t' '$1 != NR { exit 1 }' "$work/one"; then
		echo "$file" >>"$work/whole"
		awk -F '\t' -v OFS='\t' -v base="$frames" \
		    '{ $1 += base; print }' "$work/one" >>"$work/ours"
		frames=$((frames + $(wc -l <"$work/one")))
	elif [ $status -ne 0 ] && [ $status -ne 2 ]; then
		not_ok "$file" "dump ended with status $status"
	elif tshark_fields "$file"; then
		compare one "$file"
	else
		not_ok "$file" "tshark took more than $seconds s"
	fi
done <"$work/files"

if [ -s "$work/whole" ]; then
	name="$(wc -l <"$work/whole") whole files, $frames frames"
	# Appended, not merged by time: file after file, as ours.
	if ! tr '\n' '\0' <"$work/whole" | xargs -0 -n 4000 mergecap -a \
	    -w "$work/all.pcapng" 2>"$work/said"; then
		not_ok "$name" "$(cat "$work/said")"
	elif tshark_fields "$work/all.pcapng"; then
		compare ours "$name"
	else
		not_ok "$name" "tshark took more than $seconds s"
	fi
fi
tap_end
