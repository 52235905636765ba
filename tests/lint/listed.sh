#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# listed.sh - no file is forgotten: each is built, run or shipped
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
. "$root/tests/lint/files.sh"

make=$(cat "$root/Makefile.am" "$root/src/local.mk" "$root"/tests/*.mk)

# unlisted FOLDER PATTERN: files below it that no makefile names.
unlisted() {
	project_files | grep "^$1/.*$2" | while IFS= read -r file; do
		case $make in
		*"%reldir%/${file#"$1/"}"*) ;;
		*) echo "$file" ;;
		esac
	done
}

empty 'src/local.mk names each source' "$(unlisted src '\.[ch]$')"
empty 'tests/local.mk names each header and script' \
    "$(unlisted tests '\.\(h\|sh\|py\)$')"
empty 'tests/local.mk names each test program' "$(
	project_files | grep '^tests/.*/\(test\|fuzz\)_.*\.c$' |
	    while IFS= read -r file; do
		    name=${file#tests/}
		    echo "$make" |
			grep -q "%reldir%/${name%.c}\( \|\$\|\\\\\)" ||
			echo "$file"
	    done
)"
empty 'each fuzz target has a corpus' "$(
	project_files | sed -n 's|^tests/fuzz/fuzz_\(.*\)\.c$|\1|p' |
	    while IFS= read -r name; do
		    [ -d "$root/tests/fuzz/corpus/$name" ] || echo "$name"
	    done
)"
tap_end
