# SPDX-License-Identifier: BSD-2-Clause
"""Clean traffic: nothing in it is a failure of proxy authentication, though some of it looks like one."""
import os, random, socket, time
from common import LAB, ORIGIN, PW, PX, netns
from lab import *

ANY = 'not arp and not icmp6'


def nothing(c, note=''):
    c.rows, c.n407, c.notes = [], 0, note


@case('clean', filt=ANY)
def clean_http_without_proxy(c):
    """plain HTTP straight to the origin: curl with six URLs, wget"""
    c.proxy, c.client = 'none', f'{CURL}; {WGET}'
    c.run(f'curl -sS -m 5 {" ".join("-o /dev/null " + WWW + str(i) for i in range(6))}')
    c.run(f'wget -nv -O /dev/null {WWW}size/3000')
    nothing(c)


@case('clean', 'pbc2', filt=ANY)
def clean_tls_only(c):
    """https straight to the origin, three connections"""
    c.proxy = 'none'
    for _ in range(3):
        c.run('curl -sSk -m 5 -o /dev/null https://www.example.test/size/2000')
    nothing(c)


@case('clean', 'pbc3')
def clean_open_proxy(c):
    """a proxy without authentication: GET, CONNECT, a 404, a HEAD"""
    c.curl('open', None, WWW, API, 'http://mirror.example.test/debian/x')
    c.curl('open', None, 'https://www.example.test/')
    c.curl('open', None, how='-I')
    nothing(c)


@case('clean', 'pbc4')
def clean_open_proxy_with_needless_credentials(c):
    """credentials sent to a proxy that does not ask for any: never refused"""
    c.curl('open', 'dave', WWW, API)
    c.rows = [row(c.ip, c.at('open'), 'Basic', 'authenticated', user='dave')]


@case('clean', 'pbcm')
def clean_busy_basic(c):
    """six users browse at once through squid, Basic sent at once, keep-alive connections, 60 requests, https in between; no 407 at all"""
    c.client = f'{NODE}-like scripted clients; {CURL}'
    c.tags = ('busy',)
    names = ('alice', 'bob', 'carol', 'dave', 'erin', 'judy')
    ks = {n: [Conn(c, 'basic', src=f'10.79.2.{i + 1}') for _ in range(2)] for i, n in enumerate(names)}
    rnd = random.Random(407)
    for r in range(60):
        n = names[r % 6]
        ks[n][rnd.randrange(2) if r > 11 else r // 6].get(rnd.choice((WWW, API)) + rnd.choice(('a', 'b', 'size/300')),
                                                     'Proxy-Authorization: Basic ' + b64(f'{n}:{PW[n]}'), ua='Mozilla/5.0 (X11; Linux x86_64) LabBrowser/1.0')
        if r % 20 == 19:
            c.curl('basic', n, 'https://www.example.test/', src=f'10.79.2.{r % 6 + 1}')
    for k in sum(ks.values(), []):
        k.close()


@case('clean', 'pbc1')
def clean_busy_after_offers(c):
    """a morning without faults: git, Java, urllib, curl --proxy-anyauth and --proxy-digest (each asked once and answers), then keep-alive browsing; six 407s and no failure"""
    c.client = f'{GIT}; {JURL}; {URLLIB}; {CURL}; {NODE}'
    c.git('basic', 'alice')
    c.java('Url', 'basic', 'alice')
    c.urllib('basic', 'alice', WWW)
    c.curl('basic', 'alice', how='--proxy-anyauth')
    c.curl('both', 'alice', how='--proxy-anyauth')
    c.curl('digest', 'alice', how='--proxy-digest')
    c.node('basic', 'alice', n=6)


@case('clean', 'pbc2', filt=ANY)
def clean_sip_407(c):
    """a SIP phone registers over UDP, then over TCP: 407 Proxy Authentication Required, then 200; SIP is not HTTP"""
    c.proxy, c.client, c.tags = 'SIP registrar (origin.py)', 'scripted SIP phone', ('trap',)

    def reg(auth, proto):
        return ('REGISTER sip:sip.lab.test SIP/2.0\r\n' f'Via: SIP/2.0/{proto} {c.ip}:5060;branch=z9hG4bK776asdhds\r\n'
                'From: <sip:100@sip.lab.test>;tag=49583\r\nTo: <sip:100@sip.lab.test>\r\nCall-ID: 843817637684230@lab\r\n'
                f'CSeq: 1 REGISTER\r\n{auth}Content-Length: 0\r\n\r\n').encode()
    auth = ('Proxy-Authorization: Digest username="100", realm="sip.lab.test", nonce="84a4cc6f3082121f32b42a2187831a9e", uri="sip:sip.lab.test", '
            'response="7587245234b3434cc3412213e5f113a5"\r\n')
    with netns(c.host):
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind((c.ip, 5060))
    u.settimeout(3)
    for a in ('', auth):
        u.sendto(reg(a, 'UDP'), (ORIGIN, 5060))
        u.recv(4096)
    u.close()
    with netns(c.host):
        t = socket.create_connection((ORIGIN, 5060), 3)
    for a in ('', auth):
        t.sendall(reg(a, 'TCP'))
        t.recv(4096)
    t.close()
    nothing(c, 'two SIP 407 in it')


@case('clean', 'pbc3')
def clean_origin_401_through_proxy(c):
    """an origin's 401 through a proxy whose own login is good: not the proxy's business; then with the origin's credentials"""
    c.tags = ('trap',)
    c.curl('basic', 'carol', WWW + 'status/401')
    c.curl('basic', 'carol', WWW + 'status/401', how="--proxy-basic -H 'Authorization: Basic b3JpZ2luOk9yMWdpbi1Hcm92ZS01NQ=='")
    c.secrets += ['b3JpZ2luOk9yMWdpbi1Hcm92ZS01NQ==', 'Or1gin-Grove-55']


@case('clean', 'pbc4', filt=ANY)
def clean_origin_401_direct(c):
    """401, then Basic in Authorization, straight to an origin; no proxy"""
    c.tags, c.proxy = ('trap',), 'none'
    c.run(f'curl -sS -m 5 -o /dev/null --anyauth -u origin:Or1gin-Grove-55 {WWW}status/401')
    c.secrets += ['b3JpZ2luOk9yMWdpbi1Hcm92ZS01NQ==', 'Or1gin-Grove-55']
    nothing(c)


@case('clean', 'pbc1')
def clean_407_text_in_body(c):
    """a page whose text holds the head of a 407 and a request with credentials, through the open proxy and straight"""
    c.tags, c.uncounted = ('trap',), True
    c.curl('open', None, WWW + 'text407')
    c.run(f'curl -sS -m 5 -o /dev/null {WWW}text407')
    nothing(c, 'the string HTTP/1.1 407 is in it, inside a 200 body')


@case('clean', 'pbc2')
def clean_407_inside_tunnel(c):
    """a CONNECT through the open proxy, inside it plain HTTP to a server that answers 407 (a second proxy behind the tunnel): not this proxy's"""
    c.tags, c.uncounted = ('trap',), True
    k = Conn(c, 'open')
    k.get('docs.partner.test:8443', method='CONNECT')
    k.get('/page')
    k.get('/page2')
    k.close()
    c.client = RAW
    nothing(c, 'two 407 inside the tunnel; a tool may decode them as an attempt against docs.partner.test:8443, but must not blame the proxy')
    c.rows = [row(c.ip, c.at('open'), 'none', 'abandoned', 'offer', 'no-credentials', None, 1, optional=True)]


@case('clean', 'pbc3')
def clean_origin_says_407(c):
    """an origin that answers 407 by itself, seen through the open proxy (Via tells) and straight"""
    c.tags = ('trap',)
    c.curl('open', None, WWW + 'status/407')
    c.run(f'curl -sS -m 5 -o /dev/null {WWW}status/407')
    ok = dict(optional=True, cause_ok=['other', 'upstream-proxy', 'no-credentials'], outcome_ok=['abandoned'])
    c.rows = [row(c.ip, c.at('open'), 'none', 'abandoned', 'offer', 'other', None, 1, **ok),
              row(c.ip, f'{ORIGIN}:80', 'none', 'abandoned', 'offer', 'other', None, 1, **ok)]
    c.n407 = 2


@case('clean', 'pbc4')
def clean_preconnects(c):
    """a browser's spare sockets to the proxy: opened, never used, closed; one used with good credentials"""
    c.client = RAW
    ks = [Conn(c, 'basic') for _ in range(4)]
    ks[2].get(WWW, 'Proxy-Authorization: Basic ' + b64('dave:' + PW['dave']))
    time.sleep(1)
    for k in ks:
        k.close()


@case('clean', 'pbc1')
def clean_not_http_on_proxy_port(c):
    """bytes that are no HTTP at all, in both directions, on the port of a tunnel that began with CONNECT"""
    c.client = RAW
    rnd = random.Random(7)
    k = Conn(c, 'open')
    k.get('www.example.test:443', method='CONNECT')
    k.send(bytes(rnd.randrange(256) for _ in range(1500)))
    k.recv()
    k.close()
    nothing(c)


@case('clean', 'pbc2')
def clean_large_download(c):
    """50 kB through the proxy with good credentials, cut into many segments; then a small request on the same connection"""
    c.curl('basic', 'bob', WWW + 'size/50000', WWW)
