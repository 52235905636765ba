#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# live-flood.sh - live, amid floods: memory, bounds, and a real failure
#
#   make check-live
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
generate=${GENERATE:-$PWD/tests/bench/generate}
export GENERATE="$generate"
[ -x "$generate" ] || tap_skip_all 'tests/bench/generate is not built'
command -v tcpreplay >/dev/null || tap_skip_all 'tcpreplay is not here'
if grep -q __asan_init "$p407"; then
	tap_skip_all 'ASan takes time and memory of its own'
fi
. "$root/tests/wire.sh"

wait_for 15 squid_answers || {
	not_ok 'squid answers' "$(tail -n 5 squid.out log/cache.log)"
	tap_end
}
for mode in hostile attack; do
	"$generate" $mode 20M >$mode.pcap 2>/dev/null
done
mkdir -m 777 ring
listen --memory 64M -o json -o text=r.txt -w ring
for mode in hostile attack hostile attack; do
	in_client tcpreplay -q -i eth0 -M 150 $mode.pcap
done >replay.out 2>&1 &
replay=$!
tries=0
while kill -0 $replay 2>/dev/null; do
	fetch "bob:$wrong" >>codes
	tries=$((tries + 1))
	sleep 0.2
done
# shellcheck disable=SC2317 # wait_for calls it
told() {
	[ "$(grep '"dataset":"p407.attempt"' out |
	    grep '"outcome":"rejected"' | grep -c '"name":"bob"')" -ge "$1" ]
}
refused=$(grep -o 407 codes | wc -l)
true_that "a user who was refused $refused times amid them is told" \
    wait_for 10 told $((refused - refused / 20 - 1))
true_that 'and what is wrong' sh -c "grep '\"dataset\":\"p407.finding\"' out |
    grep '\"users\":[^]]*\"bob\"' | grep -q credentials-rejected"
kill -s USR1 "$pid"
wait_for 5 has 'bound reached' err
for bound in 'connections followed at a time' 'HTTP heads and TLS' \
    'fragmented packets waiting' 'packets kept for -w'; do
	true_that "a bound that was reached is said: $bound" \
	    has "bound reached [0-9]* times: .*$bound" err
done
most=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
true_that "no more than --memory 64M: $most KiB" \
    [ "$most" -le $((64 * 1024)) ]
true_that 'a storm of faults does not scroll: ten in full' \
    [ "$(grep -o '(rule [a-z0-9-]*)' r.txt | sort | uniq -c |
        sort -rn | awk 'NR == 1 { print $1 }')" -eq 10 ]
true_that 'then a line each' has 'same as others before' r.txt
fetch "ali:$right" >/dev/null
true_that 'afterwards all is as ever' wait_for 5 \
    has '"outcome":"authenticated"' out
stop TERM
true_that 'status 0' [ "$status" -eq 0 ]
true_that 'each line is JSON' python3 -c '
import json
for line in open("out"):
    json.loads(line)'

# A pipe holds 64 KiB, and who reads it takes a moment for them.
"$generate" proxy 20M >proxy.pcap 2>/dev/null
mkfifo pipe
python3 -c '
import os, time
while part := os.read(0, 65536):
    os.write(1, part)
    time.sleep(0.01)' <pipe >piped &
listen -o json=pipe
in_client tcpreplay -q -i eth0 -M 200 proxy.pcap >replay.out 2>&1
sleep 2
then=$(wc -c <piped)
sleep 2
now=$(wc -c <piped)
true_that "logins by the thousand are told as they come: $then bytes, then $now" \
    [ "$then" -gt 1000000 -a $((now - then)) -lt $((now / 10)) ]
true_that 'no line is lost' sh -c '! grep -q "no room" err'
stop TERM
tap_end
