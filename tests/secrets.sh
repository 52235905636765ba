#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# secrets.sh - no output of any capture holds a secret of it
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null || tap_skip_all 'python3 is not here'
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$root/tests/secrets.py" "$p407" "$root"
