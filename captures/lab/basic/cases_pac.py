# SPDX-License-Identifier: BSD-2-Clause
"""PAC files, good and bad; names are looked up at dnsmasq, so that the capture has them."""
import gzip, os, shlex, subprocess, time
from common import HERE, LAB, ORIGIN, PW, PX
from lab import *

WHO = 'alice'
PACGET = 'pacget.py with curl 7.88.1'
URL = 'http://pac.names.test:8088/proxy.pac'
GOOD = 'webproxy.names.test:3128'


def serve(c, files):
    """Put files where the PAC server has them; let the case's clients ask dnsmasq."""
    www = f'{LAB}/www/pac'
    os.makedirs(www, exist_ok=True)
    for f in os.listdir(www):
        os.unlink(f'{www}/{f}')
    for name, text in files.items():
        with open(f'{www}/{name}', 'w') as f:
            f.write(text)
    for host in ('pbc1', 'pbc2'):
        with open(f'/etc/netns/{host}/resolv.conf', 'w') as f:
            f.write(f'nameserver {ORIGIN}\noptions timeout:1 attempts:1 single-request\n')
    c.client = PACGET


def pac(answer):
    return ('// the proxy of the lab; "PROXY old.names.test:8080" is gone\n'
            'function FindProxyForURL(url, host) {\n'
            '\tif (isPlainHostName(host))\n\t\treturn "PROXY intern.names.test:3128";\n'
            f'\treturn "{answer}";\n}}\n')


def get(c, *urls, user=WHO, host=None, url=URL):
    cred = shlex.quote(f'{user}:{PW[user]}') if user else "''"
    return c.run(f'/usr/bin/python3 -B {HERE}/clients/pacget.py {url} {cred} {" ".join(urls or (WWW,))}', host)


@case('pac')
def pac_good_ok(c):
    """a PAC file names the proxy, by an alias; the client obeys and logs in"""
    serve(c, {'proxy.pac': pac(f'PROXY {GOOD}')})
    get(c, WWW, 'https://www.example.test/')


@case('pac')
def pac_not_found(c):
    """404 for the PAC file, and the client goes direct; another client uses the proxy"""
    serve(c, {})
    c.curl('basic', 'bob', host='pbc2')
    get(c)
    c.findings = ('pac-misdirect',)


@case('pac')
def pac_is_a_page(c):
    """a page where the PAC file should be; another client uses the proxy"""
    serve(c, {'proxy.pac': '<html><head><title>Welcome</title></head><body><p>Please log in to go on.</body></html>\n'})
    c.curl('basic', 'bob', host='pbc2')
    get(c)
    c.findings = ('pac-misdirect',)


@case('pac')
def pac_compressed_ok(c):
    """a good PAC file that comes with Content-Encoding: gzip; the client logs in at its proxy"""
    squeezed = gzip.compress(pac(f'PROXY {PX}:3128').encode(), mtime=0)
    served = (b'HTTP/1.1 200 OK\r\nContent-Type: application/x-ns-proxy-autoconfig\r\nContent-Encoding: gzip\r\n'
              b'Content-Length: %d\r\nConnection: close\r\n\r\n' % len(squeezed) + squeezed).hex()
    server = (f'import socket; s = socket.create_server(("{ORIGIN}", 8089)); c = s.accept()[0]; c.recv(4096); '
              f'c.sendall(bytes.fromhex("{served}")); c.close()')
    p = c.run(f"/usr/bin/python3 -c '{server}'", host='pbor', bg=True)
    time.sleep(.5)
    c.run(f'curl -sS --compressed http://{ORIGIN}:8089/proxy.pac')
    p.wait(10)
    c.curl('basic', WHO)
    c.client = CURL


@case('pac')
def pac_changed(c):
    """the PAC file changes between two fetches; both proxies are good"""
    serve(c, {'proxy.pac': pac(f'PROXY {GOOD}')})
    get(c)
    serve(c, {'proxy.pac': pac('PROXY webproxy.names.test:3145')})
    time.sleep(.5)
    get(c)
    c.findings = ('pac-misdirect',)


@case('pac')
def pac_other_proxy(c):
    """the PAC file names one proxy; curl on the same client has another one set, which refuses its password"""
    serve(c, {'proxy.pac': pac(f'PROXY {GOOD}')})
    get(c, host='pbc2', user='bob')
    get(c)
    for _ in range(2):
        c.curl('otherpw', WHO)
        time.sleep(.3)
    c.amend = dict(rejected=dict(cause='pac-misdirect', cause_ok=['pac-misdirect', 'credentials-rejected']))
    c.findings = ('pac-misdirect',)


@case('pac')
def pac_dead_proxy(c):
    """the PAC file names a port where nothing listens"""
    serve(c, {'proxy.pac': pac('PROXY webproxy.names.test:3998')})
    get(c, WWW, API)
    c.rows, c.n407 = [], 0
    c.findings = ('pac-misdirect',)


@case('pac')
def pac_through_the_proxy(c):
    """the PAC file is asked for through the proxy, which wants a login first"""
    serve(c, {'proxy.pac': pac(f'PROXY {GOOD}')})
    c.client = CURL
    for _ in range(2):
        c.curl('basic', None, URL)
    c.amend = dict(abandoned=dict(cause='pac-misdirect', cause_ok=['pac-misdirect', 'no-credentials']))
    c.findings = ('pac-misdirect',)
