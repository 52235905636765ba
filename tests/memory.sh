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
"$generate" hostile 40M >"$work/flood.pcap" 2>/dev/null

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

for threads in 1 2; do
	for size in 32 64; do
		what="-j $threads --memory ${size}M: no more than that"
		if grep -q __asan_init "$p407"; then
			ok "$what # SKIP ASan takes its own"
		elif said=$(peak "$size" "$p407" -j "$threads" \
		    --memory "${size}M" -r "$work/flood.pcap"); then
			ok "$what"
		else
			not_ok "$what" "$said"
		fi
	done
done

"$p407" -j 1 --memory 32M -r "$work/flood.pcap" >"$work/out" 2>&1
for bound in 'connections followed at a time' 'bytes of HTTP heads' \
    'bytes of attempts'; do
	if grep 'A bound was reached' "$work/out" | grep -q "$bound"; then
		ok "said: $bound"
	else
		not_ok "said: $bound" "$(grep bound "$work/out")"
	fi
done

what='a locked account amid the flood is named'
if command -v editcap >/dev/null && command -v capinfos >/dev/null; then
	# To the last fifth of the flood.
	seconds() {
		capinfos -T -r -S "$2" "$1" | cut -f 2
	}
	at=$(seconds "$work/flood.pcap" -a) end=$(seconds "$work/flood.pcap" -e)
	was=$(seconds "$capture" -a)
	shift_s=$(python3 -c "print($at + ($end - $at) * 0.8 - $was)")
	editcap -t "$shift_s" "$capture" "$work/failure.pcapng"
	"$p407" -j 2 --memory 64M -r "$work/flood.pcap" \
	    -r "$work/failure.pcapng" -o json >"$work/out" 2>/dev/null
	if grep '"dataset":"p407.finding"' "$work/out" |
	    grep -q '"cause":"account-locked"'
	then
		ok "$what"
	else
		not_ok "$what" "$(grep -c :3129 "$work/out") lines of it"
	fi
else
	ok "$what # SKIP editcap and capinfos are not here"
fi
tap_end
