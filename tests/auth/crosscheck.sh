#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# crosscheck.sh - our decoded NTLM and Kerberos fields against those of tshark
#
# usage: crosscheck.sh [FOLDER...]     (default: the captures that have any)
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
for tool in tshark mergecap python3; do
	command -v "$tool" >/dev/null 2>&1 ||
		tap_skip_all "$tool is not here (Debian: apt-get install tshark)"
done
c=$root/captures
[ $# -gt 0 ] || set -- "$c/ntlm" "$c/kerberos" "$c/mixed" "$c/outage"

export PYTHONDONTWRITEBYTECODE=1
said=$(python3 "$root/tests/auth/crosscheck.py" "$p407" "$@" 2>&1)
counts=$(printf '%s\n' "$said" | tail -n 1)
# checked, differences, tokens that only tshark has
case $counts in
*[!0-9\ ]* | '')
	not_ok 'the comparison ran' "$said"
	;;
*)
	# shellcheck disable=SC2086 # three numbers
	set -- $counts
	if [ "$1" -ge 500 ]; then
		ok "$1 tokens compared ($3 more only counted)"
	else
		not_ok "only $1 tokens compared: too few to say anything"
	fi
	empty 'each field is as tshark decodes it' \
	    "$(printf '%s\n' "$said" | sed -n 's/^# //p')"
	;;
esac
tap_end
