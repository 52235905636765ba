#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# evidence.sh - evidence captures: the same verdicts, no secrets, no names
#
#   evidence.sh            some captures; TAP
#   evidence.sh all        all of them, also through tshark (minutes)
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null || tap_skip_all 'python3 is not here'
export PYTHONDONTWRITEBYTECODE=1

evidence() {
	python3 "$root/tests/evidence/evidence.py" "$p407" "$root" "$@"
}

if [ "${1:-}" = all ]; then
	evidence --identities | grep -v '^ok'
	evidence --tshark | grep -v '^ok'
	exit 0
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-evidence.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT

# Their lines, counted on.
each() {
	evidence "$@" >"$tmp/out"
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "${line#* - }" ;;
		'not ok '*) not_ok "${line#* - }" ;;
		'#'*) printf '%s\n' "$line" ;;
		esac
	done <"$tmp/out"
}
each --every 8
each --every 12 --identities
command -v tshark >/dev/null && each --every 99 --tshark
# What rests on who asked for whom, and was not answered; and what came in
# pieces.
each -not-there -fragments
each --identities -not-there -fragments
each --ring -not-there
command -v tshark >/dev/null && each --tshark -not-there -fragments

capture=$root/captures/ntlm/ntlm-wrong-password-cntlm.pcapng

# The folder.
run() {
	"$p407" "$@" >"$tmp/stdout" 2>"$tmp/stderr"
}
if run --ticket "$tmp/ticket" "$capture" &&
    (cd "$tmp/ticket" && sha256sum -c --quiet MANIFEST) &&
    [ -s "$tmp/ticket/README.txt" ] && [ -s "$tmp/ticket/report.txt" ] &&
    [ -s "$tmp/ticket/report.jsonl" ] &&
    [ -s "$tmp/ticket/evidence.pcapng" ]; then
	ok 'a ticket is a folder whose manifest is right'
else
	not_ok 'a ticket is a folder whose manifest is right' \
	    "$(cat "$tmp/stderr")"
fi
run --ticket "$tmp/order" "$root/captures/basic/basic-password-changed.pcapng"
if grep -q '^  1\. ' "$tmp/order/README.txt" &&
    ! sed -n '/^Remarks:/,$d; /^  /p' "$tmp/order/README.txt" |
        grep -q 'in clear' &&
    grep -q '^  -  Passwords go over the network in clear (f1)' \
        "$tmp/order/README.txt"; then
	ok 'its README names the faults before the remarks'
else
	not_ok 'its README names the faults before the remarks' \
	    "$(cat "$tmp/order/README.txt")"
fi
run --ticket "$tmp/ticket" "$capture"
if [ $? -eq 2 ] && grep -q 'not empty' "$tmp/stderr"; then
	ok 'a folder that is not empty is refused'
else
	not_ok 'a folder that is not empty is refused'
fi

# The map.
if run --redact identities --redact-map "$tmp/map" "$capture" &&
    [ "$(stat -c %a "$tmp/map")" = 600 ] &&
    grep -q '"real":"carol"' "$tmp/map" &&
    run --redact identities --redact-map "$tmp/map" "$capture"; then
	ok 'the map is for its owner alone, and can be written again'
else
	not_ok 'the map is for its owner alone, and can be written again'
fi
for what in text link open; do
	rm -f "$tmp/other"
	case $what in
	text) echo 'my own notes' >"$tmp/other" && chmod 600 "$tmp/other" ;;
	link) ln -s "$tmp/map" "$tmp/other" ;;
	open) cp "$tmp/map" "$tmp/other" && chmod 644 "$tmp/other" ;;
	esac
	cksum <"$tmp/other" >"$tmp/before"
	run --redact identities --redact-map "$tmp/other" "$capture"
	if [ $? -eq 2 ] && cksum <"$tmp/other" | cmp -s - "$tmp/before"; then
		ok "a map does not overwrite what is none: $what"
	else
		not_ok "a map does not overwrite what is none: $what"
	fi
done

# Ways to read and write.
run -o "pcapng=$tmp/named.pcapng" "$capture"
"$p407" -o pcapng <"$capture" -r - >"$tmp/file.pcapng" 2>/dev/null
# shellcheck disable=SC2002
cat "$capture" | "$p407" -o pcapng -r - >"$tmp/pipe.pcapng" 2>/dev/null
if [ -s "$tmp/pipe.pcapng" ] &&
    cmp -s "$tmp/file.pcapng" "$tmp/pipe.pcapng"; then
	ok 'standard input is read twice, a file or a pipe'
else
	not_ok 'standard input is read twice, a file or a pipe'
fi
run -o "pcapng=$tmp/again.pcapng" "$capture"
if cmp -s "$tmp/named.pcapng" "$tmp/again.pcapng"; then
	ok 'the same input gives the same bytes'
else
	not_ok 'the same input gives the same bytes'
fi
cp "$capture" "$tmp/input.pcapng"
run -o "pcapng=$tmp/input.pcapng" "$tmp/input.pcapng"
if [ $? -eq 2 ] && cmp -s "$capture" "$tmp/input.pcapng"; then
	ok 'evidence does not overwrite its input'
else
	not_ok 'evidence does not overwrite its input'
fi
if [ -w /dev/full ]; then
	"$p407" -o pcapng "$capture" >/dev/full 2>"$tmp/stderr"
	if [ $? -eq 2 ] && grep -q 'cannot write' "$tmp/stderr"; then
		ok 'a full disk is said'
	else
		not_ok 'a full disk is said'
	fi
fi
ln -s /dev/null "$tmp/null"
if run -o "pcapng=$tmp/null" "$capture" && [ -h "$tmp/null" ] &&
    [ -c /dev/null ]; then
	ok 'a device is written to, and stays one'
else
	not_ok 'a device is written to, and stays one'
fi
run --redact identities --ticket "$tmp/new" --redact-map "$tmp/new/map" \
    "$capture"
if [ $? -eq 2 ] && [ ! -e "$tmp/new" ]; then
	ok 'the map does not go out with the ticket'
else
	not_ok 'the map does not go out with the ticket'
fi
mkdir "$tmp/empty"
run -o "pcapng=$tmp/empty/no/such.pcapng" "$capture"
if [ $? -eq 2 ] && [ -z "$(ls "$tmp/empty")" ]; then
	ok 'a path that cannot be written leaves nothing'
else
	not_ok 'a path that cannot be written leaves nothing'
fi
run --evidence-limit 1k -o "pcapng=$tmp/small.pcapng" "$capture"
if [ "$(wc -c <"$tmp/small.pcapng")" -lt 1500 ] &&
    grep -q 'left out' "$tmp/stderr"; then
	ok 'the limit holds, and what is left out is said'
else
	not_ok 'the limit holds, and what is left out is said' \
	    "$(cat "$tmp/stderr")"
fi
tap_end
