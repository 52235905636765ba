#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# unfired.sh - the rules that no capture fires, for make scorecard
set -u
root=$(cd "$(dirname "$0")/.." && pwd)

awk '
function done() {
	if (rule != "") {
		rules++
		if (!fires) { unfired++; names = names "\n  " rule }
	}
	rule = ""; fires = 0
}
/^rules:/ { inside = 1 }
/^[a-z]/ && !/^rules:/ { done(); inside = 0 }
inside && /^  - id: / { done(); rule = $3 }
/^    fires:/ { fires = 1 }
FNR == 1 { done() }
END { done(); printf "%d of %d rules are fired by a capture%s%s\n",
	rules - unfired, rules, unfired ? "; by none:" : "", names }
' "$root"/rules/*.yaml
