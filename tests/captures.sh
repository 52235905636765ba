#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# captures.sh - every capture: right by its truth, and said as expected
#
#   captures.sh            the shipped ones; TAP
#   captures.sh FOLDER...  others, by their truth alone; ends in a table
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null || tap_skip_all 'python3 is not here'
export PYTHONDONTWRITEBYTECODE=1

if [ $# -gt 0 ]; then
	exec python3 "$root/tests/truth.py" "$p407" "$@"
fi
exec python3 "$root/tests/captures.py" "$p407" "$root"
