#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The squids of the lab, one per behaviour, all in namespace papx.  squids.py start|stop|restart NAME..."""
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = Path(os.environ.get('LAB_DIR', '/var/tmp/p407-lab-ad'))
PXX = f'. {HERE}/env.sh; pxx "$@"'


def ntlm(keep='on', children='20 startup=3 idle=2'):
    return (f'auth_param ntlm program /usr/bin/ntlm_auth --helper-protocol=squid-2.5-ntlmssp '
            f'--configfile={LAB}/etc/px-smb.conf\nauth_param ntlm children {children}\nauth_param ntlm keep_alive {keep}\n')


def kerberos(keytab='http', pre='', spn='HTTP/proxy.lab.test@LAB.TEST'):
    return (f'auth_param negotiate program {pre}/usr/lib/squid/negotiate_kerberos_auth -d -r -k {LAB}/px/{keytab}.keytab -s {spn}\n'
            'auth_param negotiate children 5 startup=2 idle=1\nauth_param negotiate keep_alive on\n')


SPNEGO = (f'auth_param negotiate program /usr/bin/ntlm_auth --helper-protocol=gss-spnego --configfile={LAB}/etc/px-spnego.conf\n'
          'auth_param negotiate children 20 startup=3 idle=2\nauth_param negotiate keep_alive on\n')
WRAP = (f'auth_param negotiate program /usr/lib/squid/negotiate_wrapper_auth -d --ntlm /usr/bin/ntlm_auth '
        f'--helper-protocol=squid-2.5-ntlmssp --configfile={LAB}/etc/px-smb.conf --kerberos '
        f'/usr/lib/squid/negotiate_kerberos_auth -d -r -k {LAB}/px/http.keytab -s GSS_C_NO_NAME\n'
        'auth_param negotiate children 10 startup=3 idle=1\nauth_param negotiate keep_alive on\n')
BASIC = (f'auth_param basic program /usr/bin/ntlm_auth --helper-protocol=squid-2.5-basic --configfile={LAB}/etc/px-smb.conf\n'
         'auth_param basic children 5 startup=2 idle=1\nauth_param basic realm Lab web proxy\nauth_param basic credentialsttl 1 seconds\n')
OKUSERS = 'acl okusers proxy_auth LAB\\alice LAB\\bob alice@LAB.TEST bob@LAB.TEST\nhttp_access deny !okusers\n'
NO_MAIL = 'acl ua proxy_auth REQUIRED\nacl badsite dstdomain mail.example.test\nhttp_access deny !ua\nhttp_access deny badsite\n'
SHORT = f'error_directory {LAB}/sq/errors\n'

# name: port, authentication, further lines
SQUIDS = {
    'ntlm': (3128, ntlm(), ''),
    'ntlmka': (3127, ntlm('off'), ''),
    'krb': (3129, kerberos(), ''),
    'spnego': (3130, SPNEGO, ''),
    'krbbad': (3132, kerberos('wrong'), ''),
    'krbold': (3133, kerberos('oldkvno'), ''),
    'krbskew': (3134, kerberos(pre='/usr/bin/faketime -f +20m '), ''),
    'krbacl': (3135, kerberos(), OKUSERS),
    'krbreplay': (3136, kerberos().replace(' -r -k', ' -k').replace('children 5 startup=2 idle=1', 'children 1 startup=1 idle=1'), ''),
    'krb403': (3137, kerberos(), NO_MAIL),
    'ntlm2': (3138, ntlm(), ''),
    'ntlm3': (3139, ntlm(), ''),
    'ntbasic': (3140, ntlm() + BASIC, ''),
    'ntlmacl': (3141, ntlm(), OKUSERS),
    'ntlmidle': (3142, ntlm(), 'client_idle_pconn_timeout 1 second\n'),
    'ntlm403': (3143, ntlm(), NO_MAIL),
    'maxip': (3144, ntlm(), 'authenticate_ip_ttl 60 seconds\nacl ua proxy_auth REQUIRED\nacl oneip max_user_ip -s 1\n'
                            'http_access deny !ua\nhttp_access deny oneip\n'),
    'storm': (3145, ntlm(), SHORT),                     # a short error page, so that storms stay small
    'stormkrb': (3146, kerberos() + ntlm(), SHORT),     # Kerberos and NTLM offered side by side
    'proxyproto': (3147, ntlm(), 'acl front src 10.77.0.25\nproxy_protocol_access allow front\n'),
    'basicad': (3131, BASIC, ''),
    'wrap': (8080, WRAP, ''),
    'multi': (8081, WRAP + ntlm() + BASIC, ''),
    'multibad': (8082, WRAP.replace('/px/http.keytab', '/px/wrong.keytab') + ntlm() + BASIC, ''),
}
PORT = {n: v[0] for n, v in SQUIDS.items()}


def pid(name):
    """The process id squid wrote down, if that process is alive and in this lab."""
    try:
        p = int((LAB / 'sq' / f'{name}.pid').read_text())
        ours = subprocess.run(['ip', 'netns', 'pids', 'papx'], capture_output=True, text=True).stdout.split()
        return p if str(p) in ours else None
    except (OSError, ValueError):
        return None


def configure(name):
    port, auth, extra = SQUIDS[name]
    option = ' require-proxy-header' if name == 'proxyproto' else ''
    (LAB / 'sq' / f'{name}.conf').write_text(f'''http_port {port}{option}
visible_hostname proxy.lab.test
unique_hostname {name}.lab.test
pid_filename {LAB}/sq/{name}.pid
cache_log {LAB}/sq/{name}.cache.log
logformat lab %ts.%03tu %>a:%>p %>Hs %rm %ru [%un] %Ss/%<Hs auth=%{{Proxy-Authorization}}>h
access_log stdio:{LAB}/sq/{name}.access.log lab
coredump_dir {LAB}/sq
cache_effective_user proxy
pinger_enable off
cache deny all
cache_mem 8 MB
shutdown_lifetime 1 second
dns_nameservers 10.77.0.10
hosts_file /etc/hosts
debug_options ALL,1 29,4
{auth}{extra}acl authed proxy_auth REQUIRED
acl SSL_ports port 443
acl CONNECT method CONNECT
http_access deny CONNECT !SSL_ports
http_access allow authed
http_access deny all
''')


def short_pages():
    """Error pages of one line."""
    to = LAB / 'sq' / 'errors'
    if to.exists():
        return
    shutil.copytree('/usr/share/squid/errors/templates', to, symlinks=False)
    (to / 'ERR_CACHE_ACCESS_DENIED').write_text('<html><title>Sign in</title><p>%D: please sign in to use this proxy.</html>\n')


def start(name):
    if pid(name):
        return
    short_pages()
    configure(name)
    subprocess.run(['bash', '-c', PXX, 'pxx', '/usr/sbin/squid', '-n', name, '-f', f'{LAB}/sq/{name}.conf'],
                   env=dict(os.environ, LAB_DIR=str(LAB), KRB5_CONFIG='/etc/krb5.conf'), check=True)
    for _ in range(60):
        r = subprocess.run(['ip', 'netns', 'exec', 'papx', 'ss', '-ltn', f'sport = :{PORT[name]}'], capture_output=True, text=True)
        if f':{PORT[name]}' in r.stdout:
            time.sleep(.4)          # the helpers
            return
        time.sleep(.1)
    raise RuntimeError(f'squid {name} does not listen, see {LAB}/sq/{name}.cache.log')


def stop(name):
    p = pid(name)
    if not p:
        return
    os.kill(p, signal.SIGTERM)
    for _ in range(80):
        if not os.path.exists(f'/proc/{p}'):
            return
        time.sleep(.1)


if __name__ == '__main__':
    for n in sys.argv[2:] if sys.argv[2:] != ['all'] else SQUIDS:
        if sys.argv[1] in ('stop', 'restart'):
            stop(n)
        if sys.argv[1] in ('start', 'restart'):
            start(n)
