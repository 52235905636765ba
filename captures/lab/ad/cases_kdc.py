# SPDX-License-Identifier: BSD-2-Clause
"""What else a KDC says no to: hours, names, accounts, encryption types, old tickets."""
import contextlib
import time

from cases_kerberos import HIDDEN, KRB, MIT, config, negotiate, no_ticket
from lab import HERE, LAB, PX, case, dcx, sh

USERS_DN = 'CN=Users,DC=lab,DC=test'
PARTITION = 'DC=LAB,DC=TEST.ldb'
BOB = 'bob@LAB.TEST'


def modify(dn, text):
    print(sh(f"ldbmodify -H '{LAB}/dc/private/sam.ldb' <<'EOF'\ndn: {dn}\nchangetype: modify\n{text}\nEOF").strip())


@contextlib.contextmanager
def no_hours(user):
    """A user who may not log on at any hour."""
    dn = f'CN={user},{USERS_DN}'
    modify(dn, 'replace: logonHours\nlogonHours:: ' + 'A' * 28)
    try:
        yield
    finally:
        modify(dn, 'delete: logonHours')


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_logon_hours(c):
    """kinit of a user who may not log on at this hour (logonHours), then curl without a ticket."""
    with no_hours('judy'):
        env, _ = c.kinit('judy', seen=True)
        negotiate(c, 'krb', env)
        c.stop()
    no_ticket(c, 'policy-change', 'credentials', 'judy@LAB.TEST')
    c.rows[-1]['cause_ok'] += ['account-locked', 'other', 'credentials-rejected']


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_not_asked(c):
    """A user logs on and gets in; two minutes later, without a ticket-granting ticket (kdestroy), the client asks no KDC at all."""
    env, _ = c.kinit('alice', seen=True)
    negotiate(c, 'krb', env)
    time.sleep(120)
    negotiate(c, 'krb', 'KRB5CCNAME=FILE:/dev/null', how='--proxy-anyauth')
    c.ok('alice@LAB.TEST', scheme=KRB, port='krb')
    no_ticket(c)


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_etype(c):
    """kinit with a krb5.conf that allows camellia only, which the KDC does not have (error 14), then curl without a ticket."""
    odd = config('camellia', permitted_enctypes='camellia256-cts-cmac')
    env, _ = c.kinit('alice', env=odd, seen=True)
    negotiate(c, 'krb', env + ' ' + odd)
    no_ticket(c)
    c.rows[-1]['cause_ok'] += ['kerberos-wrong-key']


@case('kerberos', 'failure', 'kdc', client='scripted client (impacket), curl 7.88.1')
def kerberos_kdc_ticket_expired(c):
    """A ticket-granting ticket of one minute is used seven minutes later by a library that does not look at its end; KDC error 32."""
    cc = LAB / 'cc/tgt-short'
    c.pw('alice')
    if not cc.exists():
        sh(f"ip netns exec pac1 env KRB5CCNAME={cc} kinit -l 1m alice@LAB.TEST <<<'{c.pw('alice')}'")
    time.sleep(max(0, cc.stat().st_mtime + 430 - time.time()))
    c.squid('krb')
    c.ns('pac1', f'/usr/bin/python3 {HERE}/st.py {cc} 10.77.0.10 HTTP/proxy.lab.test')
    negotiate(c, 'krb', 'KRB5CCNAME=FILE:/dev/null', how='--proxy-anyauth')
    no_ticket(c, 'ticket-expired')


@case('kerberos', 'failure', 'kdc', client='scripted client (impacket), MIT krb5 1.20.1', clients=('pac4',))
def kerberos_ticket_over(c):
    """A service ticket of six minutes, got in the capture, is used twelve minutes later; squid hides why."""
    cc = LAB / 'cc/ticket-over'
    cc.unlink(missing_ok=True)
    c.squid('krb').start()
    c.ns('pac4', f"env KRB5CCNAME={cc} bash -c \"kinit -l 6m alice@LAB.TEST <<<'{c.pw('alice')}' && kvno HTTP/proxy.lab.test\"")
    time.sleep(705)
    c.ns('pac4', f'/usr/bin/python3 {HERE}/apreq.py {cc} {PX}:3129')
    c.stop()      # what others did in the meantime is not of this case
    c.logs = {p: [l for l in lines if '10.77.1.4' in l] for p, lines in c.logs.items()}
    c.refused(None, 'ticket-expired', scheme=KRB, port='krb', client='pac4', cause_ok=HIDDEN, user_ok=[None, 'alice@LAB.TEST'])


@contextlib.contextmanager
def alias(host, name='webproxy'):
    """DNS has the proxy under another name, and this client asks DNS."""
    file = f'/etc/netns/{host}/resolv.conf'
    was = open(file).read()
    print(dcx(f'samba-tool dns add 10.77.0.10 lab.test {name} CNAME proxy.lab.test -P').strip())
    with open(file, 'w') as f:
        f.write('nameserver 10.77.0.10\noptions timeout:1 attempts:1 single-request\n')
    try:
        yield f'{name}.lab.test'
    finally:
        with open(file, 'w') as f:
            f.write(was)


@case('kerberos', 'failure', 'kdc', client=MIT, flt='host 10.77.1.1 and not arp and not icmp6')
def kerberos_alias_in_dns(c):
    """The proxy setting has a name that is an alias in the DNS and has no registration in the directory: KDC error 7."""
    env, _ = c.kinit('alice')
    with alias('pac1') as name:
        negotiate(c, 'krb', env, px=name)
        c.stop()
    no_ticket(c)


@case('kerberos', 'failure', 'kdc', client=MIT, clients=('pac1', 'pac2'))
def kerberos_alias_beside_good_name(c):
    """One client uses the proxy by its registered name, another by an alias without one, from its hosts file: KDC error 7."""
    env, _ = c.kinit('heidi', host='pac2')
    negotiate(c, 'krb', env, host='pac2')
    mine, _ = c.kinit('bob')
    negotiate(c, 'krb', mine, px='wpad.lab.test')
    c.ok('heidi@LAB.TEST', scheme=KRB, client='pac2', port='krb')
    no_ticket(c)


@case('kerberos', 'failure', 'kdc', client=MIT)
def kerberos_kdc_other_realm(c):
    """krb5.conf has the proxy's host in a realm that the KDC knows no way to."""
    text = (HERE / 'etc/krb5.conf').read_text() + '\tproxy.lab.test = OTHER.TEST\n'
    f = LAB / 'run/krb5.other-realm.conf'
    f.write_text(text)
    env, _ = c.kinit('alice')
    negotiate(c, 'krb', f'{env} KRB5_CONFIG={f}')
    no_ticket(c)
