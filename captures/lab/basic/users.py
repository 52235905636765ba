#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Write the password files of the proxies (Basic: htpasswd, Digest: realm hashes)."""
import hashlib, os, subprocess, sys
from common import LAB, PW

REALM = 'Lab web proxy'


def crypt(pw):
    return subprocess.run(['openssl', 'passwd', '-apr1', '-stdin'], input=pw + '\n', text=True, capture_output=True).stdout.strip()


def htpasswd(path, accounts):
    """A file for basic_ncsa_auth. Its time must change for a running helper to read it again; squid asks in lower case."""
    with open(path + '.new', 'w') as f:
        f.writelines(f'{u.lower()}:{crypt(p)}\n' for u, p in accounts.items())
    os.replace(path + '.new', path)


def htdigest(path, accounts, realm=REALM):
    with open(path, 'w') as f:
        f.writelines(f'{u}:{realm}:{hashlib.md5(f"{u}:{realm}:{p}".encode()).hexdigest()}\n' for u, p in accounts.items())


if __name__ == '__main__':
    etc = LAB + '/etc'
    htpasswd(etc + '/users', PW)
    htpasswd(etc + '/users-change', PW)
    htpasswd(etc + '/users-other', {u: p[::-1] + 'x' for u, p in PW.items() if u in ('alice', 'bob', 'relay')})
    htdigest(etc + '/digest', PW)
    with open(etc + '/digest-plain', 'w') as f:
        f.writelines(f'{u}:{p}\n' for u, p in PW.items() if ':' not in p)
