#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# identities.sh - each capture: --redact identities names nobody
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null || tap_skip_all 'python3 is not here'
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$root/tests/identities.py" "$p407" "$root/captures"
