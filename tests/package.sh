#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# package.sh - the Debian package: built, installed, at work, and removed
#
# Installed in a copy of this system that is thrown away (an overlay in a
# mount namespace), first without systemd, then as a service under one that is
# process 1 there (boot.sh, service.sh): it needs root, and leaves nothing.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/tap.sh"
for tool in dpkg-buildpackage dh unshare git; do
	command -v $tool >/dev/null || tap_skip_all "$tool is not installed"
done
tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-package.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
export LC_ALL=C.UTF-8

# What a clone has, and nothing of a build.
mkdir "$tmp/p407"
(cd "$root" && git ls-files -z 2>/dev/null | grep -zv '^captures/[a-z]*/[^/]*$' |
    xargs -0 tar cf - 2>/dev/null) | tar xf - -C "$tmp/p407"
[ -f "$tmp/p407/debian/control" ] ||
	tap_skip_all 'this is no clone: the files are not known'
# It is looked at by the test of the unit, below.
cp "$root/captures/ntlm/ntlm-wrong-password.pcapng" "$tmp" 2>/dev/null

if (cd "$tmp/p407" && dpkg-buildpackage -b -us -uc -d) >"$tmp/log" 2>&1; then
	ok 'it builds'
else
	not_ok 'it builds' "$(tail -n 20 "$tmp/log")"
	tap_end
fi
package=$(ls "$tmp"/p407_*.deb)

dpkg-deb -c "$package" | sed 's/.* \.//; s/ -> .*//' >"$tmp/files"
for file in /usr/bin/p407 /usr/share/man/man1/p407.1.gz \
    /usr/share/bash-completion/completions/p407 /etc/p407/p407.yaml \
    /etc/p407/rules.d/ '.*/systemd/system/p407@.service' \
    /usr/lib/sysusers.d/p407.conf /usr/lib/tmpfiles.d/p407.conf \
    /etc/logrotate.d/p407; do
	if grep -qx "$file" "$tmp/files"; then
		ok "it has $file"
	else
		not_ok "it has $file" "$(grep -v /$ "$tmp/files")"
	fi
done

if ! command -v lintian >/dev/null; then
	ok 'lintian finds no error # SKIP it is not installed'
# Who publishes a package puts an address of their own.
elif lintian --fail-on error --allow-root --suppress-tags \
    bogus-mail-host,bogus-mail-host-in-debian-changelog \
    "$package" >"$tmp/lint" 2>&1; then
	ok 'lintian finds no error'
else
	not_ok 'lintian finds no error' "$(cat "$tmp/lint")"
fi

unit=$(find "$tmp/p407/debian/p407" -name 'p407@.service')
if ! command -v systemd-analyze >/dev/null ||
    ! level=$(systemd-analyze security --offline=yes "$unit" 2>/dev/null |
	sed -n 's/.*exposure level for [^:]*: \([0-9.]*\) .*/\1/p') ||
    [ -z "$level" ]; then
	ok 'its exposure is 2.0 at most # SKIP no systemd-analyze security'
elif [ "$(printf '%s\n2.0\n' "$level" | sort -V | head -n 1)" = "$level" ]
then
	ok 'its exposure is 2.0 at most'
else
	not_ok 'its exposure is 2.0 at most' "$level"
fi

# inside WHAT COMMAND: in the copy, where $package is /p407.deb
cat >"$tmp/inside" <<'END'
set -e
mount -t tmpfs tmpfs "$1/over"
mkdir "$1/over/up" "$1/over/work" "$1/over/all"
mount -t overlay overlay \
    -o "lowerdir=/,upperdir=$1/over/up,workdir=$1/over/work" "$1/over/all"
cp "$2" "$1/over/all/p407.deb"
cp "$1/ntlm-wrong-password.pcapng" "$1/over/all/bad.pcapng"
mount -t proc proc "$1/over/all/proc"
mount --bind /dev "$1/over/all/dev"
chroot "$1/over/all" /bin/sh -e <<'CHROOT'
say() { echo "did: $1"; }
find /etc /usr /var/lib /var/log -xdev ! -path '/var/lib/dpkg/*' \
    ! -path '/var/log/dpkg.log' | sort >/tmp/before
dpkg -i --force-depends /p407.deb >/dev/null 2>&1
say installed
getent passwd p407 >/dev/null && say 'made a user'
[ "$(stat -c %U:%a /var/log/p407)" = p407:750 ] && say 'made a folder of logs'
p407 --config /etc/p407/p407.yaml --check-config | grep -q good &&
    say 'its configuration is good'
p407 --config /etc/p407/p407.yaml -r /bad.pcapng | grep -q '1 rejected' &&
    say 'works'
logrotate -d /etc/logrotate.d/p407 >/dev/null 2>&1 ||
    ! command -v logrotate >/dev/null && say 'logs rotate'
echo '# mine' >>/etc/p407/p407.yaml
dpkg -r p407 >/dev/null 2>&1
grep -q mine /etc/p407/p407.yaml && say 'removed, with what is mine kept'
dpkg -P p407 >/dev/null 2>&1
[ ! -e /etc/p407/p407.yaml ] && [ ! -e /usr/bin/p407 ] && say purged
find /etc /usr /var/lib /var/log -xdev ! -path '/var/lib/dpkg/*' \
    ! -path '/var/log/dpkg.log' | sort >/tmp/after
diff /tmp/before /tmp/after | grep -v '^[0-9]' | grep -v '/etc/.*-$' || :
CHROOT
END
mkdir "$tmp/over"
if ! unshare -m true 2>/dev/null; then
	ok 'installed and removed # SKIP mount namespaces are not allowed'
	tap_end
fi
unshare -m sh "$tmp/inside" "$tmp" "$package" >"$tmp/did" 2>&1
if ! grep -q '^did: ' "$tmp/did" && grep -q 'overlay\|permitted' "$tmp/did"
then
	ok "installed and removed # SKIP $(head -n 1 "$tmp/did")"
	tap_end
fi
for what in installed 'made a user' 'made a folder of logs' \
    'its configuration is good' works 'logs rotate' \
    'removed, with what is mine kept' purged; do
	if grep -qx "did: $what" "$tmp/did"; then
		ok "package: $what"
	else
		not_ok "package: $what" "$(cat "$tmp/did")"
	fi
done
left=$(grep '^[<>]' "$tmp/did")
empty 'nothing is left' "$left"

mkdir -p "$tmp/trial/tests"
cp "$package" "$tmp/trial/p407.deb"
for script in tap wire service; do
	cp "$root/tests/$script.sh" "$tmp/trial/tests"
done
if ! sh "$root/tests/boot.sh" "$tmp/trial" sh tests/service.sh \
    >"$tmp/trial.out" 2>"$tmp/trial.err"; then
	skip 'the service at work' "$(tail -n 1 "$tmp/trial.out")"
elif grep -q '^1\.\.0' "$tmp/trial.out"; then
	skip 'the service at work' "$(sed 's/.*SKIP //' "$tmp/trial.out")"
else
	# Its own lines, under our numbers.
	while read -r line; do
		case $line in
		'ok '*) ok "service: ${line#* - }" ;;
		'not ok '*) not_ok "service: ${line#* - }" ;;
		'# '*) echo "$line" ;;
		esac
	done <"$tmp/trial.out"
	if grep -q '^1\.\.' "$tmp/trial.out"; then
		ok 'service: to its end'
	else
		not_ok 'service: to its end' "$(tail -n 5 "$tmp/trial.err")"
	fi
fi
tap_end
