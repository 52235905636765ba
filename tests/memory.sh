#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# memory.sh - floods: memory stays within --memory, bounds that were reached
# are said, and a real failure in between is found all the same
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
generate=tests/bench/generate
capture=$root/captures/kerberos/kerberos-kdc-locked.pcapng
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

[ -x "$generate" ] || tap_skip_all 'tests/bench/generate is not built'
[ -f "$capture" ] || tap_skip_all 'the captures are not here'
command -v python3 >/dev/null || tap_skip_all 'python3 is not installed'
for flood in hostile attack; do
	"$generate" $flood 40M >"$work/$flood.pcap" 2>/dev/null || {
		echo "Bail out! there is no $flood"
		exit 1
	}
done

# peak MIB ARGS...: run, and is its resident set never larger than that?
peak() {
	python3 - "$@" <<'END'
import resource, subprocess, sys
subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"{peak} MiB resident")
sys.exit(peak > int(sys.argv[1]))
END
}

for flood in hostile attack; do
	for threads in 1 2; do
		for size in 32 64; do
			what="$flood, -j $threads, --memory ${size}M: no more"
			if grep -q __asan_init "$p407"; then
				ok "$what # SKIP ASan takes its own"
			elif said=$(peak "$size" "$p407" -j "$threads" \
			    --memory "${size}M" -r "$work/$flood.pcap"); then
				ok "$what"
			else
				not_ok "$what" "$said"
			fi
		done
	done
done

# said FLOOD BOUND
said() {
	if grep 'A bound was reached' "$work/$1.out" | grep -q "$2"; then
		ok "$1: said: $2"
	else
		not_ok "$1: said: $2" "$(grep bound "$work/$1.out")"
	fi
}
for flood in hostile attack; do
	"$p407" -j 1 --memory 32M -r "$work/$flood.pcap" >"$work/$flood.raw"
	# Its lines are broken where they are too long.
	sed 's/^  · /\n/; s/^    / /' "$work/$flood.raw" | tr -d '\n' |
	    sed 's/A bound/\nA bound/g' >"$work/$flood.out"
done
for bound in 'connections followed at a time' 'bytes of HTTP heads' \
    'bytes of attempts'; do
	said hostile "$bound"
done
for bound in 'bytes of fragmented packets' 'KDC exchanges' \
    'bytes of HTTP heads and TLS'; do
	said attack "$bound"
done

# named FLOOD: a locked account, in the last fifth of it.
named() {
	seconds() {
		capinfos -T -r -S "$2" "$1" | cut -f 2
	}
	at=$(seconds "$work/$1.pcap" -a) end=$(seconds "$work/$1.pcap" -e)
	was=$(seconds "$capture" -a)
	shift_s=$(python3 -c "print($at + ($end - $at) * 0.8 - $was)")
	editcap -t "$shift_s" "$capture" "$work/failure.pcapng"
	"$p407" -j 2 --memory 64M -r "$work/$1.pcap" \
	    -r "$work/failure.pcapng" -o json >"$work/out" 2>/dev/null
	what="a locked account amid $1 is named"
	if grep '"dataset":"p407.finding"' "$work/out" |
	    grep -q '"cause":"account-locked"'
	then
		ok "$what"
	else
		not_ok "$what" "$(grep -c :3129 "$work/out") lines of it"
	fi
}
if command -v editcap >/dev/null && command -v capinfos >/dev/null; then
	named hostile
	named attack
else
	skip 'a locked account is named' 'editcap and capinfos are not here'
fi
tap_end
