# SPDX-License-Identifier: BSD-2-Clause
"""Cases of the NTLM scheme."""
import contextlib
import time

from lab import LAB, WEB, case, ctl, dcx, set_password, sh

ALICE = 'LAB\\alice'


def ldif(base, dn, **attrs):
    """Change attributes; base is sam.ldb or a partition's own file (where its modules would forbid the change)."""
    path = LAB / 'dc/private' / (base if base == 'sam.ldb' else f'sam.ldb.d/{base}')
    text = f'dn: {dn}\nchangetype: modify\n' + \
        '-\n'.join(f'replace: {k}\n{k}: {v}\n' for k, v in attrs.items())
    print(sh(f"ldbmodify -H '{path}' <<'EOF'\n{text}EOF").strip())


@contextlib.contextmanager
def lockout(threshold):
    """Accounts lock at so many bad passwords, while the case runs; erin is unlocked before and after."""
    unlock = "samba-tool user unlock erin"
    dcx(unlock)
    dcx(f'samba-tool domain passwordsettings set --account-lockout-threshold={threshold}')
    try:
        yield
    finally:
        dcx('samba-tool domain passwordsettings set --account-lockout-threshold=0')
        dcx(unlock)


@contextlib.contextmanager
def ntlm_auth(level):
    """The DC with another 'ntlm auth', for the length of a case."""
    f = LAB / 'etc/dc-ntlm.conf'
    was = f.read_text()
    f.write_text(was.replace('ntlmv2-only', level))
    ctl('dcctl', 'restart')
    ctl('wbctl', 'restart')
    try:
        yield
    finally:
        f.write_text(was)
        ctl('dcctl', 'restart')
        ctl('wbctl', 'restart')


def count_ok(c):
    """Connections that the proxy's log calls authenticated."""
    c.stop()
    return len({(a[1], a[2]) for a in c.access() if a[6] != '-' and a[3] != '407'})


def java_rows(c, user, port):
    """Java's repetitions: handshakes by the count of type 3 in the proxy's log; the first connection had the offer only."""
    n = sum('TlRMTVNTUAAD' in a[8] for a in c.access())
    c.refused(user, port=port, count=n, cause_ok=['credentials-rejected', 'retry-loop'])
    c.gave_up(port=port, optional=True, count=sum(a[8] == '-' for a in c.access()))


def mismatch(c):
    c.expect('Basic', 'rejected', 'credentials', 'scheme-mismatch', user='alice', broke_at_ok=['credentials', 'offer'])


def spnego_curl(c, userfile):
    """curl with gss-ntlmssp falls over half of the time: only the run that lived is kept."""
    for _ in range(12):
        o = c.curl('spnego', how='--proxy-negotiate', user='', pw='', env=f'NTLM_USER_FILE={userfile} KRB5CCNAME=FILE:/dev/null')
        if 'conn=' in o and '000' not in o.split()[0]:
            break
    c.stop()
    last = [a[2] for a in c.access() if a[8] != '-' and a[3] != '0'][-1]
    c.forget = {a[2] for a in c.access()} - {last}
    c.only = f'tcp.port == {last.rsplit(":", 1)[1]}'


def requests_ntlm(c, pw):
    c.squid('ntlm').ns('pac1', f"env OPENSSL_CONF={LAB}/etc/openssl-legacy.cnf /usr/bin/python3 -c \"import requests; from requests_ntlm import HttpNtlmAuth; "
                               f"print(requests.get('{WEB}', proxies=dict(http='http://proxy.lab.test:3128'), auth=HttpNtlmAuth('LAB\\\\\\\\heidi', '{pw}')).status_code)\"")


@case('ntlm', 'success')
def ntlm_ok_anyauth(c):
    """curl --proxy-anyauth, right password, one GET: offer, type 2, then 200."""
    c.curl('ntlm', user=ALICE)
    c.ok(ALICE)


@case('ntlm', 'success')
def ntlm_ok_connect(c):
    """curl --proxy-anyauth, right password, https: the CONNECT is authenticated."""
    c.curl('ntlm', '-k', user=ALICE, url='https://www.example.test/')
    c.ok(ALICE)


@case('ntlm', 'success')
def ntlm_ok_preemptive(c):
    """curl --proxy-ntlm, right password: type 1 goes first, there is no offer."""
    c.curl('ntlm', user='LAB\\bob', how='--proxy-ntlm')
    c.ok('LAB\\bob')


@case('ntlm', 'success')
def ntlm_ok_keepalive(c):
    """curl --proxy-ntlm, six URLs on one connection: one handshake, then plain requests."""
    c.curl('ntlm', user=ALICE, how='--proxy-ntlm', url=' '.join(f'{WEB}p{i} -o /dev/null' for i in range(6)))
    c.ok(ALICE)


@case('ntlm', 'success', 'post')
def ntlm_ok_post(c):
    """curl --proxy-anyauth, POST of 5 kB: the first legs go with Content-Length 0 or are cut, the body goes with the type 3."""
    c.curl('ntlm', "--data-binary @<(head -c 5000 /dev/zero | tr '\\0' x)", user='LAB\\carol', url='http://www.example.test/upload')
    c.ok('LAB\\carol')


@case('ntlm', 'success')
def ntlm_ok_upn(c):
    """The user is given as alice@lab.test, without a domain."""
    c.curl('ntlm', user='alice@lab.test')
    c.ok('alice@lab.test', user_ok=['alice@lab.test', 'lab.test\\alice'])


@case('ntlm', 'failure')
def ntlm_wrong_password(c):
    """curl --proxy-anyauth with a wrong password: squid answers a bare 407 once more."""
    c.curl('ntlm', user=ALICE, pw='Wr0ng-Guess-91')
    c.refused(ALICE)


@case('ntlm', 'failure')
def ntlm_wrong_password_connect(c):
    """curl --proxy-ntlm to an https site with a wrong password."""
    c.curl('ntlm', user='LAB\\bob', pw='Wr0ng-Guess-92', how='--proxy-ntlm', url='https://www.example.test/')
    c.refused('LAB\\bob')


@case('ntlm', 'failure')
def ntlm_unknown_user(c):
    """A user that the directory does not have."""
    c.curl('ntlm', user='LAB\\nobody7', pw='N0-Such-User-x')
    c.refused('LAB\\nobody7')


@case('ntlm', 'failure')
def ntlm_disabled_account(c):
    """Right password of a disabled account: on the wire it looks like a wrong one."""
    c.curl('ntlm', user='LAB\\dave')
    c.refused('LAB\\dave')


@case('ntlm', 'failure')
def ntlm_wrong_domain(c):
    """Right user and password, but a domain that nobody knows (TYPO instead of LAB)."""
    c.curl('ntlm', user='TYPO\\alice')
    c.refused('TYPO\\alice')


@case('ntlm', 'failure')
def ntlm_must_change(c):
    """Right password of an account that must change it at the next logon."""
    dcx(f"samba-tool user setpassword frank --newpassword='{c.pw('frank')}' --must-change-at-next-login")
    c.curl('ntlm', user='LAB\\frank')
    c.refused('LAB\\frank', 'credentials-expired')


@case('ntlm', 'failure')
def ntlm_expired_password(c):
    """Right password, but the domain's maximum age of passwords has passed (pwdLastSet of 2019 in the directory)."""
    ldif('DC=LAB,DC=TEST.ldb', 'CN=grace,CN=Users,DC=lab,DC=test', pwdLastSet='131907744000000000')
    dcx('samba-tool domain passwordsettings set --max-pwd-age=42')
    try:
        c.curl('ntlm', user='LAB\\grace')
        c.stop()
    finally:
        dcx('samba-tool domain passwordsettings set --max-pwd-age=0')
    c.refused('LAB\\grace', 'credentials-expired')


@case('ntlm', 'failure')
def ntlm_account_expired(c):
    """Right password of an account whose end date has passed."""
    ldif('sam.ldb', 'CN=sybil,CN=Users,DC=lab,DC=test', accountExpires='131907744000000000')
    c.curl('ntlm', user='LAB\\sybil')
    c.refused('LAB\\sybil', 'credentials-expired', cause_ok=['credentials-expired', 'credentials-rejected', 'account-locked'])


@case('ntlm', 'failure')
def ntlm_workstation_limit(c):
    """The account may log on at PC-TRENT only (userWorkstations); curl calls itself WORKSTATION."""
    ldif('sam.ldb', 'CN=trent,CN=Users,DC=lab,DC=test', userWorkstations='PC-TRENT')
    c.curl('ntlm', user='LAB\\trent')
    c.refused('LAB\\trent')


@case('ntlm', 'failure')
def ntlm_locked_account(c):
    """Right password of an account that was locked before the capture began."""
    with lockout(3):
        for _ in range(4):
            sh("ip netns exec pac2 env KRB5CCNAME=/dev/null kinit erin@LAB.TEST <<<'not-this'")
        c.curl('ntlm', user='LAB\\erin')
        c.stop()
    c.refused('LAB\\erin', 'account-locked')


@case('ntlm', 'failure', 'storm', clients=('pac1', 'pac2', 'pac3'))
def ntlm_lockout_storm(c):
    """erin works at .1; an agent at .3 with an old password tries six times, a second apart: the account locks at the fifth
    bad one; then erin's right password is refused at .1 and .2 as well."""
    with lockout(5):
        c.curl('storm', user='LAB\\erin')
        for _ in range(6):
            c.curl('storm', user='LAB\\erin', pw='Er1n.Old.Pass', host='pac3', how='--proxy-ntlm -A backup-agent/2.1')
            time.sleep(1)
        c.curl('storm', user='LAB\\erin')
        c.curl('storm', user='LAB\\erin', host='pac2')
        c.stop()
    c.ok('LAB\\erin', port='storm')
    c.refused('LAB\\erin', 'stale-cached-credentials', client='pac3', port='storm', count=6,
              cause_ok=['stale-cached-credentials', 'credentials-rejected', 'retry-loop', 'account-locked'])
    c.refused('LAB\\erin', 'account-locked', client='pac1', port='storm')
    c.refused('LAB\\erin', 'account-locked', client='pac2', port='storm')


@case('ntlm', 'failure', 'v1', client='scripted client (impacket)')
def ntlm_v1_refused(c):
    """Right password, NTLMv1 response (24 bytes); the DC takes NTLMv2 only."""
    c.raw_client('--v1', user='bob')
    c.refused('LAB\\bob', 'ntlm-version-refused', cause_ok=['ntlm-version-refused', 'credentials-rejected'])


@case('ntlm', 'failure', 'v1', 'cntlm', client='cntlm 0.92.3 (Auth LM), curl behind it')
def ntlm_lm_refused_cntlm(c):
    """cntlm with Auth LM: only an LM response, the user in capitals; the DC takes NTLMv2 only."""
    end = c.cntlm('ntlm', 'bob', auth='LM')
    c.ns('pac1', f'curl -sS -o /dev/null -x http://127.0.0.1:3128 {WEB}')
    end()
    c.refused('LAB\\bob', 'ntlm-version-refused', cause_ok=['ntlm-version-refused', 'credentials-rejected'], user_ok=['LAB\\bob', 'LAB\\BOB'])


@case('ntlm', 'success', 'v1', client='scripted client (impacket)')
def ntlm_v1_ok(c):
    """NTLMv1 response accepted: the DC was set to 'ntlm auth = yes' for this case."""
    with ntlm_auth('ntlmv1-permitted'):
        c.raw_client('--v1 --offer-first', user='bob')
        c.stop()
    c.ok('LAB\\bob')


@case('ntlm', 'success', 'v1', 'cntlm', client='cntlm 0.92.3 (Auth NTLM), curl behind it')
def ntlm_v1_ok_cntlm(c):
    """cntlm with Auth NTLM (v1, LM and NT response) against a DC that takes it."""
    with ntlm_auth('ntlmv1-permitted'):
        end = c.cntlm('ntlm', 'bob', auth='NTLM')
        c.ns('pac1', f'curl -sS -o /dev/null -x http://127.0.0.1:3128 {WEB}')
        end()
        c.stop()
    c.ok('LAB\\bob', user_ok=['LAB\\bob', 'LAB\\BOB'])


@case('ntlm', 'success', 'cntlm', client='cntlm 0.92.3, curl behind it')
def ntlm_ok_cntlm(c):
    """cntlm (NTLMv2) as the client of the proxy, three requests through it."""
    end = c.cntlm('ntlm', 'olivia')
    for i in range(3):
        c.ns('pac1', f'curl -sS -o /dev/null -x http://127.0.0.1:3128 {WEB}{i}')
    end()
    c.ok('LAB\\olivia', count=count_ok(c))


@case('ntlm', 'failure', 'cntlm', client='cntlm 0.92.3, curl behind it')
def ntlm_wrong_password_cntlm(c):
    """cntlm with a wrong password in its configuration."""
    end = c.cntlm('ntlm', 'carol', pw='Car0l-Before-Easter')
    c.ns('pac1', f'curl -sS -o /dev/null -x http://127.0.0.1:3128 {WEB}')
    end()
    c.refused('LAB\\carol')


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_anonymous(c):
    """Type 3 with an empty user name and no responses."""
    c.raw_client('--anon', user='', pw='')
    c.refused(None, 'anonymous-logon', user_ok=[None, '', '\\'])


@case('ntlm', 'machine', client='scripted client (impacket)')
def ntlm_machine_account(c):
    """A computer account (WS1$) logs in with its machine password."""
    c.raw_client('--workstation WS1', user='WS1$')
    c.stop()
    if count_ok(c):
        c.ok('LAB\\WS1$')
        c.note('Logged in: the machine, not a person.')
    else:
        c.refused('LAB\\WS1$', 'anonymous-logon', cause_ok=['anonymous-logon', 'credentials-rejected'])


@case('ntlm', 'recovered')
def ntlm_typo_then_ok(c):
    """One typing error, then the right password 2.5 s later, on a new connection."""
    c.curl('ntlm', user=ALICE, pw='Al1ce-Tulip-24')
    time.sleep(2.5)
    c.curl('ntlm', user=ALICE)
    c.refused(ALICE).ok(ALICE)
    c.note('overall: recovered')


@case('ntlm', 'failure', 'java', client='OpenJDK 17 HttpURLConnection')
def ntlm_wrong_password_java(c):
    """Java with one wrong password: it repeats the login on new connections until its limit of 20."""
    c.java('storm', 'LAB\\judy', pw='Judy-N0t-9000z')
    c.stop()
    java_rows(c, 'LAB\\judy', 'storm')


@case('ntlm', 'success', 'java', client='OpenJDK 17 HttpURLConnection')
def ntlm_ok_java(c):
    """Java with the right password, two pages: takes the offer on one connection, the handshake on the next."""
    c.java('ntlm', 'LAB\\judy', url=f'{WEB}a {WEB}b')
    c.ok('LAB\\judy')
    c.gave_up(optional=True)
    c.note('The offer was on a connection of its own; a good tool joins it with the handshake on the next.')


@case('ntlm', 'success', 'java', client='OpenJDK 17 HttpURLConnection')
def ntlm_ok_java_connect(c):
    """Java with the right password to an https site: CONNECT with NTLM."""
    c.java('ntlm', 'LAB\\judy', url='https://www.example.test/')
    c.ok('LAB\\judy')
    c.gave_up(optional=True)


@case('ntlm', 'failure', 'stale', clients=('pac1', 'pac3'))
def ntlm_stale_agent(c):
    """svc-agent's password was changed; an agent at .3 goes on with the old one every 1.2 s, while the same account works
    from .1 with the new one."""
    old, new = c.pw('svc-agent'), c.pw('svc-agent', 'Svc-4gent-New2')
    set_password('svc-agent', new)
    try:
        for i in range(6):
            c.curl('storm', user='LAB\\svc-agent', pw=old, host='pac3', how='--proxy-ntlm -A backup-agent/2.1')
            if i in (1, 4):
                c.curl('storm', user='LAB\\svc-agent', pw=new, how='--proxy-ntlm')
            time.sleep(1.2)
        c.stop()
    finally:
        set_password('svc-agent', old)
    c.refused('LAB\\svc-agent', 'stale-cached-credentials', client='pac3', port='storm', count=6,
              cause_ok=['stale-cached-credentials', 'credentials-rejected', 'retry-loop'])
    c.ok('LAB\\svc-agent', port='storm', count=2)


@case('ntlm', 'failure', 'stale', clients=('pac1', 'pac2'))
def ntlm_password_changed(c):
    """ivan works at .1 and .2; then his password is changed: .1 goes on with the old one and is refused, .2 has the new one."""
    old, new = c.pw('ivan'), c.pw('ivan', 'Iv4n-After-Change9')
    try:
        c.curl('storm', user='LAB\\ivan', pw=old)
        c.curl('storm', user='LAB\\ivan', pw=old, host='pac2')
        set_password('ivan', new)
        for _ in range(3):
            c.curl('storm', user='LAB\\ivan', pw=old)
            time.sleep(.5)
        c.curl('storm', user='LAB\\ivan', pw=new, host='pac2')
        c.stop()
    finally:
        set_password('ivan', old)
    c.ok('LAB\\ivan', port='storm')
    c.refused('LAB\\ivan', 'stale-cached-credentials', port='storm', count=3,
              cause_ok=['stale-cached-credentials', 'credentials-rejected', 'retry-loop'])
    c.ok('LAB\\ivan', client='pac2', port='storm', count=2)


@case('ntlm', 'failure', 'persistence', client='scripted client (impacket)')
def ntlm_http10_close(c):
    """HTTP/1.0 without keep-alive, right password: squid answers the type 1 without any offer and closes."""
    c.raw_client('--http10')
    c.expect('NTLM', 'broken', 'negotiate', 'connection-not-kept', outcome_ok=['broken', 'rejected'],
             broke_at_ok=['negotiate', 'challenge'], cause_ok=['connection-not-kept', 'challenge-missing'])


@case('ntlm', 'failure', 'persistence', client='scripted client (impacket)')
def ntlm_connection_close(c):
    """HTTP/1.1 with Connection: close in the type 1, right password, offer first: no type 2."""
    c.raw_client('--close --offer-first')
    c.expect('NTLM', 'broken', 'negotiate', 'connection-not-kept', outcome_ok=['broken', 'rejected'],
             broke_at_ok=['negotiate', 'challenge'], cause_ok=['connection-not-kept', 'challenge-missing'])
    c.gave_up(optional=True)


@case('ntlm', 'failure', 'persistence', 'middlebox', proxy='squid 5.7 (Debian) behind haproxy 2.6')
def ntlm_haproxy_httpclose(c):
    """Right password; haproxy (option httpclose, two squids) in front: every request gets a connection of its own, squid answers
    the type 1 without a type 2. Only the client's side is captured."""
    c.haproxy().curl(3201, user=ALICE, px='gw.lab.test')
    c.expect('NTLM', 'broken', 'challenge', 'connection-not-kept', port='10.77.0.25:3201', outcome_ok=['broken', 'rejected'],
             broke_at_ok=['challenge', 'negotiate'], cause_ok=['connection-not-kept', 'challenge-missing'])
    c.gave_up(port='10.77.0.25:3201', optional=True)
    c.note('The offer was on a connection of its own; a good tool joins it with the type 1 on the next.')


@case('ntlm', 'failure', 'persistence', 'middlebox', clients=('pac1', 'pamb'), proxy='squid 5.7 (Debian) behind haproxy 2.6')
def ntlm_haproxy_httpclose_both_legs(c):
    """As ntlm-haproxy-httpclose, type 1 first, with both legs (client to haproxy, haproxy to squid) in the capture."""
    c.haproxy().curl(3201, user=ALICE, px='gw.lab.test', how='--proxy-ntlm')
    for client, port in (('pac1', '10.77.0.25:3201'), ('pamb', 'any')):
        if port == 'any':
            c.stop()
            port = c.access()[0][1]
        c.expect('NTLM', 'broken', 'challenge', 'connection-not-kept', client=client, port=port, outcome_ok=['broken', 'rejected'],
                 broke_at_ok=['challenge', 'negotiate'], cause_ok=['connection-not-kept', 'challenge-missing'])
    c.spec['n407'] = 2 * len(c.access())


@case('ntlm', 'success', 'middlebox', proxy='squid 5.7 (Debian) behind haproxy 2.6')
def ntlm_haproxy_keepalive_ok(c):
    """haproxy in keep-alive mode in front of two squids: it notices NTLM and pins the connection, the login works."""
    c.haproxy().curl(3203, user=ALICE, px='gw.lab.test')
    c.ok(ALICE, port='10.77.0.25:3203')


@case('ntlm', 'failure', 'persistence', client='scripted client (impacket)')
def ntlm_type3_on_new_connection(c):
    """Right password, but the type 3 goes out on a new TCP connection (a pool without stickiness)."""
    c.raw_client('--offer-first --new-conn')
    c.refused(ALICE, 'handshake-split', outcome_ok=['rejected', 'broken'], cause_ok=['handshake-split'])


@case('ntlm', 'failure', 'persistence', client='scripted client (impacket)')
def ntlm_idle_timeout(c):
    """The client needs 4 s between type 2 and type 3; the proxy closes idle connections after 1 s."""
    c.raw_client('--hold 4', port='ntlmidle')
    c.expect('NTLM', 'broken', 'challenge', 'connection-not-kept', port='ntlmidle', broke_at_ok=['challenge', 'authenticate'],
             user_ok=[None, ALICE])


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_client_stops_at_challenge(c):
    """The client gets its type 2 and closes: no credentials for it."""
    c.raw_client('--stop-after-2 --offer-first --hold 1')
    c.expect('NTLM', 'abandoned', 'challenge', 'no-credentials', cause_ok=['no-credentials', 'other'], outcome_ok=['abandoned', 'broken'])


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_client_resets_at_challenge(c):
    """The client gets its type 2 and resets the connection."""
    c.raw_client('--stop-after-2 --rst')
    c.expect('NTLM', 'abandoned', 'challenge', 'no-credentials', cause_ok=['no-credentials', 'other', 'connection-not-kept'],
             outcome_ok=['abandoned', 'broken'])


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_type1_repeated(c):
    """The client answers the type 2 with another type 1, four times, and gives up."""
    c.raw_client('--type1-again 4')
    c.expect('NTLM', 'abandoned', 'challenge', 'retry-loop', cause_ok=['retry-loop', 'no-credentials', 'challenge-missing', 'other'],
             outcome_ok=['abandoned', 'rejected', 'broken'], broke_at_ok=['challenge', 'negotiate'], count_min=1)


@case('ntlm', 'failure', 'clock', client='scripted client (impacket)')
def ntlm_clock_skew(c):
    """Right password; the client writes its own time into the NTLMv2 response, 37 hours ahead."""
    c.raw_client(f'--skew {37 * 3600}')
    c.refused(ALICE, 'clock-skew')


@case('ntlm', 'policy')
def ntlm_acl_407(c):
    """Right password of carol, but an ACL that ends on a list of users (http_access deny !okusers): squid asks again."""
    c.curl('ntlmacl', user='LAB\\carol')
    c.refused('LAB\\carol', 'other', port='ntlmacl', cause_ok=['other', 'credentials-rejected'])
    c.note('The directory said NT_STATUS_OK; on the wire it is a wrong password.')


@case('ntlm', 'policy')
def ntlm_acl_407_after_ok(c):
    """carol may not use the proxy on one port (ACL on users: 407), bob may; she works on another squid of the same host."""
    c.curl('ntlmacl', user='LAB\\bob')
    c.curl('ntlm', user='LAB\\carol')
    c.curl('ntlmacl', user='LAB\\carol')
    c.ok('LAB\\bob', port='ntlmacl').ok('LAB\\carol')
    c.refused('LAB\\carol', 'other', port='ntlmacl', cause_ok=['other', 'credentials-rejected'])


@case('ntlm', 'policy', 'success')
def ntlm_403_after_login(c):
    """Right password, site forbidden: 403 in answer to the type 3. Authentication worked."""
    c.curl('ntlm403', user='LAB\\carol', url='http://mail.example.test/')
    c.ok('LAB\\carol', port='ntlm403')


@case('ntlm', 'negotiate', 'failure', client='scripted client (impacket)')
def ntlm_raw_in_negotiate_refused(c):
    """Raw NTLMSSP type 1 under Negotiate against a Kerberos-only squid: a bare Negotiate in return."""
    c.raw_client('--spnego --offer-first', port='krb')
    c.expect('Negotiate/NTLM', 'rejected', 'negotiate', 'scheme-mismatch', port='krb', outcome_ok=['rejected', 'broken', 'abandoned'],
             cause_ok=['scheme-mismatch', 'challenge-missing', 'kerberos-no-ticket'], broke_at_ok=['negotiate', 'challenge'])


@case('ntlm', 'negotiate', 'success', client='scripted client (impacket)')
def ntlm_raw_in_negotiate_ok(c):
    """Raw NTLMSSP under Negotiate against negotiate_wrapper_auth: works."""
    c.raw_client('--spnego --offer-first --n-after 2', port='wrap')
    c.ok(ALICE, scheme='Negotiate/NTLM', port='wrap')


@case('ntlm', 'negotiate', 'success', client='curl 7.88.1 with MIT krb5 and gss-ntlmssp')
def ntlm_in_spnego_ok(c):
    """NTLM wrapped in SPNEGO (gss-ntlmssp, no ticket) against ntlm_auth --helper-protocol=gss-spnego."""
    f = LAB / 'run/ntlmfile'
    f.write_text(f'LAB:alice:{c.pw("alice")}\n')
    spnego_curl(c, f)
    c.ok(ALICE, scheme='Negotiate/NTLM', port='spnego')


@case('ntlm', 'negotiate', 'failure', client='curl 7.88.1 with MIT krb5 and gss-ntlmssp')
def ntlm_in_spnego_wrong_password(c):
    """NTLM wrapped in SPNEGO with a wrong password."""
    f = LAB / 'run/ntlmfile'
    f.write_text(f'LAB:alice:{c.pw("alice", "Al1ce-Other-Pw")}\n')
    spnego_curl(c, f)
    c.refused(ALICE, scheme='Negotiate/NTLM', port='spnego')


@case('ntlm', 'git', client='git 2.39')
def ntlm_git_anonymous(c):
    """git without credentials: asked once, gives up."""
    c.squid('ntlm').ns('pac1', 'env HOME=/nonexistent GIT_TERMINAL_PROMPT=0 git -c http.proxy=http://proxy.lab.test:3128 ls-remote http://git.example.test/repo.git')
    c.gave_up()


@case('ntlm', 'git', 'success', client='git 2.39')
def ntlm_git_anyauth(c):
    """git with user and password in the proxy URL (default anyauth)."""
    c.squid('ntlm').ns('pac1', f"env HOME=/nonexistent GIT_TERMINAL_PROMPT=0 git -c 'http.proxy=http://LAB%5Colivia:{c.pw('olivia')}@proxy.lab.test:3128' "
                               'ls-remote http://git.example.test/repo.git')
    c.ok('LAB\\olivia')


@case('ntlm', 'mismatch', 'failure', client='wget 1.21')
def ntlm_wget_basic_only(c):
    """wget sends Basic at once; the proxy offers NTLM only."""
    c.squid('ntlm').ns('pac1', f"wget -q -O /dev/null -e http_proxy=http://proxy.lab.test:3128 --proxy-user=alice --proxy-password='{c.pw('alice')}' {WEB}")
    mismatch(c)


@case('ntlm', 'mismatch', 'failure', client='python-requests')
def ntlm_requests_basic_only(c):
    """python-requests with user and password in the proxy URL sends Basic; the proxy offers NTLM only."""
    c.squid('ntlm').ns('pac1', f"/usr/bin/python3 -c \"import requests; print(requests.get('{WEB}', proxies=dict(http='http://alice:{c.pw('alice')}@proxy.lab.test:3128')).status_code)\"")
    mismatch(c)


@case('ntlm', 'success', client='python-requests with requests_ntlm')
def ntlm_requests_ntlm_ok(c):
    """python-requests with requests_ntlm, right password."""
    requests_ntlm(c, c.pw('heidi'))
    c.ok('LAB\\heidi')


@case('ntlm', 'failure', client='python-requests with requests_ntlm')
def ntlm_requests_ntlm_wrong(c):
    """python-requests with requests_ntlm, wrong password."""
    requests_ntlm(c, c.pw('heidi', 'He1di!Wrong'))
    c.refused('LAB\\heidi')


@case('ntlm', 'failure')
def ntlm_no_credentials(c):
    """curl without user and password."""
    c.curl('ntlm', how='')
    c.gave_up()


@case('ntlm', 'failure')
def ntlm_retry_loop(c):
    """A script tries a wrong password 8 times."""
    for _ in range(8):
        c.curl('storm', user='LAB\\svc-build', pw='Svc-Bu1ld-Old', how='--proxy-ntlm')
        time.sleep(.9)
    c.refused('LAB\\svc-build', count=8, port='storm', cause_ok=['credentials-rejected', 'retry-loop', 'stale-cached-credentials'])


@case('ntlm', 'success', client='scripted client (impacket)')
def ntlm_two_users_interleaved(c):
    """Two users of one client log in at the same time on two connections, step by step."""
    c.raw_client(f"--also 'bob:{c.pw('bob')}'")
    c.ok(ALICE).ok('LAB\\bob')


@case('ntlm', 'success', clients=('10.77.2.0/24',))
def ntlm_twelve_clients_ok(c):
    """Twelve clients log in at the same time, all with right passwords."""
    users = 'adam anna ben cora dina emil fay gus hana igor jana kurt'.split()
    c.start()
    ps = [c.curl('storm', user=f'LAB\\{u}', host='pacm', src=f'10.77.2.{i + 1}', bg=True) for i, u in enumerate(users)]
    for p in ps:
        p.wait(30)
    for i, u in enumerate(users):
        c.ok(f'LAB\\{u}', client=f'10.77.2.{i + 1}', port='storm')


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_type3_truncated(c):
    """The type 3 is cut after 80 bytes."""
    c.raw_client('--truncate 80')
    c.refused(None, 'malformed-token', user_ok=[None, ALICE, 'LAB\\'], outcome_ok=['rejected', 'broken'])


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_type3_bad_base64(c):
    """The type 3 is not base64."""
    c.raw_client('--bad-b64')
    c.refused(None, 'malformed-token', user_ok=[None, ALICE], outcome_ok=['rejected', 'broken'])


@case('ntlm', 'failure', 'charset')
def ntlm_non_ascii_password(c):
    """Right password with letters outside ASCII: curl hashes them wrongly."""
    c.curl('ntlm', user='LAB\\zoe')
    c.refused('LAB\\zoe')


@case('ntlm', 'success')
def ntlm_offer_closes_ok(c):
    """Squid with auth_param ntlm keep_alive off: the offer closes the connection, the handshake is on the next, and works."""
    c.curl('ntlmka', user=ALICE)
    c.ok(ALICE, port='ntlmka')
    c.gave_up(port='ntlmka', optional=True)


@case('ntlm', 'success')
def ntlm_ok_head(c):
    """HEAD requests: the 407s have a Content-Length and no body."""
    c.curl('ntlm', '-I', user=ALICE)
    c.ok(ALICE)


@case('ntlm', 'success')
def ntlm_ok_ipv6(c):
    """Login over IPv6."""
    c.curl('ntlm', user=ALICE, px='[fd77::20]')
    c.ok(ALICE, client='fd77::1:1', port='[fd77::20]:3128')


@case('ntlm', 'failure', 'post')
def ntlm_chunked_post_never_done(c):
    """POST of 10 kB, chunked, right password: squid answers the type 1 with a type 2 and resets, as the body is not read;
    curl starts again on new connections, six times."""
    c.curl('ntlm', "-H 'Transfer-Encoding: chunked' -H 'Expect: 100-continue' --data-binary @<(head -c 10000 /dev/zero | tr '\\0' x)",
           user='LAB\\carol', url='http://www.example.test/upload')
    c.stop()
    n1 = sum('TlRMTVNTUAAB' in a[8] for a in c.access())
    c.expect('NTLM', 'broken', 'challenge', 'connection-not-kept', count=n1, outcome_ok=['broken', 'abandoned'],
             cause_ok=['connection-not-kept', 'handshake-split', 'retry-loop', 'other'], broke_at_ok=['challenge', 'negotiate'])
    c.gave_up(optional=True, count=sum(a[3] == '407' and a[8] == '-' for a in c.access()))


@case('ntlm', 'failure', 'clock', client='scripted client (impacket)')
def ntlm_clock_skew_10min(c):
    """Right password; the client writes its own time into the response, ten minutes ahead: Samba refuses that too, as the
    time is not the one of its type 2."""
    c.raw_client('--skew 600')
    c.refused(ALICE, 'clock-skew')


@case('ntlm', 'success', 'post')
def ntlm_ok_post_chunked(c):
    """POST of 10 kB, chunked, without Expect: works."""
    c.curl('ntlm', "-H 'Expect:' -H 'Transfer-Encoding: chunked' --data-binary @<(head -c 10000 /dev/zero | tr '\\0' x)",
           user='LAB\\carol', url='http://www.example.test/upload')
    c.ok('LAB\\carol')


@case('ntlm', 'failure', 'cntlm', client='cntlm 0.92.3, curl behind it')
def ntlm_cntlm_password_cut_at_hash(c):
    """The right password in cntlm.conf, but it holds a '#', where cntlm cuts it: refused."""
    end = c.cntlm('ntlm', 'carol')
    c.ns('pac1', f'curl -sS -o /dev/null -x http://127.0.0.1:3128 {WEB}')
    end()
    c.refused('LAB\\carol')


@case('ntlm', 'failure', 'persistence', 'middlebox', proxy='squid 5.7 (Debian) behind haproxy 2.6')
def ntlm_haproxy_serverclose(c):
    """haproxy (option http-server-close) in front: the client's connection is kept, the one to squid is not; right password."""
    c.haproxy().curl(3202, user=ALICE, px='gw.lab.test', how='--proxy-ntlm')
    c.stop()
    if count_ok(c):
        c.ok(ALICE, port='10.77.0.25:3202')
    else:
        c.expect('NTLM', 'rejected', 'challenge', 'connection-not-kept', port='10.77.0.25:3202', outcome_ok=['broken', 'rejected', 'abandoned'],
                 broke_at_ok=['challenge', 'negotiate'], cause_ok=['connection-not-kept', 'challenge-missing', 'auth-backend-down'])


@case('ntlm', 'success', 'middlebox', proxy='squid 5.7 (Debian) behind haproxy 2.6')
def ntlm_haproxy_tcp_ok(c):
    """haproxy in TCP mode in front of two squids: each connection stays with one of them, two logins work."""
    c.haproxy()
    for _ in range(2):
        c.curl(3204, user=ALICE, px='gw.lab.test')
    c.ok(ALICE, port='10.77.0.25:3204', count=2)


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_request_between(c):
    """Between type 2 and type 3 the client sends another request without credentials on the same connection: squid has lost the
    state of the login and closes after the type 3 without an answer."""
    c.raw_client('--between')
    c.expect('NTLM', 'broken', 'authenticate', 'handshake-split', ALICE, outcome_ok=['broken', 'rejected', 'incomplete'],
             cause_ok=['handshake-split', 'connection-not-kept', 'auth-backend-down', 'other'], broke_at_ok=['authenticate', 'challenge'],
             user_ok=[ALICE, None])


@case('ntlm', 'success', client='scripted client (impacket)')
def ntlm_type3_again_on_connection(c):
    """After a good login the client sends the same type 3 twice more on the same connection."""
    c.raw_client('--again 2 --n-after 1')
    c.stop()
    c.ok(ALICE)
    again = sum(a[3] == '407' and 'TlRMTVNTUAAD' in a[8] for a in c.access())
    if again:
        c.refused(ALICE, 'handshake-split', count=again, optional=True, cause_ok=['handshake-split', 'retry-loop', 'credentials-rejected', 'other'])


@case('ntlm', 'failure', 'replay', client='scripted client (impacket)')
def ntlm_type3_replayed(c):
    """After a good login the same type 3 is sent on a new connection that has had no type 2."""
    c.raw_client('--replay-new')
    c.ok(ALICE)
    c.refused(ALICE, 'handshake-split', outcome_ok=['rejected', 'broken'], cause_ok=['handshake-split', 'other'])


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_local_account(c):
    """The domain is the computer's own name: a local account, not one of the domain."""
    c.raw_client('--domain PC-77 --workstation PC-77', pw='L0cal-Only-77')
    c.refused('PC-77\\alice')


@case('ntlm')
def ntlm_domain_empty(c):
    """Right user and password without a domain."""
    c.curl('ntlm', user='alice')
    c.stop()
    if count_ok(c):
        c.ok('alice', user_ok=['alice', '\\alice', ALICE])
    else:
        c.refused('alice', user_ok=['alice', '\\alice'])


@case('ntlm', 'failure', client='scripted client (impacket)')
def ntlm_name_not_decoded(c):
    """A tool did not decode 'LAB%5Calice': the user name goes out with the percent sign, the domain is empty; right password."""
    c.raw_client('--domain ""', user='LAB%5Calice', pw=c.pw('alice'))
    c.refused('LAB%5Calice', 'malformed-token', cause_ok=['malformed-token', 'credentials-rejected'], user_ok=['LAB%5Calice', '\\LAB%5Calice'])


@case('ntlm', 'mismatch', 'failure')
def ntlm_curl_basic_only(c):
    """curl --proxy-basic, twice, at a proxy that offers NTLM only: the password goes out in clear for nothing."""
    c.curl('ntlm', user='alice', how='--proxy-basic')
    c.curl('ntlm', user='alice', how='--proxy-basic')
    mismatch(c)
    c.rows[-1]['count'] = 2


@case('ntlm', 'mismatch', 'failure')
def ntlm_only_negotiate_offered(c):
    """curl --proxy-ntlm at a Kerberos-only proxy: its type 1 is answered by a bare Negotiate."""
    c.curl('krb', user=ALICE, how='--proxy-ntlm')
    c.expect('NTLM', 'rejected', 'negotiate', 'scheme-mismatch', port='krb', outcome_ok=['rejected', 'abandoned', 'broken'],
             broke_at_ok=['negotiate', 'offer', 'challenge'], cause_ok=['scheme-mismatch', 'challenge-missing'])
