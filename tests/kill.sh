#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# kill.sh - whoever is killed while it writes leaves nothing half
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null || tap_skip_all 'python3 is not installed'
set -- "$root"/captures/basic/*.pcapng
[ -f "$1" ] || tap_skip_all 'the captures are not here'

result=$(python3 "$root/tests/kill.py" "$p407" "$root/captures" \
    "${ROUNDS:-12}" 2>&1)
while read -r verdict what; do
	case $verdict in
	ok) ok "killed while it writes: $what" ;;
	*) not_ok "killed while it writes: $what" "$result" ;;
	esac
done <<END_OF_RESULT
$(echo "$result" | sed 's/^not ok/not_ok/')
END_OF_RESULT
tap_end
