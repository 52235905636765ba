#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# sizes.sh - a file that has grown too long does two things
#
# The lab is left out: a file of it is a list of cases.  The captures are many,
# and everybody who wants the sources gets them all.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
. "$root/tests/lint/files.sh"

most=700

empty "no file has more than $most lines" "$(
	project_files | while IFS= read -r file; do
		case $file in
		captures/lab/*) continue ;;
		*.[ch] | *.sh | *.py | *.yaml | bootstrap) ;;
		*) continue ;;
		esac
		lines=$(wc -l <"$root/$file")
		[ "$lines" -le "$most" ] || echo "$file: $lines"
	done
)"

# Tabs are eight wide; a byte of UTF-8 that goes on is no column.
empty 'the lines of C have at most 80 columns' "$(
	project_files | grep '^\(src\|tests\)/.*\.[ch]$' |
	    while IFS= read -r file; do
		    expand "$root/$file" | LC_ALL=C awk -v file="$file" '
			{ gsub(/[\200-\277]/, "") }
			length > 80 { print file ":" NR ": " length }'
	    done
)"

# As a disk has them: whole blocks of 4 KiB.
captures=$(project_files | grep '^captures/' | while IFS= read -r file; do
	wc -c <"$root/$file"
done | awk '{ n += int(($1 + 4095) / 4096) } END { print n * 4 }')
empty 'captures/ has less than 20 MiB' "$(
	[ "$captures" -lt 20480 ] || echo "$captures KiB"
)"
tap_end
