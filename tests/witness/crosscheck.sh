#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# crosscheck.sh - our KDC exchanges against those of tshark
#
# usage: crosscheck.sh [CAPTURE...]     (default: captures that have some)
#
# DUMP is the program that prints ours.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"

dump=${DUMP:-tests/witness/dump}
for tool in tshark python3; do
	command -v "$tool" >/dev/null 2>&1 ||
		tap_skip_all "$tool is not here (Debian: apt-get install tshark)"
done
[ -x "$dump" ] || tap_skip_all "$dump is not built (make check builds it)"
least=1
if [ $# -eq 0 ]; then
	least=60
	set -- "$root"/captures/kerberos/kerberos-kdc-*.pcapng \
	    "$root"/captures/kerberos/kerberos-spn-*.pcapng \
	    "$root"/captures/kerberos/kerberos-t*.pcapng \
	    "$root"/captures/kerberos/kerberos-skew-corrected-ok.pcapng \
	    "$root"/captures/kerberos/kerberos-ok-with-logon.pcapng \
	    "$root"/captures/mixed/mixed-four-clients-four-causes.pcapng
fi

export PYTHONDONTWRITEBYTECODE=1
said=$(python3 "$root/tests/witness/crosscheck.py" "$dump" "$@" 2>&1)
counts=$(printf '%s\n' "$said" | tail -n 1)
case $counts in
*[!0-9\ ]* | '')
	not_ok 'the comparison ran' "$said"
	;;
*)
	if [ "${counts% *}" -ge "$least" ]; then
		ok "${counts% *} messages compared"
	else
		not_ok "only ${counts% *} messages: too few to say anything"
	fi
	empty 'each is as tshark decodes it' \
	    "$(printf '%s\n' "$said" | sed -n 's/^# //p')"
	;;
esac
tap_end
