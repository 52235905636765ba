#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# names.sh - nothing of one machine, and nothing unseen, in a tracked file
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
. "$root/tests/lint/files.sh"

# Written so that this file does not find itself.
places='/w[o]rk/\|/h[o]me/[a-z]\|/U[s]ers/[a-z]\|/r[o]ot/'
control=$(printf '\001-\010\013-\037\177')

# What people wrote: no captures, no inputs for fuzzing.
texts() {
	project_files | while IFS= read -r file; do
		case $file in
		*.pcap | *.pcapng | *.pcap.* | *.pcapng.* | *.gz | *.bin | \
		    *.keytab | *.png | tests/fuzz/corpus/* | *.dict) ;;
		*) printf '%s\n' "$file" ;;
		esac
	done
}

# each PATTERN: FILE:LINE:TEXT where it is found.
each() {
	texts | (cd "$root" && tr '\n' '\0' |
	    LC_ALL=C xargs -0 grep -Iin -e "$1" /dev/null) | cut -c 1-160
}

empty 'no path of one machine' "$(each "$places")"

empty 'no control characters' "$(
	texts | (cd "$root" && tr '\n' '\0' |
	    LC_ALL=C xargs -0 grep -lae "[$control]" /dev/null)
)"

empty 'file names are lower case, digits and -_.' "$(
	project_files | grep -v -e '/README' -e '/INDEX' -e '/SECRETS' |
	    sed 's|.*/||' | LC_ALL=C sort -u |
	    grep '[^a-z0-9._-]' |
	    grep -vx -e 'LICENSE' -e 'README\.md' -e 'Makefile\.am' \
	        -e 'SECRETS.*' -e 'INDEX.*' -e 'p407@\.service' -e '[A-Z][A-Za-z]*\.java'
)"

empty 'no space or tab at the end of a line' "$(
	texts | grep -e '\.[ch]$' -e '\.sh$' -e '\.py$' -e '\.mk$' \
	    -e '\.am$' -e '\.yaml$' | (cd "$root" && tr '\n' '\0' |
	    LC_ALL=C xargs -0 grep -n '[[:blank:]]$' /dev/null)
)"
tap_end
