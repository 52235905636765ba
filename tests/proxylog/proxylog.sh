#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# proxylog.sh - --proxy-log: real logs beside real captures, and wrong ones
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null 2>&1 || tap_skip_all 'python3 is not here'
here=$root/tests/proxylog
# squid 5.7 and curl 7.88.1, for this test: user bob.
capture=$here/squid.pcap

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-proxylog.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1

# run ARGS: what is said goes to out and err, the status to $status.
run() {
	"$p407" "$@" >out 2>err </dev/null
	status=$?
}

# says WHAT STATUS PATTERN FILE
says() {
	if [ "$status" -eq "$2" ] && grep -q -e "$3" "$4"; then
		ok "$1"
	else
		not_ok "$1" "status $status: $(cat err; head -c 3000 out)"
	fi
}

both() {
	grep -c '"dataset":"p407.proxy_log".*"where":"both"' out
}

for log in native combined; do
	run -o json --proxy-log "$here/$log.log" "$capture"
	says "squid, $log: guessed" 0 "Format: \(squid $log\|$log\)" out
	if [ "$(both)" -eq 7 ] && ! grep -q '"where":".* only"' out; then
		ok "squid, $log: each exchange has its line"
	else
		not_ok "squid, $log: each exchange has its line" "$(cat out)"
	fi
done
run --proxy-log "$here/native.log" "$capture"
says 'text' 0 'line 3, .*' out
says 'text: the user of the log' 0 'user in log bob' out
for format in html markdown; do
	run -o $format --proxy-log "$here/native.log" "$capture"
	says "$format" 0 'TCP.*DENIED' out
done
run --redact identities -o text -o json --proxy-log "$here/native.log" \
    "$capture"
says '--redact identities' 0 "The proxy's log" out
empty 'no identity is left' "$(grep -e 'bob' -e '127\.0\.0\.1' out)"

# An hour ahead: the offset is found, and all fit again.
awk '{ $1 = sprintf("%.3f", $1 + 3600); print }' "$here/native.log" >ahead
run -o json --proxy-log ahead "$capture"
says 'the clock of the proxy is an hour ahead' 0 'clock is 59 min 59 s ahead' out
if [ "$(both)" -eq 7 ]; then
	ok 'each exchange has its line, an hour later'
else
	not_ok 'each exchange has its line, an hour later' "$(cat out)"
fi
# The same an hour before, as a log of the whole day has it.
awk '{ $1 = sprintf("%.3f", $1 - 3600); print }' "$here/native.log" >day
cat "$here/native.log" >>day
run -o json --proxy-log day "$capture"
says 'what repeats itself does not shift the clock' 0 '[0-9] us behind' out
sed 3d "$here/native.log" >less
run -o json --proxy-log less "$capture"
says 'a 407 that is in the capture only' 0 '"where":"capture only"' out
"$p407" -c 24 -o json --proxy-log "$here/native.log" "$capture" >out 2>err
run -o json -f 'not tcp port 0 and not (tcp[tcpflags] == 255)' \
    --proxy-log "$here/native.log" "$capture"
says 'a filter does no harm' 0 '"where":"both"' out
port=$("$p407" -o json "$capture" |
    sed -n 's/.*"source":{"ip":"127.0.0.1","port":\([0-9]*\)}.*/\1/p' |
    sed -n 2p)
run -o json -f "not port $port" --proxy-log "$here/native.log" "$capture"
says 'a 407 that is in the log only' 0 '"where":"log only"' out
# The same log with the clock of Newfoundland, and without its zone.
python3 -c '
import sys, time
for line in sys.stdin:
    w = line.split()
    seconds, ms = w[0].split(".")
    at = time.gmtime(int(seconds) - 12600)
    print(time.strftime("%d/%b %Y %I:%M:%S %p", at) + "." + ms, w[2],
          w[3].split("/")[1], *w[5:8])' <"$here/native.log" >zone
run -o json --proxy-log zone --proxy-log-format \
    '%{%d/%b %Y %I:%M:%S %p}tl.%03tu %>a %>Hs %rm %ru %un' "$capture"
says 'a local time without a zone' 0 \
    'UTC as the log has no zone, is 3 h [23][0-9] min behind' out
if [ "$(both)" -eq 7 ]; then
	ok 'and each exchange has its line'
else
	not_ok 'and each exchange has its line' "$(cat out)"
fi
gzip -c "$here/native.log" >log.gz
run -o json --proxy-log log.gz "$capture"
says 'a packed log' 0 'squid native' out

said=$(PYTHONDONTWRITEBYTECODE=1 python3 "$here/proxylog.py" "$p407" \
    "$root/captures" . 2>&1)
total=$(printf '%s\n' "$said" | tail -n 1)
if [ "$total" -ge 800 ] 2>/dev/null; then
	ok "logs of the labs: $total exchanges have their line"
else
	not_ok 'logs of the labs' "$said"
fi
empty 'no 407 is in one of both only' "$(printf '%s\n' "$said" |
    sed -n 's/^# //p')"

#
# Wrong input
#
run --proxy-log no-such-file "$capture"
says 'a missing file' 2 '^p407: no-such-file: ' err
: >empty
run --proxy-log empty "$capture"
says 'an empty file' 2 '^p407: empty: is empty' err
run --proxy-log "$capture" "$capture"
says 'a capture' 2 '^p407: .*squid\.pcap: no line' err
run --proxy-log . "$capture"
says 'a folder' 2 '^p407: \.: ' err
head -c 3000000 /dev/zero | tr '\0' 'x' >long
run --proxy-log long "$capture"
says 'a line of megabytes' 2 '^p407: long: no line' err
{
	printf '\377\001\033[31m%s\n' "$(head -c 2000000 long)"
	cat "$here/native.log"
	head -c 100000 /dev/urandom
} >noise
run -o json --proxy-log noise "$capture"
says 'noise around a log' 0 'squid native' out
run --proxy-log "$here/native.log" \
    --proxy-log-format '%ts %>a %>Hs %{%d/%b/%Q}tl' "$capture"
says 'a time that nobody writes so' 2 \
    '^p407: --proxy-log-format .*: at character 22: strftime() has no' err
run --proxy-log "$here/native.log" --proxy-log-format '%un' "$capture"
says 'a format without a time' 2 '^p407: --proxy-log-format %un: ' err
run --proxy-log "$here/native.log" --proxy-log-format '%ts %>a %>Hs' \
    "$capture"
says 'a format of another log' 2 '^p407: .*native\.log: no line' err
tap_end
