#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""srv.py start|stop|restart|list [NAME...|all]: the proxies and the origin, each in its namespace, by recorded pid."""
import os, shutil, signal, subprocess, sys, time
from common import HERE, LAB, PW, PX, connect

LOG = '%ts.%03tu %>a:%>p %>Hs %rm %ru [%un] %Ss/%<Hs auth=%{Proxy-Authorization}>h ua=%{User-Agent}>h'


def basic(users='users', ttl=2, prog=None, startup=1):
    prog = prog or f'/usr/lib/squid/basic_ncsa_auth {LAB}/etc/{users}'
    return (f'auth_param basic program {prog}\nauth_param basic children 4 startup={startup} idle=1\n'
            f'auth_param basic realm Lab web proxy\nauth_param basic credentialsttl {ttl} seconds\n')


def digest(more='', prog=None):
    prog = prog or f'/usr/lib/squid/digest_file_auth -c {LAB}/etc/digest'
    return (f'auth_param digest program {prog}\nauth_param digest children 3 startup=1 idle=1\n'
            f'auth_param digest realm Lab web proxy\n{more}')


def helper(word):
    """A broken helper; with startup=1 its crashes would take squid down as well."""
    return basic(prog=HELPER + word, ttl=1, startup=0)


HELPER = f'/usr/bin/python3 {LAB}/etc/helper.py '     # a copy that the user proxy can read
BH = HELPER + 'bh'
NEGO = (f'auth_param negotiate program {BH}\nauth_param negotiate children 2\n'
        f'auth_param ntlm program {BH}\nauth_param ntlm children 2\n')
PARENT = 'never_direct allow all\ncache_peer {} parent {} 0 no-query no-digest no-netdb-exchange default {}\n'
RELAY = f'login=relay:{PW["relay"]}'
SQUID = {       # name: (port, authentication, more, access rules if not the usual)
    'basic': (3128, basic(), ''),
    'digest': (3129, digest(), ''),
    'both': (3130, digest() + basic(), ''),
    'dshort': (3131, digest('auth_param digest nonce_garbage_interval 1 second\nauth_param digest nonce_max_duration 1 second\n'), ''),
    'dcount': (3125, digest('auth_param digest nonce_max_count 3\n'), ''),
    'dstrict': (3126, digest('auth_param digest nonce_strictness on\n'), ''),
    'dnode1': (3161, digest(), ''),
    'dnode2': (3162, digest(), ''),
    'nego': (3132, NEGO, ''),
    'acl403': (3133, basic(), 'acl bad dstdomain api.saas.test\nacl ua proxy_auth REQUIRED\nhttp_access deny !ua\nhttp_access deny bad\n'),
    'acl407': (3134, basic(), 'acl ok proxy_auth alice\nhttp_access deny !ok\n'),
    'open': (3135, '', '', 'http_access allow all\n'),
    'crash': (3136, helper('crash'), ''),
    'bh': (3123, helper('bh'), ''),
    'hang': (3122, helper('hang'), ''),
    'mute': (3155, f'auth_param ntlm program {HELPER}mute\nauth_param ntlm children 4 startup=1 idle=1\n', ''),
    'switch': (3127, helper('switch'), ''),             # good until $LAB_DIR/run/backend-down exists
    'otherpw': (3137, basic('users-other'), ''),
    'nologin': (3138, '', PARENT.format(PX, 3128, ''), 'http_access allow all\n'),
    'oldrelay': (3139, '', PARENT.format(PX, 3128, 'login=relay:R3lay-Tin-07'), 'http_access allow all\n'),
    'goodrelay': (3124, '', PARENT.format(PX, 3128, RELAY), 'http_access allow all\n'),
    'passthru': (3121, '', PARENT.format(PX, 3128, 'login=PASSTHRU'), 'http_access allow all\n'),
    'ownlogin': (3120, basic('users-other'), PARENT.format(PX, 3128, '')),
    'policy': (3140, basic('users-change'), ''),
    'change': (3141, basic('users-change'), ''),
    'maxip': (3142, basic(), 'authenticate_ip_ttl 60 seconds\nacl ua proxy_auth REQUIRED\nacl one max_user_ip -s 1\nhttp_access deny !ua\nhttp_access deny one\n'),
    'oneclient': (3156, basic(), '', 'acl there src 10.79.2.2\nacl authed proxy_auth REQUIRED\nhttp_access deny there authed\nhttp_access allow authed\n'),
    'tls': (3144, basic(), f'https_port 3143 tls-cert={LAB}/etc/cert.pem tls-key={LAB}/etc/key.pem\n'),
    'perurl': (3145, basic(), 'acl free dstdomain mirror.example.test\nhttp_access allow free\n'),
    'fnologin': (3151, '', PARENT.format(PX, 3128, ''), 'http_access allow all\n'),
    'foldrelay': (3152, '', PARENT.format(PX, 3128, 'login=relay:R3lay-Tin-07'), 'http_access allow all\n'),
    'fgood': (3153, '', PARENT.format(PX, 3128, RELAY), 'http_access allow all\n'),
    'fpass': (3154, '', PARENT.format(PX, 3128, 'login=PASSTHRU'), 'http_access allow all\n'),
}
FRONT = ('fnologin', 'foldrelay', 'fgood', 'fpass')      # these live on a host of their own, so both legs are seen


def squid_conf(name, auth=None):
    port, au, more, rules = (*SQUID[name], '')[:4]
    au = au if auth is None else auth
    rules = rules or 'acl authed proxy_auth REQUIRED\nhttp_access allow authed\n'
    host = 'front' if name in FRONT else 'proxy'
    path = f'{LAB}/etc/{name}.conf'
    with open(path, 'w') as f:
        f.write(f'''http_port {port}
visible_hostname {host}.lab.test
unique_hostname {name}.lab.test
pid_filename none
cache_log {LAB}/log/{name}.cache.log
logformat lab {LOG}
access_log stdio:{LAB}/log/{name}.access.log lab
coredump_dir {LAB}/run
cache_effective_user proxy
pinger_enable off
cache deny all
cache_mem 4 MB
shutdown_lifetime 1 second
dns_nameservers 127.0.0.1
dns_timeout 1 second
dns_retransmit_interval 1 second
hosts_file /etc/hosts
max_filedescriptors 1024
{au}acl tunnel port 443 8443
acl CONNECT method CONNECT
http_access deny CONNECT !tunnel
{more}{rules}http_access deny all
''')
    return path


def render(name):
    with open(f'{HERE}/etc/{name}') as f, open(f'{LAB}/etc/{name}', 'w') as o:
        o.write(f.read().replace('@LAB@', LAB).replace('@HERE@', HERE))
    return f'{LAB}/etc/{name}'


def servers():
    """name: (namespace, port to wait for, command)"""
    s = {'origin': ('pbor', 443, lambda: ['/usr/bin/python3', '-B', HERE + '/origin.py'])}
    for n in SQUID:
        s[n] = ('pbp2' if n in FRONT else 'pbpx', SQUID[n][0], lambda n=n: ['/usr/sbin/squid', '-N', '-n', n, '-f', squid_conf(n)])
    s['sp'] = ('pbpx', 9001, lambda: ['/usr/bin/python3', '-B', HERE + '/sp.py'])
    s['tinyproxy'] = ('pbpx', 8888, lambda: ['/usr/bin/tinyproxy', '-d', '-c', render('tinyproxy.conf')])
    s['haproxy'] = ('pbpx', 3201, lambda: ['/usr/sbin/haproxy', '-db', '-f', render('haproxy.cfg')])
    s['dns'] = ('pbor', 53, lambda: ['/usr/sbin/dnsmasq', '-k', '-C', render('dnsmasq.conf')])
    s['pac'] = ('pbor', 8088, lambda: ['/usr/bin/python3', '-m', 'http.server', '-d', LAB + '/www/pac', '8088'])
    s['tlsfront'] = ('pbpx', 3301, lambda: ['/usr/sbin/haproxy', '-db', '-f', render('tlsfront.cfg')])
    s['apache'] = ('pbpx', 8889, lambda: ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', render('apache.conf')])
    s['mitm'] = ('pbpx', 8892, lambda: ['/usr/bin/mitmdump', '-p', '8892', '--set', f'confdir={LAB}/run/mitm', '--proxyauth',
                                        'alice:' + PW['alice'], '--ssl-insecure', '--ignore-hosts', '.*:443'])
    return s


def pidfile(n):
    return f'{LAB}/run/{n}.pid'


def alive(n):
    try:
        pid = int(open(pidfile(n)).read())
        with open(f'/proc/{pid}/stat') as f:
            return pid if f.read().split(')')[1].split()[0] != 'Z' else None
    except (OSError, ValueError):
        return None


def start(n, wait=True):
    ns, port, cmd = servers()[n]
    if alive(n):
        return
    out = open(f'{LAB}/log/{n}.out', 'a')
    p = subprocess.Popen(['ip', 'netns', 'exec', ns, *cmd()], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                         start_new_session=True, cwd=LAB, env=dict(os.environ, LAB_DIR=LAB, HOME=LAB + '/run'))
    with open(pidfile(n), 'w') as f:
        f.write(str(p.pid))
    if wait:
        ready(n)


def ready(n, patience=25):
    ns, port, _ = servers()[n]
    end = time.time() + patience
    while time.time() < end:
        try:
            connect(ns, ('127.0.0.1', port), timeout=2).close()
            return True
        except OSError:
            time.sleep(.1)
    print('not up:', n, file=sys.stderr)
    return False


def stop(n):
    if not (pid := alive(n)):
        return
    os.kill(pid, signal.SIGTERM)
    for _ in range(60):
        if not alive(n):
            return
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
        time.sleep(.1)
    os.kill(pid, signal.SIGKILL)


if __name__ == '__main__':
    verb, names = sys.argv[1], sys.argv[2:]
    names = list(servers()) if names in ([], ['all']) else names
    os.chmod(LAB + '/log', 0o777)
    for f in ('helper.py', 'common.py'):
        shutil.copy(f'{HERE}/{f}', LAB + '/etc/')
    for n in names:
        if verb == 'list' and alive(n):
            print(n, alive(n))
        if verb in ('stop', 'restart'):
            stop(n)
        if verb in ('start', 'restart'):
            start(n, wait=False)
    if verb in ('start', 'restart'):
        sys.exit(not all([ready(n) for n in names]))
