#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# live.sh - p407 on a wire: a real proxy, a real client, in namespaces
#
# Makes a network of its own that is gone when the script ends: a client in
# one namespace, squid with Basic and an origin in another, a veth pair
# between them, p407 on the pair.  Skipped where that is not allowed.
#   make check-live
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407

. "$root/tests/wire.sh"

wait_for 15 squid_answers || {
	not_ok 'squid answers' "$(tail -n 5 squid.out log/cache.log)"
	tap_end
}

#
# Before it begins
#
"$p407" -i no-such >out 2>err
status=$?
true_that 'no such interface: those that there are' \
    has '^p407: no-such: no such interface (there .*wire' err
ip link add idle type veth peer name idle2
"$p407" -i idle >out 2>err
true_that 'an interface that is down' has 'idle: is down (ip link set' err
"$p407" -D >out 2>err
true_that '-D lists the interfaces' has '[0-9]\. wire ' out
"$p407" -i wire -f 'no such filter' >out 2>err
true_that 'a wrong filter' has "filter 'no such filter'" err
setpriv --reuid=65534 --clear-groups --inh-caps=-all "$p407" -i wire \
    >out 2>err
true_that 'no permission: what to do' has 'setcap cap_net_raw' err

#
# A wrong password is named at once
#
if ! listen -v -o json; then
	not_ok 'p407 listens' "$(evidence)"
	tap_end
fi
grep -E '^(Seccomp|NoNewPrivs|CapEff|CapPrm):' "/proc/$pid/status" >state
true_that 'no capability is left' has '^CapEff:	0*$' state
true_that 'it cannot get new privileges' has '^NoNewPrivs:	1' state
if has 'sandbox: .*seccomp' err; then
	true_that 'system calls are filtered' has '^Seccomp:	2' state
else
	skip 'system calls are filtered' 'this kernel does not'
fi
[ "$(fetch "ali:$wrong")" = 407 ] || not_ok 'squid refuses'
begin=$(date +%s%N)
wait_for 5 has '"dataset":"p407.finding".*"cause":"credentials-rejected"' out
took=$((($(date +%s%N) - begin) / 1000000))
true_that "a wrong password is named ($took ms after the answer)" \
    has '"rule":{"id":"basic-credentials-rejected"\|credentials-rejected' out
true_that 'within a second' [ $took -lt 1000 ]
true_that 'the attempt has its line' \
    has '"dataset":"p407.attempt".*"outcome":"rejected"' out
[ "$(fetch "ali:$right")" = 200 ] || not_ok 'squid lets the right one in'
true_that 'a right password is seen, too' wait_for 3 \
    has '"dataset":"p407.attempt".*"outcome":"authenticated"' out
kill -s USR1 "$pid"
true_that 'SIGUSR1 prints statistics' wait_for 3 \
    has '^p407: statistics: wire: [1-9][0-9]* frames.*missed 0 of' err
# One that finds nothing new takes less than a tenth of that.
true_that 'the last look that looked at anything' wait_for 3 \
    has 'the last look took [0-9]\{3,\} us' err
stop TERM
true_that 'SIGTERM ends with status 0' [ "$status" -eq 0 ]
true_that 'the last line is the summary' has '"dataset":"p407.summary"' \
    "$(tail -n 1 out >last; echo last)"
true_that 'the summary has both attempts' \
    has '"attempts":{"total":2,"authenticated":1,"rejected":1' last
true_that 'each finding comes twice, under the same id' \
    [ "$(grep -o '"finding":{"id":"f[0-9]*"' out | sort | uniq -c |
        awk '{ print $1 }' | sort -u)" = 2 ]
true_that 'what was explained otherwise is withdrawn' \
    has '"id":"f1","state":"withdrawn","replaced_by":"f[0-9]*"' out
true_that 'each line is JSON' python3 -c '
import json, sys
for line in open("out"):
    json.loads(line)'

#
# Text: the hundredth rejection does not scroll; files; the rest
#
mkdir rules
# rule ID WHEN: a whole rule.
rule() {
	cat <<END
cause: credentials-rejected
rules:
  - id: $1
    title: My own rule holds
    severity: high
    likelihood: high
    specificity: 99
    when: $2
    message: This is what my own rule says.
    why: It was asked for.
    fixes:
      - who: user
        effort: easy
        do: Nothing.
    escalate_to: nobody
    escalate_when: never
    verify: It is gone.
    references: [none]
END
}
rule first-rule 'attempt.scheme == "Bearer"' >rules/first.yaml
listen -o text=report.txt -o json=report.json -o html=report.html \
    --metrics p407.prom --rules rules
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
	fetch "ali:$wrong" >/dev/null
done
# shellcheck disable=SC2317 # wait_for calls it
json_attempts() {
	[ -f report.json ] &&
	    [ "$(grep -c '"outcome":"rejected"' report.json)" -ge "$1" ]
}
true_that 'twelve rejections, twelve lines of JSON' wait_for 4 json_attempts 12
true_that 'text: one block' \
    [ "$(grep -c 'What it is not' report.txt)" = 1 ]
true_that 'text: the tenth is told, the others are not' \
    [ "$(grep -c 'rejected at credentials' report.txt)" = 2 ]
mv report.json report.json.1
rule my-own-rule 'attempt.scheme == "Basic"' >rules/own.yaml
kill -s HUP "$pid"
true_that 'SIGHUP opens the files again' wait_for 3 test -f report.json
true_that 'and reads the rules' wait_for 3 has 'rules are read' err
fetch "ali:$wrong" >/dev/null
true_that 'a new rule is at work' wait_for 3 has my-own-rule report.json
echo 'cause: [' >rules/own.yaml
kill -s HUP "$pid"
true_that 'wrong rules are said, with file, line and column' wait_for 3 \
    has '^p407: rules/own.yaml:[0-9]*:[0-9]*: ' err
true_that 'and the old ones are kept' wait_for 3 has 'as they were' err
rm rules/own.yaml
mkfifo rules/pipe.yaml
kill -s HUP "$pid"
true_that 'a pipe among them is not waited for' wait_for 3 \
    has '^p407: rules/pipe.yaml: is no file (' err
rm rules/pipe.yaml
true_that 'metrics are there' has \
    '^p407_attempts_total{scheme="Basic",outcome="rejected"}' p407.prom
ip link set wire down
sleep 0.3
ip link set wire up
wait_for 5 squid_answers
fetch "ali:$right" >/dev/null
true_that 'an interface that was down is heard again' wait_for 4 \
    has '"outcome":"authenticated"' report.json
stop INT
true_that 'wrong rules did no harm: status 0' [ "$status" -eq 0 ]
true_that 'metrics of the end' has \
    '^p407_attempts_total{scheme="Basic",outcome="authenticated"} 1' p407.prom
true_that 'no half file is left' [ ! -e p407.prom.new ]
true_that 'the page of the end' has '</html>' report.html
true_that 'the text has a summary' has 'attempts in this run' report.txt
true_that 'with whose faults they are' has ' (ali on 10' report.txt
true_that 'no password anywhere' sh -c "! grep -rq \
    -e sesame -e '$(printf 'ali:%s' "$right" | base64)' \
    -e '$(printf 'ali:%s' "$wrong" | base64)' report* out err p407.prom"

#
# Not for ever, and not everything
#
listen -a duration:1 -o json
true_that '-a duration:1 ends by itself' wait_for 4 \
    has '"dataset":"p407.summary"' out
wait "$pid"
# As systemd would: it is told that we are ready, alive, and at an end.
python3 - "$tmp/notify" 3 >told <<'END' &
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(float(sys.argv[2]))
try:
    while True:
        print(s.recv(200).decode(), flush=True)
except socket.timeout:
    pass
END
wait_for 2 [ -S "$tmp/notify" ]
export NOTIFY_SOCKET="$tmp/notify" WATCHDOG_USEC=300000
listen -a duration:1 -o json
unset NOTIFY_SOCKET WATCHDOG_USEC
wait "$pid"
true_that 'who started it is told that it is ready' \
    sh -c 'head -n 1 told | grep -qx READY=1'
true_that 'and that it is alive' [ "$(grep -cx WATCHDOG=1 told)" -ge 5 ]
true_that 'and that it ends' sh -c 'tail -n 1 told | grep -qx STOPPING=1'

# The status page, in words and as a browser shows it.
if ! "$p407" -i wire -a duration:1 --listen 127.0.0.1:9407 -o json \
    2>&1 >/dev/null </dev/null | grep -q 'libmicrohttpd is not here'; then
	page=http://127.0.0.1:9407
	listen --listen 127.0.0.1:9407 -o json
	fetch "ali:$wrong" >/dev/null
	fetch "ali:$right" >/dev/null
	true_that '--listen: the page says who fails' wait_for 15 \
	    sh -c "curl -s $page/ >status.html; grep -q '/finding/f' status.html"
	true_that 'and shows when' wait_for 15 sh -c \
	    "curl -s $page/ >status.html; grep -q '1 good, 1 failed' status.html"
	true_that 'and no password' sh -c "! grep -q sesame status.html"
	# The first may be withdrawn by now.
	finding=$(grep -o '/finding/f[0-9]*' status.html | head -n 1)
	curl -s "$page$finding" >finding.html
	true_that 'the fault has a page of its own' \
	    has 'What to do, the easiest first' finding.html
	true_that 'nor has that' sh -c "! grep -q sesame finding.html"
	if chromium=$(command -v chromium) && node -e \
	    'require("puppeteer-core"), require("axe-core")' 2>/dev/null; then
		node "$root/tests/report/page.js" "$chromium" \
		    "$tmp/status.html" "$tmp/finding.html" >amiss 2>&1
		empty 'both can be read by everybody' "$(cat amiss)"
	else
		skip 'both can be read by everybody' \
		    'node, chromium, puppeteer-core or axe-core is not here'
	fi
	true_that 'the capture is well' \
	    sh -c "curl -sf $page/healthz | grep -q '\"status\":\"ok\"'"
	curl -s $page/metrics >metrics.txt
	true_that 'counts follow the format of Prometheus' \
	    python3 "$root/tests/server/metrics.py" metrics.txt
	"$p407" -i wire --listen 127.0.0.1:9407 >/dev/null 2>busy
	status=$?
	true_that 'a port in use: status 2, and one line that says so' \
	    [ "$status$(wc -l <busy)" = 21 ]
	true_that 'and what to do' has \
	    '^p407: --listen 127.0.0.1:9407: .*in use (choose another' busy
	server=$(ss -ltnpH 'sport = :9407' | sed 's/.*pid=\([0-9]*\).*/\1/')
	true_that 'it is another process, confined' sh -c \
	    "[ $server -ne $pid ] && grep -q '^Seccomp:	2' /proc/$server/status"
	true_that 'which holds no socket of packets' sh -c \
	    "! ss -0 -pH | grep -q pid=$server,"
	stop TERM
	true_that 'and ends with it' wait_for 3 \
	    sh -c "! curl -s -o /dev/null $page/"
	listen --listen 127.0.0.1:9407 --redact identities -o json
	fetch "ali:$wrong" >/dev/null
	true_that 'with --redact the fault is shown' wait_for 15 \
	    sh -c "curl -s $page/finding/f1 >finding.html &&
	        grep -q user-1 finding.html"
	curl -s $page/ $page/healthz $page/metrics >rest.html
	true_that 'and nobody is named' sh -c \
	    "! grep -q -e '\bali\b' -e '10\.107\.' finding.html rest.html"
	stop TERM

	# The trend outlives the run; ten minutes pass without one.
	listen --listen 127.0.0.1:9407 --state trend -o json
	fetch "ali:$wrong" >/dev/null
	wait_for 3 has '"outcome":"failure"' out
	stop TERM
	python3 -c 'import sqlite3
d = sqlite3.connect("trend")
d.execute("update bucket set at = at - 10, slot = (at - 10) % 1440 "
    "where minutes = 1")
d.commit()'
	listen --listen 127.0.0.1:9407 --state trend -o json
	fetch "ali:$right" >/dev/null
	true_that '--state: the page shows what was before' wait_for 15 \
	    sh -c "curl -s $page/ >status.html
	        grep -q '>1 good, 1 failed; a bar is a minute; grey' status.html"
	true_that 'and that nobody watched in between' sh -c \
	    "sed -n '/last hour/,/class=\"narrow/p' status.html |
	        grep '<rect' | tail -n 4 | grep -q 'watched 0 of 1 min'"
	stop TERM
fi

listen -c 1 -o json
fetch >/dev/null
true_that '-c 1 ends after a frame' wait_for 4 \
    has '"dataset":"p407.summary".*"frames":1[,}]' out
wait "$pid"

# More than a buffer of 1 MiB holds while nobody reads.
listen -B 1 -s 0 -o json
kill -s STOP "$pid"
python3 - <<'END'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(6000):
    s.sendto(b"x" * 1400, ("10.107.0.2", 9))
END
kill -s CONT "$pid"
sleep 0.3
kill -s USR1 "$pid"
true_that 'drops are counted' wait_for 3 \
    has 'statistics: wire: .*missed [1-9][0-9]* of' err
stop TERM
true_that 'and are in the summary' has '"dropped":[1-9]' out

# What a run saw outlives it, also one that is killed.
listen -o json --state store
fetch "ali:$right" >/dev/null
wait_for 3 has '"outcome":"authenticated"' out
stop KILL
listen -o json --state store
fetch "ali:$wrong" >/dev/null
true_that 'a later run knows until when it worked' wait_for 3 \
    has '"dataset":"p407.finding".*"worked_until":"' out
stop TERM
true_that 'the sandbox does not trouble the store' \
    [ "$status$(grep -c 'going on without' err)" = 00 ]

# Evidence of what was told, written through the process that opens files.
mkdir ring
chmod 777 ring
listen -w ring -W 2 -o text -o json=ring.json
for _ in 1 2 3; do
	fetch "ali:$wrong" >/dev/null
done
true_that '-w: text names the evidence of a finding' wait_for 5 \
    has '^ *evidence: p407-0000000[1-9]-.*credentials-rejected.pcapng' out
name=$(sed -n 's/^ *evidence: //p' out | tail -n 1)
true_that '-w: it is there, and shows the same' sh -c \
    "'$p407' -o json 'ring/$name' | grep -q 'rule.*credentials-rejected'"
secret=$(printf 'ali:%s' "$wrong" | base64)
true_that '-w: and no password' sh -c \
    "! grep -aq -e '$secret' -e '$wrong' ring/*.pcapng"
if command -v tshark >/dev/null; then
	true_that '-w: tshark sees the 407' sh -c "tshark -r 'ring/$name' \
	    -Y http.response.code==407 2>/dev/null | grep -q 407"
fi
stop TERM
true_that '-w: no more files than -W' \
    [ "$(find ring -type f | wc -l)" -le 2 ]
true_that '-w: JSON of the end names it, too' \
    has "\"state\":\"open\".*\"file\":\"p407-0000000" ring.json
true_that '-w: status 0' [ "$status" -eq 0 ]

# A disk without room: said, and the run goes on.
mkdir full
if mount -t tmpfs -o size=4k,mode=777 tmpfs full 2>/dev/null; then
	listen -w full -o json
	fetch "ali:$wrong" >/dev/null
	true_that '-w: a full disk is said' wait_for 5 \
	    has 'full: evidence cannot be written: No space left' err
	fetch "ali:$right" >/dev/null
	true_that '-w: and the run goes on' wait_for 3 \
	    has '"outcome":"authenticated"' out
	stop TERM
	true_that '-w: no half file is left' [ -z "$(ls -A full)" ]
	umount full
fi
listen -w no-such-ring -o json
fetch "ali:$wrong" >/dev/null
true_that '-w: a folder that is not there is said, and the run goes on' \
    wait_for 5 has '"outcome":"rejected"' out
true_that '-w: with what to do' \
    has 'no-such-ring: evidence cannot .*make that folder' err
stop TERM

# A user of its own.
if getent passwd nobody >/dev/null; then
	listen -Z nobody -o json
	true_that '-Z: it becomes that user' \
	    has "^Uid:	$(id -u nobody)	$(id -u nobody)	" "/proc/$pid/status"
	fetch "ali:$wrong" >/dev/null
	true_that '-Z: and goes on listening' wait_for 3 \
	    has '"outcome":"rejected"' out
	stop TERM
fi
listen -Z no-such-user
true_that '-Z: no such user' has 'Z no-such-user: no such user' err
true_that '-Z: said once' [ "$(wc -l <err)" -eq 1 ]
wait "$pid"
ip link add gone type veth peer name gone2
ip link set gone up
ip link set gone2 up
"$p407" -i gone -o json >out 2>err &
pid=$!
wait_for 5 has 'listening on' err
ip link del gone
true_that 'an interface that is taken away is said' wait_for 5 \
    has '^p407: gone: .*listened to no longer' err
wait "$pid"
status=$?
true_that 'and with the last one it ends' [ $status -eq 2 ]
tap_end
