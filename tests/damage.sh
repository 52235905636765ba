#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# damage.sh - a share of the captures, damaged: no verdict becomes a failure
#
# All of them: python3 tests/damage.py build/p407 captures
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null || tap_skip_all 'python3 is not installed'

what='losses, cuts, doubles and disorder make no failure'
if result=$(python3 "$root/tests/damage.py" "$p407" "$root/captures" 2 2>&1)
then
	ok "$what"
else
	not_ok "$what" "$result"
fi
tap_end
