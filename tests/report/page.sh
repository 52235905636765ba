#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# page.sh - HTML reports as a browser shows them
#
# Opened in headless Chromium light and dark, at the width of a desk and of
# a phone: nothing is fetched, nothing scrolls sideways, no words run over
# each other in a drawing, and axe finds no fault of accessibility.  Needs
# chromium, node, and two modules that node finds; kept out of the tree:
#
#     npm install --prefix DIR puppeteer-core axe-core
#     NODE_PATH=DIR/node_modules make check
#
# With P407_SHOTS=FOLDER, pictures of all are left there to look at.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/tap.sh"
find_p407

for name in chromium chromium-browser google-chrome; do
	chromium=$(command -v "$name") && break
done
[ -n "$chromium" ] || tap_skip_all 'chromium is not installed'
command -v node >/dev/null || tap_skip_all 'node is not installed'
node -e 'require("puppeteer-core"), require("axe-core")' 2>/dev/null ||
	tap_skip_all 'node does not find puppeteer-core and axe-core'
[ -d "$root/captures/ntlm" ] || tap_skip_all 'the captures are not here'

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-page.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

cd "$root/captures" || exit 1
# A fault, many, a long outage, a KDC's words, TLS, and good news.
for capture in ntlm/ntlm-wrong-password mixed/mixed-four-clients-four-causes \
    outage/outage-winbindd-down kerberos/kerberos-kdc-locked \
    tls/tls-certificate-expired clean/clean-open-proxy \
    ntlm/ntlm-ok-keepalive; do
	"$p407" -q --inventory -o html="$tmp/$(basename "$capture").html" \
	    "$capture.pcapng" 2>"$tmp/err"
	[ ! -s "$tmp/err" ] || not_ok "a page of $capture" "$(cat "$tmp/err")"
done

if [ -n "${P407_SHOTS:-}" ]; then
	set -- --shots "$P407_SHOTS"
else
	set --
fi
node "$root/tests/report/page.js" "$chromium" "$@" "$tmp"/*.html \
    >"$tmp/amiss" 2>&1
status=$?
for page in "$tmp"/*.html; do
	name=$(basename "$page" .html)
	empty "$name can be read by everybody" \
	    "$(grep "^$name.html: " "$tmp/amiss")"
done
if [ "$status" -gt 1 ]; then
	not_ok 'the browser has seen all pages' "$(cat "$tmp/amiss")"
else
	ok 'the browser has seen all pages'
fi
tap_end
