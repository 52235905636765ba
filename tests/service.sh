#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# service.sh - the service p407@INTERFACE, under a systemd that is process 1
#
# Run by package.sh, in a system of its own (boot.sh), with the package at
# /trial/p407.deb: installed, started, watched, reloaded, rotated, stopped,
# removed, with a real proxy and client (wire.sh).
#
# shellcheck disable=SC2317 # true_that and wait_for call them
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
p407=/usr/bin/p407
P407_LIVE_INSIDE=system
. "$root/tests/wire.sh"

unit=p407@wire log=/var/log/p407/wire.json kept=/var/lib/p407/wire
evidence() {
	systemctl status --no-pager -l $unit 2>&1 | cut -c 1-200
	journalctl --no-pager -o cat -u $unit | tail -n 8
}
main_pid() {
	systemctl show -p MainPID --value $unit
}
is() {
	[ "$(systemctl show -p "$1" --value "$unit")" = "$2" ]
}
# says PATTERN: a line of the journal.
says() {
	journalctl --no-pager -o cat -u "$unit" | grep -q -e "$1"
}
# found CAUSE: in the log.
found() {
	grep '"dataset":"p407.finding"' "$log" 2>/dev/null |
	    grep -q "\"cause\":\"$1\""
}
files() {
	find /etc /usr /var/lib /var/log -xdev \( -path /var/lib/dpkg -o \
	    -path /var/log/journal -o -path /var/lib/systemd -o \
	    -path /var/lib/logrotate \) -prune -o \
	    ! -name dpkg.log -print | sort
}

files >before
dpkg -i --force-depends /trial/p407.deb >dpkg.out 2>&1
true_that 'installed' [ -x $p407 ]
true_that 'nothing is started by itself' is ActiveState inactive

#
# It listens
#
wait_for 15 squid_answers
# What is tried below would take longer.
mkdir -p /etc/systemd/system/p407@.service.d
printf '[Service]\nWatchdogSec=2\nRestartSec=1\n' \
    >/etc/systemd/system/p407@.service.d/trial.conf
systemctl daemon-reload
sed -i 's/^#\(evidence-ring\|metrics\|listen\):/\1:/' /etc/p407/p407.yaml
systemctl start $unit
true_that 'it starts' is ActiveState active
true_that 'systemd was told so' is Type notify
true_that 'the journal says what it does' says '^p407: listening on wire;'
true_that 'systemctl status has counts' wait_for 5 \
    sh -c "systemctl status $unit | grep -q 'Status: \"[0-9]* frames, 0 missed'"
pid=$(main_pid)
account=$(id -u p407)
cat "/proc/$pid/status" >state
true_that 'it is the user p407' has "^Uid:	$account	$account	" state
true_that 'it has no capability' has '^CapEff:	0*$' state
true_that 'none can come back' has '^NoNewPrivs:	1' state
true_that 'its calls are filtered' has '^Seccomp:	2' state
level=$(systemd-analyze security --no-pager $unit 2>/dev/null |
    sed -n 's/.*exposure level for [^:]*: \([0-9.]*\) .*/\1/p')
true_that "its exposure is 2.0 at most: $level" \
    awk "BEGIN { exit !(\"$level\" != \"\" && $level + 0 <= 2.0) }"
fetch "ali:$wrong" >/dev/null
true_that 'a wrong password is in its log' wait_for 5 \
    found credentials-rejected
fetch "ali:$right" >/dev/null
true_that 'modes: the log' \
    [ "$(stat -c %U:%a /var/log/p407 $log | xargs)" = 'p407:750 p407:640' ]
true_that 'modes: what it keeps' [ "$(stat -c %U:%a $kept $kept/state \
    $kept/state.key | xargs)" = 'p407:750 p407:600 p407:600' ]
true_that 'evidence is kept' sh -c "ls $kept/evidence | grep -q rejected"
true_that 'metrics are written' has '^p407_build_info' $kept/p407.prom
true_that 'the status page is there' \
    sh -c 'curl -sf -m 5 http://127.0.0.1:9407/healthz | grep -q ok'

#
# Reload, rotation
#
cat >/etc/p407/rules.d/own.yaml <<'RULE'
cause: credentials-rejected
rules:
  - id: my-own-rule
    title: My own rule holds
    severity: high
    likelihood: high
    specificity: 99
    when: attempt.scheme == "Basic"
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
RULE
systemctl reload $unit
true_that 'reload reads the rules of rules.d' wait_for 5 \
    says 'opened again, [0-9]* rules are read'
fetch "ali:$wrong" >/dev/null
true_that 'and they are at work' wait_for 5 has my-own-rule $log
echo 'cause: [' >/etc/p407/rules.d/own.yaml
systemctl reload $unit
true_that 'wrong rules are named: file, line, column' wait_for 5 \
    says '^p407: /etc/p407/rules.d/own.yaml:2:1: '
true_that 'and those of before are kept' says 'as they were'
true_that 'and it listens on' is ActiveState active
rm /etc/p407/rules.d/own.yaml

# attempts FILE...: how many were refused.
refused() {
	cat "$@" 2>/dev/null | grep '"dataset":"p407.attempt"' |
	    grep -c '"outcome":"rejected"'
}
enough() {
	[ "$(refused "$log.1" "$log")" -ge "$1" ]
}
wait_for 5 enough 2
before=$(refused $log)
if command -v logrotate >/dev/null; then
	logrotate -f /etc/logrotate.d/p407 >rotate.out 2>&1
	true_that 'logrotate has nothing to say' [ ! -s rotate.out ]
	true_that 'the old file is kept' [ -s $log.1 ]
	for _ in 1 2 3; do
		fetch "ali:$wrong" >/dev/null
	done
	true_that 'no line is lost' wait_for 5 enough $((before + 3))
	true_that 'what is new is in the new file' [ "$(refused $log)" -eq 3 ]
	true_that 'and is the user p407'\''s' \
	    [ "$(stat -c %U:%a $log)" = p407:640 ]
else
	skip 'rotation' 'logrotate is not here'
fi

#
# The watchdog
#
pid=$(main_pid)
kill -s STOP "$pid"
another() {
	[ "$(main_pid)" -ne 0 ] && [ "$(main_pid)" -ne "$pid" ]
}
true_that 'one that hangs is started anew' wait_for 20 another
true_that 'as the watchdog says' sh -c \
    "journalctl --no-pager -u $unit | grep -qi 'watchdog timeout'"
true_that 'and listens' wait_for 5 is ActiveState active
sleep 0.5
fetch "ali:$wrong" >/dev/null
true_that 'what an earlier run saw is known' wait_for 5 \
    has '"worked_until":"' $log
true_that 'no line of the log is broken' python3 -c "
import json
for line in open('$log'):
    json.loads(line)"
pid=$(main_pid)
kill -s KILL "$pid"
true_that 'and so is one that is killed' wait_for 10 another

#
# Interfaces that are not there, the other ones
#
# One port is for one of them.
sed -i 's/^listen:/#&/' /etc/p407/p407.yaml
systemctl start p407@no-such >start.out 2>&1
true_that 'no such interface: the journal names those that there are' sh -c \
    "journalctl --no-pager -o cat -u p407@no-such |
        grep -q '^p407: no-such: no such interface (there .*wire'"
systemctl stop p407@no-such
systemctl start p407@any
true_that 'another one beside it' [ "$(systemctl is-active p407@any)" = active ]
true_that 'with a store of its own' [ -f /var/lib/p407/any/state.key ]
systemctl stop p407@any
true_that 'which ends well' \
    [ "$(systemctl show -p Result --value p407@any)" = success ]

#
# The end
#
systemctl restart $unit
fetch "ali:$wrong" >/dev/null
systemctl enable $unit >/dev/null 2>&1
systemctl stop $unit
true_that 'it stops' is Result success
true_that 'the last line of its log is the summary' \
    sh -c "tail -n 1 $log | grep -q '\"dataset\":\"p407.summary\".*\"rejected\":1'"
true_that 'no password anywhere' sh -c "! grep -rq \
    -e '$right' -e '$wrong' /var/log/p407 /var/lib/p407"
systemctl start $unit
pid=$(main_pid)
dpkg -i --force-depends /trial/p407.deb >>dpkg.out 2>&1
true_that 'an upgrade starts it anew' another
pid=$(main_pid)
dpkg -r p407 >>dpkg.out 2>&1
true_that 'what is removed is stopped first' [ ! -e "/proc/$pid" ]
true_that 'and its log is kept' [ -s $log ]
dpkg -P p407 >>dpkg.out 2>&1
rm -r /etc/systemd/system/p407@.service.d
files >after
empty 'purged, nothing is left' "$(diff before after | grep '^[<>]' |
    grep -v '/etc/.*-$')"
true_that 'systemd knows it no more' [ "$(systemctl list-units --all --plain \
    --no-legend 'p407@*' | wc -l)" -eq 0 ]
tap_end
