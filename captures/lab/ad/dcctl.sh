#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# dcctl.sh start|stop|restart : the Samba AD DC in namespace padc
. "$(dirname "$0")/env.sh"
stop() {
    local p; p=$(ip netns pids padc)
    [ -n "$p" ] && kill $p 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(ip netns pids padc)" ] && return; sleep .3; done
    kill -9 $(ip netns pids padc) 2>/dev/null
}
start() {
    [ -n "$(ip netns pids padc)" ] && return
    ( dcx samba -F --no-process-group -s "$LAB_DIR/etc/dc-smb.conf" >> "$LAB_DIR/log/dc.out" 2>&1 < /dev/null & )
    for _ in $(seq 60); do
        dcx smbclient -L 127.0.0.1 -N -s "$LAB_DIR/etc/dc-smb.conf" >/dev/null 2>&1 && return; sleep .25
    done
    echo "the DC does not answer" >&2; exit 1
}
case $1 in start) start ;; stop) stop ;; restart) stop; start ;; *) echo "usage: $0 start|stop|restart" >&2; exit 2 ;; esac
