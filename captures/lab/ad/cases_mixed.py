# SPDX-License-Identifier: BSD-2-Clause
"""Several schemes, proxies, clients or causes in one capture; browsers."""
import time

from cases_kerberos import KRB, MIT, browser_rows, negotiate
from cases_ntlm import ALICE
from lab import WEB, case

CHROME = 'chromium headless (puppeteer-core)'


@case('mixed', 'ntlm', 'browser', 'success', client=CHROME, clients=('pac2',))
def mixed_chromium_ntlm_ok(c):
    """chromium with the right password: two pages and an https page; its natural background noise is left in."""
    c.chrome('ntlm', [(WEB + 'a', ALICE, None), (WEB + 'b', None, None), ('https://www.example.test/', None, None)], quiet=False, host='pac2')
    c.stop()
    browser_rows(c, 'ntlm', ALICE, client='pac2')
    c.note('chromium asks for pages of its own and opens spare CONNECTs; their 407s are never answered (optional rows).')


@case('mixed', 'ntlm', 'browser', client=CHROME, clients=('pac2',))
def mixed_chromium_typo_then_ok(c):
    """chromium: a wrong password, then the right one for the next page, which fails as well, as squid keeps the failed state of
    the reused connection; the https page on a new connection works."""
    c.chrome('storm', [(WEB + 'a', ALICE, 'Typ0-In-Browser'), (WEB + 'b', ALICE, None), ('https://www.example.test/', ALICE, None)], host='pac2')
    c.stop()
    typo_rows(c, 'storm', 'pac2')


def typo_rows(c, port, client):
    """Per connection from the proxy's log: type 3 refused; type 1 unanswered on a failed connection; the good ones."""
    con = {}
    for a in c.access():
        con.setdefault(a[2], []).append(a)
    t3bad = sum(a[3] == '407' and 'TlRMTVNTUAAD' in a[8] for a in c.access())
    after = 0
    for v in con.values():
        failed = False
        for a in v:
            failed |= a[3] == '407' and 'TlRMTVNTUAAD' in a[8]
            after += failed and 'TlRMTVNTUAAB' in a[8]
    c.refused(ALICE, port=port, client=client, count=t3bad)
    if after:
        c.expect('NTLM', 'rejected', 'negotiate', 'challenge-missing', client=client, port=port, count=after, count_min=0, optional=True,
                 outcome_ok=['rejected', 'broken', 'abandoned'], broke_at_ok=['negotiate', 'challenge'],
                 cause_ok=['challenge-missing', 'credentials-rejected', 'retry-loop', 'other'])
    browser_rows(c, port, ALICE, client=client)


@case('mixed', 'kerberos', 'ntlm', 'browser', client=CHROME, clients=('pac2',))
def mixed_chromium_kerberos_refused(c):
    """The proxy offers Negotiate, NTLM and Basic with a wrong keytab: chromium's ticket is refused; its NTLM fallback on the same
    connection gets no type 2; so it fails although the password is right."""
    env, _ = c.kinit('alice', host='pac2')
    c.chrome('multibad', [(WEB + 'a', ALICE, None)], host='pac2', env=f"{env} CHROME_ARGS='--auth-server-allowlist=*'")
    c.stop()
    krb = len({a[2] for a in c.access() if a[8].startswith('Negotiate YII') and a[3] == '407'})
    c.refused(None, 'kerberos-wrong-key', scheme=KRB, client='pac2', port='multibad', count=krb, count_min=1, user_ok=[None, 'alice@LAB.TEST'],
              cause_ok=['kerberos-wrong-key', 'clock-skew', 'ticket-expired', 'credentials-rejected', 'other'])
    t1 = sum('TlRMTVNTUAAB' in a[8] for a in c.access())
    good = len({a[2] for a in c.access() if a[6] != '-' and a[3] != '407'})
    if t1 > good:
        c.expect('NTLM', 'rejected', 'negotiate', 'challenge-missing', client='pac2', port='multibad', count=t1 - good, count_min=0, optional=True,
                 outcome_ok=['rejected', 'broken', 'abandoned'], broke_at_ok=['negotiate', 'challenge'],
                 cause_ok=['challenge-missing', 'kerberos-wrong-key', 'credentials-rejected', 'other'])
    browser_rows(c, 'multibad', ALICE, client='pac2')


@case('mixed', 'negotiate', client=MIT)
def mixed_curl_anyauth_never_tries_ntlm(c):
    """Negotiate, NTLM and Basic offered; curl --proxy-anyauth has user and password but no ticket: takes Negotiate, has no token, stops."""
    c.curl('multi', user=ALICE, env='KRB5CCNAME=FILE:/dev/null')
    c.gave_up(port='multi', cause='kerberos-no-ticket', broke_at='ticket', broke_at_ok=['ticket', 'offer'], scheme_ok=['none', KRB, 'Negotiate'],
              cause_ok=['kerberos-no-ticket', 'no-credentials', 'scheme-mismatch'])


@case('mixed', 'basic', 'ntlm')
def mixed_basic_and_ntlm_at_multi(c):
    """A proxy with three schemes: Basic right, Basic wrong, NTLM right, NTLM wrong, one after the other."""
    c.curl('multi', user=ALICE, how='--proxy-basic')
    c.curl('multi', user='LAB\\bob', pw='B0b-Wrong-Basic', how='--proxy-basic')
    c.curl('multi', user=ALICE, how='--proxy-ntlm')
    c.curl('multi', user='LAB\\bob', pw='B0b-Wrong-Ntlm', how='--proxy-ntlm')
    c.ok(ALICE, scheme='Basic', port='multi')
    c.refused('LAB\\bob', scheme='Basic', port='multi', broke_at='credentials')
    c.ok(ALICE, port='multi')
    c.refused('LAB\\bob', port='multi')


@case('mixed', 'ntlm', 'kerberos', clients=('pac1', 'pac2', 'pac3', 'pac4'), client='curl 7.88.1, MIT krb5 1.20.1')
def mixed_four_clients_four_causes(c):
    """Four clients with four different faults at two proxies, good logins between them."""
    env, _ = c.kinit('bob', host='pac2')
    ok, _ = c.kinit('heidi', host='pac4')
    c.curl('storm', user='LAB\\carol')
    c.curl('storm', user=ALICE, pw='Al1ce-Pw-Of-May')
    negotiate(c, 'krbbad', env, host='pac2')
    c.curl('storm', how='', host='pac3')
    c.curl('storm', user='LAB\\olivia', host='pac3')
    negotiate(c, 'krb', ok, host='pac4')
    negotiate(c, 'krb', ok, host='pac4', px='wpad.lab.test')
    c.ok('LAB\\carol', port='storm')
    c.refused(ALICE, port='storm')
    c.refused(None, 'kerberos-wrong-key', scheme=KRB, client='pac2', port='krbbad', user_ok=[None, 'bob@LAB.TEST'],
              cause_ok=['kerberos-wrong-key', 'clock-skew', 'ticket-expired', 'credentials-rejected', 'other'])
    c.gave_up(client='pac3', port='storm')
    c.ok('LAB\\olivia', client='pac3', port='storm')
    c.ok('heidi@LAB.TEST', scheme=KRB, client='pac4', port='krb')
    c.gave_up(client='pac4', port='krb', cause='kerberos-no-ticket', broke_at='ticket', broke_at_ok=['ticket', 'offer'],
              cause_ok=['kerberos-no-ticket', 'no-credentials'], scheme_ok=['none', KRB, 'Negotiate'])


@case('mixed', 'ntlm', 'middlebox', clients=('pac1', 'pac2'), client='curl 7.88.1', proxy='squid 5.7 (Debian), one side behind haproxy 2.6')
def mixed_direct_ok_by_balancer_broken(c):
    """The same user and password: direct to squid it works (.2), through haproxy with httpclose it does not (.1)."""
    c.haproxy()
    c.curl('ntlm2', user=ALICE, host='pac2')
    c.curl(3201, user=ALICE, px='gw.lab.test')
    c.curl('ntlm2', user=ALICE, host='pac2')
    c.ok(ALICE, client='pac2', port='ntlm2', count=2)
    c.expect('NTLM', 'broken', 'challenge', 'connection-not-kept', port='10.77.0.25:3201', outcome_ok=['broken', 'rejected'],
             broke_at_ok=['challenge', 'negotiate'], cause_ok=['connection-not-kept', 'challenge-missing'])
    c.gave_up(port='10.77.0.25:3201', optional=True)


@case('mixed', 'basic', 'ntlm', clients=('pac1',))
def mixed_max_user_ip_403(c):
    """max_user_ip 1: the second address of a user gets 403 after a good login."""
    c.spec['clients'] = ('pac1', 'pac2')
    c.curl('maxip', user=ALICE)
    c.curl('maxip', user=ALICE, host='pac2')
    c.ok(ALICE, port='maxip').ok(ALICE, client='pac2', port='maxip')
    c.note('The 403 is a rule, not a failed login.')


@case('mixed', 'success', 'noise', clients=('pac1', 'pac2'), flt='host 10.77.1.1 or host 10.77.1.2')
def mixed_other_traffic(c):
    """A good and a bad login among other traffic of the hosts: DNS, ping, direct web, TLS, ARP."""
    c.start()
    c.ns('pac1', 'dig +tries=1 +time=1 www.lab.test @10.77.0.10')
    c.ns('pac2', 'ping -c 2 -i .2 10.77.0.30')
    c.ns('pac2', 'curl -sS -o /dev/null http://www.example.test/direct')
    c.curl('ntlm', user=ALICE)
    c.ns('pac2', 'curl -sSk -o /dev/null https://www.example.test/direct')
    c.curl('ntlm', user='LAB\\bob', pw='B0b-In-The-Noise', host='pac2')
    c.ok(ALICE)
    c.refused('LAB\\bob', client='pac2')


@case('mixed', 'basic', 'policy')
def mixed_403_before_the_login(c):
    """A wrong password with CONNECT to port 80, which a rule before the login forbids (403 to whoever asks), and to port 443, which
    asks for the login: the password was never looked at the first time."""
    for port in (80, 443):
        c.curl('basicad', '-p', user=ALICE, pw='N0t-the-0ne!', how='--proxy-basic', url=f'http://www.example.test:{port}/')
    c.ok(ALICE, 'Basic', port='basicad')
    c.refused(ALICE, scheme='Basic', port='basicad', broke_at='credentials')
    c.note('Credentials, and an answer other than 407: authenticated by the letter, and no more.')
