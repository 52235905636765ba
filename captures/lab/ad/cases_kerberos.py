# SPDX-License-Identifier: BSD-2-Clause
"""Cases of Kerberos under Negotiate, with the client's KDC traffic."""
import shlex
import time

from cases_ntlm import ldif, lockout
from lab import APACHE, HERE, LAB, PX, WEB, case, dcx, sh

MIT = 'curl 7.88.1 with MIT krb5 1.20.1'
AP = 'Apache httpd 2.4 (mod_proxy + mod_auth_gssapi 1.6.4)'
KRB = 'Negotiate/Kerberos'
HIDDEN = ['kerberos-wrong-key', 'clock-skew', 'ticket-expired', 'credentials-rejected', 'other']


def negotiate(c, port, env, url=WEB, how='--proxy-negotiate', **k):
    return c.curl(port, how=how, user='', pw='', env=env, url=url, **k)


def no_ticket(c, cause='kerberos-no-ticket', broke_at='ticket', user=None, port='krb', **k):
    """The proxy asked, the client got no ticket and stopped."""
    c.expect('none', 'abandoned', broke_at, cause, user, port=port, scheme_ok=['none', KRB, 'Negotiate'],
             broke_at_ok=['offer', 'ticket', 'credentials'], cause_ok=list(dict.fromkeys([cause, 'kerberos-no-ticket', 'no-credentials'])),
             user_ok=[None, user, user.split('@')[0]] if user else [None], **k)


def config(name, **options):
    """A krb5.conf with other options; the environment that selects it."""
    text = (HERE / 'etc/krb5.conf').read_text()
    for k, v in options.items():
        lines = [l for l in text.splitlines() if not l.strip().startswith(f'{k} =')]
        text = '\n'.join(lines).replace('[libdefaults]', f'[libdefaults]\n\t{k} = {v}') + '\n'
    f = LAB / f'run/krb5.{name}.conf'
    f.write_text(text)
    return f'KRB5_CONFIG={f}'


@case('kerberos', 'clock', clients=('10.77.2.0/24',), client=MIT)
def kerberos_client_clock(c):
    """Two clients with good tickets; the clock of the first goes 20 min fast: it is refused twice, the other gets in."""
    env = {u: c.kinit(u, host='pacm')[0] for u in ('lena', 'milo')}
    for e in env.values():
        c.ns('pacm', f'env {e} kvno HTTP/proxy.lab.test', seen=False)
    fast = f"{env['lena']} faketime -f +20m"
    for e, src in ((fast, 1), (env['milo'], 2), (fast, 1)):
        negotiate(c, 'stormkrb', e, host='pacm', src=f'10.77.2.{src}')
        time.sleep(.5)
    c.refused(None, 'clock-skew', scheme=KRB, client='10.77.2.1', port='stormkrb', count=2)
    c.ok('milo@LAB.TEST', scheme=KRB, client='10.77.2.2', port='stormkrb')


@case('kerberos', 'success', client=MIT)
def kerberos_ok(c):
    """curl --proxy-negotiate with a ticket-granting ticket: TGS exchange, then the token at once and 200; no 407 at all."""
    env, _ = c.kinit('alice')
    negotiate(c, 'krb', env)
    c.ok('alice@LAB.TEST', scheme=KRB, port='krb')


@case('kerberos', 'success', client=MIT)
def kerberos_ok_offer_first(c):
    """curl --proxy-anyauth: offer 407, then the ticket."""
    env, _ = c.kinit('bob')
    negotiate(c, 'krb', env, how='--proxy-anyauth')
    c.ok('bob@LAB.TEST', scheme=KRB, port='krb')


@case('kerberos', 'success', client=MIT)
def kerberos_ok_connect(c):
    """https through CONNECT with Kerberos."""
    env, _ = c.kinit('alice')
    negotiate(c, 'krb', env, url='-k https://www.example.test/')
    c.ok('alice@LAB.TEST', scheme=KRB, port='krb')


@case('kerberos', 'success', client=MIT)
def kerberos_ok_keepalive(c):
    """Six requests on one connection."""
    env, _ = c.kinit('alice')
    negotiate(c, 'krb', env, url=' '.join(f'{WEB}p{i} -o /dev/null' for i in range(6)))
    c.ok('alice@LAB.TEST', scheme=KRB, port='krb')


@case('kerberos', 'success', 'kdc', client=MIT)
def kerberos_ok_with_logon(c):
    """kinit (with the usual PREAUTH_REQUIRED) and the login, all in the capture; KDC over TCP."""
    env, _ = c.kinit('heidi', seen=True, env=config('tcp', udp_preference_limit=1))
    negotiate(c, 'krb', env + ' ' + config('tcp', udp_preference_limit=1), how='--proxy-anyauth')
    c.ok('heidi@LAB.TEST', scheme=KRB, port='krb')


@case('kerberos', 'success', 'apache', proxy=AP, client=MIT)
def kerberos_ok_apache(c):
    """Apache takes the ticket and sends its own token in a Proxy-Authenticate header of the 200."""
    env, _ = c.kinit('alice')
    negotiate(c.apache('http'), APACHE['http'], env, how='--proxy-anyauth')
    c.ok('alice@LAB.TEST', scheme=KRB, port=APACHE['http'])


@case('kerberos', 'success', 'spnego', client=MIT)
def kerberos_ok_gss_spnego(c):
    """Kerberos against ntlm_auth --helper-protocol=gss-spnego."""
    env, _ = c.kinit('alice')
    negotiate(c, 'spnego', env, how='--proxy-anyauth')
    c.ok('alice@LAB.TEST', scheme=KRB, port='spnego', user_ok=['alice@LAB.TEST', 'LAB\\alice', 'alice', None])


@case('kerberos', 'success', 'middlebox', client=MIT, proxy='squid 5.7 (Debian) behind haproxy 2.6')
def kerberos_ok_haproxy_httpclose(c):
    """Kerberos survives haproxy with option httpclose: one token a request."""
    env, _ = c.kinit('alice')
    negotiate(c.haproxy(), 3205, env, how='--proxy-anyauth', px='gw.lab.test')
    c.ok('alice@LAB.TEST', scheme=KRB, port='10.77.0.25:3205')
    c.gave_up(port='10.77.0.25:3205', optional=True)


@case('kerberos', 'failure', client=MIT)
def kerberos_wrong_key(c):
    """squid's keytab was made with another password: the ticket is answered by a bare Negotiate."""
    env, _ = c.kinit('alice')
    negotiate(c, 'krbbad', env, how='--proxy-anyauth')
    c.refused(None, 'kerberos-wrong-key', scheme=KRB, port='krbbad', cause_ok=HIDDEN, user_ok=[None, 'alice@LAB.TEST'])


@case('kerberos', 'failure', 'apache', client=MIT, proxy=AP)
def kerberos_wrong_key_apache(c):
    """Apache's keytab was made with another password: KRB-ERROR 31 inside the 407."""
    env, _ = c.kinit('alice')
    negotiate(c.apache('wrong'), APACHE['wrong'], env)
    c.refused(None, 'kerberos-wrong-key', scheme=KRB, port=APACHE['wrong'], user_ok=[None, 'alice@LAB.TEST'])


@case('kerberos', 'failure', client=MIT)
def kerberos_kvno_mismatch(c):
    """squid's keytab has another key version than the ticket."""
    env, _ = c.kinit('bob')
    negotiate(c, 'krbold', env, how='--proxy-anyauth')
    c.refused(None, 'kerberos-wrong-key', scheme=KRB, port='krbold', cause_ok=HIDDEN, user_ok=[None, 'bob@LAB.TEST'])


@case('kerberos', 'failure', 'apache', client=MIT, proxy=AP)
def kerberos_kvno_mismatch_apache(c):
    """Apache's keytab has another key version than the ticket: KRB-ERROR 44."""
    env, _ = c.kinit('bob')
    negotiate(c.apache('oldkvno'), APACHE['oldkvno'], env, how='--proxy-anyauth')
    c.refused(None, 'kerberos-wrong-key', scheme=KRB, port=APACHE['oldkvno'], user_ok=[None, 'bob@LAB.TEST'])


@case('kerberos', 'failure', 'apache', client=MIT, proxy=AP)
def kerberos_other_spn_apache(c):
    """Apache's keytab is for HTTP/other.lab.test: KRB-ERROR 35 or the like."""
    env, _ = c.kinit('bob')
    negotiate(c.apache('otherspn'), APACHE['otherspn'], env)
    c.refused(None, 'kerberos-wrong-key', scheme=KRB, port=APACHE['otherspn'], user_ok=[None, 'bob@LAB.TEST'])


@case('kerberos', 'failure', 'clock', client=MIT)
def kerberos_skew_at_proxy(c):
    """The clock of squid's helper is 20 minutes ahead (faketime); squid hides the reason."""
    env, _ = c.kinit('alice')
    negotiate(c, 'krbskew', env, how='--proxy-anyauth')
    c.refused(None, 'clock-skew', scheme=KRB, port='krbskew', cause_ok=HIDDEN, user_ok=[None, 'alice@LAB.TEST'])


@case('kerberos', 'failure', 'clock', 'apache', client=MIT + ', libfaketime', proxy=AP)
def kerberos_skew_apache(c):
    """The client's clock is 20 minutes ahead, service ticket cached: SPNEGO reject with KRB-ERROR 37 inside."""
    k = config('nosync', kdc_timesync=0)
    env, _ = c.kinit('heidi', env=k)
    c.ns('pac1', f'env {env} {k} kvno HTTP/proxy.lab.test', seen=False)
    negotiate(c.apache('http'), APACHE['http'], f'{env} {k} faketime -f +20m', how='--proxy-anyauth')
    c.refused(None, 'clock-skew', scheme=KRB, port=APACHE['http'], user_ok=[None, 'heidi@LAB.TEST'])


@case('kerberos', 'success', 'clock', client=MIT + ', libfaketime')
def kerberos_skew_corrected_ok(c):
    """The client's clock is 20 minutes ahead; MIT krb5 corrects itself by the KDC's error: works."""
    env, _ = c.kinit('heidi', seen=True, env='faketime -f +20m')
    negotiate(c, 'krb', f'{env} faketime -f +20m', how='--proxy-anyauth')
    c.ok('heidi@LAB.TEST', scheme=KRB, port='krb')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_spn_unknown_alias(c):
    """The proxy is called wpad.lab.test, for which there is no SPN: KDC error 7, the client gives up."""
    env, _ = c.kinit('bob')
    negotiate(c, 'krb', env, px='wpad.lab.test')
    no_ticket(c)


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_spn_unknown_ip(c):
    """The proxy is called by its address: no SPN HTTP/10.77.0.20."""
    env, _ = c.kinit('bob')
    negotiate(c, 'krb', env, how='--proxy-anyauth', px=PX)
    no_ticket(c)


@case('kerberos', 'ntlm', 'success', client=MIT + ' and gss-ntlmssp')
def kerberos_spn_unknown_ntlm_fallback(c):
    """The proxy is called by its address; no ticket (error 7), so the client falls back to NTLM inside SPNEGO: works."""
    f = LAB / 'run/ntlmfile'
    f.write_text(f'LAB:alice:{c.pw("alice")}\n')
    env, _ = c.kinit('alice')
    negotiate(c, 'spnego', f'{env} NTLM_USER_FILE={f}', px=PX)
    c.ok('LAB\\alice', scheme='Negotiate/NTLM', port='spnego')


@case('kerberos', 'failure', client=MIT)
def kerberos_no_ticket(c):
    """No ticket-granting ticket at all: no KDC traffic, the request goes out twice without credentials."""
    negotiate(c, 'krb', 'KRB5CCNAME=FILE:/dev/null')
    no_ticket(c)


@case('kerberos', 'failure', client=MIT)
def kerberos_tgt_expired(c):
    """The ticket-granting ticket has run out; the library does not use it, nothing is sent."""
    env, _ = c.kinit('alice', extra='-l 3s')
    time.sleep(5)
    negotiate(c, 'krb', env)
    no_ticket(c, 'ticket-expired')


def logon_fails(c, user, pw, cause, shown=None):
    """kinit fails in the capture, then curl has no ticket."""
    env, o = c.kinit(user, pw=pw, seen=True)
    negotiate(c, 'krb', env)
    no_ticket(c, cause, 'credentials', f'{user}@LAB.TEST')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_preauth_failed(c):
    """kinit with a wrong password (KDC error 24), then curl without a ticket."""
    logon_fails(c, 'bob', 'B0b-Wrong-1', 'credentials-rejected')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_unknown_user(c):
    """kinit of a user that is not there (KDC error 6), then curl without a ticket."""
    logon_fails(c, 'nobody8', 'Wh4tever-8', 'credentials-rejected')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_disabled(c):
    """kinit of a disabled account (KDC error 18), then curl without a ticket."""
    logon_fails(c, 'dave', None, 'account-locked')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_locked(c):
    """kinit of a locked account (KDC error 18), then curl without a ticket."""
    with lockout(3):
        for _ in range(4):
            sh("ip netns exec pac2 env KRB5CCNAME=/dev/null kinit erin@LAB.TEST <<<'not-this'")
        logon_fails(c, 'erin', None, 'account-locked')
        c.stop()


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_password_expired(c):
    """kinit of an account that must change its password (KDC error 23), then curl without a ticket."""
    dcx(f"samba-tool user setpassword frank --newpassword={shlex.quote(c.pw('frank'))} --must-change-at-next-login")
    logon_fails(c, 'frank', None, 'credentials-expired')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_account_expired(c):
    """kinit of an account whose end date has passed (KDC error 18), then curl without a ticket."""
    ldif('sam.ldb', 'CN=sybil,CN=Users,DC=lab,DC=test', accountExpires='131907744000000000')
    logon_fails(c, 'sybil', None, 'credentials-expired')
    c.rows[-1]['cause_ok'].append('account-locked')


@case('kerberos', 'failure', 'kdc', 'clock', client=MIT + ', libfaketime')
def kerberos_kdc_skew(c):
    """kinit with a clock 20 minutes ahead and kdc_timesync off (KDC error 37), then curl without a ticket."""
    k = config('nosync', kdc_timesync=0)
    env, _ = c.kinit('heidi', seen=True, env=f'{k} faketime -f +20m')
    negotiate(c, 'krb', f'{env} {k} faketime -f +20m')
    no_ticket(c, 'clock-skew', 'credentials', 'heidi@LAB.TEST')


@case('kerberos', 'failure', 'kdc', client=MIT, flt='host 10.77.1.1 and not icmp6 and not port 53')
def kerberos_kdc_unreachable(c):
    """The KDC's answers do not come back (blackhole route at the DC): TGS-REQs unanswered, then a request without credentials."""
    env, _ = c.kinit('alice')
    c.squid('krb')
    sh('ip -n padc route add blackhole 10.77.1.1/32')
    try:
        negotiate(c, 'krb', env, args='--max-time 90')
        c.stop()
    finally:
        sh('ip -n padc route del blackhole 10.77.1.1/32')
    no_ticket(c)
    c.rows[-1]['cause_ok'].append('auth-backend-down')


@case('kerberos', 'failure', 'kdc', client=MIT, flt='host 10.77.1.1 and not icmp6 and not port 53')
def kerberos_kdc_not_there(c):
    """alice logs on; then the KDC's cable is out: asked for by ARP, in vain, then a request without credentials."""
    env, _ = c.kinit('alice', seen=True)
    c.squid('krb')
    sh('ip -n pasw link set ppadc down')
    sh('ip -n pac1 neigh flush all')
    try:
        negotiate(c, 'krb', env, args='--max-time 60')
        c.stop()
    finally:
        sh('ip -n pasw link set ppadc up')
    no_ticket(c)
    c.rows[-1]['cause_ok'].append('auth-backend-down')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_tcp_blocked(c):
    """TCP to the KDC is dropped, UDP is not: the answer is too big for UDP (error 52), the SYNs on TCP stay unanswered."""
    c.squid('krb')
    rule = 'ip netns exec padc iptables -{} INPUT -s 10.77.1.1 -p tcp --dport 88 -j DROP'
    sh(rule.format('A'))
    try:
        env, _ = c.kinit('heidi', seen=True)
        negotiate(c, 'krb', env, args='--max-time 60')
        c.stop()
    finally:
        sh(rule.format('D'))
    no_ticket(c, 'kerberos-no-ticket', 'credentials', 'heidi@LAB.TEST')
    c.rows[-1]['cause_ok'].append('auth-backend-down')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_port_closed(c):
    """krb5.conf names a host that is no KDC: ICMP port unreachable and RST, then a request without credentials."""
    f = LAB / 'run/krb5.nokdc.conf'
    f.write_text((HERE / 'etc/krb5.conf').read_text().replace('kdc = 10.77.0.10', 'kdc = 10.77.0.30'))
    env, _ = c.kinit('alice')
    negotiate(c, 'krb', f'{env} KRB5_CONFIG={f}')
    no_ticket(c)
    c.rows[-1]['cause_ok'].append('auth-backend-down')


@case('kerberos', 'success', client=MIT)
def kerberos_ok_disabled_user_cached_ticket(c):
    """The account was disabled after the client had its service ticket: it goes on working."""
    env, _ = c.kinit('niaj')
    c.ns('pac1', f'env {env} kvno HTTP/proxy.lab.test', seen=False)
    dcx('samba-tool user disable niaj')
    try:
        negotiate(c, 'krb', env, how='--proxy-anyauth')
        c.stop()
    finally:
        dcx('samba-tool user enable niaj')
    c.ok('niaj@LAB.TEST', scheme=KRB, port='krb')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_tgs_refused_disabled_user(c):
    """The account was disabled after its logon: the KDC refuses the service ticket (error 12 or 18)."""
    env, _ = c.kinit('niaj')
    dcx('samba-tool user disable niaj')
    try:
        negotiate(c, 'krb', env, how='--proxy-anyauth')
        c.stop()
    finally:
        dcx('samba-tool user enable niaj')
    no_ticket(c)
    c.rows[-1]['cause_ok'] += ['account-locked', 'credentials-rejected']


@case('kerberos', 'failure', 'replay', client='scripted client (impacket)')
def kerberos_replay(c):
    """The very same AP-REQ on three connections: squid's helper (with its replay cache on) takes the first only."""
    env, _ = c.kinit('alice')
    c.ns('pac1', f'env {env} kvno HTTP/proxy.lab.test', seen=False)
    c.squid('krbreplay').ns('pac1', f"/usr/bin/python3 {HERE}/apreq.py {env.split('=')[1]} {PX}:3136 3 newconn")
    c.ok('alice@LAB.TEST', scheme=KRB, port='krbreplay')
    c.refused(None, 'other', scheme=KRB, port='krbreplay', count=2, user_ok=[None, 'alice@LAB.TEST'],
              cause_ok=['other', 'credentials-rejected', 'kerberos-wrong-key', 'retry-loop'])


@case('kerberos', 'failure', 'replay', 'apache', client='scripted client (impacket)', proxy=AP)
def kerberos_replay_apache(c):
    """The very same AP-REQ twice: Apache answers the second with KRB-ERROR 34."""
    env, _ = c.kinit('alice')
    c.ns('pac1', f'env {env} kvno HTTP/proxy.lab.test', seen=False)
    c.apache('http').ns('pac1', f"/usr/bin/python3 {HERE}/apreq.py {env.split('=')[1]} {PX}:{APACHE['http']} 2 newconn")
    c.ok('alice@LAB.TEST', scheme=KRB, port=APACHE['http'])
    c.refused(None, 'other', scheme=KRB, port=APACHE['http'], user_ok=[None, 'alice@LAB.TEST'],
              cause_ok=['other', 'credentials-rejected', 'retry-loop'])


@case('kerberos', 'failure', 'apache', client='scripted client (impacket)', proxy=AP)
def kerberos_ticket_expired_apache(c):
    """A service ticket of six minutes, used twelve minutes later by a client that does not look at the end time: KRB-ERROR 32."""
    expired(c, APACHE['http'], c.apache('http'))


@case('kerberos', 'failure', client='scripted client (impacket)')
def kerberos_ticket_expired(c):
    """A service ticket of six minutes, used twelve minutes later by a client that does not look at the end time; squid hides why."""
    expired(c, 'krb', c.squid('krb'))


def expired(c, port, _):
    cc = LAB / 'cc/short-lived'
    if not cc.exists():
        sh(f"ip netns exec pac1 env KRB5CCNAME={cc} bash -c \"kinit -l 6m alice@LAB.TEST <<<'{c.pw('alice')}' && kvno HTTP/proxy.lab.test\"")
    time.sleep(max(0, cc.stat().st_mtime + 690 - time.time()))
    n = APACHE['http'] if port != 'krb' else 3129
    c.ns('pac1', f'/usr/bin/python3 {HERE}/apreq.py {cc} {PX}:{n}')
    c.refused(None, 'ticket-expired', scheme=KRB, port=port, cause_ok=HIDDEN if port == 'krb' else ['ticket-expired'],
              user_ok=[None, 'alice@LAB.TEST'])


@case('kerberos', 'policy', client=MIT)
def kerberos_denied_after_accept(c):
    """carol's ticket is good, but an ACL that ends on a list of users says no: 407 with accept-completed inside."""
    env, _ = c.kinit('carol')
    negotiate(c, 'krbacl', env)
    c.refused(None, 'other', scheme=KRB, port='krbacl', user_ok=[None, 'carol@LAB.TEST'], cause_ok=['other'])


@case('kerberos', 'policy', 'success', client=MIT)
def kerberos_403_after_login(c):
    """The ticket is good, the site forbidden: 403."""
    env, _ = c.kinit('carol')
    negotiate(c, 'krb403', env, url='http://mail.example.test/')
    c.ok('carol@LAB.TEST', scheme=KRB, port='krb403')


@case('kerberos', 'browser', 'success', client='chromium headless (puppeteer-core)')
def kerberos_chromium_ok(c):
    """chromium with a ticket and an allow-list that holds the proxy: two pages by Kerberos."""
    env, _ = c.kinit('alice')
    c.chrome('krb', [(WEB + 'a', None, None), (WEB + 'b', None, None)], env=f"{env} CHROME_ARGS='--auth-server-allowlist=*'")
    c.stop()
    browser_rows(c, 'krb', 'alice@LAB.TEST', KRB)


def browser_rows(c, port, user, scheme='NTLM', **k):
    """A browser's connections from the proxy's log: those that logged in, and its spare ones that never answered."""
    con = {}
    for a in c.access():
        con.setdefault(a[2], []).append(a)
    good = sum(any(a[6] != '-' and a[3] != '407' for a in v) for v in con.values())
    spare = sum(all(a[8] == '-' for a in v) and any(a[3] == '407' for a in v) for v in con.values())
    if good:
        c.ok(user, scheme=scheme, port=port, count=good, **k)
    if spare:
        c.gave_up(port=port, count=spare, count_min=1, optional=True, **k)


@case('kerberos', 'balancer', client=MIT, clients=('pac1', 'pamb'), proxy='squid 5.7 (Debian) behind haproxy 2.6', n407=2)
def kerberos_tcp_balancer_both_legs(c):
    """Through a balancer in TCP mode to a squid with a wrong keytab, with both legs in the capture: the same ticket goes over twice, and nobody
    sent it again."""
    c.haproxy().squid('krbbad')
    env, _ = c.kinit('alice')
    c.curl(3210, how='--proxy-negotiate -I', user='', pw='', env=env, px='gw.lab.test')
    for k in (dict(port='10.77.0.25:3210'), dict(client='pamb', port='krbbad')):
        c.refused(None, 'kerberos-wrong-key', scheme=KRB, user_ok=[None, 'alice@LAB.TEST'], cause_ok=[x for x in HIDDEN if x != 'other'], **k)
