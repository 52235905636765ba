# SPDX-License-Identifier: BSD-2-Clause
"""Something behind the proxy, or the proxy itself, fails; several clients."""
import os
import signal
import time

import squids
from cases_kerberos import KRB, MIT
from cases_ntlm import ALICE
from lab import PX, WEB, case, ctl, sh

USERS = 'adam anna ben cora dina emil fay gus hana igor jana kurt'.split()
DOWN = ['auth-backend-down', 'credentials-rejected']


def wave(c, port, users, how='--proxy-ntlm', pause=.15):
    """One login of each user from the address of its place in the list."""
    for i, u in users:
        c.curl(port, user=f'LAB\\{u}', host='pacm', src=f'10.77.2.{i}', how=how)
        time.sleep(pause)


@case('outage', 'ntlm', 'kerberos', clients=('10.77.2.0/24',), client='curl 7.88.1, some with MIT krb5 1.20.1')
def outage_winbindd_down(c):
    """Eight NTLM clients and two Kerberos clients at a proxy that offers both. All work; then winbindd stops: every NTLM login is
    refused, type 2 comes as ever, Kerberos goes on; then winbindd is back and all work again."""
    c.squid('stormkrb')
    env = {u: c.kinit(u, host='pacm')[0] for u in ('lena', 'milo')}
    ntlm = list(enumerate(USERS[:8], 1))

    def kerberos():
        for i, u in ((21, 'lena'), (22, 'milo')):
            c.curl('stormkrb', user='', pw='', host='pacm', src=f'10.77.2.{i}', how='--proxy-negotiate', env=env[u])
    c.start()
    wave(c, 'stormkrb', ntlm)
    kerberos()
    ctl('wbctl', 'stop')
    try:
        time.sleep(.5)
        wave(c, 'stormkrb', ntlm)
        kerberos()
        wave(c, 'stormkrb', ntlm[:4])
    finally:
        ctl('wbctl', 'start')
    time.sleep(1)
    wave(c, 'stormkrb', ntlm)
    kerberos()
    for i, u in ntlm:
        c.ok(f'LAB\\{u}', client=f'10.77.2.{i}', port='stormkrb', count=2)
        c.refused(f'LAB\\{u}', 'auth-backend-down', client=f'10.77.2.{i}', port='stormkrb', count=2 if i <= 4 else 1, cause_ok=DOWN + ['retry-loop'])
    for i, u in ((21, 'lena'), (22, 'milo')):
        c.ok(f'{u}@LAB.TEST', scheme=KRB, client=f'10.77.2.{i}', port='stormkrb', count=3)


@case('outage', 'ntlm')
def outage_winbindd_down_one_client(c):
    """winbindd is down and one client tries once: cannot be told from a wrong password."""
    c.squid('ntlm')
    ctl('wbctl', 'stop')
    try:
        c.curl('ntlm', user=ALICE)
        c.stop()
    finally:
        ctl('wbctl', 'start')
    c.refused(ALICE, 'auth-backend-down', cause_ok=DOWN)


@case('outage', 'ntlm', 'slow', clients=('10.77.2.0/24',))
def outage_dc_unreachable(c):
    """The DC's packets to the proxy are lost (blackhole route at the DC): three clients wait for their verdict; later all is well."""
    wave_start = list(enumerate(USERS[:3], 1))
    c.squid('storm')
    c.start()
    wave(c, 'storm', wave_start)
    sh(f'ip -n padc route add blackhole {PX}/32')
    try:
        ps = [c.curl('storm', user=f'LAB\\{u}', host='pacm', src=f'10.77.2.{i}', how='--proxy-ntlm --max-time 100', bg=True) for i, u in wave_start]
        for p in ps:
            p.wait(140)
    finally:
        sh(f'ip -n padc route del blackhole {PX}/32')
        ctl('wbctl', 'restart')
    wave(c, 'storm', wave_start)
    c.stop()
    for i, u in wave_start:
        c.ok(f'LAB\\{u}', client=f'10.77.2.{i}', port='storm', count=2)
        late = [a for a in c.access() if a[2].startswith(f'10.77.2.{i}:') and 'TlRMTVNTUAAD' in a[8] and a[6] == '-']
        if any(a[3] == '407' for a in late):
            c.refused(f'LAB\\{u}', 'auth-backend-down', client=f'10.77.2.{i}', port='storm', cause_ok=DOWN)
        else:
            c.expect('NTLM', 'broken', 'authenticate', 'auth-backend-down', f'LAB\\{u}', client=f'10.77.2.{i}', port='storm',
                     outcome_ok=['broken', 'abandoned', 'incomplete'], cause_ok=DOWN + ['connection-not-kept', 'other'])


@case('outage', 'ntlm', client='scripted client (impacket)')
def outage_helper_killed(c):
    """Between type 2 and type 3 the helper that made the challenge is killed; the client's type 3 meets another helper or none."""
    c.squid('ntlm2')
    c.start()
    p = c.raw_client('--hold 2 --offer-first', port='ntlm2', bg=True)
    time.sleep(1)
    for pid in helpers('ntlm2'):
        os.kill(pid, signal.SIGKILL)
    p.wait(30)
    c.stop()
    last = [a for a in c.access() if 'TlRMTVNTUAAD' in a[8]]
    if last and last[-1][3] == '407':
        c.refused(ALICE, 'auth-backend-down', port='ntlm2', cause_ok=DOWN + ['handshake-split'])
    else:
        c.expect('NTLM', 'broken', 'authenticate', 'auth-backend-down', ALICE, port='ntlm2', outcome_ok=['broken', 'rejected'],
                 cause_ok=DOWN + ['connection-not-kept', 'other'], broke_at_ok=['authenticate', 'challenge'], user_ok=[ALICE, None])


def helpers(name):
    """Process ids of the helpers of a squid: the children of its worker."""
    kids = {}
    for p in sh('ip netns pids papx').split():
        try:
            f = open(f'/proc/{p}/stat').read().rsplit(')', 1)
            kids.setdefault(int(f[1].split()[1]), []).append((int(p), f[0].split('(', 1)[1]))
        except OSError:
            pass
    todo, out = [squids.pid(name)], []
    while todo:
        for p, comm in kids.get(todo.pop(), []):
            todo.append(p)
            if comm.startswith('ntlm_auth'):
                out.append(p)
    return out


@case('outage', 'ntlm', client='scripted client (impacket), curl 7.88.1')
def outage_proxy_restart_mid_handshake(c):
    """squid is stopped between type 2 and type 3; while it is down a client's SYN is answered by RST; then it is back and the login works."""
    c.squid('ntlm3')
    c.start()
    p = c.raw_client('--hold 4', port='ntlm3', bg=True)
    time.sleep(1)
    squids.stop('ntlm3')
    sh(f'ip netns exec pac1 curl -sS -m 3 -x http://{PX}:3139 {WEB}')
    p.wait(30)
    squids.start('ntlm3')
    c.curl('ntlm3', user=ALICE)
    c.expect('NTLM', 'broken', 'challenge', 'connection-not-kept', port='ntlm3', outcome_ok=['broken', 'abandoned'],
             broke_at_ok=['challenge', 'authenticate'], cause_ok=['connection-not-kept', 'proxy-unreachable', 'auth-backend-down', 'other'],
             user_ok=[None, ALICE])
    c.ok(ALICE, port='ntlm3')


@case('outage', 'ntlm', 'policy', clients=('10.77.2.0/24',))
def outage_policy_change(c):
    """Six clients use NTLM; then the same proxy port offers Negotiate only (squid reconfigured): the same clients are asked again
    and can do nothing with the offer."""
    c.squid('storm')
    six = list(enumerate(USERS[:6], 1))
    c.start()
    wave(c, 'storm', six, how='--proxy-anyauth')
    was = squids.SQUIDS['storm']
    squids.SQUIDS['storm'] = (was[0], squids.kerberos(), was[2])
    squids.stop('storm')
    squids.start('storm')
    try:
        wave(c, 'storm', six, how='--proxy-ntlm')
    finally:
        squids.SQUIDS['storm'] = was
        squids.stop('storm')
        squids.start('storm')
    for i, u in six:
        c.ok(f'LAB\\{u}', client=f'10.77.2.{i}', port='storm')
        c.expect('NTLM', 'rejected', 'negotiate', 'policy-change', client=f'10.77.2.{i}', port='storm',
                 outcome_ok=['rejected', 'abandoned', 'broken'], broke_at_ok=['negotiate', 'offer', 'challenge'],
                 cause_ok=['policy-change', 'scheme-mismatch', 'challenge-missing'])


@case('outage', 'kerberos', clients=('10.77.2.0/24',), client=MIT)
def outage_keytab_rotated(c):
    """Four Kerberos clients work; then the proxy runs with a keytab of another password: the same clients are refused, NTLM goes on."""
    c.squid('stormkrb')
    four = list(enumerate(['lena', 'milo', 'nora', 'omar'], 21))
    env = {u: c.kinit(u, host='pacm')[0] for _, u in four}

    def kerberos():
        for i, u in four:
            c.curl('stormkrb', user='', pw='', host='pacm', src=f'10.77.2.{i}', how='--proxy-negotiate', env=env[u])
    c.start()
    kerberos()
    was = squids.SQUIDS['stormkrb']
    squids.SQUIDS['stormkrb'] = (was[0], was[1].replace('http.keytab', 'wrong.keytab'), was[2])
    squids.stop('stormkrb')
    squids.start('stormkrb')
    try:
        kerberos()
        wave(c, 'stormkrb', [(1, 'adam')])
    finally:
        squids.SQUIDS['stormkrb'] = was
        squids.stop('stormkrb')
        squids.start('stormkrb')
    for i, u in four:
        c.ok(f'{u}@LAB.TEST', scheme=KRB, client=f'10.77.2.{i}', port='stormkrb')
        c.refused(None, 'kerberos-wrong-key', scheme=KRB, client=f'10.77.2.{i}', port='stormkrb', user_ok=[None, f'{u}@LAB.TEST'],
                  cause_ok=['kerberos-wrong-key', 'clock-skew', 'ticket-expired', 'credentials-rejected', 'other', 'auth-backend-down'])
    c.ok('LAB\\adam', client='10.77.2.1', port='stormkrb')
