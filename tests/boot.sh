#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# boot.sh FOLDER COMMAND... - in a system of our own, with systemd as process 1
#
# Boots the systemd of this machine in namespaces, on a copy of this system
# that is thrown away (an overlay), with no network and nothing but the
# journal at work.  COMMAND is run there by root, as a service, with a copy of
# the FOLDER at /trial; what it says comes here.  It needs root, and leaves
# nothing.  Status 77, and why, where that cannot be done; else 0.
set -u
[ $# -ge 2 ] || exit 2

not_here() {
	echo "$1"
	exit 77
}

# -- what is done in the namespaces --

# The system, in "$1/over/all", as a container has it: /proc/sys and /sys
# cannot be written, and devices are few.
make_system() {
	over=$1/over all=$1/over/all
	mount -t tmpfs tmpfs "$over"
	mkdir "$over/up" "$over/work" "$all"
	mount -t overlay overlay \
	    -o "lowerdir=/,upperdir=$over/up,workdir=$over/work" "$all"
	mount -t proc proc "$all/proc"
	mount --bind "$all/proc/sys" "$all/proc/sys"
	mount -o remount,bind,ro "$all/proc/sys"
	mount -t sysfs -o ro sysfs "$all/sys"
	mount -t cgroup2 cgroup2 "$all/sys/fs/cgroup"
	mount -t tmpfs -o mode=755 tmpfs "$all/run"
	mount -t tmpfs -o mode=755 tmpfs "$all/dev"
	mkdir "$all/dev/pts" "$all/dev/shm"
	for device in null zero full random urandom tty; do
		: >"$all/dev/$device"
		mount --bind "/dev/$device" "$all/dev/$device"
	done
	mount -t devpts -o newinstance,ptmxmode=666 devpts "$all/dev/pts"
	ln -s pts/ptmx "$all/dev/ptmx"
	ln -s /proc/self/fd "$all/dev/fd"
}

# Nothing of this machine is started in it: its timers, sockets, file systems.
make_units() {
	units=$1/etc/systemd/system
	: >"$1/etc/machine-id"
	: >"$1/etc/fstab"
	for place in "$units" "$1/lib/systemd/system"; do
		for wants in sysinit sockets timers local-fs basic; do
			find "$place/$wants.target.wants" \
			    ! -name '*journald.s*' ! -type d -delete \
			    2>/dev/null || :
		done
	done
	ln -sf /dev/null "$units/systemd-journald-audit.socket"
	cat >"$units/trial.target" <<-UNIT
		[Unit]
		Requires=basic.target
		Wants=trial.service
	UNIT
	cat >"$units/trial.service" <<-UNIT
		[Unit]
		After=basic.target
		[Service]
		Type=oneshot
		ExecStart=/bin/sh /trial/command
		WorkingDirectory=/trial
		StandardOutput=append:/trial.out
		StandardError=append:/trial.err
		ExecStopPost=/bin/kill -s RTMIN+13 1
	UNIT
}

if [ "$1" = --inside ]; then
	set -e
	make_system "$2"
	make_units "$all"
	for file in out err; do
		: >"$all/trial.$file"
		mount --bind "$2/$file" "$all/trial.$file"
	done
	cp -r "$2/trial" "$all/trial"
	hostname trial
	cd "$all"
	mkdir old
	pivot_root . old
	umount -l old
	# The clock, the kernel's modules and log are everybody's.
	exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    LC_ALL=C.UTF-8 \
	    setpriv --bounding-set -sys_module,-sys_time,-sys_rawio,-syslog \
	    /lib/systemd/systemd --unit=trial.target --show-status=0 \
	    </dev/null >/dev/null 2>&1
fi

# -- what is done outside --

[ "$(id -u)" -eq 0 ] || not_here 'it needs root'
[ -x /lib/systemd/systemd ] || not_here 'systemd is not here'
for tool in unshare pivot_root setpriv timeout; do
	command -v $tool >/dev/null || not_here "$tool is not here"
done
groups=$(sed -n 's/^[^ ]* \([^ ]*\) cgroup2 .*/\1/p' /proc/mounts | head -n 1)
[ -n "$groups" ] || not_here 'there is no cgroup2'

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-boot.XXXXXX") || exit 2
before=$(sed -n 's/^0:://p' /proc/self/cgroup)
ours=$groups/p407-boot.$$
# shellcheck disable=SC2317 # the trap calls it
leave() {
	echo $$ >"$groups$before/cgroup.procs"
	find "$ours" -depth -type d -exec rmdir {} \; 2>/dev/null
	rm -rf "$tmp"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM
{ mkdir "$ours" && echo $$ >"$ours/cgroup.procs"; } 2>/dev/null ||
	not_here 'no group of processes of our own'

mkdir "$tmp/over"
cp -r "$1" "$tmp/trial"
: >"$tmp/out"
: >"$tmp/err"
shift
printf 'echo booted >>/trial.err\n%s\n' "$*" >"$tmp/trial/command"
timeout -k 5 "${boot_seconds:-100}" unshare --pid --mount --uts --ipc --net \
    --cgroup --fork --kill-child --mount-proc sh "$0" --inside "$tmp" \
    >>"$tmp/err" 2>&1
grep -q '^booted$' "$tmp/err" || not_here "$(tail -n 1 "$tmp/err")"
cat "$tmp/out"
grep -v '^booted$' "$tmp/err" >&2
exit 0
