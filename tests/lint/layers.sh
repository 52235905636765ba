#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# layers.sh - each folder of src/ includes only what lies to its left
#
# The table is the architecture: a layer, and what it may include besides
# itself (a folder, or one header of it).  src/main.c joins them and may all.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"

allowed='
base
capture   base
sandbox   base
net       base capture/frame.h
tcp       base net
http      base
auth      base
verify    base net/packet.h auth
witness   base net tcp http auth
attempt   base net http auth witness
diagnose  base net http auth witness attempt
report    base net capture witness attempt diagnose
compare   base net capture auth attempt report
proxylog  base net capture attempt report
events    base net capture auth attempt diagnose report
server    base net/packet.h sandbox
state     base attempt diagnose
evidence  base capture net tcp http auth witness attempt diagnose report
options   base net/packet.h
observe   base capture net tcp http auth verify witness attempt
verdict   base capture net auth witness attempt diagnose report compare proxylog state evidence sandbox options observe
live      base capture net attempt diagnose report state server sandbox verify options observe verdict
'

# "FILE HEADER" of every project include of a folder.
includes() {
	grep -so '^#include "[^"]*"' "$root/src/$1/"*.[ch] /dev/null |
	    sed "s|^$root/||; s|:#include \"| |; s|\"\$||"
}

for folder in "$root"/src/*/; do
	layer=$(basename "$folder")
	row=$(printf '%s' "$allowed" | grep "^$layer\( \|\$\)" | tr -s ' ')
	if [ -z "$row" ]; then
		not_ok "src/$layer/ is a layer" 'it has no row in the table'
		continue
	fi
	empty "src/$layer/ includes only: $row" "$(
		includes "$layer" | while read -r file header; do
			for may in $row; do
				case $header in
				"$may" | "$may"/*) continue 2 ;;
				esac
			done
			echo "$file includes $header"
		done
	)"
done

# A header that is included first proves that it stands alone.
empty 'each file includes its own header first' "$(
	for file in "$root"/src/*/*.c; do
		own=${file#"$root/src/"}
		own=${own%.c}.h
		[ -f "$root/src/$own" ] || continue
		first=$(sed -n 's/^#include ["<]\(.*\)[">]/\1/p' "$file" |
		    head -n 1)
		[ "$first" = "$own" ] || echo "${file#"$root/"}: $first"
	done
)"

empty 'each header has its guard' "$(
	for file in "$root"/src/*/*.h; do
		name=${file#"$root/src/"}
		guard=P407_$(echo "${name%.h}" | tr 'a-z/' 'A-Z_')_H
		grep -q "^#ifndef $guard\$" "$file" ||
			echo "src/$name: $guard"
	done
)"

tap_end
