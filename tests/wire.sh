# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2154,SC2034,SC2120,SC2119 # of who sources it
#
# wire.sh - a wire of one's own, for tests that source it
#
# A client in one namespace, squid with Basic and an origin in another, a
# veth pair between them: "wire" here, "eth0" there.  All of it, and all that
# is started, is gone when the script ends, or after $wire_seconds.  Before:
# tests/tap.sh, find_p407.  The script begins anew, inside, with "$@".
#
# In a system of its own (boot.sh), P407_LIVE_INSIDE=system is set before.
#
# Users: ali has the password $right.  $tmp is a folder, and where we are.

ncsa=/usr/lib/squid/basic_ncsa_auth
for tool in squid curl ip unshare openssl python3; do
	command -v $tool >/dev/null || tap_skip_all "$tool is not here"
done
[ -x $ncsa ] || tap_skip_all "$ncsa is not here"
if [ -z "${P407_LIVE_INSIDE:-}" ]; then
	[ "$(id -u)" -eq 0 ] ||
		tap_skip_all 'namespaces with a proxy in them need root'
	unshare --net --mount --pid --fork true 2>/dev/null ||
		tap_skip_all 'namespaces are not allowed here'
	# All that is started inside ends with the namespace of processes.
	P407=$p407 P407_LIVE_INSIDE=yes
	export P407 P407_LIVE_INSIDE
	exec timeout -k 5 "${wire_seconds:-100}" unshare --net --mount --pid --fork \
	    --mount-proc --kill-child sh "$0" "$@"
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/p407-live.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$tmp"
cd "$tmp" || exit 1
TZ=UTC LC_ALL=C.UTF-8
export TZ LC_ALL

#
# The network
#
[ "${P407_LIVE_INSIDE:-}" = system ] || mount -t tmpfs tmpfs /run ||
	tap_skip_all 'mounts are not allowed here'
mkdir -p /run/netns /run/squid
if ! { ip netns add client && ip link set lo up &&
    ip link add wire type veth peer name eth0 netns client &&
    ip addr add 10.107.0.1/24 dev wire && ip link set wire up &&
    ip -n client addr add 10.107.0.2/24 dev eth0 &&
    ip -n client link set eth0 up; } 2>err; then
	tap_skip_all "no network of our own: $(head -n 1 err)"
fi

#
# The proxy, and something to fetch
#
right=sesame-$$-right wrong=sesame-$$-wrong
printf 'ali:%s\n' "$(openssl passwd -1 "$right")" >users
mkdir log www
echo hello >www/index.html
cat >squid.conf <<END
http_port 3128
auth_param basic program $ncsa $tmp/users
auth_param basic children 2 startup=1
auth_param basic realm lab
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
cache_mem 8 MB
access_log none
cache_log $tmp/log/cache.log
coredump_dir $tmp/log
pid_filename none
visible_hostname proxy.test
shutdown_lifetime 0 seconds
END
chown -R proxy log
squid -N -f squid.conf >squid.out 2>&1 &
python3 -m http.server -b 10.107.0.1 -d www 8080 >www.out 2>&1 &

in_client() {
	ip netns exec client "$@"
}

# fetch [USER:PASSWORD]
fetch() {
	in_client curl -s -o /dev/null -m 10 -w '%{http_code}' \
	    ${1:+-U "$1"} -x http://10.107.0.1:3128 \
	    http://10.107.0.1:8080/ 2>/dev/null
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	tries=$(($1 * 20))
	shift
	while [ $tries -gt 0 ]; do
		"$@" && return 0
		sleep 0.05
		tries=$((tries - 1))
	done
	return 1
}

# shellcheck disable=SC2317 # wait_for calls it
squid_answers() {
	# What is behind it does, too; not over the wire.
	[ "$(fetch)" = 407 ] &&
	    curl -s -o /dev/null -m 5 http://10.107.0.1:8080/
}

has() {
	grep -q -e "$1" "$2" 2>/dev/null
}

# listen ARGS: p407 on the wire; its number is $pid.
listen() {
	: >err
	"$p407" -i wire "$@" >out 2>err </dev/null &
	pid=$!
	wait_for 5 has 'listening on' err
}

# stop SIGNAL: and its status.
stop() {
	kill -s "$1" "$pid"
	wait "$pid"
	status=$?
}

evidence() {
	echo "status ${status:-none}"
	tail -n 20 err out | cut -c 1-300
}

# true_that WHAT COMMAND...
true_that() {
	what=$1
	shift
	if "$@"; then
		ok "$what"
	else
		not_ok "$what" "$(evidence)"
	fi
}
