#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# state.sh - --state: what a run saw is known to the next; a store that is
# damaged, locked, full or somebody else's stops no run
#
# shellcheck disable=SC2317,SC2086 # true_that calls them
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
capture=$root/captures/basic/basic-realm-changed.pcapng
[ -f "$capture" ] || tap_skip_all 'the captures are not here'
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
cp "$capture" c.pcapng
# The login works before, and fails after it; and for the second time then.
fails=2026-11-23T17:10:19.6Z
again=2026-11-23T17:10:20.2Z
story='until 2026-11-23 17:10:19 UTC; failing since 17:10:19'

# true_that WHAT COMMAND...
true_that() {
	what=$1
	shift
	if "$@"; then
		ok "$what"
	else
		not_ok "$what" "$(head -n 5 err)"
	fi
}

# run ARGS...: with the store s; out, err and its status are kept
run() {
	"$p407" --state s "$@" c.pcapng >out 2>err
	status=$?
}

is() { [ "$status" -eq "$1" ]; }
tells() { grep -q "$story" out; }
says() { grep -q "$1" err; }
wrong() { ! "$@"; }
# It reports what it would report without a store.
as_without() {
	"$p407" --since $fails c.pcapng >without 2>/dev/null
	cmp -s without out
}

run --until $fails
true_that 'a run with a new store' is 0
true_that 'its key is the owner'\''s alone' \
    [ "$(stat -c %a s.key)$(stat -c %s s.key)" = 60032 ]
true_that 'and so is the store' [ "$(stat -c %a s)" = 600 ]
"$p407" --since $fails c.pcapng >without 2>err
cp without out
true_that 'a later run alone does not know' wrong tells
run --since $fails
true_that 'with the store it knows' tells
true_that 'and ends well' is 0
run --since $again
true_that 'a third one knows since when it fails' tells
run --since $again
true_that 'a run twice changes nothing' tells
run --since $again -o json
true_that 'it is in the JSON' grep -q \
    '"worked_until":"2026-11-23T17:10:19' out
true_that 'no name, no address, no program in clear' wrong grep -qaiE \
    "$("$p407" -o json c.pcapng 2>/dev/null |
        sed -n 's/.*"user":{"name":"\([^"]*\)".*/\1/p' | sort -u |
        paste -sd '|')|10\.79\.|curl|mozilla" s s.key
mv s.key k
run --since $again
true_that 'without the key nothing is known' wrong tells
# All would seem to be new, for ever.
true_that 'and the store is set aside' \
    says 's: was made with another key, is s.damaged now'
mv k s.key
mv s.damaged s
run --since $again
true_that 'with the right one it is as it was' tells
chmod 644 s.key
run --since $fails
true_that 'a key that others can read is refused' says 's.key: is not a file'
true_that 'and the run goes on' as_without
true_that 'though its end is trouble' is 2
chmod 600 s.key

# Damage: no database at all; then pages full of something else.
cp s good
echo 'this is something else, and it is long enough to be looked at' >s
run --since $fails
true_that 'a damaged store is set aside' [ -s s.damaged ]
true_that 'that is said' says 's: was damaged, is s.damaged now'
true_that 'the run goes on' as_without
true_that 'as if nothing were' is 0
rm -f s s-wal
cp good s
dd if=/dev/urandom of=s bs=1 seek=4096 count=2000 conv=notrunc 2>/dev/null
run --since $fails
true_that 'a page that is damaged is found' says 'was damaged'
true_that 'and the run goes on' as_without
rm -f s s-wal
head -c 5000 good >s
run --since $fails
true_that 'half a store is damaged' says 'was damaged'

# No store of ours, no file, no folder: left alone.
rm -f s s-wal
if command -v python3 >/dev/null; then
	python3 -c 'import sqlite3
d = sqlite3.connect("s"); d.execute("create table t (x)"); d.commit()'
	cp s other
	run --since $fails
	true_that 'a store of another program is refused' says 'no store of this'
	true_that 'and left as it was' cmp -s s other
	true_that 'and the run goes on' as_without

	rm -f s s-wal
	cp good s
	python3 -c 'import sqlite3, time
d = sqlite3.connect("s"); d.execute("pragma locking_mode=exclusive")
d.execute("begin exclusive"); open("held", "w").close(); time.sleep(20)' &
	holder=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -e held ] || sleep 0.3
	done
	run --since $fails
	kill "$holder"
	wait "$holder" 2>/dev/null
	true_that 'a store of two runs is refused to one' says 'another run'
	true_that 'and the run goes on' as_without
	run --since $fails
	true_that 'afterwards it is as it was' tells
else
	skip 'stores of others, and locked ones' 'python3 is not here'
fi

# A finding that an earlier run has had, and an offer that it has not.
rm -f s s-wal
if command -v editcap >/dev/null; then
	captures=$root/captures
	one=$captures/basic/basic-407-content-length-zero.pcapng
	for f in "$captures"/basic/basic-*wrong-password*.pcapng; do
		one=$f
	done
	editcap -t 86400 "$one" day2.pcapng
	editcap -t 172800 "$one" day3.pcapng
	"$p407" --state s "$one" >first 2>err
	true_that 'what is new is not known' wrong grep -q '  known  ' first
	"$p407" --state s day2.pcapng >out 2>err
	true_that 'a day later it is known since when' \
	    grep -q '  known  *since .* UTC; [a-z0-9]* .*in earlier runs' out
	"$p407" --state s -o json day3.pcapng >out 2>err
	true_that 'and so it is in the JSON' \
	    grep -q '"known":{"since":"[^"]*","until":"[^"]*","times":[0-9]*}' out
	"$p407" --state s -o json=events day3.pcapng >/dev/null 2>err
	"$p407" --from-events events >out 2>err
	true_that 'told again from the events, too' grep -q '  known  ' out
	if command -v python3 >/dev/null; then
		python3 -c 'import sqlite3
d = sqlite3.connect("s")
d.execute("update seen set what = \"Negotiate\" where kind = 4")
d.commit()'
		editcap -t 259200 "$one" day4.pcapng
		"$p407" --state s day4.pcapng >out 2>err
		true_that 'an offer that was another one before is said' \
		    grep -q 'changed  *offers .*, before Negotiate' out
		true_that 'users, clients, proxies, offers, findings are there' \
		    [ "$(python3 -c 'import sqlite3
d = sqlite3.connect("s")
print(*[k for k, in d.execute("select distinct kind from seen")])')" = \
		    '1 2 3 4 5 10 11' ]
		true_that 'nobody is named in it' wrong grep -qaiE \
		    "$("$p407" -o json "$one" 2>/dev/null |
			sed -n 's/.*"user":{"name":"\([^"]*\)".*/\1/p' |
			sort -u | paste -sd '|')|10\.79\.|curl|mozilla" s s.key
		python3 -c 'import sqlite3
d = sqlite3.connect("s")
d.execute("pragma user_version = 4")
d.commit()'
		"$p407" --state s day2.pcapng >out 2>err
		true_that 'a store of a later version is left alone' \
		    says 'no store of this'
	fi
else
	skip 'what earlier runs knew of findings' \
	    'editcap is not here (Debian: wireshark-common)'
fi
rm -rf s s-wal
mkdir s
run --since $fails
true_that 'a folder is refused' says 's: '
true_that 'and the run goes on' as_without
rmdir s
"$p407" --state no/s --since $fails c.pcapng >out 2>err
status=$?
true_that 'a folder that is not there is said' says 'no/s.key: cannot open'
true_that 'and the run goes on' as_without

# No room: a file may not grow past so many blocks.  Wherever it gets stuck,
# the report is whole; with the least room it is said.
whole=
for blocks in 200 120 80 40 16 4; do
	rm -f s s-wal s.damaged
	cp good s
	{
		(
			trap '' XFSZ
			ulimit -f $blocks
			"$p407" --state s --since $fails c.pcapng 2>&3
		) 3>&4 | cat >out
	} 4>err
	sed '/^  *worked /d' out >out.short
	sed '/^  *worked /d' without >without.short
	cmp -s out.short without.short || whole="$whole $blocks"
done
empty 'on a full disk the report is whole' "$whole"
true_that 'that it is full is said' says 's: '
run --since $fails
true_that 'when there is room again it is as it was' tells
# Stores that earlier versions made, with a key of 32 times "k".
if command -v python3 >/dev/null; then
	for version in 1 2; do
		rm -f s s-wal
		python3 -c 'import sqlite3, sys, time
d = sqlite3.connect("s")
d.executescript(open(sys.argv[1]).read())
d.execute("update login set written = ?", (int(time.time()),))
if sys.argv[2] == "2":
    d.execute("update seen set written = ?", (int(time.time()),))
d.commit()
open("s.key", "w").write(32 * "k")' \
		    "$root/tests/state/version-$version.sql" $version
		chmod 600 s.key
		run --since $fails
		true_that "a store of version $version is taken over" [ ! -s err ]
		true_that 'what it knows is told' tells
		true_that 'and it is of this version then' \
		    [ "$(python3 -c 'import sqlite3
d = sqlite3.connect("s")
print(*d.execute("pragma user_version").fetchone(),
    *d.execute("select count(*) from bucket").fetchone())')" = '3 0' ]
	done
	if command -v editcap >/dev/null; then
		editcap -t 86400 \
		    "$root/captures/basic/basic-wrong-password-wget.pcapng" w
		"$p407" --state s w >out 2>err
		true_that 'so are findings that version 2 knows' \
		    grep -q '  known  *since 2026-11-23 ' out
	fi
else
	skip 'stores of earlier versions' 'python3 is not here'
fi

# What earlier runs knew of those who take part.  Each of these captures is
# told in two halves.
captures=$root/captures
new_store() {
	rm -f s s-wal s.key
}
halves() { # CAPTURE, options of the first half, of the second
	new_store
	"$p407" --state s $2 "$captures/$1.pcapng" >first 2>err
	"$p407" --state s $3 "$captures/$1.pcapng" >out 2>err
	status=$?
	"$p407" $3 "$captures/$1.pcapng" >without 2>/dev/null
}
# said WORDS: with a store, and not without; lines are broken.
said() {
	tr -s ' \n' ' ' <out | grep -q -e "$1" &&
	    ! tr -s ' \n' ' ' <without | grep -q -e "$1"
}

halves ntlm/ntlm-stale-agent '--client 10.77.1.1' \
    '--client 10.77.1.3 --since 2026-11-23T17:04:57Z'
true_that 'that a user got in elsewhere is said' said \
    'earlier this user got in from another client, last 2026-11-23 17:04:5[56] UTC, with NTLM'
halves outage/outage-policy-change '--until 2026-11-23T17:19:16Z' \
    '--since 2026-11-23T17:19:16Z'
true_that 'until when a program worked, though it does not say as whom' \
    said 'worked until 2026-11-23 17:19:12 UTC; failing since 17:19:18'
true_that 'and that it was offered something else then' \
    said 'changed offers Negotiate (before: NTLM)'
"$p407" --state s --since 2026-11-23T17:19:16Z \
    "$captures/outage/outage-policy-change.pcapng" >out 2>err
true_that 'it is said again' said 'changed offers Negotiate (before: NTLM)'
halves outage/outage-winbindd-down '--until 2026-11-23T17:17:30Z' \
    '--since 2026-11-23T17:17:30Z --until 2026-11-23T17:17:34Z'
true_that 'that all were refused who got in before is one outage' \
    said '1 fault: .*everybody-refused-for-a-time'
if command -v editcap >/dev/null; then
	day=$captures/basic/basic-mixed-day.pcapng
	new_store
	"$p407" --state s "$day" >first 2>err
	editcap -t 172800 "$captures/basic/basic-wrong-password-node.pcapng" w
	"$p407" --state s w >out 2>err
	"$p407" w >without 2>err
	true_that 'days later: a user is new, and so is a client' said \
	    'earlier this user is new here (the store goes back to 2026-11-23 17:20:31 UTC): .* this client is new here'
	for hours in 72 84; do
		editcap -t $((hours * 3600)) "$day" later
		"$p407" --state s --user svc-build -o text=out$hours \
		    -o json=json$hours later 2>err
	done
	"$p407" --user svc-build later >without 2>err
	cp out72 out
	true_that 'a user never got in, but tries' said \
	    'earlier this user never got in, at any proxy, and tries since 2026-11-23 17:20:31 UTC'
	true_that 'a client got in as another user' said \
	    'this client got in as another user, last 2026-11-23 17:20:3[12] UTC, with Basic'
	true_that 'it is in the JSON' \
	    grep -q '"earlier":\["this user never' json72
	"$p407" --from-events json72 >out 2>err
	true_that 'and told again from that' said 'earlier this user never'
	cp out84 out
	true_that 'a run that looked at one user only says nothing of others' \
	    wrong said 'this user never'
	true_that 'nobody is named in the store' wrong grep -qaiE \
	    'bob|svc-build|10\.79\.|carol|curl|mozilla|node' s s.key
else
	skip 'what earlier days knew of users and clients' \
	    'editcap is not here (Debian: wireshark-common)'
fi

tap_end
