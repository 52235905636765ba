# SPDX-License-Identifier: BSD-2-Clause
"""Conversations that a script plays on both sides of a real connection, byte by byte as the case has them, and the
messages of NTLM, SPNEGO and Kerberos to play with. No secret in them is anybody's: responses are made of noise."""
import base64, hashlib, re, socket, struct, time
from common import PX, netns

PORT = 9101
WWW = 'http://www.example.test/'
CURL, CHROME = 'curl/7.88.1', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
BODY = '<html><head><title>407 Proxy Authentication Required</title></head><body>Log in.</body></html>\n'


def b64(b):
    return base64.b64encode(b).decode()


def noise(text, n):
    return (hashlib.sha512(text.encode()).digest() * (n // 64 + 1))[:n]


# --- HTTP -----------------------------------------------------------------------------------------------------
def req(url=WWW, paz=None, *headers, method='GET', ua=CURL, body=b'', version='1.1'):
    """A request as the client sends it; it waits until the proxy has all of it."""
    host = url if method == 'CONNECT' else url.split('/')[2]
    lines = [f'{method} {url} HTTP/{version}', f'Host: {host}', f'User-Agent: {ua}', *headers]
    if paz:
        lines.append(f'Proxy-Authorization: {paz}')
    if body:
        lines.append(f'Content-Length: {len(body)}')
    return ('c', '\r\n'.join(lines).encode('latin1') + b'\r\n\r\n' + body)


def ask(*offers, reason='Proxy Authentication Required', status=407, server='lab-play/1.0', headers=(), title=None, close=False):
    """The proxy asks."""
    body = BODY if title is None else f'<html><head><title>{title}</title></head><body>{title}</body></html>\n'
    lines = [f'HTTP/1.1 {status} {reason}', *([f'Server: {server}'] if server else []), 'Content-Type: text/html',
             f'Content-Length: {len(body)}', *(f'Proxy-Authenticate: {o}' for o in offers), *headers]
    if close:
        lines.append('Connection: close')
    return ('p', '\r\n'.join(lines).encode('latin1') + b'\r\n\r\n' + body.encode())


def ok(*headers, status='200 OK', body='hello\n'):
    lines = [f'HTTP/1.1 {status}', 'Content-Type: text/plain', f'Content-Length: {len(body)}', *headers]
    return ('p', '\r\n'.join(lines).encode() + b'\r\n\r\n' + body.encode())


def sleep(s):
    return ('sleep', s)


FIN, PFIN, RST, PRST = ('fin', None), ('pfin', None), ('rst', None), ('prst', None)


class Stage:
    """The port of a scripted proxy; talk() plays a connection to it from a client's namespace."""

    def __init__(self, case, port=PORT):
        self.case, self.at, self.n407, self.log = case, f'{PX}:{port}', 0, []
        with netns('pbpx'):
            self.l = socket.socket()
            self.l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.l.bind((PX, port))
            self.l.listen(64)
        self.port = port
        case.played = True

    def open(self, host=None, src=None):
        with netns(host or self.case.host):
            a = socket.socket()
            if src:
                a.bind((src, 0))
            a.connect((PX, self.port))
        b = self.l.accept()[0]
        for s in (a, b):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            s.settimeout(5)
        return a, b

    def keep_secrets(self, data):
        m = re.search(rb'Proxy-Authorization: (\S+) ([^\r]*)', data)
        if not m or m[2].startswith(b'TlRMTVNTUAAB'):
            return                       # a type 1 is no secret
        value = m[2].decode('latin1')
        self.case.secrets += re.findall(r'response="(\w+)"', value) if m[1] == b'Digest' else [value]
        if m[1] == b'Basic':
            pw = base64.b64decode(value).partition(b':')[2].decode('utf-8', 'replace')
            self.case.secrets += [pw] if pw.isprintable() else []

    def play(self, pair, *parts):
        a, b = pair
        for what, data in parts:
            if what in ('c', 'p'):
                here, there = (a, b) if what == 'c' else (b, a)
                if what == 'c':
                    self.keep_secrets(data)
                here.sendall(data)
                got = 0
                while got < len(data):
                    d = there.recv(65536)
                    if not d:
                        break
                    got += len(d)
                if what == 'p':
                    self.n407 += data.startswith(b'HTTP/1.1 407') or data.startswith(b'HTTP/1.0 407')
                    self.log.append(f'played: {data.split(bytes([13]))[0].decode()}')
                time.sleep(.002)
            elif what == 'sleep':
                time.sleep(data)
            elif what in ('rst', 'prst'):
                s = a if what == 'rst' else b
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                s.close()
                time.sleep(.01)
            elif what == 'half':         # bytes of the client that nobody waits for
                a.sendall(data)
                time.sleep(.005)
            else:
                (a if what == 'fin' else b).close()
                time.sleep(.01)

    def talk(self, *parts, host=None, src=None):
        """A whole connection; the client ends it where the parts do not."""
        pair = self.open(host, src)
        self.play(pair, *parts)
        for s in pair:
            s.close()
        time.sleep(.02)

    def done(self, *rows):
        c = self.case
        c.rows, c.n407, c.log = list(rows), self.n407, self.log[:40]
        c.client, c.proxy = 'scripted client (play.py)', 'scripted proxy (play.py)'
        self.l.close()


# --- NTLM, [MS-NLMP] 2.2.1 -----------------------------------------------------------------------------------
UNICODE, OEM, REQUEST_TARGET, NTLM, ESS, INFO = 1, 2, 4, 0x200, 0x80000, 0x800000
USUAL = UNICODE | REQUEST_TARGET | NTLM | 0x8000 | ESS


def filetime(t):
    return int((t + 11644473600) * 10000000)


def t1(flags=USUAL):
    return b64(b'NTLMSSP\0' + struct.pack('<II', 1, flags) + bytes(16))


def _av(kind, value):
    return struct.pack('<HH', kind, len(value)) + value


def t2(target='LAB', computer='PROXY', when=None, info=True, flags=USUAL, seed='one'):
    """when: the time in AV pair 7; None: now; 0: none of it."""
    name = target.encode('utf-16le')
    pairs = b''
    if info:
        pairs = _av(2, 'LAB'.encode('utf-16le')) + _av(1, computer.encode('utf-16le')) + _av(4, 'lab.test'.encode('utf-16le'))
        if when != 0:
            pairs += _av(7, struct.pack('<Q', filetime(when or time.time())))
        pairs += _av(0, b'')
    msg = b'NTLMSSP\0' + struct.pack('<IHHI', 2, len(name), len(name), 48)
    msg += struct.pack('<I', flags | (INFO if info else 0)) + noise('challenge ' + seed, 8) + bytes(8)
    msg += struct.pack('<HHI', len(pairs), len(pairs), 48 + len(name))
    return b64(msg + name + pairs)


def t3(user='bob', domain='LAB', ws='PC17', challenge=None, when=None, v1=False, flags=USUAL, oem=False, bindings=None, spn=None, mic=False):
    """when: the blob's time; None: that of the challenge, as the specification has it, or now. bindings: a hash (AV pair 10); spn: AV pair 9."""
    code = 'ascii' if oem else 'utf-16le'
    pairs = b''
    if challenge:
        raw = base64.b64decode(challenge)
        n, at = struct.unpack_from('<H2xI', raw, 40)
        pairs = raw[at:at + n]
        p = 0
        while when is None and p + 4 <= len(pairs):
            k, size = struct.unpack_from('<HH', pairs, p)
            if k == 7:
                when = struct.unpack_from('<Q', pairs, p + 4)[0] / 1e7 - 11644473600
            p += 4 + size
    if bindings:
        pairs = pairs[:-4] + _av(10, bindings) + pairs[-4:]
    if spn:
        pairs = pairs[:-4] + _av(9, spn.encode('utf-16le')) + pairs[-4:]
    if mic:
        pairs = pairs[:-4] + _av(6, struct.pack('<I', 2)) + pairs[-4:]
    stamp = filetime(time.time() if when is None else when)
    nt = noise(f'v1 {user} {time.time()}', 24) if v1 else (
        noise(f'proof {user} {time.time()}', 16) + b'\1\1' + bytes(6) + struct.pack('<Q', stamp) + noise('client ' + user, 8) + bytes(4) + pairs + bytes(4))
    lm = noise('lm ' + user, 24)
    parts = [lm, nt, domain.encode(code), user.encode(code), ws.encode(code), b'']
    tail = bytes([10, 0, 0x61, 0x4a, 0, 0, 0, 15]) + noise(f'mic {user} {time.time()}', 16) if mic else b''
    msg, at = b'NTLMSSP\0' + struct.pack('<I', 3), 64 + len(tail)
    for part in parts:
        msg += struct.pack('<HHI', len(part), len(part), at)
        at += len(part)
    return b64(msg + struct.pack('<I', flags) + tail + b''.join(parts))


def ntlm_login(user='bob', good=True, url=WWW, scheme='NTLM', ua=CURL, wait=0, challenge=None, method='GET', **k):
    """Offer, type 1, type 2, type 3, verdict on one connection."""
    ch = challenge or t2(seed=user + url)
    return [req(url, ua=ua, method=method), ask(scheme), req(url, f'{scheme} {t1()}', ua=ua, method=method), ask(f'{scheme} {ch}'),
            req(url, f'{scheme} {t3(user, challenge=ch, **k)}', ua=ua, method=method), sleep(wait), ok() if good else ask(scheme)]


# --- Kerberos and SPNEGO: RFC 4120 5.5, RFC 4178 4.2 ----------------------------------------------------------
def der(tag, *parts):
    body = b''.join(parts)
    n = len(body)
    size = bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, 'big')
    return bytes([tag]) + size + body


def num(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, 'big'))


def string(s):
    return der(0x1b, s.encode())


def name(service):
    return der(0x30, der(0xa0, num(2)), der(0xa1, der(0x30, *(string(p) for p in service.split('/')))))


def enc(etype, kvno, seed, n=220):
    return der(0x30, der(0xa0, num(etype)), *([der(0xa1, num(kvno))] if kvno is not None else []), der(0xa2, der(4, noise(seed, n))))


KRB5, MSKRB5, NTLMSSP = (bytes.fromhex(h) for h in ('06092a864886f712010202', '06092a864882f712010202', '060a2b06010401823702020a'))
NEGOEX = bytes.fromhex('060a2b06010401823702021e')


def ap_req(service='HTTP/proxy.lab.test', etype=18, kvno=2, seed='ticket', n=900):
    ticket = der(0x61, der(0x30, der(0xa0, num(5)), der(0xa1, string('LAB.TEST')), der(0xa2, name(service)), der(0xa3, enc(etype, kvno, seed, n))))
    body = der(0x30, der(0xa0, num(5)), der(0xa1, num(14)), der(0xa2, der(3, b'\0\x20\0\0\0')), der(0xa3, ticket),
               der(0xa4, enc(etype, None, f'authenticator {seed} {time.time()}')))
    return der(0x60, KRB5, b'\1\0', der(0x6e, body))


def init(token, *mechs):
    mechs = mechs or (KRB5, MSKRB5, NTLMSSP)
    return b64(der(0x60, bytes.fromhex('06062b0601050502'), der(0xa0, der(0x30, der(0xa0, der(0x30, *mechs)), der(0xa2, der(4, token))))))


def resp(state, mech=None, token=None):
    return b64(der(0xa1, der(0x30, der(0xa0, der(0x0a, bytes([state]))), *([der(0xa1, mech)] if mech else []), *([der(0xa2, der(4, token))] if token else []))))


def krb_error(code, stime=None, service='HTTP/proxy.lab.test'):
    t = time.strftime('%Y%m%d%H%M%SZ', time.gmtime(stime or time.time())).encode()
    err = der(0x7e, der(0x30, der(0xa0, num(5)), der(0xa1, num(30)), der(0xa4, der(0x18, t)), der(0xa5, num(0)), der(0xa6, num(code)),
                        der(0xa9, string('LAB.TEST')), der(0xaa, name(service))))
    return der(0x60, KRB5, b'\3\0', err)


def kerberos_login(good=True, ua=CURL, url=WWW, answer='Negotiate', headers=(), **k):
    return [req(url, ua=ua), ask('Negotiate'), req(url, f'Negotiate {init(ap_req(**k))}', ua=ua), ok(*headers) if good else ask(answer, headers=headers)]


# --- Basic and Digest -----------------------------------------------------------------------------------------
def basic(user, pw):
    raw = pw if isinstance(pw, bytes) else pw.encode()
    return 'Basic ' + b64(user.encode() + b':' + raw)


def digest(user, pw, nonce, uri=WWW, realm='Lab web proxy', alg='MD5', nc='00000001', method='GET'):
    fn = hashlib.sha256 if alg.startswith('SHA-256') else hashlib.md5
    h = lambda x: fn(x.encode()).hexdigest()
    response = h(f'{h(f"{user}:{realm}:{pw}")}:{nonce}:{nc}:f00dfeed:auth:{h(f"{method}:{uri}")}')
    return (f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm={alg}, response="{response}", '
            f'qop=auth, nc={nc}, cnonce="f00dfeed"')


def digest_offer(nonce, alg='MD5', realm='Lab web proxy', more=''):
    return f'Digest realm="{realm}", nonce="{nonce}", qop="auth", algorithm={alg}{more}'
