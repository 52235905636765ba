# SPDX-License-Identifier: BSD-2-Clause
# Sourced by the shell scripts of the lab: where they live, where run-time state goes.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_DIR=${LAB_DIR:-/var/tmp/p407-lab-ad}
export LAB_DIR
mkdir -p "$LAB_DIR"/{etc,log,run,cap,cc,sq,ap,mb,or/www,dc/{log,runsamba,run},px/{log,runsamba,private,lock,state,cache}}

# render NAME: copy etc/NAME to $LAB_DIR/etc with @LAB@ filled in
render() { sed "s|@LAB@|$LAB_DIR|g" "$HERE/etc/$1" > "$LAB_DIR/etc/$1"; }
# dcx/pxx CMD...: run in the DC's or the proxy host's namespace. Each has its own host name and its own
# /run/samba, as libwbclient has the socket's path compiled in.
hostx() {
    local ns=$1 host=$2 dir=$3; shift 3
    ip netns exec "$ns" unshare -u bash -c \
        'hostname "$0"; mount --bind "$1" /run/samba; shift; cd "$LAB_DIR"; exec "$@"' "$host" "$dir" "$@"
}
dcx() { hostx padc dc1 "$LAB_DIR/dc/runsamba" "$@"; }
pxx() { hostx papx proxy "$LAB_DIR/px/runsamba" "$@"; }
