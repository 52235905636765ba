#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A scripted NTLM client on a raw socket; every step of the handshake can be bent. Messages by impacket."""
import argparse
import base64
import re
import socket
import struct
import sys
import time

from impacket import ntlm

ap = argparse.ArgumentParser()
add = ap.add_argument
add('--proxy', default='10.77.0.20:3128')
add('--src')
add('--url', default='http://www.example.test/')
add('--user', default='alice')
add('--domain', default='LAB')
add('--pw', default='')
add('--workstation', default='')
add('--ua', default='LabAgent/1.0')
add('--method', default='GET')
add('--offer-first', action='store_true', help='first a request without credentials')
add('--v1', action='store_true', help='NTLMv1 response')
add('--skew', type=float, help='own clock: seconds off, written into the NTLMv2 response')
add('--anon', action='store_true', help='empty user and responses')
add('--spnego', action='store_true', help='raw NTLMSSP under Negotiate')
add('--http10', action='store_true', help='HTTP/1.0, no keep-alive')
add('--close', action='store_true', help='ask for Connection: close')
add('--hold', type=float, default=0, help='seconds between type 2 and type 3')
add('--stop-after-2', action='store_true')
add('--rst', action='store_true', help='end with a reset')
add('--type1-again', type=int, default=0, help='answer the type 2 with another type 1, so often, then stop')
add('--new-conn', action='store_true', help='type 3 on a new connection')
add('--two-first', action='store_true', help='open both connections before the handshake')
add('--between', action='store_true', help='another request without credentials between type 2 and type 3')
add('--truncate', type=int, default=0, help='cut the type 3 to so many bytes')
add('--bad-b64', action='store_true')
add('--again', type=int, default=0, help='send the same type 3 again, so often')
add('--replay-new', action='store_true', help='send the same type 3 on a new connection')
add('--n-after', type=int, default=0, help='plain requests afterwards')
add('--chunk', type=int, default=0, help='write so many bytes at a time')
add('--prefix', choices=['v1', 'v2'], help='PROXY protocol header in front')
add('--also', help='user:password of a second login, step by step beside the first on a second connection')
o = ap.parse_args()
host, port = o.proxy.rsplit(':', 1)
host = host.strip('[]')


def conn():
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if o.src:
        s.bind((o.src, 0))
    s.settimeout(15)
    s.connect((host, int(port)))
    (me, my), (it, its) = s.getsockname()[:2], s.getpeername()[:2]
    # 10.77.9.9 stands for the client that the balancer speaks for
    if o.prefix == 'v1':
        s.sendall(f'PROXY TCP4 10.77.9.9 {it} {my} {its}\r\n'.encode())
    elif o.prefix == 'v2':
        s.sendall(b'\r\n\r\n\0\r\nQUIT\n\x21\x11' + struct.pack('>H4s4sHH', 12, socket.inet_aton('10.77.9.9'), socket.inet_aton(it), my, its))
    return s


def request(token=None):
    name = re.sub(r'^https?://', '', o.url).split('/')[0]
    h = f'{o.method} {o.url} HTTP/1.{0 if o.http10 else 1}\r\nHost: {name}\r\nUser-Agent: {o.ua}\r\nAccept: */*\r\n'
    if token:
        h += f'Proxy-Authorization: {"Negotiate" if o.spnego else "NTLM"} {token}\r\n'
    if o.close:
        h += 'Connection: close\r\nProxy-Connection: close\r\n'
    elif not o.http10:
        h += 'Proxy-Connection: Keep-Alive\r\n'
    return (h + '\r\n').encode()


def send(s, b):
    if not o.chunk:
        s.sendall(b)
    else:
        for i in range(0, len(b), o.chunk):
            s.sendall(b[i:i + o.chunk])
            time.sleep(.0008)


def ask(s, what, token=None):
    """Send a request, read the answer whole; its head, or '' if there was none."""
    try:
        send(s, request(token))
        b = b''
        while b'\r\n\r\n' not in b:
            d = s.recv(65536)
            if not d:
                print(what, 'closed')
                return ''
            b += d
        head, _, body = b.partition(b'\r\n\r\n')
        head = head.decode('latin1')
        m = re.search(r'(?i)content-length:[ \t]*(\d+)', head)
        while m and o.method != 'HEAD' and len(body) < int(m[1]):
            d = s.recv(65536)
            if not d:
                break
            body += d
    except OSError as e:
        print(what, e)
        return ''
    print(what, head.split('\r\n')[0], '|'.join(l[:60] for l in head.split('\r\n') if re.match(r'(?i)(proxy-auth|connection|proxy-connection)', l)), flush=True)
    return head


def challenge(head):
    m = re.search(r'(?i)proxy-authenticate:[ \t]*(?:NTLM|Negotiate)[ \t]+(\S+)', head)
    return base64.b64decode(m[1]) if m else None


def type1():
    m = ntlm.getNTLMSSPType1(o.workstation, '', True, use_ntlmv2=not o.v1)
    return m, base64.b64encode(m.getData()).decode()


def type3(t1, t2, user, pw):
    m, _ = ntlm.getNTLMSSPType3(t1, t2, '' if o.anon else user, '' if o.anon else pw, '' if o.anon else o.domain, use_ntlmv2=not o.v1)
    if o.workstation:
        m['host_name'] = o.workstation.encode('utf-16le')
    return m.getData()


if o.skew is not None:
    real = ntlm.computeResponseNTLMv2

    def skewed(flags, sc, cc, info, dom, user, pw, lm='', nt='', **k):
        av = ntlm.AV_PAIRS(info)
        av[ntlm.NTLMSSP_AV_TIME] = struct.pack('<q', 116444736000000000 + int((time.time() + o.skew) * 10000000))
        return real(flags, sc, cc, av.getData(), dom, user, pw, lm, nt, **k)
    ntlm.computeResponseNTLMv2 = skewed


def end(s):
    if o.rst:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()


if o.also:
    logins = [(o.user, o.pw), tuple(o.also.split(':', 1))]
    socks = [conn() for _ in logins]
    t1s = [type1() for _ in logins]
    t2s = [challenge(ask(s, 'type1', t[1])) for s, t in zip(socks, t1s)]
    for s, t1, t2, (u, p) in reversed(list(zip(socks, t1s, t2s, logins))):
        ask(s, 'type3', base64.b64encode(type3(t1[0], t2, u, p)).decode())
    for s in socks:
        ask(s, 'after')
        s.close()
    sys.exit()

s = conn()
if o.offer_first:
    if re.search(r'(?i)\nconnection: *close', ask(s, 'offer')):
        s.close()
        s = conn()
t1, tok1 = type1()
head = ask(s, 'type1', tok1)
t2 = challenge(head)
if not t2:
    end(s)
    sys.exit(3)
for _ in range(o.type1_again):
    time.sleep(.3)
    ask(s, 'type1', tok1)
if o.hold:
    time.sleep(o.hold)
if o.stop_after_2 or o.type1_again:
    end(s)
    sys.exit()
if o.between:
    ask(s, 'between')
b3 = type3(t1, t2, o.user, o.pw)
tok = base64.b64encode(b3[:o.truncate] if o.truncate else b3).decode()
if o.bad_b64:
    tok = tok[:40] + '*~!' + tok[43:-3] + '=A='
if o.new_conn:
    s.close()
    s = conn()
ask(s, 'type3', tok)
for _ in range(o.again):
    ask(s, 'again', tok)
if o.replay_new:
    s2 = conn()
    ask(s2, 'replay', tok)
    s2.close()
for _ in range(o.n_after):
    ask(s, 'after')
end(s)
