#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""The web behind the proxies: HTTP on 80 and 8080, HTTPS on 443, HTTP 407 on 8443, SIP on 5060 (UDP, TCP)."""
import http.server, os, re, socket, socketserver, ssl, threading
from common import LAB

FALSE_407 = (b'A page about proxies. What a proxy answers:\r\n\r\nHTTP/1.1 407 Proxy Authentication Required\r\n'
             b'Proxy-Authenticate: Basic realm="not a real one"\r\nContent-Length: 0\r\n\r\n'
             b'GET http://x.test/ HTTP/1.1\r\nProxy-Authorization: Basic bm90OnJlYWw=\r\n\r\n')


class Origin(http.server.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_version, sys_version = 'lab-origin', ''

    def __init__(self, *a):
        super().__init__(*a, directory=LAB + '/www')

    def log_message(self, *a):
        pass

    def say(self, code, body=b'', *headers):
        self.send_response(code)
        for k, v in headers:
            self.send_header(k, v)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.split('?')[0]
        if self.server.server_port == 8443:
            self.say(407, b'no entry\n', ('Proxy-Authenticate', 'Basic realm="second proxy inside the tunnel"'))
        elif path == '/status/401':
            self.say(401, b'who are you?\n', ('WWW-Authenticate', 'Basic realm="Origin"'))
        elif path == '/status/407':
            self.say(407, b'an origin that thinks it is a proxy\n', ('Proxy-Authenticate', 'Basic realm="Origin"'))
        elif path == '/text407':
            self.say(200, FALSE_407, ('Content-Type', 'text/plain'))
        elif m := re.match(r'/size/(\d+)$', path):
            self.say(200, b'x' * int(m[1]), ('Content-Type', 'application/octet-stream'))
        elif path.startswith('/repo.git'):
            super().do_GET()
        elif path.startswith('/debian'):
            self.say(404, b'not here\n')
        else:
            self.say(200, b'hello from the origin\n', ('Content-Type', 'text/plain'))

    do_HEAD = do_GET

    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.say(200, b'thank you\n')

    do_PUT = do_POST


def sip(data):
    """A registrar that wants credentials: status 407, but not HTTP."""
    head = data.decode('latin1')
    keep = [l for l in head.split('\r\n') if re.match(r'(?i)(via|from|to|call-id|cseq):', l)]
    if 'Proxy-Authorization' in head:
        return ('\r\n'.join(['SIP/2.0 200 OK', *keep, 'Content-Length: 0']) + '\r\n\r\n').encode()
    return ('\r\n'.join(['SIP/2.0 407 Proxy Authentication Required', *keep,
            'Proxy-Authenticate: Digest realm="sip.lab.test", nonce="84a4cc6f3082121f32b42a2187831a9e", algorithm=MD5',
            'Content-Length: 0']) + '\r\n\r\n').encode()


def sip_udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('', 5060))
    while True:
        data, peer = s.recvfrom(65535)
        s.sendto(sip(data), peer)


class SipTcp(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65535):
            self.request.sendall(sip(data))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    address_family = socket.AF_INET6

    def handle_error(self, *a):
        pass


def serve(port, tls=False):
    srv = Server(('::', port), Origin)
    if tls:
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        c.load_cert_chain(LAB + '/etc/cert.pem', LAB + '/etc/key.pem')
        srv.socket = c.wrap_socket(srv.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=srv.serve_forever, daemon=True).start()


if __name__ == '__main__':
    for p in (80, 8080, 8443):
        serve(p)
    serve(443, True)
    threading.Thread(target=sip_udp, daemon=True).start()
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    socketserver.ThreadingTCPServer(('', 5060), SipTcp).serve_forever()
