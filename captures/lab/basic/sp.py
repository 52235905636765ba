#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""A scripted proxy for misbehaviour that real products do not show on demand. Every behaviour has a port of its own
(PORT below); what it did goes to $LAB_DIR/log/sp.access.log in the form of the squids' logs."""
import base64, gzip, hashlib, hmac, json, re, socket, socketserver, struct, threading, time
from common import LAB, ORIGIN, PW

PORT = {n: 9001 + i for i, n in enumerate(
    'ok nopa www unframed badlen silentclose rstafter malformed noscheme unknown intercept interim chunked eof gzip bearer vendor '
    'redirect upper commalist crumbs err500 err502 noverdict stale sha256 sess folded pa401 twolines node flaky nocolon '
    'multireal lfonly http10 slow bearer403 twice'.split())}
BODY = b'<html><body><h1>407 Proxy Authentication Required</h1></body></html>\n'
OFFER = ('Proxy-Authenticate', 'Basic realm="Lab web proxy"')
KEY = b'lab signing key, worthless'
_log = threading.Lock()


def jwt(exp, nbf=None, aud='proxy.lab.test', kid='k1', sub='svc-build'):
    """A signed token (HS256) with times in seconds from now."""
    def enc(x):
        return base64.urlsafe_b64encode(x).rstrip(b'=')
    now = int(time.time())
    head = enc(json.dumps({'alg': 'HS256', 'typ': 'JWT', 'kid': kid}).encode())
    body = {'iss': 'https://idp.lab.test', 'sub': sub, 'aud': aud, 'exp': now + exp}
    if nbf is not None:
        body['nbf'] = body['iat'] = now + nbf
    part = head + b'.' + enc(json.dumps(body).encode())
    return (part + b'.' + enc(hmac.new(KEY, part, hashlib.sha256).digest())).decode()


def token_fault(value):
    """What is wrong with a Bearer value, or None."""
    tok = value.split(' ', 1)[1] if ' ' in value else ''
    if tok == 'opaque-good-5c1d9f7e20ab43':
        return None
    if tok.count('.') != 2:
        return 'The access token is malformed or unknown'
    part, _, sig = tok.rpartition('.')
    def dec(x):
        return base64.urlsafe_b64decode(x + '=' * (-len(x) % 4))
    try:
        if not hmac.compare_digest(dec(sig), hmac.new(KEY, part.encode(), hashlib.sha256).digest()):
            return 'The signature is not valid'
        c = json.loads(dec(part.split('.')[1]))
    except ValueError:
        return 'The access token is malformed or unknown'
    now = time.time()
    if c['exp'] < now:
        return 'The access token expired'
    if c.get('nbf', 0) > now:
        return 'The access token is not yet valid'
    if c['aud'] != 'proxy.lab.test':
        return 'The audience is not this proxy'
    return None


class Proxy(socketserver.BaseRequestHandler):
    """Reads requests; the method named after the port's behaviour answers them."""

    def handle(self):
        self.what = self.server.what
        self.f = self.request.makefile('rb')
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.n = 0
        try:
            while self.one():
                pass
        except OSError:
            pass

    def one(self):
        line = self.f.readline(65536).decode('latin1')
        if not line.strip():
            return False
        self.method, self.url, self.version = line.split()[:3]
        self.h = {}
        while (l := self.f.readline(65536).decode('latin1')).strip():
            k, _, v = l.partition(':')
            self.h[k.lower()] = v.strip()
        self.paz = self.h.get('proxy-authorization')
        self.good = self.paz == self.basic('alice')
        self.n += 1
        if self.h.get('expect') and self.good:
            self.request.sendall(b'HTTP/1.1 100 Continue\r\n\r\n')
        if not self.h.get('expect') or self.good:
            self.f.read(int(self.h.get('content-length', 0)))
        return getattr(self, 'do_' + self.what, self.do_ok)() is not False

    @staticmethod
    def basic(user, pw=None):
        return 'Basic ' + base64.b64encode(f'{user}:{pw or PW[user]}'.encode()).decode()

    def log(self, code):
        who = self.client_address
        user = 'alice' if self.good else '-'
        with _log, open(LAB + '/log/sp.access.log', 'a') as f:
            f.write(f'{time.time():.3f} {who[0].removeprefix("::ffff:")}:{who[1]} {code} {self.method} {self.url} [{user}] SCRIPT/{self.what} '
                    f'auth={(self.paz or "-").replace(" ", "%20")} ua={self.h.get("user-agent", "-")}\n')

    def say(self, code, reason, *headers, body=BODY, length=None, version='HTTP/1.1', nl='\r\n'):
        """An answer; length False leaves the framing out."""
        self.log(code)
        head = [f'{version} {code} {reason}', 'Server: lab-script/1.0', *(f'{k}: {v}' for k, v in headers)]
        if length is not False:
            head.append(f'Content-Length: {len(body) if length is None else length}')
        data = (nl.join(head) + nl * 2).encode('latin1')
        self.request.sendall(data + (b'' if self.method == 'HEAD' else body))

    def ask(self, *headers, **k):
        self.say(407, k.pop('reason', 'Proxy Authentication Required'), *(headers or (OFFER,)), **k)

    def serve(self):
        """What the proxy does for a user who may pass."""
        if self.method != 'CONNECT':
            return self.say(200, 'OK', ('Content-Type', 'text/plain'), ('Via', '1.1 script.lab.test'), body=b'hello through the script\n')
        self.log(200)
        host, _, port = self.url.rpartition(':')
        try:
            up = socket.create_connection((ORIGIN, int(port)), 5)
        except OSError:
            return False
        self.request.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
        t = threading.Thread(target=self.pump, args=(up, self.request))
        t.start()
        self.pump(self.request, up)
        t.join()
        return False

    @staticmethod
    def pump(a, b):
        try:
            while d := a.recv(65536):
                b.sendall(d)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    # --- behaviours -------------------------------------------------------------------------------------------
    def do_ok(self):
        """As it should be: Basic."""
        return self.serve() if self.good else self.ask()

    def do_nopa(self):
        """407 that offers nothing."""
        self.ask(('Content-Type', 'text/html'))

    def do_www(self):
        """407 with the challenge in the header of an origin."""
        self.ask(('WWW-Authenticate', 'Basic realm="Lab web proxy"'))

    def do_pa401(self):
        """401 with Proxy-Authenticate."""
        self.say(401, 'Unauthorized', OFFER)

    def do_unframed(self):
        """407 without length, connection left open for two seconds."""
        self.ask(OFFER, ('Connection', 'keep-alive'), length=False)
        time.sleep(2)
        return False

    def do_badlen(self):
        """407 that promises more bytes than come, then closes."""
        self.ask(length=5000)
        time.sleep(1)
        return False

    def do_silentclose(self):
        """Says keep-alive in the 407, yet closes at once."""
        self.ask(OFFER, ('Connection', 'keep-alive'))
        return False

    def do_rstafter(self):
        """Resets the connection as soon as credentials come."""
        if self.paz is None:
            return self.ask(OFFER, ('Connection', 'keep-alive'))
        self.log(0)
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.f.close()
        self.request.close()
        return False

    def do_noverdict(self):
        """Closes without an answer when credentials come."""
        if self.paz is None:
            return self.ask(OFFER, ('Connection', 'keep-alive'))
        self.log(0)
        return False

    def do_malformed(self):
        """A challenge that no grammar allows."""
        self.ask(('Proxy-Authenticate', 'Basic realm=Lab web proxy, please "log in'))

    def do_nocolon(self):
        """A challenge without realm."""
        return self.serve() if self.good else self.ask(('Proxy-Authenticate', 'Basic'))

    def do_noscheme(self):
        """A challenge without a scheme."""
        self.ask(('Proxy-Authenticate', 'realm="Lab web proxy"'))

    def do_unknown(self):
        """Only a scheme that nobody knows."""
        self.ask(('Proxy-Authenticate', 'LabTicket realm="Lab web proxy", version=3'))

    def do_intercept(self):
        """A transparent proxy that asks for proxy credentials."""
        self.ask(OFFER, ('Connection', 'close'))
        return False

    def do_interim(self):
        """102 and 103 before the 407 (and before the 200)."""
        self.request.sendall(b'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n')
        self.do_ok()

    def do_chunked(self):
        """A chunked 407 with a trailer."""
        if self.good:
            return self.serve()
        self.ask(OFFER, ('Transfer-Encoding', 'chunked'), ('Trailer', 'X-Sum'), length=False,
                 body=b'10\r\n' + BODY[:16] + b'\r\n%x;note=x\r\n' % len(BODY[16:]) + BODY[16:] + b'\r\n0\r\nX-Sum: 1\r\n\r\n')

    def do_eof(self):
        """407 whose body ends with the connection."""
        if self.good:
            return self.serve()
        self.ask(OFFER, ('Connection', 'close'), length=False)
        return False

    def do_http10(self):
        """An HTTP/1.0 proxy: every answer ends the connection."""
        if self.good:
            self.say(200, 'OK', body=b'old\n', version='HTTP/1.0', length=False)
        else:
            self.ask(OFFER, version='HTTP/1.0', length=False)
        return False

    def do_gzip(self):
        """407 with a compressed body."""
        return self.serve() if self.good else self.ask(OFFER, ('Content-Encoding', 'gzip'), body=gzip.compress(BODY))

    def do_bearer(self):
        """Wants a signed token."""
        if not self.paz:
            return self.ask(('Proxy-Authenticate', 'Bearer realm="Lab web proxy", scope="proxy"'))
        fault = token_fault(self.paz) if self.paz.lower().startswith('bearer ') else None
        if not self.paz.lower().startswith('bearer '):
            return self.ask(('Proxy-Authenticate', 'Bearer realm="Lab web proxy", scope="proxy"'))
        if fault:
            return self.ask(('Proxy-Authenticate', f'Bearer realm="Lab web proxy", error="invalid_token", error_description="{fault}"'))
        return self.serve()

    def do_bearer403(self):
        """Wants a signed token with another scope."""
        if self.paz and not token_fault(self.paz):
            return self.say(403, 'Forbidden', ('Proxy-Authenticate', 'Bearer realm="Lab web proxy", error="insufficient_scope", scope="proxy:upload"'))
        return self.do_bearer()

    def do_vendor(self):
        """A commercial proxy with a reason of its own."""
        self.ask(OFFER, ('X-Proxy-Error', 'quota_exceeded'), reason='NO_USER', body=b'account suspended: traffic used up\n')

    def do_redirect(self):
        """A portal instead of a 407."""
        self.say(302, 'Found', ('Location', 'http://login.intranet.lab.test/?back=' + self.url), body=b'')

    def do_upper(self):
        """Odd spelling of the names, all of it legal."""
        if self.good:
            return self.serve()
        self.ask(('proxy-AUTHENTICATE', 'BASIC Realm="Lab web proxy"'))

    def do_commalist(self):
        """Several schemes in one line, commas in the realm."""
        if self.good:
            return self.serve()
        self.ask(('Proxy-Authenticate', 'LabTicket v="1, Basic", Basic realm="Lab, web: proxy", charset="UTF-8"'))

    def do_folded(self):
        """The challenge goes on in the next line."""
        if self.good:
            return self.serve()
        self.ask(('Proxy-Authenticate', 'Basic\r\n    realm="Lab web proxy"'))

    def do_lfonly(self):
        """Lines end in LF only."""
        return self.serve() if self.good else self.ask(nl='\n')

    def do_crumbs(self):
        """The 407 comes in crumbs of five bytes."""
        if self.good:
            return self.serve()
        self.log(407)
        data = (f'HTTP/1.1 407 Proxy Authentication Required\r\n{OFFER[0]}: {OFFER[1]}\r\nContent-Length: {len(BODY)}\r\n\r\n').encode() + BODY
        for i in range(0, len(data), 5):
            self.request.sendall(data[i:i + 5])
            time.sleep(.002)

    def do_err500(self):
        """The login backend is broken, and the proxy says so."""
        return self.say(500, 'Internal Privoxy Error', body=b'authentication service failed\n') if self.paz else self.ask()

    def do_err502(self):
        """As do_err500, 503."""
        return self.say(503, 'Service Unavailable', ('Retry-After', '30'), body=b'cannot contact directory\n') if self.paz else self.ask()

    def do_stale(self):
        """Digest, every nonce is stale already."""
        nonce = hashlib.md5(str(time.time()).encode()).hexdigest()
        stale = ', stale=true' if self.paz else ''
        self.ask(('Proxy-Authenticate', f'Digest realm="Lab web proxy", nonce="{nonce}", qop="auth", algorithm=MD5{stale}'))

    def digest_offer(self, alg):
        return ('Proxy-Authenticate', f'Digest realm="Lab web proxy", nonce="{hashlib.md5(str(time.time()).encode()).hexdigest()}", '
                f'qop="auth", algorithm={alg}')

    def digest_ok(self, fn, sess=False):
        a = dict(re.findall(r'(\w+)="?([^",]*)"?', (self.paz or '').partition(' ')[2]))
        try:
            def h(x):
                return fn(x.encode()).hexdigest()
            a1 = h(f'{a["username"]}:{a["realm"]}:{PW[a["username"]]}')
            if sess:
                a1 = h(f'{a1}:{a["nonce"]}:{a["cnonce"]}')
            a2 = h(f'{self.method}:{a["uri"]}')
            return h(f'{a1}:{a["nonce"]}:{a["nc"]}:{a["cnonce"]}:auth:{a2}') == a['response']
        except KeyError:
            return False

    def do_sha256(self):
        """Digest with SHA-256."""
        return self.serve() if self.digest_ok(hashlib.sha256) else self.ask(self.digest_offer('SHA-256'))

    def do_sess(self):
        """Digest with MD5-sess."""
        return self.serve() if self.digest_ok(hashlib.md5, True) else self.ask(self.digest_offer('MD5-sess'))

    def do_twolines(self):
        """Two challenges, two lines, the better one first."""
        return self.serve() if self.good else self.ask(self.digest_offer('MD5'), OFFER)

    def do_node(self):
        """One address, two nodes with different settings: every other connection meets the one that offers Digest."""
        if self.good and self.server.count % 2:
            return self.serve()
        if self.server.count % 2:
            return self.ask(OFFER, ('Via', '1.1 node-a.lab.test'))
        return self.ask(self.digest_offer('MD5'), ('Via', '1.1 node-b.lab.test'))

    def do_flaky(self):
        """Refuses every third good login."""
        self.server.hits = getattr(self.server, 'hits', 0) + bool(self.good)
        return self.serve() if self.good and self.server.hits % 3 else self.ask()

    def do_slow(self):
        """The verdict takes two seconds."""
        if self.paz:
            time.sleep(2)
        return self.do_ok()

    def do_twice(self):
        """Asks once more after each second request of a connection, though the credentials are right."""
        return self.serve() if self.good and self.n % 3 else self.ask()

    def do_multireal(self):
        """A new realm from the third request on."""
        self.server.hits = getattr(self.server, 'hits', 0) + 1
        return self.serve() if self.good and self.server.hits < 3 else self.ask(
            OFFER if self.server.hits < 3 else ('Proxy-Authenticate', 'Basic realm="New gateway 2027"'))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, request_queue_size = True, True, 64
    address_family = socket.AF_INET6
    count = 0

    def process_request(self, *a):
        if not a[1][0].endswith('127.0.0.1'):
            self.count += 1
        super().process_request(*a)

    def handle_error(self, *a):
        import traceback
        traceback.print_exc()


if __name__ == '__main__':
    for what, port in PORT.items():
        s = Server(('::', port), Proxy)
        s.what = what
        threading.Thread(target=s.serve_forever).start()
