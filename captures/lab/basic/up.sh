#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Set up the Basic/Digest/Bearer lab on a Debian 12 machine (as root). State goes to $LAB_DIR. May be run again.
set -e
. "$(dirname "$0")/env.sh"
export DEBIAN_FRONTEND=noninteractive

packages() {
    local need="squid tinyproxy privoxy haproxy apache2 mitmproxy curl wget git openjdk-17-jdk-headless python3-requests python3-cryptography
        chromium tshark ethtool iproute2 iptables openssl procps dnsmasq-base
        socat"
    command -v node >/dev/null || need="$need nodejs npm"
    dpkg -s $need >/dev/null 2>&1 && return 0
    # none of the services shall start by itself
    local policy=/usr/sbin/policy-rc.d made=
    [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' > $policy; chmod 755 $policy; made=1; }
    apt-get update -qq
    apt-get -y -qq -o DPkg::Lock::Timeout=600 install --no-install-recommends $need
    [ -z "$made" ] || rm -f $policy
}

clients() {
    [ -e "$LAB_DIR/java/Hc.class" ] || javac -d "$LAB_DIR/java" "$HERE"/clients/*.java
    [ -d "$LAB_DIR/npm/node_modules/puppeteer-core" ] || (
        cd "$LAB_DIR/npm"; npm init -y >/dev/null; npm install --no-audit --no-fund puppeteer-core@22 >/dev/null )
}

origin_files() {
    [ -e "$LAB_DIR/etc/cert.pem" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=www.example.test \
        -addext 'subjectAltName=DNS:www.example.test,DNS:api.saas.test,DNS:proxy.lab.test' \
        -keyout "$LAB_DIR/etc/key.pem" -out "$LAB_DIR/etc/cert.pem" 2>/dev/null
    chmod 644 "$LAB_DIR/etc/key.pem"
    mkdir -p "$LAB_DIR/www/pac"
    [ -e "$LAB_DIR/etc/good.pem" ] || /usr/bin/python3 -B "$HERE/certs.py" "$LAB_DIR/etc"
    [ -d "$LAB_DIR/www/repo.git" ] || (
        git init -q --bare "$LAB_DIR/www/repo.git"
        git clone -q "$LAB_DIR/www/repo.git" "$LAB_DIR/run/wc" 2>/dev/null; cd "$LAB_DIR/run/wc"
        echo hello > README
        git add README; git -c user.name=lab -c user.email=lab@lab.test commit -qm 'first'; git push -q origin HEAD
        cd "$LAB_DIR/www/repo.git"; git update-server-info; rm -rf "$LAB_DIR/run/wc" )
}

packages
"$HERE/net.sh"
clients
origin_files
/usr/bin/python3 -B "$HERE/users.py"
/usr/bin/python3 -B "$HERE/srv.py" start all
echo "up: $("$HERE/srv.py" list | wc -l) servers, state in $LAB_DIR"
