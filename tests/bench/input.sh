# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2154 # of who sources it
#
# input.sh - inputs of the benchmarks, for the scripts beside it: before,
# $tools (where `generate` is) and $folder (where they are kept)

# input MODE SIZE: make $file, unless it is there and the generator is older.
input() {
	file=$folder/$1-$2.pcap
	if [ ! -f "$file" ] ||
	    [ -n "$(find "$tools/generate" -newer "$file")" ]; then
		"$tools/generate" "$1" "$2" >"$file.new" || exit 1
		mv "$file.new" "$file"
	fi
	# Into the cache: this is not about the disk.
	cat "$file" >/dev/null
}
