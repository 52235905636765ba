# SPDX-License-Identifier: BSD-2-Clause
"""TLS between client and proxy, well and wrong; beside each a client that uses the proxy's clear port."""
from common import LAB, PX
from lab import *

WHO = 'alice'
FRONT_TLS = 'haproxy 2.6.12 (TLS) in front of squid 5.7'
CA = f'--proxy-cacert {LAB}/etc/ca.pem'


def beside(c):
    """Another client, so that the capture shows that this host is a proxy."""
    c.proxy = FRONT_TLS
    c.curl('basic', 'bob', host='pbc2')


def bob(c):
    return [x for x in c.truth_rows(c.entries()) if x['user'] == 'bob']


def through(c, port, how='', n=1, user=None, ca=CA):
    for _ in range(n):
        c.curl(port, user, px=f'https://proxy.lab.test:{port}', how=f'--proxy-basic {ca} {how}')


def fault(c, *rows):
    c.rows = lambda: bob(c) + list(rows)
    c.findings = ('tls-to-proxy',)


@case('tls')
def tls_good_ok(c):
    """TLS 1.3 and TLS 1.2 to the proxy, both good: what is inside is not seen; another client beside it uses the clear port"""
    beside(c)
    through(c, 3301, user=WHO)
    through(c, 3302, user=WHO)
    c.rows = lambda: bob(c)


@case('tls')
def tls_plain_closed_without_alert(c):
    """socat takes TLS for squid: a good login inside, which is not seen; then clear HTTP with credentials, which it closes without an alert"""
    c.proxy = 'socat 1.7 (OpenSSL) in front of squid 5.7'
    front = c.run(f'timeout 6 socat OPENSSL-LISTEN:3390,fork,reuseaddr,cert={LAB}/etc/good.pem,verify=0 TCP:{PX}:3128', host='pbpx', bg=True)
    time.sleep(1)
    through(c, 3390, user=WHO)
    c.curl(3390, WHO)
    front.wait(10)
    c.rows = [row(c.ip, f'{PX}:3390', 'Basic', 'broken', 'authenticate', 'tls-to-proxy', WHO)]
    c.n407, c.findings = 0, ('tls-to-proxy',)


@case('tls')
def tls_mutual_ok(c):
    """the proxy wants a client certificate and gets one, TLS 1.2 and 1.3"""
    beside(c)
    through(c, 3308, f'--proxy-cert {LAB}/etc/client.pem', user=WHO)
    through(c, 3309, f'--proxy-cert {LAB}/etc/client.pem', user=WHO)
    c.rows = lambda: bob(c)


@case('tls')
def tls_certificate_expired(c):
    """the proxy's certificate expired 35 days ago (TLS 1.2: it can be read): the client sends an alert, twice"""
    beside(c)
    through(c, 3303, n=2)
    fault(c)


@case('tls')
def tls_certificate_expired_13(c):
    """the same with TLS 1.3: only the length of the client's alert shows"""
    beside(c)
    through(c, 3304, n=2)
    fault(c)


@case('tls')
def tls_certificate_wrong_name(c):
    """the certificate is for the proxy's old name (TLS 1.2)"""
    beside(c)
    through(c, 3305, n=2)
    fault(c)


@case('tls')
def tls_certificate_self_signed(c):
    """a self-signed certificate that the client does not know (TLS 1.2)"""
    beside(c)
    through(c, 3307, n=2)
    fault(c)


@case('tls')
def tls_client_certificate_missing(c):
    """the proxy wants a client certificate, the client has none (TLS 1.2)"""
    beside(c)
    through(c, 3308, n=2)
    fault(c)


@case('tls')
def tls_client_certificate_missing_13(c):
    """the same with TLS 1.3: only the length of the proxy's alert shows"""
    beside(c)
    through(c, 3309, n=2)
    fault(c)


@case('tls')
def tls_client_certificate_refused(c):
    """the client's certificate is from a CA that the proxy does not know (TLS 1.2)"""
    beside(c)
    through(c, 3308, f'--proxy-cert {LAB}/etc/badclient.pem', n=2)
    fault(c)


@case('tls')
def tls_version_refused(c):
    """an old client offers TLS 1.2 at the most, the proxy wants 1.3"""
    beside(c)
    c.client = 'openssl s_client 3.0'
    for _ in range(2):
        c.run(f'sh -c "openssl s_client -connect {PX}:3310 -servername proxy.lab.test -tls1_2 </dev/null"')
    fault(c)


@case('tls')
def tls_plain_without_credentials(c):
    """clear HTTP without credentials to the proxy's TLS port: GET and CONNECT, answered by an alert"""
    c.proxy = FRONT_TLS
    c.curl(3144 - 1)
    c.curl(3144 - 1, None, 'https://www.example.test/')
    c.rows, c.n407 = [], 0
    c.findings = ('tls-to-proxy',)


@case('tls')
def tls_elsewhere_ok(c):
    """no proxy: TLS to a port of a web server that speaks clear HTTP; another client uses the proxy"""
    beside(c)
    c.proxy = f'{SQUID}; web server (origin.py)'
    c.run('curl -sS -m 5 -o /dev/null https://www.example.test:8443/')
    c.run('curl -sS -m 5 -k -o /dev/null https://www.example.test:8443/')
    c.rows = lambda: bob(c)
