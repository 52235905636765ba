#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Build the lab network: one namespace (pasw) with a bridge, every host a namespace hung off it.
set -e
. "$(dirname "$0")/env.sh"
have() { ip netns list | grep -q "^$1\b"; }

if ! have pasw; then
    ip netns add pasw; ip -n pasw link set lo up
    ip -n pasw link add br0 type bridge stp_state 0 mcast_snooping 0 ageing_time 30000
    ip netns exec pasw sysctl -qw net.ipv6.conf.all.disable_ipv6=1
    ip -n pasw link set br0 up
fi

plain() { ip netns exec "$1" ethtool -K "$2" tso off gso off gro off tx off rx off sg off >/dev/null 2>&1 || true; }

# host NAME MAC ADDRESS...
host() {
    local n=$1 mac=$2; shift 2
    have "$n" && return 0
    mkdir -p "/etc/netns/$n"
    cp "$LAB_DIR/etc/hosts" "$LAB_DIR/etc/krb5.conf" "/etc/netns/$n/"
    echo "nameserver 10.77.0.10" > "/etc/netns/$n/resolv.conf"
    ip netns add "$n"; ip -n "$n" link set lo up
    ip link add pat0 type veth peer name pat1
    ip link set pat0 netns "$n"; ip link set pat1 netns pasw
    ip -n "$n" link set pat0 name eth0 address "$mac"
    ip -n pasw link set pat1 name "p$n"
    ip -n pasw link set "p$n" master br0 up
    ip netns exec "$n" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.all.accept_ra=0
    ip -n "$n" link set eth0 up
    local a
    for a in "$@"; do
        case $a in *:*) ip -n "$n" addr add "$a" dev eth0 nodad ;; *) ip -n "$n" addr add "$a" dev eth0 ;; esac
    done
    plain "$n" eth0; plain pasw "p$n"
}

render hosts; render krb5.conf
touch /etc/krb5.conf            # a file must be there for the namespace's own to be mounted over it
host padc 02:4d:00:00:00:10 10.77.0.10/16 fd77::10/64
host papx 02:4d:00:00:00:20 10.77.0.20/16 fd77::20/64
host pamb 02:4d:00:00:00:25 10.77.0.25/16 fd77::25/64
host paor 02:4d:00:00:00:30 10.77.0.30/16 fd77::30/64
for i in 1 2 3 4; do host pac$i 02:4d:00:00:01:0$i 10.77.1.$i/16 fd77::1:$i/64; done
many=(); for i in $(seq 1 40); do many+=("10.77.2.$i/16"); done
host pacm 02:4d:00:00:02:01 "${many[@]}"
