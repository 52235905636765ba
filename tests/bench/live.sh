#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# live.sh [SIZE] - p407 beside tcpdump, on the same wire
#
# Called by `make bench-live` in the build folder, as root.  A veth pair in
# namespaces of its own; tcpreplay sends a bench input into one end, as fast
# as it can and at a ladder of rates; at the other end listen tcpdump, p407
# with one thread and with two, and tcpdump and p407 at once, in turns, with
# the same buffer (two threads have half of it each).  A packet is lost if the
# wire had it (/proc/net/dev) and the program did not count it; what the
# program itself calls dropped stands beside.  A rate is held if all $RUNS
# runs (3) lost nothing by either count.  All runs: bench/live-DATE.tsv.
# shellcheck disable=SC2046 # two numbers are two words
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
size=${1:-100M}
runs=${RUNS:-3}
buffer=${BUFFER:-16}
tools=$PWD/tests/bench
p407=$PWD/p407
folder=$PWD/bench
most=1000000 # packets of a run at top speed
seconds=2    # of a run at a rate

. "$root/tests/bench/input.sh"

stop() {
	echo "bench-live: $1" >&2
	exit 2
}

for tool in tcpdump tcpreplay ip unshare timeout; do
	command -v $tool >/dev/null ||
		stop "$tool is missing (apt-get install tcpdump tcpreplay iproute2)"
done
if [ "${P407_BENCH_INSIDE:-}" != yes ]; then
	[ "$(id -u)" -eq 0 ] || stop 'namespaces need root'
	mkdir -p "$folder"
	# What is started inside ends with it.
	P407_BENCH_INSIDE=yes exec timeout -k 5 1200 unshare --net --mount \
	    --pid --fork --mount-proc --kill-child sh "$0" "$@"
fi

work=$(mktemp -d "$folder/live.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
results=$folder/live-$(date +%Y-%m-%d).txt
figures=${results%.txt}.tsv

# "tap" as a name would be something else to tcpreplay.
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add wire mtu 9000 type veth peer name feed mtu 9000
ip link set wire up
ip link set feed up

# What came to this end of the wire so far.
wire_packets() {
	sed -n 's/^ *wire: *//p' /proc/net/dev | awk '{ print $2 }'
}

# start PROGRAM: its process is $started.
start() {
	case $1 in
	tcpdump)
		tcpdump -n -i wire -B $((buffer * 1024)) -w /dev/null \
		    2>"$work/tcpdump" &
		;;
	p407)
		"$p407" -i wire -B "$buffer" -o json=/dev/null 2>"$work/p407" &
		;;
	p407-j2)
		"$p407" -i wire -j 2 -B $((buffer / 2)) -o json=/dev/null \
		    2>"$work/p407-j2" &
		;;
	esac
	started=$!
	tries=50
	until grep -q '^p407: listening\|^tcpdump: listening\|^listening' \
	    "$work/$1"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || stop "$1 does not listen: $(cat "$work/$1")"
		sleep 0.1
	done
}

# finish PROGRAM PROCESS: $seen and $dropped by its own count, $ticks of CPU.
finish() {
	ticks=$(awk '{ print $14 + $15 }' "/proc/$2/stat")
	if [ "$1" != tcpdump ]; then
		kill -s USR1 "$2"
		sleep 0.3
	fi
	kill -s INT "$2"
	wait "$2" || :
	if [ "$1" != tcpdump ]; then
		count='s/.*: wire: \([0-9]*\) frames.* missed \([0-9]*\) .*/\1 \2/p'
		set -- $(sed -n "$count" "$work/$1")
	else
		set -- $(sed -n 's/ packets captured//p
			s/ packets\{0,1\} dropped by kernel//p' "$work/tcpdump")
	fi
	seen=${1:-0} dropped=${2:-0}
}

# send RATE: $sent packets, really $reached a second; 0 is top speed.
send() {
	if [ "$1" -eq 0 ]; then
		set -- --topspeed --limit $most
	else
		set -- --pps "$1" --limit $(($1 * seconds))
	fi
	timeout 60 tcpreplay -q -K --loop 100000 "$@" -i feed "$file" \
	    >"$work/sent" 2>&1 || stop "tcpreplay: $(tail -n 2 "$work/sent")"
	sent=$(sed -n 's/^Actual: \([0-9]*\) packets.*/\1/p' "$work/sent")
	reached=$(sed -n 's/^Rated:.*, \([0-9]*\)\.[0-9]* pps.*/\1/p' \
	    "$work/sent")
}

# run MODE RATE PROGRAM...: a line of figures for each of them.
run() {
	mode=$1 rate=$2
	shift 2
	beside=alone
	[ $# -eq 1 ] || beside=beside
	listeners=
	for program; do
		start "$program"
		listeners="$listeners $program:$started"
	done
	before=$(wire_packets)
	send "$rate"
	# The last block of the ring is handed over.
	sleep 0.5
	passed=$(($(wire_packets) - before))
	for listener in $listeners; do
		finish "${listener%:*}" "${listener#*:}"
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$mode" \
		    "$rate" "${listener%:*}" $beside "$reached" "$sent" \
		    "$passed" $((passed - seen)) "$dropped" \
		    $((ticks * 1000000000 / $(getconf CLK_TCK) / passed))
	done
}

# Rates held, and the highest of them, of all that ran.
table() {
	awk -F '\t' '
	function median(list, n, v, i, j, t) {
		n = split(list, v, " ")
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) {
				t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
			}
		return v[int((n + 1) / 2)]
	}
	NR > 1 {
		who = $1 "\t" $3 "\t" $4
		step = who "\t" $2
		if (!(who in known)) {
			known[who] = 1
			order[++programs] = who
		}
		steps[step] = who
		reached[step] = reached[step] " " $5
		cpu[step] = cpu[step] " " $10
		lost[step] += $8 > $9 ? $8 : $9
		passed[step] += $7
	}
	END {
		printf "%-8s %-8s %-7s %14s %14s %10s\n", "input", "program",
		    "", "held up to", "first loss at", "CPU ns"
		printf "%-8s %-8s %-7s %14s %14s %10s\n", "", "", "",
		    "packets/s", "packets/s", "a packet"
		for (i = 1; i <= programs; i++) {
			who = order[i]
			best = worst = 0
			for (step in steps) {
				if (steps[step] != who)
					continue
				m = median(reached[step])
				if (lost[step] > 0 && (!worst || m < worst)) {
					worst = m
					share = lost[step] / passed[step]
				}
			}
			for (step in steps) {
				m = median(reached[step])
				if (steps[step] == who && lost[step] == 0 &&
				    (!worst || m < worst) && m > best) {
					best = m
					ns = median(cpu[step])
				}
			}
			split(who, name, "\t")
			printf "%-8s %-8s %-7s %14s %14s %10s\n", name[1],
			    name[2], name[3], best ? best : "none",
			    worst ? sprintf("%d (%.2f%%)", worst, 100 * share) \
			    : "never", best ? ns : "-"
		}
	}' "$figures"
}

printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' input asked program company \
    reached sent wire lost own_drops cpu_ns >"$figures"
for mode in ${MODES:-mixed small}; do
	input "$mode" "$size"
	# Nobody listens: what the sender can do at all.
	send 0
	echo "$mode: $reached packets/s sent with no listener" |
		tee -a "$work/senders"
	for rate in 0 $((reached * 3 / 4)) $((reached / 2)) $((reached / 4)); do
		left=$runs
		while [ "$left" -gt 0 ]; do
			run "$mode" "$rate" tcpdump
			run "$mode" "$rate" p407
			run "$mode" "$rate" p407-j2
			run "$mode" "$rate" tcpdump p407
			left=$((left - 1))
		done >>"$figures"
	done
done
{
	echo "$("$p407" -V), $(date +%Y-%m-%d)," \
	    "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)," \
	    "$(getconf _NPROCESSORS_ONLN) processors, Linux $(uname -r)," \
	    "buffers of $buffer MiB, medians of $runs"
	cat "$work/senders"
	table
} | tee "$results"
echo
echo "in $results and $figures"
