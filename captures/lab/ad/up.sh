#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Set up the whole Active Directory lab on a Debian 12 machine (as root). State goes to $LAB_DIR. May be run again.
set -e
. "$(dirname "$0")/env.sh"
export DEBIAN_FRONTEND=noninteractive
ADMIN=${LAB_ADMIN_PW:-Adm1n-Lab-Secret}

packages() {
    local need="squid samba smbclient samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind krb5-user
        gss-ntlmssp cntlm faketime haproxy nginx-light apache2 libapache2-mod-auth-gssapi python3-impacket python3-samba
        ldb-tools dnsutils ethtool tshark python3-requests-ntlm curl wget git openssl zstd lz4 iproute2 iptables procps
        openjdk-17-jdk-headless chromium"
    command -v npm >/dev/null || need="$need nodejs npm"
    # nothing of it shall start by itself
    local policy=/usr/sbin/policy-rc.d made=
    [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' > $policy; chmod 755 $policy; made=1; }
    dpkg -s $need >/dev/null 2>&1 || {
        apt-get update -qq
        apt-get -y -qq -o DPkg::Lock::Timeout=600 install --no-install-recommends $need; }
    [ -z "$made" ] || rm -f $policy
    [ -d "$LAB_DIR/npm/node_modules/puppeteer-core" ] || {
        mkdir -p "$LAB_DIR/npm"; ( cd "$LAB_DIR/npm"; npm init -y >/dev/null; npm install --no-audit --no-fund puppeteer-core@22 ); }
}

wait_for() { local i; for i in $(seq 80); do "$@" >/dev/null 2>&1 && return 0; sleep .25; done; echo "no luck: $*" >&2; return 1; }

dc() {
    render dc-smb.conf; render dc-ntlm.conf
    export SAMBA_CONF="$LAB_DIR/etc/dc-smb.conf"
    if [ ! -e "$LAB_DIR/dc/private/sam.ldb" ]; then
        dcx samba-tool domain provision --targetdir="$LAB_DIR/dc" --realm=LAB.TEST --domain=LAB --host-name=dc1 \
            --host-ip=10.77.0.10 --adminpass="$ADMIN" --server-role=dc --dns-backend=SAMBA_INTERNAL > "$LAB_DIR/log/provision.log" 2>&1
        printf '%s' "$ADMIN" > "$LAB_DIR/run/admin.pw"; chmod 600 "$LAB_DIR/run/admin.pw"
    fi
    "$HERE/dcctl.sh" start
    wait_for dcx smbclient -L 127.0.0.1 -N -s "$SAMBA_CONF"
    [ -e "$LAB_DIR/run/users.done" ] && return 0
    dcx samba-tool domain passwordsettings set --history-length=0 --min-pwd-age=0 --max-pwd-age=0 \
        --account-lockout-threshold=0 -s "$SAMBA_CONF" > /dev/null
    dcx /usr/bin/python3 "$HERE/mkusers.py" "$SAMBA_CONF" "$LAB_DIR/dc/private/sam.ldb" "$HERE/etc/accounts.txt"
    local r; for r in "proxy A 10.77.0.20" "proxy6 AAAA fd77::20" "gw A 10.77.0.25" "wpad A 10.77.0.20"; do
        dcx samba-tool dns add 127.0.0.1 lab.test $r -U "administrator%$ADMIN" -s "$SAMBA_CONF" >/dev/null; done
    dcx samba-tool user disable dave -s "$SAMBA_CONF" >/dev/null
    touch "$LAB_DIR/run/users.done"
}

member() {
    render px-smb.conf; render px-spnego.conf
    local conf="$LAB_DIR/etc/px-smb.conf"
    usermod -a -G winbindd_priv proxy
    if [ ! -e "$LAB_DIR/px/joined" ]; then
        pxx net ads join -U "administrator%$ADMIN" -s "$conf" > "$LAB_DIR/log/join.log" 2>&1
        local s; for s in HTTP/proxy.lab.test HTTP/proxy6.lab.test HTTP/gw.lab.test; do
            dcx samba-tool spn add $s 'PROXY$' -s "$LAB_DIR/etc/dc-smb.conf" >/dev/null; done
        touch "$LAB_DIR/px/joined"
    fi
    "$HERE/wbctl.sh" start
    keytabs
}

# the good keytab, one with a wrong key, one whose key version is not the account's
keytabs() {
    local p="$LAB_DIR/px" d="$LAB_DIR/dc/private/sam.ldb" s
    [ -e "$p/http.keytab" ] && return 0
    for s in proxy proxy6 gw; do
        dcx samba-tool domain exportkeytab "$p/http.keytab" --principal="HTTP/$s.lab.test" -s "$LAB_DIR/etc/dc-smb.conf" >/dev/null; done
    local kvno; kvno=$(klist -k "$p/http.keytab" | awk '/HTTP/{print $1; exit}')
    printf 'addent -password -p HTTP/proxy.lab.test@LAB.TEST -k %s -e aes256-cts-hmac-sha1-96\nWr0ng-Keytab-Pw\naddent -password -p HTTP/proxy.lab.test@LAB.TEST -k %s -e arcfour-hmac\nWr0ng-Keytab-Pw\nwkt %s\nq\n' \
        "$kvno" "$kvno" "$p/wrong.keytab" | ktutil >/dev/null
    printf 'addent -password -p HTTP/proxy.lab.test@LAB.TEST -k %s -e aes256-cts-hmac-sha1-96\nWr0ng-Keytab-Pw\nwkt %s\nq\n' \
        "$((kvno + 7))" "$p/oldkvno.keytab" | ktutil >/dev/null
    printf 'addent -password -p HTTP/other.lab.test@LAB.TEST -k %s -e aes256-cts-hmac-sha1-96\nWr0ng-Keytab-Pw\nwkt %s\nq\n' \
        "$kvno" "$p/otherspn.keytab" | ktutil >/dev/null
    chgrp proxy "$p"/*.keytab; chmod 640 "$p"/http.keytab "$p"/wrong.keytab "$p"/oldkvno.keytab "$p"/otherspn.keytab
    local k; for k in http wrong oldkvno otherspn; do cp "$p/$k.keytab" "$LAB_DIR/ap/$k.keytab"; chown www-data "$LAB_DIR/ap/$k.keytab"; done
}

origin() {
    render origin-nginx.conf
    [ -e "$LAB_DIR/or/cert.pem" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=www.example.test \
        -keyout "$LAB_DIR/or/key.pem" -out "$LAB_DIR/or/cert.pem" 2>/dev/null
    [ -d "$LAB_DIR/or/www/repo.git" ] || (
        export HOME="$LAB_DIR/run" GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@lab.test GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@lab.test
        git init -q "$LAB_DIR/run/work"; cd "$LAB_DIR/run/work"; git commit -q --allow-empty -m first
        git clone -q --bare . "$LAB_DIR/or/www/repo.git"; cd "$LAB_DIR/or/www/repo.git"; git update-server-info )
    [ -n "$(ip netns pids paor)" ] || ip netns exec paor nginx -c "$LAB_DIR/etc/origin-nginx.conf"
}

chmod 755 "$LAB_DIR" "$LAB_DIR"/px "$LAB_DIR"/sq "$LAB_DIR"/ap
chown proxy "$LAB_DIR/sq"
render openssl-legacy.cnf
packages
"$HERE/net.sh"
dc
member
origin
echo "lab is up in $LAB_DIR; now: $HERE/run.py --list"
