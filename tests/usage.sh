#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# usage.sh - the command line as CONTRACT has it: options, messages, status
#
# A message is one line on standard error, "p407: WHAT: why (what to do)".
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
find_p407

bad=$root/captures/ntlm/ntlm-wrong-password.pcapng
good=$root/captures/ntlm/ntlm-ok-keepalive.pcapng
if [ ! -f "$bad" ] || [ ! -f "$good" ]; then
	tap_skip_all 'the captures are not here'
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-usage.XXXXXX") || exit 1
trap 'chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
cp "$bad" bad.pcapng
cp "$good" good.pcapng
TZ=UTC LC_ALL=C.UTF-8
export TZ LC_ALL

# run ARGS: what is said goes to out and err, the status to $status.
run() {
	"$p407" "$@" >out 2>err </dev/null
	status=$?
}

evidence() {
	echo "status $status"
	echo "stdout: $(wc -c <out) bytes"
	head -c 2000 err
}

# status WHAT WANTED: the last run ended so, and said nothing amiss.
status() {
	if [ "$status" -ne "$2" ]; then
		not_ok "$1" "wanted status $2, got: $(evidence)"
	elif grep -qv '^p407: ' err; then
		not_ok "$1" "not in the form of a message: $(evidence)"
	else
		ok "$1"
	fi
}

# refused WHAT WORDS: status 2 and one line that holds the words (a pattern).
refused() {
	if [ "$status" -ne 2 ] || [ "$(wc -l <err)" -ne 1 ] ||
	    ! grep -q "^p407: .*$2" err; then
		not_ok "$1" "wanted 2 and one line with '$2': $(evidence)"
	else
		ok "$1"
	fi
}

# says WHAT PATTERN FILE: a line of the file has it.
says() {
	if grep -q -e "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "no line with '$2' in: $(head -n 20 "$3")"
	fi
}

# same WHAT A B: two files are alike, byte by byte.
same() {
	if said=$(diff -u "$2" "$3" 2>&1) && [ -s "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "$(echo "$said" | cut -c 1-200 | head -n 20)"
	fi
}

attempts() {
	grep -c '"dataset":"p407.attempt"' "$1"
}

# What was found in a JSON output, without how the file was named and packed.
findings() {
	grep -e '"dataset":"p407.attempt"' -e '"dataset":"p407.finding"' "$1"
}

#
# Told about itself
#
run -V
status '-V' 0
says '-V says name and version' '^p407 [0-9][0-9]*\.[0-9]' out
run --version
status '--version' 0
run -h
status '-h' 0
says '-h says how to call it' '^[Uu]sage: p407 ' out
run --help
says '--help goes to standard output' '--exit-code' out
run --list-rules
status '--list-rules' 0
says '--list-rules lists rules' 'ntlm-credentials-rejected' out
run --list-facts
status '--list-facts' 0
says '--list-facts lists facts' 'attempt\.scheme' out
run --check-rules
status '--check-rules' 0
run --explain ntlm-credentials-rejected
status '--explain' 0
says '--explain prints the rule' 'ntlm-credentials-rejected' out
run --explain no-such-rule
refused '--explain of an unknown rule' 'no-such-rule'

#
# Bad usage
#
run
refused 'no argument at all' '(.*)'
run --no-such-option bad.pcapng
refused 'an unknown long option' 'no-such-option'
run -Q bad.pcapng
refused 'an unknown short option' '-Q'
run -r
refused 'an option without its argument' '-r'
run -i lo --listen 127.0.0.1:65536
refused 'a port beyond the last' '65536 (a port is'
run -i lo -o json=s --state s
refused 'two things in one file' 's (is written by another option'
for what in '--proxy-log log' '--redact identities --redact-map map' \
    '--ticket dir' '--compare before' '-o pcapng=e'; do
	# shellcheck disable=SC2086 # options and their values
	run -i lo $what
	refused "live: $what" 'it needs a saved capture'
done
run -o no-such-format bad.pcapng
refused 'an unknown format' 'no-such-format'
run -f 'no such filter' bad.pcapng
refused 'a bad filter' 'filter'
run -j 0 bad.pcapng
refused 'no thread' '-j'
run -j many bad.pcapng
refused 'threads that are no number' 'many'
run -c x bad.pcapng
refused 'a count that is no number' '-c'
run --since yesterday bad.pcapng
refused 'a time that is none' 'yesterday'
run --client nobody bad.pcapng
refused 'a client that is no address' 'nobody'
run --redact nothing bad.pcapng
refused 'no level shows secrets' 'nothing'
run --color sometimes bad.pcapng
refused 'a colour that is no word of ours' 'sometimes'
run -i no-such-interface
refused 'an interface that is not there' 'no-such-interface'
run -i lo bad.pcapng
refused 'a wire and a file' '-i'
run -i lo -o pcapng
refused 'evidence of a wire' 'pcapng'
run -i lo --ticket folder
refused 'a ticket of a wire' '--ticket'
run -i lo -a forever
refused 'an end that is none' 'forever'
run -i lo -B 0
refused 'no buffer' '-B'
run --metrics m.prom bad.pcapng
refused 'metrics of a file' '--metrics'
run -C 1 bad.pcapng
refused 'a size of no ring' '-C'
run -w ring -W 0 bad.pcapng
refused 'a ring of no file' '-W'
run -w ring --from-events bad.jsonl
refused 'a ring of events' '-w'

#
# Bad rules
#
printf 'cause: other\nrules:\n  - id: x\n    when: no.such.fact == 1\n' \
    >rule.yaml
run --check-rules --rules rule.yaml
status 'a bad rule' 2
says 'a bad rule: file, line and column' '^p407: rule\.yaml:[0-9]*:[0-9]*: ' \
    err
run --rules rule.yaml bad.pcapng
status 'a bad rule stops a run' 2
says 'a bad rule stops a run before it begins' '^p407: rule\.yaml:' err
printf 'cause: [other\n' >rule.yaml
run --check-rules --rules rule.yaml
says 'a rule file that is no YAML' '^p407: rule\.yaml:[0-9]*:[0-9]*: ' err
mkdir rules
run --check-rules --rules rules
status 'a folder that has no rules so far' 0
says 'is named' '^p407: rules: there are no rules so far' err
mkfifo rules/pipe.yaml
run --check-rules --rules rules
refused 'a pipe in it is not waited for' 'rules/pipe.yaml: is no file ('
rm rules/pipe.yaml
run --rules no-such-rules bad.pcapng
refused 'no such rules' 'no-such-rules'
run --no-default-rules bad.pcapng
status '--no-default-rules' 0

#
# Bad input
#
run no-such-file.pcapng
refused 'a missing file' 'no-such-file\.pcapng: .*(.*)'
says 'nothing is claimed of it' 'Nothing could be read' out
says 'nor is it called damaged' 'no-such-file.pcapng could not be read' out
mkdir folder
run folder
refused 'a directory' 'folder: '
cp bad.pcapng unreadable.pcapng
chmod 0 unreadable.pcapng
if [ -r unreadable.pcapng ]; then
	skip 'an unreadable file' 'root may read all'
else
	run unreadable.pcapng
	refused 'an unreadable file' 'unreadable\.pcapng: .*(.*)'
fi
echo 'This is a text that is long enough to hold a header.' >text.pcapng
run text.pcapng
refused 'a file that is no capture' 'text\.pcapng: '
: >empty.pcapng
run empty.pcapng
refused 'an empty file' 'empty\.pcapng: '
run -r -
refused 'nothing on standard input' '-: '
# A pcap header (Ethernet), then no packet.
printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0' >none.pcap
run none.pcap
status 'a capture without a packet is read' 0
# The same with DLT_USER0 and one packet of four bytes.
printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\223\0\0\0' >link.pcap
printf '\1\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0abcd' >>link.pcap
run link.pcap
refused 'an unknown link type' 'link\.pcap: .*147'

run -o json bad.pcapng
cp out whole.json
head -c "$(($(wc -c <bad.pcapng) - 10))" bad.pcapng >cut.pcapng
run -o json cut.pcapng
refused 'a cut file' 'cut\.pcapng: '
if [ "$(attempts out)" -ge 1 ]; then
	ok 'a cut file: what was read is reported'
else
	not_ok 'a cut file: what was read is reported' "$(evidence)"
fi
run -o json no-such-file.pcapng bad.pcapng
refused 'one file is missing, the other is read' 'no-such-file'
findings out >a
findings whole.json >b
same 'one file is missing, the other is reported' a b
name=$(printf 'esc\033[31mape')
run "$name"
refused 'a name with control characters' 'ape'
if grep -q "$(printf '\033')" err; then
	not_ok 'a message holds no escape sequence' "$(cat -v err)"
else
	ok 'a message holds no escape sequence'
fi

#
# Output that cannot be written
#
"$p407" bad.pcapng >/dev/full 2>err </dev/null
status=$?
: >out
refused 'a full disk behind standard output' '(.*)'
while IFS='|' read -r what args words; do
	# shellcheck disable=SC2086 # several words
	run $args
	refused "$what" "$words"
done <<'END'
an interface twice|-i lo -i lo|-i lo (is there already)
all of them and one|-i lo -i any|-i any (it is all of them: give it alone)
a file for two outputs|-o json=x -o text=x bad.pcapng|-o x (is written by
too many bytes of a frame|-i lo -s 262145|-s 262145 (give .* 1 to 262144)
no bytes of a buffer|-i lo -B 0|-B 0 (give a whole number from 1 to 2047)
END

# As on a disk that fills up: nothing half is left, nor what looks whole.
echo old >old
(ulimit -f 4 && "$p407" -q -o html=new -o json=old --ticket cut bad.pcapng \
    >out 2>err </dev/null)
status=$?
says 'a disk that fills up: what was there stays' '^p407: old: .*as it was' err
if [ $status -eq 2 ] && [ "$(cat old)" = old ] && [ ! -e new ] &&
    [ "$(echo new* old*)" = 'new* old' ] && [ ! -e cut/MANIFEST ]; then
	ok 'and nothing that looks whole is made'
else
	not_ok 'and nothing that looks whole is made' "$(ls -l; evidence)"
fi
run -o json=/dev/full bad.pcapng
refused 'a full disk behind a file' '/dev/full: '
run -o text=no-folder/report.txt bad.pcapng
refused 'a folder that is not there' 'no-folder/report\.txt: '
run -o text=folder bad.pcapng
refused 'a folder in place of a file' 'folder: '
run -o text=bad.pcapng bad.pcapng
refused 'an input in place of an output' 'bad\.pcapng: '
same 'the input is as it was' "$bad" bad.pcapng
{
	"$p407" -o json bad.pcapng 2>err </dev/null
	echo $? >was
} | head -c 1 >/dev/null
{
	"$p407" -v bad.pcapng 2>>err </dev/null
	echo $? >>was
} | { exec <&-; }
if [ -s err ] || grep -qvx '[02]' was; then
	not_ok 'a reader that left is no reason for words' \
	    "$(cat err) status $(cat was)"
else
	ok 'a reader that left is no reason for words'
fi
"$p407" bad.pcapng >&- 2>err </dev/null
status=$?
if [ "$status" -eq 0 ] || [ "$status" -eq 2 ]; then
	ok 'no standard output at all'
else
	not_ok 'no standard output at all' "status $status: $(cat err)"
fi

#
# Inputs and outputs that are not what they should be: what, where, what to do
#
mkdir full && : >full/x
echo '{"a":1}' >other.json
printf 'user=a, password=b\n' >known
chmod 644 known
{ printf '\377'; head -c 3000 /dev/urandom | tr -d '\n'; } >binary
while IFS='|' read -r what options words; do
	# shellcheck disable=SC2086 # a list of words
	run $options bad.pcapng
	refused "$what" "$words.* *(.*)\$"
	if [ -s out ]; then
		not_ok "$what: nothing is reported" "$(evidence)"
	fi
done <<'END'
a folder for the ticket that is not empty|--ticket full|full: is not empty
a file in place of the ticket's folder|--ticket known|known: is no folder
a ticket in no folder|--ticket no/such|no/such: cannot make the folder
a ticket below a file|--ticket known/x|known/x: cannot make the folder
a map in no folder|--redact identities --redact-map no/map|no/map: cannot write
a map that is a folder|--redact identities --redact-map full|full: is there
a map that is something else|--redact identities --redact-map known|known: is
a map without pseudonyms|--redact-map map|--redact-map map
nothing to compare with|--compare no-such-file|no-such-file: no such file
JSON of others to compare with|--compare other.json|other.json: no line of it
an empty file to compare with|--compare empty.pcapng|empty.pcapng: is empty
bytes to compare with|--compare binary|binary: is not a capture
a folder to compare with|--compare full|full: is a directory
credentials that all may read|--verify known|known: others than its owner
evidence in no folder|-o pcapng=no/e|no/e: cannot write
evidence in place of a folder|-o pcapng=full|full: cannot write
evidence below a file|-o pcapng=known/e|known/e: cannot write
evidence on a full disk|-o pcapng=/dev/full|/dev/full: cannot write
a limit that is a word|--evidence-limit much|--evidence-limit much
no limit at all|--evidence-limit 0|--evidence-limit 0
a limit of a unit too many|--evidence-limit 64MM|64MM
a limit beyond all|--evidence-limit 99999999999999999999|9999
a log that is text|--proxy-log text.pcapng|text.pcapng: no line of it is
a log that is empty|--proxy-log empty.pcapng|empty.pcapng: is empty
a log of bytes|--proxy-log binary|binary: no line of it
a log that is a capture|--proxy-log good.pcapng|good.pcapng: no line of it
a log that is a folder|--proxy-log full|full: is a directory
a log that is not there|--proxy-log no-such-file|no-such-file: no such file
a form of log that is none|--proxy-log known --proxy-log-format x|-format x
a form without a log|--proxy-log-format x|--proxy-log-format x
an empty argument|--ticket=|--ticket=
END
run --ticket '' bad.pcapng
refused 'an empty argument of its own' '--ticket (.*empty)'
rm -f stdin.pcapng
"$p407" -r - -o pcapng=stdin.pcapng -o json <bad.pcapng >out 2>err
status=$?
if [ "$status" -eq 0 ] && [ -s stdin.pcapng ] && [ ! -s err ]; then
	ok 'evidence of standard input'
else
	not_ok 'evidence of standard input' "$(evidence)"
fi
"$p407" -r - -o pcapng=none.pcapng </dev/null >out 2>err
status=$?
if [ "$status" -eq 2 ] && grep -q '^p407: -: is empty (' err; then
	ok 'evidence of nothing on standard input'
else
	not_ok 'evidence of nothing on standard input' "$(evidence)"
fi

#
# The status
#
run bad.pcapng
status 'a failure was found: status 0' 0
run --exit-code bad.pcapng
status 'a failure was found with --exit-code: status 1' 1
run --exit-code good.pcapng
status 'all is well with --exit-code: status 0' 0
run --exit-code cut.pcapng
status 'damage with --exit-code: status 2' 2
run good.pcapng
if [ -s out ] && [ ! -s err ]; then
	ok 'a good capture gets a word, on standard output'
else
	not_ok 'a good capture gets a word, on standard output' "$(evidence)"
fi

#
# Ways in: the same capture in other clothes
#
findings whole.json >want
run -o json -r bad.pcapng
findings out >got
same '-r FILE' want got
"$p407" -o json -r - <bad.pcapng >out 2>err
findings out >got
same '-r - reads standard input' want got
# shellcheck disable=SC2002 # a pipe is the point
cat bad.pcapng | "$p407" -o json - >out 2>err
findings out >got
same 'a pipe as standard input' want got
for packer in gzip zstd lz4; do
	if ! command -v $packer >/dev/null; then
		skip "$packer" "$packer is not here"
		continue
	fi
	# The name does not matter, what is in it does.
	$packer -c <bad.pcapng >packed
	run -o json packed
	findings out >got
	same "$packer" want got
	head -c "$(($(wc -c <packed) / 2))" packed >halved
	run -o json halved
	refused "$packer, cut" 'halved: '
done
run -o json bad.pcapng good.pcapng
both=$(attempts out)
run -o json good.pcapng
alone=$(attempts out)
if [ "$alone" -gt 0 ] &&
    [ "$both" -eq $((alone + $(attempts whole.json))) ]; then
	ok 'several files'
else
	not_ok 'several files' "$both attempts, $alone in good.pcapng"
fi

# A folder is the captures in it, by name; the rest that lies there is not read.
mkdir spool
cp bad.pcapng spool/a_00001.pcapng
gzip -c good.pcapng >spool/a_00002.pcapng.gz
cp bad.pcapng spool/.hidden.pcapng
echo notes >spool/a.pcapng.txt
run -o json spool/a_00001.pcapng spool/a_00002.pcapng.gz
cp out once
run -o json spool/
status 'a folder' 0
same 'its captures and nothing else' once out
run --compare bad.pcapng -o json good.pcapng
cp out once
mkdir earlier
cp bad.pcapng earlier/a.pcapng
echo notes >earlier/notes.txt
run --compare earlier -o json good.pcapng
same 'a folder of earlier captures' once out
mv earlier/a.pcapng earlier/b.pcapng
cp good.pcapng earlier/a.pcapng
run --compare earlier -o json good.pcapng
if grep -q '"dataset":"p407.comparison"' out; then
	ok 'all of them are read'
else
	not_ok 'all of them are read' "$(cat err)"
fi
run full
refused 'a folder without captures' 'full: is a directory, not a file (name the files in it)'

#
# Ways out
#
run -o text -o json=report.json bad.pcapng
cp out report.txt
run bad.pcapng
same 'text is the default' out report.txt
findings report.json >got
same '-o json=FILE beside -o text' want got
run -o json=- bad.pcapng
findings out >got
same '-o json=- is standard output' want got
esc=$(printf '\033')
run bad.pcapng
if [ ! -s out ] || grep -q "$esc" out; then
	not_ok 'no colours but on a terminal' "$(evidence)"
else
	ok 'no colours but on a terminal'
fi
run --color always bad.pcapng
says '--color always' "$esc\[" out
run --color never bad.pcapng
same '--color never' out report.txt
run -v bad.pcapng
empty 'text has at most 80 columns' "$(LC_ALL=C awk '
	{ line = $0; gsub(/[\200-\277]/, "", line) }
	length(line) > 80 && !/http|==/' out)"

#
# Only these
#
client=$(sed -n 's/.*"source":{"ip":"\([^"]*\)".*/\1/p' want | head -n 1)
proxy=$(sed -n 's/.*"destination":{"ip":"\([^"]*\)","port":\([0-9]*\).*/\1:\2/p' \
    want | head -n 1)
user=$(sed -n 's/.*"user":{"name":"\([^"]*\)".*/\1/p' want | head -n 1)
for option in "--client=$client" "--proxy=$proxy" "--user=$user" \
    '--since=2000-01-01T00:00:00Z' '--until=2100-01-01T00:00:00Z' \
    '--filter=tcp'; do
	run -o json "$option" bad.pcapng
	if [ -s want ] &&
	    [ "$(attempts out)" -eq "$(attempts whole.json)" ]; then
		ok "$option: all of them"
	else
		not_ok "$option: all of them" "$(evidence)"
	fi
done
for option in --client=192.0.2.1 --proxy=192.0.2.1:3128 --user=nobody \
    --until=2000-01-01T00:00:00Z --since=2100-01-01T00:00:00Z \
    '--filter=udp'; do
	run -o json "$option" bad.pcapng
	if [ "$status" -eq 0 ] && [ -s out ] &&
	    [ "$(attempts out)" -eq 0 ]; then
		ok "$option: none of them"
	else
		not_ok "$option: none of them" "$(evidence)"
	fi
done
run --user=nobody bad.pcapng
says '--user: that others were there is said' \
    'Of [1-9].* to authenticate, --client' out
run -o markdown --until=2000-01-01T00:00:00Z bad.pcapng
says '--until: nor is it called good' '# Proxy authentication: nothing selected' \
    out
# As it is printed, where there is a domain.
run -o json '--user=ALICE@LAB.TEST' "$root/captures/basic/basic-name-form.pcapng"
says '--user: user@realm' '"dataset":"p407.attempt"' out
# The others are not told, but how they fare is known.
run -o json --client=10.79.2.1 \
    "$root"/captures/basic/basic-backend-down-12-users.pcapng
says '--client: of all who are hit, one' \
    '"id":"everybody-refused-for-a-time".*"clients":\["10.79.2.1"\]' out
run -c 3 -o json bad.pcapng
status '-c stops early' 0
says '-c stops early, after so many frames' '"frames":3[,}]' out
run --redact identities -v -o text -o json bad.pcapng
status '--redact identities' 0
if [ ! -s want ] || grep -q -i -e "$client" -e "$user" out err; then
	not_ok 'no identity is left' \
	    "$(grep -i -e "$client" -e "$user" out | head -n 3)"
else
	ok 'no identity is left'
fi

# What is found without an attempt.
alone=$root/captures/pac/pac-dead-proxy.pcapng
for option in --client=10.79.1.1 --proxy=10.79.0.20:3998 -v; do
	run "$option" "$alone"
	says "$option: a connection without an attempt" '1 fault' out
done
for option in --client=192.0.2.1 --proxy=192.0.2.1:3128 --user=nobody \
    --until=2000-01-01T00:00:00Z --since=2100-01-01T00:00:00Z; do
	run -o json "$option" "$alone"
	if [ "$status" -ne 0 ] || [ ! -s out ] || grep -q p407.finding out
	then
		not_ok "$option: no connection without an attempt" \
		    "$(evidence)"
	else
		ok "$option: no connection without an attempt"
	fi
done
for name in pac/pac-dead-proxy tls/tls-certificate-wrong-name \
    tls/tls-certificate-expired; do
	run --redact identities -v -o text -o json \
	    "$root/captures/$name.pcapng"
	if [ ! -s out ] ||
	    grep -q -e '10[.]79' -e '[a-z][.]test' -e 'Lab CA' out err; then
		not_ok "no name that a witness told is left: $name" \
		    "$(grep -e '10[.]79' -e '[.]test' -e 'Lab CA' out)"
	else
		ok "no name that a witness told is left: $name"
	fi
done

#
# The same bytes
#
run -j 1 -v -o text -o json bad.pcapng good.pcapng
cp out once
run -j 1 -v -o text -o json bad.pcapng good.pcapng
same 'the same twice' once out
for threads in 2 4; do
	run -j $threads -v -o text -o json bad.pcapng good.pcapng
	same "the same with -j $threads" once out
done
# All captures as one: many clients, several proxies.
"$p407" -j 1 -o json "$root"/captures/*/*.pcapng >once 2>/dev/null
"$p407" -j 4 -o json "$root"/captures/*/*.pcapng >out 2>/dev/null
same 'the same with -j 4 over all captures' once out
run -q cut.pcapng
refused '-q keeps errors' 'cut\.pcapng: '
tap_end
