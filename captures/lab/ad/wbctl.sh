#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# wbctl.sh start|stop|restart : winbindd of the domain member in namespace papx
. "$(dirname "$0")/env.sh"
CONF="$LAB_DIR/etc/px-smb.conf"
ours() { local p; for p in $(ip netns pids papx); do [ "$(cat /proc/$p/comm 2>/dev/null)" = winbindd ] && echo $p; done; }
stop() {
    local p; p=$(ours); [ -n "$p" ] && kill $p 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8; do [ -z "$(ours)" ] && return; sleep .3; done
    kill -9 $(ours) 2>/dev/null
}
start() {
    [ -n "$(ours)" ] && return
    mkdir -p "$LAB_DIR/px/state/winbindd_privileged"
    chgrp winbindd_priv "$LAB_DIR/px/state/winbindd_privileged"; chmod 750 "$LAB_DIR/px/state/winbindd_privileged"
    ( pxx winbindd -F --no-process-group -s "$CONF" >> "$LAB_DIR/log/wb.out" 2>&1 < /dev/null & )
    for _ in $(seq 60); do pxx wbinfo -t >/dev/null 2>&1 && return; sleep .25; done
    echo "winbindd does not reach the DC" >&2; exit 1
}
case $1 in start) start ;; stop) stop ;; restart) stop; start ;; *) echo "usage: $0 start|stop|restart" >&2; exit 2 ;; esac
