#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# live_threads.sh - p407 -j N on a wire: the same verdicts as with one thread
#
# The network of tests/wire.sh, with clients at several addresses, so that the
# kernel has something to share out.
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
clients='11 12 13 14 15 16 17 18'
for i in $clients; do
	ip -n client addr add "10.107.0.$i/24" dev eth0
	ip -n client addr add "fd07::$i/64" dev eth0 nodad
done
ip addr add fd07::1/64 dev wire nodad

# as ADDRESS [USER:PASSWORD]: fetch as this client.
as() {
	case $1 in
	*:*) proxy='[fd07::1]' ;;
	*) proxy=10.107.0.1 ;;
	esac
	in_client curl -s -o /dev/null -m 10 --interface "$1" \
	    ${2:+-U "$2"} -x "http://$proxy:3128" \
	    http://10.107.0.1:8080/ 2>/dev/null
}

# statistics: asked for anew, in err, once blocks of the kernel are read.
statistics() {
	sleep 0.3
	: >err
	kill -s USR1 "$pid"
	wait_for 3 has 'statistics: attempts incomplete' err
}

# of_thread N WHAT: a count of these statistics.
of_thread() {
	sed -n "s/.*statistics: thread $1:.* \([0-9]*\) $2.*/\1/p" err
}

# rejections N: so many are in out.
# shellcheck disable=SC2317 # wait_for calls it
rejections() {
	[ "$(grep -c '"dataset":"p407.attempt".*"outcome":"rejected"' out)" \
	    -ge "$1" ]
}

# What was told, in any order, the last of each; ids count what was told, and
# are left out.
cat >verdicts.py <<'END'
import json, sys

attempts, findings = {}, {}
for line in open(sys.argv[1]):
    event = json.loads(line)
    kind = event["event"]["dataset"]
    if kind == "p407.attempt":
        a = event["p407"]["attempt"]
        attempts[a["id"]] = (
            event["source"]["ip"], event["source"]["port"],
            event.get("user"), a["scheme"], a["outcome"], a.get("broke_at"),
            a.get("cause"), a.get("offered"),
            [leg["step"] for leg in a["legs"]])
    elif kind == "p407.finding":
        f = event["p407"]["finding"]
        findings[f["id"]] = None if f["state"] == "withdrawn" else (
            event["rule"]["id"], f["count"], f["clients"], f["users"],
            f["proxies"])
print(*sorted(map(str, attempts.values())), sep="\n")
print(*sorted(map(str, filter(None, findings.values()))), sep="\n")
END

#
# The same traffic, side by side
#
# both N: N threads, writing to out, and one, to alone.
both() {
	: >alone.err
	"$p407" -i wire -j 1 -o json >alone 2>alone.err </dev/null &
	alone=$!
	listen -j "$1" -o json
	wait_for 5 has 'listening on' alone.err
}

# compare WHAT: what both said.
compare() {
	stop TERM
	kill -s TERM "$alone"
	wait "$alone"
	python3 verdicts.py alone >verdicts.1
	python3 verdicts.py out >verdicts.2
	empty "$1" "$(diff verdicts.1 verdicts.2)"
}

both 2
for i in $clients; do
	as "10.107.0.$i" "ali:$wrong"
	as "10.107.0.$i" "ali:$right"
	as "fd07::$i" "eve:$wrong"
	as "10.107.0.$i"
done
grep -h -E '^(Seccomp|NoNewPrivs|CapEff|CapPrm):' "/proc/$pid/task/"*/status |
	sort | uniq -c | sed 's/^ *//' >threads
n=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)
true_that 'no thread has a capability or can get a privilege' [ "$(grep -c \
    "^$n \\(CapEff:	0*\\|CapPrm:	0*\\|NoNewPrivs:	1\\)\$" threads)" -eq 3 ]
if has 'sandbox: .*seccomp' err; then
	true_that 'system calls of each are filtered' \
	    has "^$n Seccomp:	2" threads
else
	skip 'system calls of each are filtered' 'this kernel does not'
fi
statistics
true_that 'both threads have frames' \
    [ "$(of_thread 1 frames)" -gt 0 -a "$(of_thread 2 frames)" -gt 0 ]
true_that 'no connection is in both' [ $(($(of_thread 1 connections) +
    $(of_thread 2 connections))) -eq 32 ]
compare 'two threads say what one says'
true_that 'of every client' \
    [ "$(grep -o '10.107.0.1[1-8]\|fd07::1[1-8]' verdicts.2 | sort -u |
        wc -l)" -eq 16 ]

# What a KDC says is with one thread, most logins are with others; which came
# first tells what was wrong.
cat >play.py <<'END'
import glob, socket, sys, time
root, captures, faster = sys.argv[1:]
sys.path.insert(0, root + "/tests")
import damage

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
wire.bind(("eth0", 0x0800))
for path in sorted(glob.glob(root + "/captures/kerberos/" + captures)):
    before = None
    for at, link, _, frame in damage.read(path):
        if link != 1 or len(frame) > 1514:
            continue
        if before is not None:
            time.sleep(min(max((at - before) / 1e9 / float(faster), 0.0002),
                           1 / float(faster)))
        before = at
        wire.send(frame)
END
both 3
in_client python3 "$tmp/play.py" "$root" '*.pcap*' 100
statistics
true_that 'three threads have frames' [ "$(of_thread 1 frames)" -gt 0 \
    -a "$(of_thread 2 frames)" -gt 0 -a "$(of_thread 3 frames)" -gt 0 ]
compare 'what a KDC said and what came of it is put together'
true_that 'and it is much' \
    [ "$(grep -c 'kerberos-no-ticket\|ticket-expired' verdicts.2)" -gt 20 ]

# The first refusal could be of any cause; the login of another client and
# the second refusal, later than a line may be, say which.
listen -j 1 -o json
in_client python3 "$tmp/play.py" "$root" 'kerberos-client-clock.pcap*' 1
stop TERM
sed -n '/"port":44438/s/.*"attempt":{"id":"a1".*"cause":"\([^"]*\).*/\1/p' out \
    >causes
true_that 'what came later gives an attempt another cause: told again' \
    [ "$(tail -n 2 causes | tr '\n' ' ')" = 'kerberos-wrong-key clock-skew ' ]

#
# Whose a frame is
#
# Frames as they are on the wire, from both ends of it.
cat >frames.py <<'END'
import os, socket, struct, sys
kind, interface = sys.argv[1:]
back = interface == "wire"

def ip(protocol, i, payload, fragment=0):
    ends = [bytes([10, 9, i, 1]), bytes([10, 9, 200, i])]
    if back:
        ends.reverse()
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), i, fragment,
                       64, protocol, 0) + b"".join(ends) + payload

def udp(sport, dport, payload=bytes(20)):
    return struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload

def tcp(i):
    ports = (3128, 40000 + i) if back else (40000 + i, 3128)
    return struct.pack(">HHIIBBHHH", *ports, 1, back * 2, 0x50,
                       0x12 if back else 2, 9000, 0, 0)

eth = lambda type: bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]) + type
tags = [b"", b"\x81\x00\x20\x07", b"\x88\xa8\x25\x05\x81\x00\x20\x07"]
def plain(i):
    return eth(tags[i % 3] + b"\x08\x00") + ip(6, i, tcp(i))
def first(i):
    inner = ip(6, i, tcp(i))
    return eth(tags[i % 3] + b"\x08\x00") + [
        ip(17, i, udp(40000, 88)), ip(17, i, udp(88, 40000)),
        ip(17, i, udp(53, 40000)), ip(17, i, bytes(64), 0x2000),
        ip(17, i, bytes(64), 0x0008), ip(1, i, bytes(16)), ip(4, i, inner),
        ip(47, i, b"\0\0\x08\0" + inner),
        ip(17, i, udp(40000, 4789, b"\x08" + bytes(7) +
                      eth(b"\x08\x00") + inner)),
    ][i % 9]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind((interface, 0x0800))
for i in range(1, 100):
    s.send({"plain": plain, "first": first}[kind](i))
END
listen -j 2 -f 'net 10.9.0.0/16 or (vlan and net 10.9.0.0/16) or (vlan and
    net 10.9.0.0/16)' -o json
in_client python3 "$tmp/frames.py" first eth0
python3 frames.py first wire
statistics
true_that 'what is for the first thread comes to it' \
    [ "$(of_thread 1 frames)/$(of_thread 2 frames)" = 198/0 ]
in_client python3 "$tmp/frames.py" plain eth0
python3 frames.py plain wire
statistics
true_that 'both have connections of the rest' \
    [ "$(of_thread 2 connections)" -gt 20 ]
# Some are the same as inside the tunnels: those are in the first.
true_that 'both directions are with one of them, whatever their tags' \
    [ "$(of_thread 2 frames)" -eq $(($(of_thread 2 connections) * 2)) ]
stop TERM

#
# Nothing is lost at the end, nor when the interface goes
#
for n in 1 2; do
	missing=
	for i in $clients; do
		listen -j $n -o json
		as "10.107.0.$i" "ali:$wrong"
		stop TERM
		rejections 1 || missing="$missing $i"
	done
	empty "-j $n: SIGTERM loses nothing" "$missing"
done
listen -j 2 -o json
ip link set wire down
sleep 0.3
ip link set wire up
ip addr add fd07::1/64 dev wire nodad
wait_for 5 squid_answers
for i in $clients; do
	as "10.107.0.$i" "ali:$wrong"
	as "fd07::$i" "ali:$wrong"
done
true_that 'an interface that was down is heard again, by both' \
    wait_for 3 rejections 16
statistics
true_that 'and shared as before' \
    [ "$(of_thread 1 connections)" -gt 3 -a "$(of_thread 2 connections)" -gt 3 ]
stop TERM
ip link add gone type veth peer name gone2
ip link set gone up
ip link set gone2 up
: >err
"$p407" -i gone -j 2 -o json >out 2>err &
pid=$!
wait_for 5 has 'listening on' err
ip link del gone
wait "$pid"
status=$?
true_that 'one that is taken away is said once, and it ends' \
    [ "$status$(grep -c 'listened to no longer' err)" = 21 ]

#
# The rest
#
listen -j 2 -c 7 -o json
for i in $clients; do
	as "10.107.0.$i"
done
wait "$pid"
true_that '-c 7 ends after seven frames of all' \
    has '"dataset":"p407.summary".*"frames":7[,}]' out

: >err
"$p407" -i any -j 3 -o json >out 2>err </dev/null &
pid=$!
wait_for 5 has 'listening on' err
as 10.107.0.11 "ali:$wrong"
true_that '"any", three threads' wait_for 3 rejections 1
stop INT

listen -j 2 -o json --metrics p407.prom
kill -s STOP "$pid"
in_client python3 - <<'END'
import socket
for i in range(11, 19):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((f"10.107.0.{i}", 0))
    for k in range(6000):
        s.sendto(b"x" * 1400, ("10.107.0.1", 9))
END
kill -s CONT "$pid"
# shellcheck disable=SC2317 # wait_for calls it
all_counted() {
	statistics
	seen=$(sed -n 's/.*: wire: \([0-9]*\) frames.*/\1/p' err)
	missed=$(sed -n 's/.*: wire: .*missed \([0-9]*\) of.*/\1/p' err)
	[ "$missed" -gt 0 ] && [ $((seen + missed)) -ge 48000 ]
}
true_that 'drops of all are counted' wait_for 1 all_counted
stop TERM
true_that 'and are in the summary' has "\"dropped\":$missed" out
true_that 'and in the metrics' has \
    "^p407_capture_dropped_total{interface=\"wire\"} $missed" p407.prom

mkdir ring
chmod 777 ring
listen -j 2 -w ring -o json=ring.json
for i in $clients; do
	as "10.107.0.$i" "ali:$wrong"
done
true_that '-w: there is evidence' wait_for 3 \
    sh -c 'ls ring/*credentials-rejected.pcapng >ring.files 2>/dev/null'
stop TERM
for file in ring/*credentials-rejected.pcapng; do
	"$p407" -o json "$file"
done >shown
true_that '-w: it shows what was told' \
    has '"dataset":"p407.attempt".*"outcome":"rejected"' shown

# As systemd would: is it alive?  Not if one of its threads is not.
python3 - "$tmp/notify" >told <<'END' &
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(time.monotonic(), s.recv(200).decode(), flush=True)
END
told=$!
wait_for 2 [ -S "$tmp/notify" ]
export NOTIFY_SOCKET="$tmp/notify" WATCHDOG_USEC=300000
listen -j 2 -o json
unset NOTIFY_SOCKET WATCHDOG_USEC
thread=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 -name '[0-9]*' |
	sed 's|.*/||' | sort -n | tail -n 1)
true_that 'who started it is told that it is alive' wait_for 2 \
    has WATCHDOG=1 told
if python3 - "$thread" >held 2>&1 <<'END'
import ctypes, os, sys, time
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
thread = int(sys.argv[1])
SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
if ptrace(SEIZE, thread, None, None) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
ptrace(INTERRUPT, thread, None, None)
os.waitpid(thread, 0x40000000)
time.sleep(0.3)
begin = time.monotonic()
time.sleep(0.7)
print(begin, time.monotonic())
ptrace(DETACH, thread, None, None)
END
then
	# shellcheck disable=SC2046 # two numbers are two words
	set -- $(cat held)
	true_that 'and not, while one thread is held' [ "$(awk -v a="$1" \
	    -v b="$2" '$1 > a && $1 < b' told | wc -l)" -eq 0 ]
	before=$(wc -l <told)
	true_that 'and again afterwards' wait_for 2 \
	    sh -c "[ \$(wc -l <told) -gt $((before + 2)) ]"
	as 10.107.0.11 "ali:$wrong"
	true_that 'and goes on' wait_for 3 rejections 1
else
	skip 'and not, while one thread is held' "$(cat held)"
fi
stop TERM
kill "$told"
tap_end
