#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# captures-update.sh [WORD...] - write the expected outputs anew
#
# Of all captures, or of those whose path holds a WORD (ntlm/ntlm-ok).  Then
# `git diff captures` is the review.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$root/tests/captures.py" "$p407" "$root" --update "$@"
