#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# verify.sh - --verify on the captures of the labs, whose passwords are known,
# and with files that it must not take
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null 2>&1 || tap_skip_all 'python3 is not here'
captures=$root/captures
if [ ! -f "$captures/lab/ad/etc/accounts.txt" ]; then
	tap_skip_all 'the accounts of the labs are not here'
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-verify.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 1
umask 077
mkdir known
awk -F '\t' '{ print "user=" $1 ", password=" $2 }' \
    "$captures/lab/ad/etc/accounts.txt" >known/ad
# "'LAB\\heidi': 'B1rch\\Wren-72'" and the names that are numbered.
PYTHONDONTWRITEBYTECODE=1 python3 - "$captures/lab/basic/common.py" <<'END' \
    >known/basic
import ast, re, sys
text = open(sys.argv[1], encoding='utf-8').read()
accounts = ast.literal_eval(re.search(r'(?ms)^PW = (\{.*?^\})', text)[1])
many = re.search(r"(?m)^MANY = '(.*)'", text)[1].split()
for i, name in enumerate(many):
    accounts[name] = f'{name.capitalize()}-Pebble-{i * 37 + 101}'
for user, password in accounts.items():
    domain, _, name = user.rpartition('\\')
    name, _, realm = name.partition('@')
    domain = domain or realm
    print(f'user={name}, domain={domain}, password={password}')
END

said=$(PYTHONDONTWRITEBYTECODE=1 python3 "$root/tests/verify/verify.py" \
    "$p407" "$captures" known 2>&1)
# shellcheck disable=SC2046 # three numbers
set -- $(printf '%s\n' "$said" | tail -n 1)
if [ $# -eq 3 ] && [ "$1" -ge 150 ] && [ "$2" -ge 80 ]; then
	ok "$3 attempts were held against the truth ($1 yes, $2 no)"
else
	not_ok 'attempts were held against the truth' "$said"
fi
empty 'each is as it must be' "$(printf '%s\n' "$said" | sed -n 's/^# //p')"

wrong=$captures/ntlm/ntlm-wrong-password.pcapng
refused=$captures/ntlm/ntlm-disabled-account.pcapng

# run ARGS: what is said goes to out and err, the status to $status.
run() {
	"$p407" "$@" >out 2>err </dev/null
	status=$?
}

# says WHAT PATTERN: status 0, nothing amiss, and a line has it.
says() {
	if [ "$status" -eq 0 ] && [ ! -s err ] && grep -q -e "$2" out; then
		ok "$1"
	else
		not_ok "$1" "status $status: $(cat err; head -n 20 out)"
	fi
}

# refuses WHAT WORDS: status 2, one line, nothing of the file in it.
refuses() {
	if [ "$status" -ne 2 ] || [ "$(wc -l <err)" -ne 1 ] ||
	    ! grep -q "^p407: .*$2.*(.*)" err || grep -q 'Hush' out err; then
		not_ok "$1" "status $status: $(cat err)"
	else
		ok "$1"
	fi
}

run --verify known/ad "$refused"
says 'a right password that was refused is said' 'The password was right'
run --verify known/ad "$wrong"
says 'a wrong password is proven' 'Another password than the known-good'
run --verify known/ad -o json "$refused"
says 'JSON: each attempt' '"verified":"yes"'
says 'JSON: a line of the table' '"dataset":"p407.verified".*"used":"yes"'
run --verify known/ad -o markdown "$refused"
says 'Markdown has the table' '^## Known-good credentials'
run --verify known/ad -o html "$refused"
says 'HTML has the table' '<h2>Known-good credentials'
run --verify known/ad --redact identities -o text -o json "$refused"
says 'with --redact identities' 'Known-good credentials'
if grep -q -i 'dave' out; then
	not_ok 'no user is named' "$(grep -i dave out | head -n 3)"
else
	ok 'no user is named'
fi
echo 'user=somebody-else, password=x' >known/other
run --verify known/other "$wrong"
says 'nobody of the file is in the capture' 'No attempt with credentials of'
"$p407" -j 1 --verify known/ad -o json "$captures"/ntlm/*.pcapng >one 2>err
"$p407" -j 4 --verify known/ad -o json "$captures"/ntlm/*.pcapng >four 2>err
empty 'the same with -j 4' "$(cmp one four 2>&1)"
cut -f 2 "$captures/lab/ad/etc/accounts.txt" >secrets
"$p407" -v --verify known/ad -o text -o json -o html -o markdown \
    "$captures"/ntlm/*.pcapng >all 2>&1
empty 'no password is in any output' "$(grep -o -F -f secrets all | head -n 3)"

printf 'user=bob, password=Hush-Hush\n' >good
run --verify good "$wrong"
says 'a file of mode 0600' '.'
for mode in 644 640 620 604 601; do
	cp good open
	chmod "$mode" open
	run --verify open "$wrong"
	refuses "mode $mode" 'open: others than its owner'
done
run --verify no-such-file "$wrong"
refuses 'a file that is not there' 'no-such-file: '
run --verify . "$wrong"
refuses 'a folder' '\.: is no regular file'
mkfifo pipe
run --verify pipe "$wrong"
refuses 'a pipe, which is not waited for' 'pipe: is no regular file'
: >empty
run --verify empty "$wrong"
refuses 'an empty file' 'empty: holds no credentials'
printf 'Hush:Hush\n' >line
run --verify line "$wrong"
refuses 'a line of another kind' 'line:1: '
printf 'user=a, password=b\nuser=a, nt_hash=Hush\n' >hashed
run --verify hashed "$wrong"
refuses 'a hash that is none' 'hashed:2: nt_hash'
head -c 70000 /dev/zero >zeros
run --verify zeros "$wrong"
refuses 'a file that is too long' 'zeros: is too long'
head -c 1000 /dev/zero >zeros
run --verify zeros "$wrong"
refuses 'a file of zeros' 'zeros:1: '
run --verify "$wrong"
refuses 'no capture beside it' 'no capture'
tap_end
