#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# spdx.sh - each file that can hold a comment says its licence at the top
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
. "$root/tests/lint/files.sh"

tag='SPDX-License-Identifier: BSD-2-Clause'

empty 'each source, script and rule names its licence' "$(
	project_files | while IFS= read -r file; do
		case $file in
		*.[ch] | *.sh | *.py | *.js | *.java | *.bash | *.yaml | \
		    *.yml | *.mk | *.am | *.ac | *.1 | bootstrap | .ci/run) ;;
		*) continue ;;
		esac
		head -n 5 "$root/$file" | grep -q "$tag" || echo "$file"
	done
)"

empty 'LICENSE is the BSD licence with two clauses' "$(
	grep -q 'BSD 2-Clause' "$root/LICENSE" || echo LICENSE
)"
tap_end
