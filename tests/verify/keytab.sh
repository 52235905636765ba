#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# keytab.sh - --keytab on captures of the lab and its keytabs
#
# tickets/ has captures, and the keytabs of their day: http.keytab of the
# account; wrong.keytab of another password; oldkvno.keytab of another version;
# otherspn.keytab of another name.  Who came, and what the proxy said, is what
# the logs of Squid and Apache say.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
here=$root/tests/verify/tickets
[ -f "$here/http.keytab" ] || tap_skip_all 'the keytabs are not here'

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-keytab.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
umask 077
for name in http wrong oldkvno otherspn; do
	cat "$here/$name.keytab" >"$name"
done

# run ARGS: what is said goes to out and err, the status to $status.
run() {
	"$p407" "$@" >out 2>err </dev/null
	status=$?
}

# says WHAT WORDS: status 0, nothing amiss, and they are in a line or over two.
says() {
	if [ "$status" -eq 0 ] && [ ! -s err ] &&
	    tr -s '\n ' '  ' <out | grep -q -e "$2"; then
		ok "$1"
	else
		not_ok "$1" "status $status: $(cat err; tail -n 30 out)"
	fi
}

# refuses WHAT WORDS: status 2 and one line.
refuses() {
	if [ "$status" -ne 2 ] || [ "$(wc -l <err)" -ne 1 ] ||
	    ! grep -q "^p407: .*$2.*(.*)" err; then
		not_ok "$1" "status $status: $(cat err)"
	else
		ok "$1"
	fi
}

run --keytab http "$here/kerberos-ok.pcapng"
if grep -q 'built without libkrb5' err; then
	refuses 'without libkrb5 the option says so' 'http: this p407 was built'
	tap_end
fi
says 'a ticket that is opened' 'that a key of the keytab opens: 1 of 1'
says 'whose it is' 'user LAB.TEST\\alice, client 10.77.1.1'
says 'its times' 'valid from 2026-11-23 17:46:11, until 2026-11-24 03:46:10'
says 'the clocks' "client's clock right to the second"

# told CAPTURE KEYTAB OPENS [CLIENT]: each attempt with a ticket, in JSON.
told() {
	run --keytab "$2" -o json "$here/$1.pcapng"
	grep -o '"keytab":{[^}]*}' out >opened
	if [ "$status" -ne 0 ] || [ -s err ] || [ ! -s opened ] ||
	    grep -q -v "\"opens\":\"$3\".*${4:+\"client\":\"$4\"}" opened; then
		not_ok "$1 and $2.keytab: $3 ${4-}" "$(cat err opened)"
	else
		ok "$1 and $2.keytab: $3 ${4-}"
	fi
}
while read -r capture user; do
	told "$capture" http yes "$user"
done <<'END'
kerberos-ok alice
kerberos-ok-keepalive alice
kerberos-ok-gss-spnego alice
kerberos-ok-haproxy-httpclose alice
kerberos-replay alice
kerberos-wrong-key alice
kerberos-kvno-mismatch bob
kerberos-skew-apache heidi
END
told kerberos-wrong-key wrong wrong-key
told kerberos-kvno-mismatch oldkvno no-version
told kerberos-ok otherspn no-service
told kerberos-ok-haproxy-httpclose oldkvno no-service
empty 'a ticket that stays shut names nobody' "$(grep '"client"' opened)"


# rule CAPTURE KEYTAB RULE: the finding is of that rule.
rule() {
	run --keytab "$2" "$here/$1.pcapng"
	says "$1 and $2.keytab: rule $3" "(rule $3)"
}
rule kerberos-wrong-key wrong keytab-does-not-open
rule kerberos-wrong-key http keytab-opens
rule kerberos-kvno-mismatch oldkvno keytab-does-not-open
rule kerberos-replay http kerberos-replay
rule kerberos-skew-apache http kerberos-skew-at-proxy

run --keytab wrong "$here/kerberos-wrong-key.pcapng"
says 'another key is said' 'key of version 1 .* does not open the ticket'
run --keytab oldkvno "$here/kerberos-kvno-mismatch.pcapng"
says 'another version is said' 'of key version 1, the keytab has 8: the pass'
run --keytab otherspn "$here/kerberos-wrong-key.pcapng"
says 'another service is said' 'no key for HTTP/proxy.lab.test'
for name in wrong otherspn; do
	run --keytab $name "$here/kerberos-ok.pcapng"
	says "$name is not the proxy's, who takes the ticket" \
	    'took the ticket in frame [0-9]*, which .* uses another keytab'
done
run --keytab http "$here/kerberos-wrong-key.pcapng"
says 'a good ticket that was refused' 'the proxy does not use this keytab'
run --keytab http "$here/kerberos-skew-apache.pcapng"
says 'a clock that is wrong is measured' "client's clock 19 min 59 s ahead"
says 'and said' 'more than 5 minutes apart'
run --keytab http "$here/kerberos-replay.pcapng"
says 'a token sent again is said' 'very same token had been sent before'
run --keytab http "$root/captures/ntlm/ntlm-wrong-password.pcapng"
says 'no ticket at all' 'No attempt with a Kerberos ticket'
for format in markdown html; do
	run --keytab http -o "$format" "$here/kerberos-wrong-key.pcapng"
	says "$format has the section" 'Kerberos tickets and the keytab'
done
run --keytab http --redact identities -o text -o json -o html \
    "$here/kerberos-wrong-key.pcapng" "$here/kerberos-skew-apache.pcapng"
says 'with --redact identities' 'a key of the keytab opens: 2 of 2'
empty 'nobody is named' \
    "$(grep -i -o -e alice -e heidi -e 'proxy\.lab' -e 'lab\.test' out | head -n 3)"

# The keys as klist shows them; wanted in no output.
"$p407" -v --keytab http -o text -o json -o html -o markdown \
    "$here"/*.pcapng >all 2>&1
if command -v klist >/dev/null 2>&1; then
	klist -kKe http | sed -n 's/.*(0x\([0-9a-f]*\)).*/\1/p' >keys
	empty 'klist shows 9 keys' "$(grep -c . keys | grep -v '^9$')"
	empty 'no key is in any output' "$(grep -i -o -F -f keys all)"
else
	skip 'no key is in any output' 'klist is not here'
fi
"$p407" -j 1 --keytab http -o json "$here"/*.pcapng >one 2>err
"$p407" -j 4 --keytab http -o json "$here"/*.pcapng >four 2>err
empty 'the same with -j 4' "$(cmp one four 2>&1)"

ok=$here/kerberos-ok.pcapng
for mode in 644 640 620; do
	cp http open
	chmod "$mode" open
	run --keytab open "$ok"
	refuses "mode $mode" 'open: others than its owner'
done
run --keytab no-such-file "$ok"
refuses 'a file that is not there' 'no-such-file: No such file'
run --keytab . "$ok"
refuses 'a folder' '\.: is no regular file'
: >nothing
run --keytab nothing "$ok"
refuses 'an empty file' 'nothing: '
echo 'user=alice, password=x' >text
run --keytab text "$ok"
refuses 'a file of another kind' 'text: is no keytab'
head -c 2000000 /dev/zero >zeros
run --keytab zeros "$ok"
refuses 'a file that is too long' 'zeros: is too long to be a keytab'
printf '\005\002' >empty-keytab
run --keytab empty-keytab "$ok"
refuses 'a keytab without keys' 'empty-keytab: holds no key'
# libkrb5 itself leaks some bytes of these.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
n=1
while [ "$n" -lt 89 ]; do
	head -c "$n" oldkvno >"cut"
	run --keytab cut "$ok"
	[ "$status" -eq 2 ] || echo "$n bytes: status $status"
	n=$((n + 1))
done >cuts
empty 'a keytab that is cut, anywhere' "$(cat cuts)"
tap_end
