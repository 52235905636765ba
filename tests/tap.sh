# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# tap.sh - what the test scripts share; a script sets root and sources it
#
# The scripts speak TAP: one line a statement, "ok" or "not ok", and at the
# end how many.  By hand their exit status tells: 0, 1, or 77 for skipped.

tap_count=0
tap_failed=0

# The program under test: $P407, or the one of this build folder, or build/.
# shellcheck disable=SC2034,SC2154 # used by, and set by, the script
find_p407() {
	p407=${P407:-./p407}
	[ -x "$p407" ] || p407=$root/build/p407
	[ -x "$p407" ] || tap_skip_all 'p407 is not built'
	p407=$(cd "$(dirname "$p407")" && pwd)/$(basename "$p407")
}

# tap_skip_all REASON
tap_skip_all() {
	echo "1..0 # SKIP $1"
	exit 77
}

# ok WHAT
ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

# not_ok WHAT [DETAILS]
not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	[ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

# skip WHAT REASON
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# empty WHAT LIST: it is one of things that must not be.
empty() {
	if [ -z "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "$2"
	fi
}

tap_end() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
	exit
}
