#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# shell.sh - shellcheck has nothing to say of any script
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
. "$root/tests/lint/files.sh"

command -v shellcheck >/dev/null || tap_skip_all 'shellcheck is not here'

# The scripts of the lab run as root on a machine of their own.
for file in $(project_files | grep -v '^captures/' |
    grep -e '\.sh$' -e '^bootstrap$' -e '^\.ci/run$' -e '\.bash$'); do
	if said=$(cd "$root" && shellcheck -x -f gcc "$file" 2>&1); then
		ok "$file"
	else
		not_ok "$file" "$said"
	fi
done
tap_end
