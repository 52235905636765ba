#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# documents.sh - what is written of the program is so, and all of it is there
#
# Options in --help against the manual page, the completion and README, both
# ways: an option that is not written down is as wrong as one that is not
# there.  Rules in rules/ against --list-rules; causes against the manual.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"

manual=$root/src/p407.1
completion=$root/src/p407.bash
readme=$root/README.md

if ! command -v mandoc >/dev/null; then
	skip 'mandoc likes the manual page' 'mandoc is not here'
else
	empty 'mandoc likes the manual page' \
	    "$(mandoc -Tlint -W warning "$manual")"
fi
find_p407

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-documents.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT

# "  -o, --output FORMAT  …" and "      --since TIME  …"
"$p407" --help | sed -n '
	s/^ *\(-[A-Za-z]\), \(--[a-z-]*\).*/\1\
\2/p
	s/^ *\(--[a-z-]*\).*/\1/p
' | LC_ALL=C sort -u >"$tmp/help"

# .It Fl o , Fl \-output Ar …
awk '/^\.It Fl/ {
	for (i = 2; i < NF; i++)
		if ($i == "Fl") {
			name = $(i + 1)
			gsub(/\\/, "", name)
			print "-" name
		}
}' "$manual" | LC_ALL=C sort -u >"$tmp/manual"

awk "/words='-r/, /'\$/" "$completion" | grep -oE -e '--?[A-Za-z][a-z-]*' |
    LC_ALL=C sort -u >"$tmp/completion"

# Between "## Options" and the next heading.
awk '/^## / { on = /^## Options/ } on' "$readme" |
    grep -oE -e '`--?[A-Za-z][a-z-]*' | tr -d '`' |
    LC_ALL=C sort -u >"$tmp/readme"

both_ways() {
	if [ -s "$tmp/help" ] && [ -s "$tmp/$2" ]; then
		empty "$1: all options, and no other" "$(
			comm -23 "$tmp/help" "$tmp/$2" |
			    sed 's/$/ is not written down/'
			comm -13 "$tmp/help" "$tmp/$2" |
			    sed 's/$/ is not in --help/'
		)"
	else
		not_ok "$1: all options, and no other" 'it has none'
	fi
}
both_ways 'the manual page' manual
both_ways 'the completion' completion
# There a long name that has a short one can be left out.
"$p407" --help | sed -n 's/^ *-[A-Za-z], \(--[a-z-]*\).*/\1/p' |
    LC_ALL=C sort -u - "$tmp/readme" >"$tmp/more"
mv "$tmp/more" "$tmp/readme"
both_ways 'README' readme

sed -n '/formats\[\] = {/,/^};/s/^	{ "\([a-z]*\)".*/\1/p' \
    "$root/src/report/formats.c" >"$tmp/formats"
while read -r format; do
	if "$p407" --help | grep -qw "$format" &&
	    grep -q "^\.Cm $format" "$manual" &&
	    grep -q "words='.*$format" "$completion"; then
		ok "the format $format is in --help, manual and completion"
	else
		not_ok "the format $format is in --help, manual and completion"
	fi
done <"$tmp/formats"

#
# Rules
#
sed -n 's/^ *- \(id\|product\): *\([a-z0-9-]*\).*/\2/p' "$root"/rules/*.yaml |
    LC_ALL=C sort >"$tmp/written"
"$p407" --list-rules | sed -n 's/^  \([a-z0-9-]*\) .*/\1/p' |
    LC_ALL=C sort >"$tmp/listed"
empty 'no rule has the name of another' "$(uniq -d "$tmp/written")"
empty 'the rules in rules/ are those of --list-rules' \
    "$(comm -3 "$tmp/written" "$tmp/listed")"
empty 'each rule can be explained' "$(
	while read -r rule; do
		"$p407" --explain "$rule" | grep -q "^$rule: " ||
			echo "$rule"
	done <"$tmp/listed"
)"

# Each family of causes: .Cm no-credentials ,
"$p407" --list-rules | sed -n 's/^\([a-z-]*\)$/\1/p' >"$tmp/causes"
empty 'each cause is in the manual page' "$(
	while read -r cause; do
		[ -z "$cause" ] || grep -q "^\.Cm $cause\( ,\| \.\|\$\)" \
		    "$manual" || echo "$cause"
	done <"$tmp/causes"
)"

empty 'the captures that a rule names are there' "$(
	grep -ho 'captures/[a-z0-9/.-]*' "$root"/rules/*.yaml |
	    LC_ALL=C sort -u | while read -r capture; do
		for there in "$root/$capture" "$root/$capture".pcap*; do
			[ ! -f "$there" ] || continue 2
		done
		echo "$capture"
	done
)"

#
# Facts: a name, and below it what it means
#
"$p407" --list-facts >"$tmp/facts"
empty 'no fact has the name of another' \
    "$(sed -n 's/^\([a-z][a-z0-9_.]*\)$/\1/p' "$tmp/facts" |
        LC_ALL=C sort | uniq -d)"
empty 'each fact has a meaning' "$(awk '
	/^[a-z]/ { if (name != "" && n < 2) print name; name = $1; n = 0 }
	/^ / { n++ }
	END { if (n < 2) print name }' "$tmp/facts")"

#
# Examples: "$ p407 …" and its output in the console blocks of README
#
awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' "$readme" \
    >"$tmp/examples"
if ! grep -q '^\$ p407 ' "$tmp/examples"; then
	not_ok 'README has examples'
fi
cat >"$tmp/p407" <<END
#!/bin/sh
exec "$p407" "\$@"
END
chmod +x "$tmp/p407"
grep '^\$ p407 ' "$tmp/examples" | while IFS= read -r line; do
	printf '%s\n' "$line"
	(cd "$root" && PATH=$tmp:$PATH sh -c "${line#??}" 2>&1 </dev/null)
done >"$tmp/said"
empty 'the examples of README say what they say there' \
    "$(diff -u "$tmp/examples" "$tmp/said" | head -n 40)"
tap_end
