#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Build the lab network: one namespace (pbsw) with a bridge, every host a namespace hung off it. May be run again.
set -e
. "$(dirname "$0")/env.sh"
have() { ip netns list | grep -q "^$1\b"; }
plain() { ip netns exec "$1" ethtool -K "$2" tso off gso off gro off tx off rx off sg off >/dev/null 2>&1 || true; }

have pbsw || {
    ip netns add pbsw; ip -n pbsw link set lo up
    ip -n pbsw link add br0 type bridge stp_state 0 mcast_snooping 0 ageing_time 30000
    ip netns exec pbsw sysctl -qw net.ipv6.conf.all.disable_ipv6=1
    ip -n pbsw link set br0 up
}

# host NAME MAC ADDRESS...
host() {
    local n=$1 mac=$2 a; shift 2
    mkdir -p "/etc/netns/$n"
    cp "$HERE/etc/hosts" "/etc/netns/$n/hosts"
    echo "options timeout:1 attempts:1" > "/etc/netns/$n/resolv.conf"
    have "$n" && return 0
    ip netns add "$n"; ip -n "$n" link set lo up
    ip link add pbt0 type veth peer name pbt1
    ip link set pbt0 netns "$n"; ip link set pbt1 netns pbsw
    ip -n "$n" link set pbt0 name eth0 address "$mac"
    ip -n pbsw link set pbt1 name "p$n"
    ip -n pbsw link set "p$n" master br0 up
    ip netns exec "$n" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.all.accept_ra=0
    ip -n "$n" link set eth0 up
    for a in "$@"; do
        case $a in *:*) ip -n "$n" addr add "$a" dev eth0 nodad ;; *) ip -n "$n" addr add "$a" dev eth0 ;; esac
    done
    plain "$n" eth0; plain pbsw "p$n"
}

host pbpx 02:4f:00:00:00:20 10.79.0.20/16 fd79::20/64
host pbp2 02:4f:00:00:00:21 10.79.0.21/16 fd79::21/64
host pbor 02:4f:00:00:00:30 10.79.0.30/16 fd79::30/64
for i in 1 2 3 4; do host pbc$i 02:4f:00:00:01:0$i 10.79.1.$i/16 fd79::1:$i/64; done
many=(); for i in $(seq 1 40); do many+=("10.79.2.$i/16"); done
host pbcm 02:4f:00:00:02:01 "${many[@]}"
