#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# ring.sh - -w: each finding has its small capture, and the oldest go
#
#   ring.sh                some captures; TAP
#   ring.sh all            all of them
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407
command -v python3 >/dev/null || tap_skip_all 'python3 is not here'
export PYTHONDONTWRITEBYTECODE=1

if [ "${1:-}" = all ]; then
	python3 "$root/tests/evidence/evidence.py" "$p407" "$root" --ring |
	    grep -v '^ok'
	exit 0
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-ring.XXXXXX") || exit 1
trap 'chmod 700 "$tmp"/*; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
captures=$root/captures
capture=$captures/ntlm/ntlm-wrong-password-cntlm.pcapng
another=$captures/basic/basic-wrong-password-curl.pcapng
[ -f "$another" ] || another=$(find "$captures/basic" -name '*.pcapng' |
	sort | head -n 1)

run() {
	"$p407" "$@" >stdout 2>stderr
}
# check WHAT COMMAND...
check() {
	what=$1
	shift
	if "$@"; then
		ok "$what"
	else
		not_ok "$what" "$(ls -la ring* 2>&1; tail -n 3 stderr)"
	fi
}
# shellcheck disable=SC2317 # check calls it
same() {
	[ "$1" = "$2" ]
}

# The captures of a folder, by number.
kept_in() {
	find "$1" -name '*.pcapng' | sort
}

# Secrets, and if the finding is there again.
python3 "$root/tests/evidence/evidence.py" "$p407" "$root" --ring --every 12 \
    >out
while IFS= read -r line; do
	case $line in
	'ok '*) ok "${line#* - }" ;;
	'not ok '*) not_ok "${line#* - }" ;;
	'#'*) printf '%s\n' "$line" ;;
	esac
done <out

# What is told.
mkdir ring
first='p407-00000001-ntlm-credentials-rejected.pcapng'
run -w ring -o text -o json=json -o html=html -o markdown=markdown "$capture"
check 'status 0' same $? 0
check 'text names it' grep -q "^    evidence: $first\$" stdout
for format in json html markdown; do
	check "$format names it" grep -q "p407-00000001-ntlm" $format
done
check 'and it is there' [ -s "ring/$first" ]
cp "ring/$first" kept
run -w ring "$capture"
check 'a later run counts on' \
    [ -s ring/p407-00000002-ntlm-credentials-rejected.pcapng ]
check 'the same input gives the same bytes' \
    cmp -s kept ring/p407-00000002-ntlm-credentials-rejected.pcapng
if command -v capinfos >/dev/null && command -v tshark >/dev/null; then
	check 'capinfos reads it' sh -c "capinfos ring/*.pcapng >/dev/null 2>&1"
	check 'tshark sees the handshake' sh -c \
	    "tshark -r ring/$first -Y ntlmssp.messagetype 2>/dev/null |
	    grep -q NTLMSSP_AUTH"
else
	skip 'capinfos reads it' 'capinfos or tshark is not here'
fi

# Bounds: all captures as one, of which much would go into each file.
echo mine >ring/notes.txt
find "$captures" -name '*.pcapng' -exec "$p407" -q -w ring -C 1 -W 3 {} + \
    >/dev/null 2>&1
check 'no more than -W files' same "$(kept_in ring | wc -l)" 3
check 'none is longer than -C' \
    same "$(find ring -size +1048576c -name '*.pcapng')" ''
check 'and there were many more' sh -c \
    "ls ring | sed -n 's/^p407-0*\\([0-9]*\\)-.*/\\1/p' | sort -n |
    tail -n 1 | grep -q '^[1-9][0-9]'"
check 'the oldest went' [ ! -e "ring/$first" ]
check 'other files were not touched' same "$(cat ring/notes.txt)" mine
check 'nothing else is left' same "$(find ring -type f | wc -l)" 4
before=$(kept_in ring | tail -n 2)
run -w ring -W 3 "$capture"
check 'one more file: one goes' same "$(kept_in ring | wc -l)" 3
check 'the first in order of numbers' \
    same "$before" "$(kept_in ring | head -n 2)"

# Small frames, whose blocks and comments are longer than they: 2000 refused
# logins of one client on as many connections.
mkdir ring-small
python3 - <<'END' >small.pcap
import struct
import sys
out = sys.stdout.buffer
out.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
now = 1700000000000000


def segment(port, back, flags, seq, ack, payload=b''):
    global now
    ends = [(b'\xc0\0\2\1', port), (b'\xc0\0\2\2', 3128)]
    (src, sport), (dst, dport) = reversed(ends) if back else ends
    frame = bytes(12) + b'\x08\0' + struct.pack(
        '>BBHHHBBH4s4sHHIIBBHHH', 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0,
        src, dst, sport, dport, seq, ack, 0x50, flags, 65535, 0, 0) + payload
    now += 100
    out.write(struct.pack('<IIII', now // 10**6, now % 10**6, len(frame),
                          len(frame)) + frame)


ask = (b'GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n'
       b'Proxy-Authorization: Basic dXNlcjp3cm9uZy1vbmU=\r\n\r\n')
no = (b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="a"\r\n'
      b'Content-Length: 0\r\n\r\n')
for port in range(2000, 4000):
    segment(port, False, 2, 0, 0)
    segment(port, True, 18, 0, 1)
    segment(port, False, 16, 1, 1)
    segment(port, False, 24, 1, 1, ask)
    segment(port, True, 24, 1, 1 + len(ask), no)
    segment(port, False, 17, 1 + len(ask), 1 + len(no))
    segment(port, True, 17, 1 + len(no), 2 + len(ask))
END
run -w ring-small -C 1 small.pcap
check 'many small frames: no file is longer than -C' \
    same "$(find ring-small -size +1048576c)" ''
check 'many small frames: it is more than a third of it' \
    [ "$(kept_in ring-small | head -n 1 | xargs wc -c | sed 's/ .*//')" \
    -gt 350000 ]

# Killed at any time.
mkdir ring-killed
echo half >ring-killed/.p407-evidence.new
for t in 005 010 015 020 025 030 040 050 060 080 100 150 200; do
	timeout -s KILL 0.$t "$p407" -q -w ring-killed "$another" "$capture" \
	    "$captures"/digest/*.pcapng >/dev/null 2>&1
done
bad=
for file in ring-killed/*.pcapng; do
	[ -e "$file" ] || continue
	"$p407" -q "$file" >/dev/null 2>&1 || bad="$bad $file"
done
check 'what was killed left no half capture' same "$bad" ''
run -w ring-killed "$capture"
check 'and what was half is gone' [ ! -e ring-killed/.p407-evidence.new ]

# Trouble: it is said, and the report is there all the same.
run -w no/such/ring "$capture"
check 'no such folder: status 2' same $? 2
check 'no such folder: what to do' \
    grep -q '^p407: no/such/ring: evidence .*(make that folder' stderr
check 'no such folder: the report is there' grep -q 'LAB' stdout
mkdir ring-closed
chmod 500 ring-closed
if [ "$(id -u)" -ne 0 ]; then
	run -w ring-closed "$capture"
	check 'a folder that may not be written to' \
	    grep -q 'ring-closed: .*denied (let the user' stderr
elif command -v setpriv >/dev/null; then
	chmod 755 "$tmp"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$p407" \
	    -w ring-closed - <"$capture" >stdout 2>stderr
	check 'a folder that may not be written to' \
	    grep -q 'ring-closed: .*denied (let the user' stderr
fi
check 'and that only once' same "$(grep -c 'evidence cannot' stderr)" 1
# As a full disk: a file may have 2 KiB.
mkdir ring-full
(trap '' XFSZ && ulimit -f 4 && "$p407" -w ring-full "$capture" 2>&1) |
    cat >stderr
check 'a disk that takes no more is said' \
    grep -q 'ring-full: evidence cannot be written: File too large' stderr
check 'and leaves nothing' same "$(find ring-full -type f)" ''
tap_end
