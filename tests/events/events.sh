#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# events.sh - --from-events: a report made again from what -o json wrote
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
captures=$root/captures
bad=$captures/ntlm/ntlm-wrong-password.pcapng
good=$captures/ntlm/ntlm-ok-keepalive.pcapng
if [ ! -f "$bad" ] || [ ! -f "$good" ]; then
	tap_skip_all 'the captures are not here'
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-events.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1

# run ARGS: what is said goes to out and err, the status to $status.
run() {
	"$p407" "$@" >out 2>err </dev/null
	status=$?
}

# says WHAT PATTERN: status 0, nothing amiss, and a line has it.
says() {
	if [ "$status" -eq 0 ] && [ ! -s err ] && grep -q -e "$2" out; then
		ok "$1"
	else
		not_ok "$1" "status $status: $(cat err; head -n 20 out)"
	fi
}

# refuses WHAT WORDS: status 2, and the last line of stderr says so.
refuses() {
	if [ "$status" -ne 2 ] ||
	    ! tail -n 1 err | grep -q "^p407: .*$2.*(.*)\$"; then
		not_ok "$1" "status $status: $(cat err)"
	else
		ok "$1"
	fi
}

if command -v python3 >/dev/null 2>&1; then
	said=$(PYTHONDONTWRITEBYTECODE=1 python3 \
	    "$root/tests/events/events.py" "$p407" "$captures" 2>&1)
	n=$(printf '%s\n' "$said" | tail -n 1)
	if [ "$n" -ge 100 ] 2>/dev/null; then
		ok "$n reports were made twice"
	else
		not_ok 'reports were made twice' "$said"
	fi
	empty 'each says the same' "$(printf '%s\n' "$said" | grep '^#')"
else
	skip 'each says the same' 'python3 is not here'
fi

"$p407" -o json=bad "$bad" && "$p407" -o json=good "$good" || exit 1
run --from-events bad
says 'the verdict' 'cause      credentials-rejected'
for format in html markdown; do
	run --from-events bad -o "$format"
	says "$format" 'User or password not accepted'
done
run --from-events bad -o json=again
empty 'JSON again is the same JSON' "$(grep -v -F -x -f bad again |
    grep -v -e p407.summary -e display_filter)"
run --from-events again
says 'and can be read again' 'cause      credentials-rejected'

run --from-events bad --from-events good -o text -o json
says 'two sensors: both are in it' '2 attempts to authenticate\|"total":2'
says 'each input is named' 'ntlm-ok-keepalive.pcapng'
says 'the verdict of one' 'cause      credentials-rejected'
run --from-events bad --from-events bad -o json
empty 'the same twice, from two files: two runs' \
    "$(grep -c '"id":"f[12]","cause"' out | grep -v '^2$')"
cat bad bad >twice
run --from-events twice -o json
empty 'the same twice in one: the last word' \
    "$(grep -c '"id":"f[0-9]*","cause"' out | grep -v '^1$')"
cat bad good >both
run --from-events both
says 'runs one behind the other' 'ntlm-ok-keepalive.pcapng'
"$p407" --from-events - <bad >out 2>err
status=$?
says 'from standard input' 'cause      credentials-rejected'
# A sensor tells of a finding again, when its attempts are forgotten.
for state in closed withdrawn; do
	(grep -v p407.summary bad
	printf '{"event":{"dataset":"p407.finding"},"p407":{"finding":%s}}\n' \
	    "{\"id\":\"f1\",\"state\":\"$state\"}"
	grep p407.summary bad) >"$state"
done
run --from-events closed
says 'a finding that is closed stays' 'cause      credentials-rejected'
run --from-events withdrawn
says 'one that is withdrawn does not' '1 attempt to authenticate'
empty 'it is gone' "$(grep credentials-rejected out)"
run --from-events good --compare bad
says 'compared with an earlier one' 'The fix worked'
run --from-events bad --exit-code
empty '--exit-code' "$(echo "$status" | grep -v '^1$')"
run --from-events bad --redact identities -o text -o json -o html
says 'with --redact identities' 'credentials-rejected'
empty 'nobody is named' "$(sed 's/captures[^ "]*//g' out | grep -i -o \
    -e alice -e '10\.77\.[0-9.]*' -e 'lab[\\]' -e 'example\.test' |
    head -n 3)"

"$p407" --redact identities -o json=masked "$bad"
run --from-events masked
refuses 'pseudonyms are no addresses' 'masked: .* pseudonyms'
run --from-events no-such-file
refuses 'a file that is not there' 'no-such-file: no such file'
: >nothing
run --from-events nothing
refuses 'an empty file' 'nothing: no line of it is from p407'
run --from-events "$bad"
refuses 'a capture' 'no line of it is from p407 -o json'
echo '{"a":1}' >other
run --from-events other
refuses 'JSON of others' 'other: no line of it'
(cat bad; echo 'x') >mixed
run --from-events mixed
refuses 'a line of others among them' 'mixed: 1 lines are not from p407'
run --from-events .
refuses 'a folder' '\.: '
run --from-events bad "$bad"
refuses 'a capture beside it' '--from-events together with a capture'
run --from-events bad --ticket dir
refuses '--ticket beside it' '--from-events together with --ticket'
run --from-events bad -o pcapng=x
refuses '-o pcapng beside it' '--from-events together with -o pcapng'
run --from-events bad --client 10.0.0.1
refuses '--client beside it' '--from-events together with --client'
empty 'nothing was written' "$(ls -d dir x 2>/dev/null)"
tap_end
