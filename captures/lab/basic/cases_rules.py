# SPDX-License-Identifier: BSD-2-Clause
"""Faults of the way to the proxy (real clients and servers), and of directories that a script plays (play.py, kdc())."""
import contextlib, subprocess, threading, time
from common import ORIGIN, PW, PX, netns
from lab import *
from play import *
from cases_played import silent

WHO = 'alice'
KDC = (ORIGIN, 88)


# --- what is no HTTP, or is not answered ------------------------------------------------------------------------
@case('odd', 'pbc3')
def odd_socks_to_http_proxy(c):
    """the proxy URL was written socks5h:// (twice) and socks4a://: squid waits for the rest of a request, the client gives up; another client
    uses it right"""
    c.curl('basic', 'bob', host='pbc2')
    for how in ('socks5h', 'socks5h', 'socks4a'):
        c.curl('basic', None, px=f'{how}://{PX}:3128', how='--connect-timeout 4')
    c.rows = lambda: [x for x in c.truth_rows(c.entries()) if x['user'] == 'bob']
    c.findings, c.n407, c.uncounted = ('other',), None, True


@case('odd', 'pbc4')
def odd_ssh_to_http_proxy(c):
    """ssh was told the proxy's port instead of a jump host: squid answers its version with an HTTP 400; another client uses it right"""
    c.curl('basic', 'bob', host='pbc2')
    c.client = 'OpenSSH 9.2'
    c.run(f'ssh -o BatchMode=yes -o StrictHostKeyChecking=no -p 3128 nobody@{PX} true', timeout=15)
    c.rows = lambda: [x for x in c.truth_rows(c.entries()) if x['user'] == 'bob']


@contextlib.contextmanager
def dropped(port):
    rule = f'INPUT -p tcp --dport {port} -j DROP'
    subprocess.run(f'ip netns exec pbpx iptables -A {rule}'.split(), check=True)
    try:
        yield
    finally:
        subprocess.run(f'ip netns exec pbpx iptables -D {rule}'.split(), check=True)


@case('odd')
def odd_proxy_does_not_answer(c):
    """two clients use the proxy; then a packet filter drops what comes to its port, and the first one's SYNs are not answered"""
    c.curl('basic', WHO)
    c.curl('basic', 'bob', host='pbc2')
    with dropped(3128):
        c.curl('basic', WHO, how='--proxy-basic --connect-timeout 8')
    c.findings = ('proxy-unreachable',)


@contextlib.contextmanager
def unplugged(host):
    """The host's cable is out; nobody remembers its address."""
    def port(state):
        subprocess.run(f'ip -n pbsw link set p{host} {state}'.split(), check=True)
    port('down')
    for n in ('pbc1', 'pbc2'):
        subprocess.run(f'ip -n {n} neigh flush all'.split(), check=True)
    try:
        yield
    finally:
        port('up')


@case('odd', filt=CLIENTS.replace(' and not arp', ''))
def odd_proxy_not_there(c):
    """two clients use the proxy; then its cable is out, and the first one asks for it by ARP, in vain; another proxy is found"""
    c.curl('basic', WHO)
    c.curl('basic', 'bob', host='pbc2')
    with unplugged('pbpx'):
        c.run("bash -c 'echo >/dev/udp/10.79.0.21/9'")
        c.curl('basic', WHO, how='--proxy-basic --connect-timeout 8')
    c.findings = ('proxy-unreachable',)


@case('odd', filt=CLIENTS.replace(' and not arp', ''))
def odd_proxy_there_again(c):
    """the proxy's cable is out for a second and a half: it is asked for by ARP twice, then there, and all is well"""
    c.curl('basic', 'bob', host='pbc2')
    with unplugged('pbpx'):
        c.run("bash -c 'echo >/dev/udp/10.79.0.21/9'")
        late = c.curl('basic', WHO, how='--proxy-basic --connect-timeout 8', bg=True)
        time.sleep(1.5)
    late.wait(10)


# --- TLS --------------------------------------------------------------------------------------------------------
@case('tls')
def tls_hello_not_answered(c):
    """https:// in the proxy URL, and a proxy that hangs up on what is no HTTP; another client uses it right"""
    s = Stage(c)
    s.talk(*[req(paz=basic('bob', PW['bob'])), ok()], host='pbc2')

    def hang_up(n):
        for _ in range(n):
            k = s.l.accept()[0]
            k.recv(65536)
            k.close()
    server = threading.Thread(target=hang_up, args=(2,), daemon=True)
    server.start()
    for _ in range(2):
        c.curl(None, None, px=f'https://{s.at}', how='--proxy-insecure')
    server.join()
    s.done(row('10.79.1.2', s.at, 'Basic', 'authenticated', user='bob'))
    c.client, c.proxy = CURL, 'scripted proxy (play.py)'
    c.findings = ('tls-to-proxy',)


@case('tls')
def tls_client_not_content(c):
    """TLS 1.3, and a browser that does not know the authority of the proxy's certificate: its alert is encrypted"""
    c.proxy = 'haproxy 2.6.12 (TLS) in front of squid 5.7'
    c.curl('basic', 'bob', host='pbc2')
    c.client = CHROMIUM
    c.run(f"node {HERE}/clients/browse.js https://proxy.lab.test:3301 '' {WWW}", timeout=60, env=f'XDG_CONFIG_HOME={LAB}/run/xdg')
    c.rows = lambda: [x for x in c.truth_rows(c.entries()) if x['user'] == 'bob']
    c.findings = ('tls-to-proxy',)


# --- played: proxies --------------------------------------------------------------------------------------------
@case('played', 'pbc2')
def played_channel_bindings(c):
    """a type 3 holds channel bindings, as for a TLS connection, and the proxy, which sees a clear one, refuses it"""
    s = Stage(c)
    ch = t2()
    s.talk(req(), ask('NTLM'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {ch}'),
           req(paz=f'NTLM {t3("bob", challenge=ch, bindings=noise("channel", 16))}'), ask('NTLM'))
    s.done(row(c.ip, s.at, 'NTLM', 'rejected', 'authenticate', 'tls-to-proxy', 'LAB\\bob', cause_ok=['tls-to-proxy', 'credentials-rejected']))


@case('played', 'pbc3')
def played_other_product(c):
    """behind one address two products: one lets users in, the other one, which has no such users, asks in another realm and is left"""
    s = Stage(c)
    for user in ('anna', 'ben', 'cora'):
        ch = t2(seed=user)
        s.talk(req(), ask('NTLM', server='Alpha/1.0'), req(paz=f'NTLM {t1()}'), ask(f'NTLM {ch}', server='Alpha/1.0'),
               req(paz=f'NTLM {t3(user, challenge=ch)}'), ok(), host='pbc1')
    s.talk(req(ua='Agent/7'), ask('Basic realm="Beta"', server='Beta/2.0'))
    s.done(row('10.79.1.1', s.at, 'NTLM', 'authenticated', user='LAB\\anna'), row('10.79.1.1', s.at, 'NTLM', 'authenticated', user='LAB\\ben'),
           row('10.79.1.1', s.at, 'NTLM', 'authenticated', user='LAB\\cora'),
           silent(c, s, 'upstream-proxy', cause_ok=['upstream-proxy', 'no-credentials', 'scheme-mismatch']))


@case('played', 'pbc4')
def played_unknown_scheme(c):
    """a scheme that nobody knows, of a vendor's own: the credentials are refused"""
    s = Stage(c)
    s.talk(req(), ask('LabSign realm="x"'), req(paz='LabSign a2V5PTQyO3NpZz0xMjM0NTY3OA=='), ask('LabSign realm="x"'))
    s.done(row(c.ip, s.at, 'LabSign', 'rejected', 'credentials', 'other', None, cause_ok=['other', 'credentials-rejected'], broke_at_ok=['credentials', 'authenticate']))


# --- played: what a KDC says, RFC 4120 --------------------------------------------------------------------------
def seq(*parts):
    return der(0x30, *(der(0xa0 + n, p) for n, p in parts))


def kdc_time(t):
    return der(0x18, time.strftime('%Y%m%d%H%M%SZ', time.gmtime(t)).encode())


def principal(kind, *parts):
    return seq((0, num(kind)), (1, der(0x30, *(string(p) for p in parts))))


def kdc_req(user=None, service=('krbtgt', 'LAB.TEST')):
    """AS-REQ of a user; without one a TGS-REQ, with a ticket-granting ticket of noise."""
    body = [(0, der(3, b'\0\x40\x81\x00\x10'))]
    if user:
        body.append((1, principal(1, user)))
    body += [(2, string('LAB.TEST')), (3, principal(2, *service)), (5, kdc_time(time.time() + 36000)), (7, num(int(time.time() * 1000) % 2**30)),
             (8, der(0x30, num(18), num(17)))]
    padata = []
    if not user:
        ticket = der(0x61, seq((0, num(5)), (1, string('LAB.TEST')), (2, principal(2, 'krbtgt', 'LAB.TEST')), (3, enc(18, 2, 'tgt'))))
        ap = der(0x6e, seq((0, num(5)), (1, num(14)), (2, der(3, bytes(5))), (3, ticket), (4, enc(18, None, f'authenticator {time.time()}'))))
        padata = [(3, der(0x30, seq((1, num(1)), (2, der(4, ap)))))]
    kind = 10 if user else 12
    return der(0x60 + kind, seq((1, num(5)), (2, num(kind)), *padata, (4, seq(*body))))


def kdc_error(code, user=None, service=('krbtgt', 'LAB.TEST'), status=None):
    parts = [(0, num(5)), (1, num(30)), (4, kdc_time(time.time())), (5, num(0)), (6, num(code))]
    if user:
        parts += [(7, string('LAB.TEST')), (8, principal(1, user))]
    parts += [(9, string('LAB.TEST')), (10, principal(2, *service))]
    if status:
        parts.append((12, der(4, seq((1, num(3)), (2, der(4, struct.pack('<III', status, 0, 1)))))))
    return der(0x7e, seq(*parts))


def kdc(c, request, answer):
    """One exchange over UDP, both sides of it played."""
    with netns('pbor'):
        there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        there.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        there.bind(KDC)
    with netns(c.host):
        here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for s in (here, there):
        s.settimeout(3)
    here.sendto(request, KDC)
    _, client = there.recvfrom(4096)
    time.sleep(.001)
    there.sendto(answer, client)
    here.recvfrom(4096)
    here.close()
    there.close()
    time.sleep(.01)


def no_ticket(c, cause, *exchanges):
    """The KDC says so; the proxy asks for Negotiate, and the client has nothing."""
    for request, answer in exchanges:
        kdc(c, request, answer)
    s = Stage(c)
    s.talk(req(), ask('Negotiate'))
    s.done(row(c.ip, s.at, 'none', 'abandoned', 'offer', cause, None, cause_ok=[cause, 'kerberos-no-ticket', 'no-credentials'],
               broke_at_ok=['offer', 'ticket', 'credentials'], user_ok=[None, 'erin', 'erin@LAB.TEST', 'erin']))
    c.proxy = 'scripted proxy and KDC (play.py)'


@case('played')
def played_kdc_account_locked(c):
    """Active Directory refuses a logon and says why in e-data: STATUS_ACCOUNT_LOCKED_OUT; then there is no ticket for the proxy"""
    no_ticket(c, 'account-locked', (kdc_req('erin'), kdc_error(18, 'erin', status=0xC0000234)))


@case('played', 'pbc2')
def played_kdc_unavailable(c):
    """the KDC answers that it cannot serve now (KDC_ERR_SVC_UNAVAILABLE)"""
    no_ticket(c, 'auth-backend-down', (kdc_req('erin'), kdc_error(29, 'erin')))


@case('played', 'pbc3')
def played_kdc_service_account(c):
    """the KDC has no key for the proxy's account (KDC_ERR_NULL_KEY)"""
    service = ('HTTP', 'proxy.lab.test')
    no_ticket(c, 'kerberos-no-ticket', (kdc_req(service=service), kdc_error(9, service=service)))


@case('played', 'pbc2')
def played_kdc_cannot_read_ticket(c):
    """the KDC cannot read the ticket-granting ticket, as after its key was changed twice (KRB_AP_ERR_MODIFIED)"""
    service = ('HTTP', 'proxy.lab.test')
    no_ticket(c, 'kerberos-no-ticket', (kdc_req(service=service), kdc_error(41, service=service)))


@case('played', 'pbc4')
def played_kdc_certificate(c):
    """a logon with a smart card whose certificate the KDC does not trust (KDC_ERR_CLIENT_NOT_TRUSTED)"""
    no_ticket(c, 'tls-to-proxy', (kdc_req('erin'), kdc_error(62, 'erin')))


@case('played')
def played_kdc_busy_then_ok(c):
    """the KDC wants pre-authentication, then its answer is too big for UDP: both are normal, and the login is good"""
    kdc(c, kdc_req('erin'), kdc_error(25, 'erin'))
    service = ('HTTP', 'proxy.lab.test')
    kdc(c, kdc_req(service=service), kdc_error(52, service=service))
    s = Stage(c)
    s.talk(*kerberos_login())
    s.done(row(c.ip, s.at, 'Negotiate/Kerberos', 'authenticated', user=None))
    c.proxy = 'scripted proxy and KDC (play.py)'
