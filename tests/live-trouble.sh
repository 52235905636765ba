#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# live-trouble.sh - live, and things go wrong: disks, interfaces, signals
#
#   make check-live
#
# shellcheck disable=SC2317 # wait_for and true_that call them
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
wire_seconds=170
. "$root/tests/wire.sh"

wait_for 15 squid_answers || {
	not_ok 'squid answers' "$(tail -n 5 squid.out log/cache.log)"
	tap_end
}
secret() {
	fetch "ali:$wrong" >/dev/null
}
# attempts OUTCOME FILE...: how many are in them, each once.
attempts() {
	outcome=$1
	shift
	cat "$@" 2>/dev/null | grep '"dataset":"p407.attempt"' |
	    grep "\"attempt\":{[^{]*\"outcome\":\"$outcome\"" |
	    grep -o '"attempt":{"id":"[^"]*"' | sort -u | wc -l
}
all_are() {
	[ "$(attempts rejected r.json*)" -eq "$1" ]
}
# are NUMBER OUTCOME FILE...
are() {
	number=$1
	shift
	[ "$(attempts "$@")" -eq "$number" ]
}

#
# A full disk: said, the other outputs go on, and nothing is lost
#
mkdir disk
mount -t tmpfs -o size=64k,mode=777 tmpfs disk || tap_skip_all 'no tmpfs'
fill() {
	dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null
}
listen -o json -o json=disk/r.json -o html=disk/r.html --metrics disk/m.prom \
    --listen 127.0.0.1:9407
wait_for 3 test -s disk/m.prom
fill
for _ in 1 2 3; do
	secret
done
true_that 'a full disk is said, with what to do' wait_for 5 has \
    '^p407: disk/r.json: cannot write: No space left.*make room' err
true_that 'once' [ "$(grep -c 'r.json: cannot write' err)" -eq 1 ]
true_that 'the other outputs go on' wait_for 5 are 3 rejected out
if curl -s -m 2 http://127.0.0.1:9407/healthz >health 2>&1; then
	true_that 'it is not well' wait_for 15 sh -c \
	    'curl -s -m 2 http://127.0.0.1:9407/healthz >health
	    grep -q "something cannot be written" health'
fi
rm disk/fill
secret
true_that 'when there is room, all of it is written' wait_for 5 \
    are 4 rejected disk/r.json
true_that 'and that is said' has 'r.json: is written again, nothing is lost' err
true_that 'no line is broken' python3 -c '
import json
for line in open("disk/r.json"):
    json.loads(line)'
stop TERM
true_that 'status 0: nothing was lost' [ "$status" -eq 0 ]
true_that 'the page of the end is whole' has '</html>' disk/r.html
listen -o json -o json=disk/s.json -o html=disk/r.html --metrics disk/m.prom
fill
secret
wait_for 5 are 1 rejected out
stop TERM
true_that 'full to the end: status 2' [ "$status" -eq 2 ]
true_that 'what is lost is counted' has 's.json: the last [0-9]* lines' err
true_that 'the page of before is as it was' has '</html>' disk/r.html
true_that 'and so are the metrics' has '^p407_resident' disk/m.prom
true_that 'nothing half is left' [ ! -e disk/r.html.new ]
umount disk

#
# What it may not write later shows at the start
#
mkdir -m 755 mine
for what in '-o html=mine/r.html' '--metrics mine/m.prom'; do
	# shellcheck disable=SC2086 # an option and its value
	"$p407" -i wire -Z nobody $what -a duration:1 >out 2>err
	status=$?
	true_that "$what of another user is refused at once" [ $status -eq 2 ]
	true_that 'with what to do' has 'user p407 runs as may write' err
done
# What is no file keeps its name: a report is for it, not in its place.
mkdir folder
for what in '-o html=folder' '--metrics folder'; do
	# shellcheck disable=SC2086 # an option and its value
	"$p407" -i wire $what -a duration:1 >out 2>err
	status=$?
	true_that "$what, a folder, is refused at once" [ $status -eq 2 ]
	true_that 'before it listens' eval '! has "listening on" err'
done
if mknod null c 1 3 2>/dev/null && mknod zero c 1 5; then
	"$p407" -i wire -o html=null --metrics zero -a duration:1 >out 2>err
	status=$?
	true_that 'a device is written to' [ $status -eq 0 ]
	true_that 'and is still one' test -c null
	true_that 'and so is the other' test -c zero
fi

#
# SIGHUP, and all that may come with it
#
mkdir rules
listen -o json=r.json --rules rules
chmod 000 rules
kill -s HUP "$pid"
true_that 'rules that cannot be read any more: the old ones stay' wait_for 3 \
    has '^p407: rules: cannot be read: Permission denied' err
true_that 'that is said' wait_for 3 has 'as they were' err
chmod 755 rules
(
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		secret
	done
) &
client=$!
n=0
while kill -0 $client 2>/dev/null; do
	n=$((n + 1))
	mv r.json "r.json.$n" 2>/dev/null
	for signal in HUP USR1 HUP USR1 USR1; do
		kill -s $signal "$pid"
	done
	sleep 0.03
done
true_that "rotated $n times with signals like hail: no line is lost" \
    wait_for 5 all_are 20
true_that 'and none is broken' python3 -c '
import glob, json
for name in glob.glob("r.json*"):
    for line in open(name):
        json.loads(line)'
stop TERM
true_that 'status 0' [ "$status" -eq 0 ]

# A file of rules, as editors leave it: another one in its place.
cp "$root/rules/retry-loop.yaml" one.yaml
listen -o json --no-default-rules --rules one.yaml
cp one.yaml two.yaml
mv two.yaml one.yaml
kill -s HUP "$pid"
true_that 'rules that were replaced are read' wait_for 3 \
    has '^p407: output files are .* rules are read' err
stop TERM
true_that 'status 0' [ "$status" -eq 0 ]

#
# Killed, again and again, while it writes
#
rm -f r.json*
mkdir -m 777 ring
for n in 1 2 3 4 5 6 7 8; do
	listen -o json=r.json -o text=r.txt --metrics m.prom -w ring \
	    --state store
	secret
	secret
	sleep 0.0$((n * 13 % 10))
	stop KILL 2>/dev/null
	true_that "killed ($n): the metrics are whole" \
	    has '^p407_resident_memory_bytes [0-9]*$' m.prom
done
listen -o json=r.json --state store
secret
stop TERM
true_that 'the store is good' [ "$status$(grep -c store err)" = 00 ]
true_that 'half a line is one, and does not spoil the next' python3 -c '
import json
bad = 0
for line in open("r.json"):
    try:
        json.loads(line)
    except ValueError:
        bad += 1
print(bad, "of 9 runs ended within a line")
assert bad <= 8'
true_that 'evidence is whole, where it has a name' sh -c "
    for file in ring/p407-*.pcapng; do
        [ ! -e \$file ] || '$p407' \$file >/dev/null || exit 1
    done"

#
# Interfaces
#
cat >offer.py <<'PYTHON'
# Asks, is told 407, and then says nothing for a while.
import socket, sys, time
s = socket.create_connection(("10.107.0.1", 3128))
s.sendall(b"GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n"
          b"User-Agent: tool\r\n\r\n")
s.recv(1)
print("asked", flush=True)
time.sleep(float(sys.argv[1]))
PYTHON
# asked SECONDS: a client that does so.
asked() {
	in_client python3 offer.py "$1" >asked.out &
	wait_for 5 has asked asked.out
}
listen -o json
asked 0
true_that 'one who was asked and left has abandoned it' wait_for 6 \
    are 1 abandoned out
asked 4
ip link set wire down
true_that 'an interface that goes down is said' wait_for 3 \
    has '^p407: wire: is down (nothing is seen' err
sleep 1
ip link set wire up
true_that 'and that it is back' wait_for 3 has '^p407: wire: is up' err
# The answer could have been in that second.
true_that 'who was asked before has not abandoned it, as far as we know' \
    wait_for 9 has '"original":"tool".*"outcome":"incomplete"' out
ip link set wire down
ip link set wire name other
ip link set other mtu 900 up
true_that 'another name is said, once' wait_for 3 \
    has '^p407: wire: is named other now' err
wait_for 5 squid_answers
secret
true_that 'and listened to on' wait_for 5 are 1 rejected out
true_that 'once' [ "$(grep -c 'is named other' err)" -eq 1 ]
stop TERM
true_that 'status 0' [ "$status" -eq 0 ]
ip link set other down
ip link set other name wire
ip link set wire mtu 1500 up
wait_for 5 squid_answers

ip link add gone type veth peer name gone2
ip link set gone up
ip link set gone2 up
wait_for 5 sh -c 'ip link show wire | grep -q LOWER_UP'
listen -i gone -o json --metrics m.prom
ip link del gone
true_that 'one of two is taken away: said' wait_for 5 \
    has '^p407: gone: .*listened to no longer' err
secret
true_that 'and the other is listened to' wait_for 5 are 1 rejected out
stop TERM
true_that 'metrics know' has 'interface_up{interface="gone"} 0' m.prom
true_that 'of both' has 'interface_up{interface="wire"} 1' m.prom

listen_on() {
	: >err
	"$p407" "$@" >out 2>err </dev/null &
	pid=$!
	wait_for 5 has 'listening on' err
}
listen_on -i any -o json
secret
true_that 'any: it is seen' wait_for 5 are 1 rejected out
stop TERM
listen_on -i lo -o json
curl -s -m 5 -o /dev/null -U "ali:$wrong" -x http://10.107.0.1:3128 \
    http://10.107.0.1:8080/
true_that 'lo: it is seen' wait_for 5 are 1 rejected out
stop TERM
# A tunnel has no link layer.
cat >tun.py <<'PYTHON'
import fcntl, os, struct, sys, time
f = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(f, 0x400454CA, struct.pack("16sH", b"tun0", 0x1001))
os.system("ip link set tun0 up")
print("ready", flush=True)
sys.stdin.readline()
data, at = open(sys.argv[1], "rb").read(), 24
while at < len(data):
    n = struct.unpack("<I", data[at + 8:at + 12])[0]
    os.write(f, data[at + 16 + 14:at + 16 + n])
    at += 16 + n
time.sleep(3)
PYTHON
if command -v editcap >/dev/null && [ -e /dev/net/tun ] && editcap -F pcap \
    "$root/captures/ntlm/ntlm-wrong-password.pcapng" tun.pcap 2>/dev/null; then
	mkfifo go
	python3 tun.py tun.pcap <go >tun.out 2>&1 &
	exec 3>go
	if wait_for 3 has ready tun.out; then
		listen_on -i tun0 -o json
		echo >&3
		true_that 'a tunnel, without a link layer: it is seen' \
		    wait_for 5 are 1 rejected out
		stop TERM
	else
		skip 'a tunnel' "$(tail -n 1 tun.out)"
	fi
	exec 3>&-
fi
tap_end
