#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# config.sh - options from a file: taken, outdone by the command line, and
# refused with file, line and column
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
bad=$root/captures/ntlm/ntlm-wrong-password.pcapng
[ -f "$bad" ] || tap_skip_all 'the captures are not here'
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
cp "$bad" bad.pcapng

# says WHAT STATUS PATTERN ARGS...: with c.yaml
says() {
	what=$1 wanted=$2 pattern=$3
	shift 3
	"$p407" --config c.yaml "$@" >out 2>&1
	status=$?
	if [ $status -eq "$wanted" ] && grep -q -e "$pattern" out; then
		ok "$what"
	else
		not_ok "$what" "status $status: $(head -n 5 out)"
	fi
}

cat >c.yaml <<'END'
# Who reads this has no business with names.
redact: identities
output: [text, json=out.json]
exit-code: true
verbose: false
END
says 'a file is taken' 1 'user-1' bad.pcapng
if grep -q '"dataset":"p407.finding"' out.json; then
	ok 'a list is taken'
else
	not_ok 'a list is taken' "$(cat out)"
fi
says 'the command line wins' 1 'alice' --redact secrets bad.pcapng
says 'it is good' 0 '^c.yaml: good$' --check-config

echo 'read: bad.pcapng' >c.yaml
says 'a capture may be named' 0 '1 rejected'

while IFS='|' read -r what line message; do
	printf 'quiet: true\n%b\n' "$line" >c.yaml
	says "$what" 2 "^p407: c.yaml:$message" --check-config
done <<'END'
no such option|redakt: identities|2:1: redakt (no such option
a wrong value|redact: all|2:9: --redact all (secrets or identities)
a number that is none|threads: many|2:10: -j many (
neither true nor false|exit-code: 1|2:12: exit-code 1 (true or false)
not for a file|help: true|2:7: help (only on the command line)
a file in a file|config: c.yaml|2:9: config (only on the command line)
twice|quiet: true|2:1: this option is there already
no word|redact: {a: b}|2:9: a word or a list is wanted
two values for one|metrics: [a, b]|2:10: one value is wanted
a filter that is none|filter: tcp prt 80|2:9: --filter .*syntax error
what does not go together|interface: lo\nproxy-log: a|3:12: --proxy-log (it needs a saved capture
a list in a list|rules: [a, [b]]|2:12: a word is wanted
not YAML|a: [b|3:
END
printf -- '- a\n' >c.yaml
says 'no options at all' 2 "^p407: c.yaml:1:1: 'option: value' is wanted" \
    --check-config
: >c.yaml
says 'an empty file is one' 0 good --check-config
head -c 300000 /dev/zero | tr '\0' '#' >c.yaml
says 'too large' 2 '^p407: c.yaml (too large' --check-config
rm c.yaml
says 'no such file' 2 '^p407: c.yaml (No such file' --check-config
if "$p407" --check-config >out 2>&1; then
	not_ok '--check-config needs a file'
elif grep -q 'give --config FILE' out; then
	ok '--check-config needs a file'
else
	not_ok '--check-config needs a file' "$(cat out)"
fi
tap_end
