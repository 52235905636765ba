#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Take the lab down: end what lives in its namespaces (nothing else), remove them. --wipe also removes $LAB_DIR.
. "$(dirname "$0")/env.sh"
all="pac1 pac2 pac3 pac4 pacm pamb paor papx padc paim pasw"
pids() { local n; for n in $all; do ip netns pids "$n" 2>/dev/null; done; }
p=$(pids); [ -n "$p" ] && kill $p 2>/dev/null
for _ in 1 2 3 4 5 6; do [ -z "$(pids)" ] && break; sleep .5; done
p=$(pids); [ -n "$p" ] && kill -9 $p 2>/dev/null
for n in $all; do ip netns del "$n" 2>/dev/null; rm -rf "/etc/netns/$n"; done
[ "$1" = --wipe ] && rm -rf "$LAB_DIR"
exit 0
