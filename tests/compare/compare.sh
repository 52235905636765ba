#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# compare.sh - --compare: before and now, from captures and from JSON
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
bad=$root/captures/ntlm/ntlm-wrong-password.pcapng
good=$root/captures/ntlm/ntlm-ok-keepalive.pcapng
if [ ! -f "$bad" ] || [ ! -f "$good" ]; then
	tap_skip_all 'the captures are not here'
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-compare.XXXXXX") || exit 1
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
		not_ok "$1" "status $status: $(cat err; sed -n '/Before/,$p' out)"
	fi
}

run --compare "$bad" "$good"
says 'fixed' 0 'The fix worked: each' out
run --compare "$good" "$bad"
says 'new' 0 'now new' out
run --compare "$good" -o json "$root/captures/basic/basic-typo-then-ok.pcapng"
says 'new, and got in as well' 0 \
    '"now":"new".*"failed_now":1,"passed_now":1' out
run --compare "$bad" "$bad"
says 'still failing' 0 'now still failing' out
run --compare "$bad" "$root/captures/clean/clean-tls-only.pcapng"
says 'not seen now' 0 'cannot be told' out
run -v -o json "$bad"
cp out before.json
run --compare before.json "$good"
says 'from JSON: fixed' 0 'The fix worked: each' out
cp out text
run --compare "$bad" "$good"
empty 'the same from JSON and from the capture' "$(diff text out)"
run --compare before.json -o json "$good"
says 'JSON: a line a row' 0 '"dataset":"p407.comparison".*"now":"fixed"' out
run --compare before.json -o html "$good"
says 'HTML' 0 '<h2>Before and now' out
run --compare before.json -o markdown "$good"
says 'Markdown' 0 '^## Before and now' out
gzip -c before.json >before.gz
run --compare before.gz "$good"
says 'packed JSON' 0 'The fix worked: each' out
run --redact identities --compare before.json -o text -o json "$good"
says 'with --redact identities' 0 'The fix worked' out
empty 'no identity is left' "$(grep -i -e alice -e '10\.77' out)"
empty 'nothing is said on standard error' "$(cat err)"

#
# Wrong input
#
run --compare no-such-file "$good"
says 'a missing file' 2 '^p407: no-such-file: ' err
: >empty
run --compare empty "$good"
says 'an empty file' 2 '^p407: empty: ' err
echo 'some text that is neither a capture nor JSON' >text
run --compare text "$good"
says 'a text' 2 '^p407: text: ' err
echo '{"event":{"dataset":"nginx.access"}}' >other.json
run --compare other.json "$good"
says 'JSON of others' 2 '^p407: other\.json: no line' err
cat before.json other.json >both.json
run --compare both.json "$good"
says 'JSON of others between ours' 2 'The fix worked' out
says 'JSON of others is said' 2 '^p407: both\.json: 1 lines' err
head -c "$(($(wc -c <before.gz) / 2))" before.gz >cut.gz
run --compare cut.gz "$good"
says 'packed and cut' 2 '^p407: cut\.gz: ' err
{
	cat before.json
	printf '{"x":"'
	head -c 3000000 /dev/zero | tr '\0' 'x'
	echo '"}'
} >long.json
run --compare long.json "$good"
says 'a line of megabytes' 2 'The fix worked' out
run --compare . "$good"
says 'a folder' 2 '^p407: \.: ' err
tap_end
