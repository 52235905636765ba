# SPDX-License-Identifier: BSD-2-Clause
"""What the cases are made with: a registry, a Run that captures, starts clients, reads logs and writes the truth."""
import base64
import gzip
import json
import os
import re
import shlex
import shutil
import signal
import struct
import subprocess
import time
import urllib.parse
from pathlib import Path

import squids

HERE = Path(__file__).resolve().parent
OUT = Path(os.environ.get('LAB_OUT', HERE.parents[1]))
LAB = squids.LAB
PW = dict(l.rstrip('\n').split('\t') for l in (HERE / 'etc/accounts.txt').open(encoding='utf-8'))
PX = '10.77.0.20'
APACHE = dict(http=8888, wrong=8889, oldkvno=8890, otherspn=8891)
V6 = {'10.77.1.1': 'fd77::1:1'}
IP = {'pac1': '10.77.1.1', 'pac2': '10.77.1.2', 'pac3': '10.77.1.3', 'pac4': '10.77.1.4', 'pamb': '10.77.0.25'}
WEB = 'http://www.example.test/'
SQUID, CURL, DC = 'squid 5.7 (Debian)', 'curl 7.88.1', 'Samba 4.17.12 AD DC'
CURL_OPTS = "-sS -o /dev/null -w '%{http_code} conn=%{num_connects} cc=%{http_connect}\\n' --max-time 30"
CASES = {}


def case(family, *tags, clients=('pac1',), proxy=SQUID, client=CURL, flt=None, n407=None):
    """Register a case: the function's name is the capture's, its docstring says how it was made."""
    def register(f):
        name = f.__name__.replace('_', '-')
        CASES[name] = dict(name=name, family=family, tags=list(tags), clients=clients, proxy=proxy, client=client,
                           flt=flt, n407=n407, run=f)
        return f
    return register


def sh(cmd, timeout=150, **k):
    """Run a shell command, return what it printed."""
    try:
        return subprocess.run(cmd, shell=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, executable='/bin/bash',
                              errors='replace', **k).stdout
    except subprocess.TimeoutExpired as e:
        return f'TIMEOUT {e.stdout}'


def dcx(cmd):
    return sh(f'. {HERE}/env.sh; dcx {cmd} -s {LAB}/etc/dc-smb.conf')


def ctl(what, verb):
    """dcctl or wbctl start, stop, restart"""
    return sh(f'{HERE}/{what}.sh {verb}')


def set_password(user, pw):
    return dcx(f"samba-tool user setpassword {shlex.quote(user)} --newpassword={shlex.quote(pw)}")


def tokens_type(raw):
    """'T1'..'T3' of an NTLMSSP message anywhere in the token, else ''."""
    i = raw.find(b'NTLMSSP\0')
    return f'T{raw[i + 8]}' if 0 <= i < len(raw) - 8 else ''


def b64(s):
    try:
        return base64.b64decode(s + '=' * (-len(s) % 4))
    except ValueError:
        return b''


def ntlm_secrets(raw):
    """Hex of the LM and NT responses and of the NTLMv2 proof in a type 3."""
    i = raw.find(b'NTLMSSP\0\x03\0\0\0')
    out = []
    if i < 0 or len(raw) < i + 28:
        return out
    raw = raw[i:]
    for at in (12, 20):
        n, _, off = struct.unpack('<HHI', raw[at:at + 8])
        v = raw[off:off + n]
        if len(v) >= 16 and any(v):
            out.append(v.hex())
            if n > 24:
                out.append(v[:16].hex())
    return out


def decode_as():
    """tshark options: which ports are HTTP."""
    return ' '.join(f'-d tcp.port=={p},http' for p in [*squids.PORT.values(), *range(3201, 3208), *APACHE.values()])


def count_in(pcap):
    """How many 407s tshark sees in the file."""
    return int(sh(f"tshark -n -r {pcap} {decode_as()} -Y 'http.response.code==407' 2>/dev/null | wc -l").strip() or 0)


class Run:
    """One run of one case."""

    def __init__(self, spec):
        self.spec, self.name = spec, spec['name']
        self.rows, self.secrets, self.notes, self.out = [], [], [], []
        self.raw = LAB / 'cap' / f'{self.name}.raw.pcapng'
        self.cap = None
        self.done = False
        self.logs = {}
        self.more = {}
        self.only = ''                  # display filter: keep these packets
        self.forget = set()             # client ports whose log lines are not of the case

    # --- capture -----------------------------------------------------------------------------------
    def files(self):
        return [p for g in ('sq/*.log', 'ap/*.log', 'mb/*.log', 'dc/log/log*', 'px/log/log*') for p in LAB.glob(g) if p.is_file()]

    def start(self):
        if self.cap or self.done:
            return
        self.pos = {p: p.stat().st_size for p in self.files()}
        hosts = ' or '.join(f'host {IP[c]}' + (f' or host {V6[IP[c]]}' if IP[c] in V6 else '') if c in IP else f'net {c}' if '/' in c else f'host {c}' for c in self.spec['clients'])
        flt = self.spec['flt'] or f'({hosts}) and not arp and not icmp6 and not port 53'
        self.raw.unlink(missing_ok=True)
        self.cap = subprocess.Popen(['ip', 'netns', 'exec', 'pasw', 'dumpcap', '-q', '-B', '16', '-i', 'br0', '-f', flt, '-w', str(self.raw)],
                                    stderr=subprocess.PIPE, text=True)
        for line in self.cap.stderr:
            if 'File:' in line:
                break
        time.sleep(.3)

    def stop(self):
        if not self.cap:
            return
        time.sleep(.5)
        self.cap.send_signal(signal.SIGINT)
        self.cap.wait(20)
        self.cap, self.done = None, True
        time.sleep(.2)
        for p in self.files():
            with p.open(errors='replace') as f:
                f.seek(self.pos.get(p, 0))
                self.logs[p] = f.read().splitlines()

    # --- clients -----------------------------------------------------------------------------------
    def pw(self, user, given=None):
        """A password, noted as a secret of this case."""
        p = given if given is not None else PW[user]
        if p and p not in self.secrets:
            self.secrets.append(p)
        return p

    def ns(self, host, cmd, bg=False, timeout=60, seen=True):
        if seen:
            self.start()
        full = f'ip netns exec {host} {cmd}'
        if bg:
            return subprocess.Popen(full, shell=True, executable='/bin/bash', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        o = sh(full, timeout=timeout)
        self.out.append(o.strip())
        return o

    def squid(self, *names):
        for n in names:
            squids.start(n)
        return self

    def curl(self, port, args='', user=None, pw=None, url=WEB, host='pac1', how='--proxy-anyauth', px='proxy.lab.test', env='', src=None, bg=False):
        """curl through a squid (by name) or a port number; user as DOMAIN\\user, or None for no credentials."""
        if port in squids.SQUIDS:
            self.squid(port)
        p = squids.PORT.get(port, port)
        u = ''
        if user is not None:
            plain = re.split(r'[\\@]', user)[-1 if '\\' in user else 0]
            u = '-U ' + shlex.quote(f'{user}:{self.pw(plain, pw)}')
        return self.ns(host, f'env HOME=/nonexistent {env} curl {CURL_OPTS} {"--interface " + src if src else ""} -x http://{px}:{p} '
                             f'{how} {u} {args} {url}', bg=bg)

    def haproxy(self):
        """haproxy in pamb, in front of the squids."""
        self.squid('ntlm2', 'ntlm3', 'krb', 'proxyproto')
        pid = LAB / 'run/haproxy.pid'
        if 'haproxy' not in sh('ip netns exec pamb ss -ltnp'):
            sh(f'. {HERE}/env.sh; render haproxy.cfg; ip netns exec pamb haproxy -D -f {LAB}/etc/haproxy.cfg -p {pid}')
        return self

    def apache(self, name):
        """Apache with mod_auth_gssapi and the keytab of that name."""
        port = APACHE[name]
        if f':{port}' not in sh('ip netns exec papx ss -ltn'):
            conf = (HERE / 'etc/apache.conf').read_text()
            for k, v in dict(LAB=LAB, NAME=name, PORT=port).items():
                conf = conf.replace(f'@{k}@', str(v))
            (LAB / f'etc/apache-{name}.conf').write_text(conf)
            (LAB / f'ap/run-{name}').mkdir(exist_ok=True)
            self.out.append(sh(f'ip netns exec papx apache2 -f {LAB}/etc/apache-{name}.conf -k start'))
            time.sleep(1)
        return self

    def cntlm(self, port, user, auth='NTLMv2', pw=None, host='pac1'):
        """cntlm on the client host, listening on 127.0.0.1:3128; returns a function that ends it."""
        self.squid(port)
        conf, pid = LAB / 'run/cntlm.conf', LAB / 'run/cntlm.pid'
        conf.write_text(f'Username {user}\nDomain LAB\nPassword {self.pw(user, pw)}\nAuth {auth}\nWorkstation PC-{user.upper()}\n'
                        f'Proxy {PX}:{squids.PORT[port]}\nListen 127.0.0.1:3128\n')
        self.start()
        p = subprocess.Popen(['ip', 'netns', 'exec', host, 'cntlm', '-f', '-c', str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(.6)
        return p.terminate

    def java(self, port, user, url=WEB, pw=None, host='pac1'):
        self.squid(port)
        if not (LAB / 'java/Get.class').exists():
            sh(f'javac -d {LAB}/java {HERE}/Get.java')
        plain = user.split('\\')[-1]
        return self.ns(host, f'java -Djava.util.prefs.userRoot={LAB}/run -cp {LAB}/java Get proxy.lab.test {squids.PORT[port]} '
                             f'{shlex.quote(user)} {shlex.quote(self.pw(plain, pw))} {url}')

    def chrome(self, port, steps, quiet=True, host='pac1', env=''):
        """steps: (url, user, password) ..."""
        if port in squids.SQUIDS:
            self.squid(port)
        js = json.dumps([dict(url=u, **({} if n is None else dict(user=n, pw=self.pw(n.split('\\')[-1], p)))) for u, n, p in steps])
        return self.ns(host, f'env LAB_DIR={LAB} HOME={LAB}/run {env} node {HERE}/chrome.js http://proxy.lab.test:{squids.PORT.get(port, port)} '
                             f'{int(quiet)} {shlex.quote(js)}', timeout=120)

    def raw_client(self, args, user='alice', pw=None, host='pac1', port='ntlm', bg=False):
        """The scripted client rawcl.py."""
        if port in squids.SQUIDS:
            self.squid(port)
        proxy = f'--proxy {PX}:{squids.PORT[port]}' if port in squids.SQUIDS else f'--proxy {port}' if ':' in str(port) else f'--proxy {PX}:{port}'
        return self.ns(host, f'/usr/bin/python3 {HERE}/rawcl.py {proxy} --user {shlex.quote(user)} --pw {shlex.quote(self.pw(user, pw))} {args}', bg=bg)

    def kinit(self, user, pw=None, host='pac1', seen=False, extra='', env='', quiet=True):
        """Get a ticket-granting ticket into a cache of the case; `seen` if its traffic belongs to the capture."""
        cc = LAB / 'cc' / f'{self.name}.{user}'
        cc.unlink(missing_ok=True)
        o = self.ns(host, f"env KRB5CCNAME={cc} {env} kinit {extra} {user}@LAB.TEST <<'EOF'\n{self.pw(user, pw)}\nEOF", seen=seen)
        return f'KRB5CCNAME={cc}', o

    # --- truth -------------------------------------------------------------------------------------
    def expect(self, scheme, outcome, broke_at=None, cause=None, user=None, count=1, client='10.77.1.1', port='ntlm', **k):
        proxy = f'{PX}:{squids.PORT[port]}' if port in squids.SQUIDS else port if ':' in str(port) else f'{PX}:{port}'
        self.rows.append(dict(client=IP.get(client, client), proxy=proxy, scheme=scheme, outcome=outcome, broke_at=broke_at,
                              cause=cause, user=user, count=count, **k))
        return self

    def ok(self, user, scheme='NTLM', **k):
        if scheme == 'Negotiate/Kerberos':      # the ticket is encrypted: the user's name need not be visible
            k.setdefault('user_ok', [user, user.split('@')[0], None])
        return self.expect(scheme, 'authenticated', user=user, **k)

    def refused(self, user, cause='credentials-rejected', scheme='NTLM', **k):
        """A login that the proxy refused after the client had finished its side."""
        if cause in ('credentials-expired', 'account-locked'):
            k.setdefault('cause_ok', [cause, 'credentials-rejected'])
        if 'Kerberos' in scheme and 'user_ok' in k:
            k['user_ok'] = k['user_ok'] + [u.split('@')[0] for u in k['user_ok'] if u and '@' in u]
        return self.expect(scheme, 'rejected', k.pop('broke_at', 'authenticate' if 'NTLM' in scheme else 'ticket'), cause, user, **k)

    def gave_up(self, scheme='none', cause='no-credentials', broke_at='offer', **k):
        return self.expect(scheme, 'abandoned', broke_at, cause, **k)

    def note(self, text):
        self.notes.append(text)

    def access(self):
        """Lines of the access logs: time, proxy, client, status, method, URL, user, tag, Proxy-Authorization"""
        rows = []
        for p, lines in self.logs.items():
            if p.name.endswith('access.log'):
                for l in lines:
                    m = re.match(r'(\S+) (\S+) (\d+) (\S+) (\S+) \[(.*?)\] (\S+) auth=(.*)$', l)
                    if m and m[2] not in self.forget:
                        rows.append((float(m[1]), p.name.split('.')[0], *m.groups()[1:7], urllib.parse.unquote(m[8])))
        return sorted(rows)

    def directory(self):
        """What DC and helpers said of the logins."""
        out = []
        for p, lines in self.logs.items():
            for l in lines:
                if p.parent == LAB / 'dc/log':
                    m = re.search(r'Auth: \[(.*?)\] user \[(.*?)\]\\\[(.*?)\].*?with \[(.*?)\] status \[(.*?)\]', l)
                    if m and not m[3].endswith('$') or m and m[3].startswith('WS1'):
                        out.append(f'{m[1]}: {m[2]}\\{m[3]} {m[4]} {m[5]}')
                elif p.name.endswith('cache.log'):
                    m = re.search(r"(gss_accept_sec_context\(\) failed: .*|Got NTLMSSP.*failed.*|received type 1 NTLM token|invalid AvTimestamp.*|"
                                  r"Failed validating user via NTLM.*?message: NT_STATUS_\w+)", l)
                    if m:
                        out.append(f'helper: {m[1][:200]}')
                elif p.name.endswith('error.log') and 'GSS ERROR' in l:
                    out.append('apache: ' + l[l.find('GSS ERROR'):][:240])
        return list(dict.fromkeys(out))

    def found_secrets(self, pcap):
        """Tokens from the proxies' logs and, as tshark shows them, from the packets."""
        toks = {a[8].split(' ', 1)[1].strip() for a in self.access() if ' ' in a[8]}
        ports = decode_as()
        o = sh(f"tshark -n -r {pcap} {ports} -Y http.proxy_authorization -T fields -e http.proxy_authorization 2>/dev/null")
        toks |= {l.split(' ', 1)[1].strip() for l in o.splitlines() if ' ' in l.strip()}
        out = []
        for t in sorted(toks):
            raw = b64(t)
            if tokens_type(raw) == 'T1':
                continue
            out.append(t)
            out += ntlm_secrets(raw)
        pa = sh(f"tshark -n -r {pcap} -Y 'kerberos.msg_type==10 && kerberos.cipher' -T fields -e kerberos.cipher 2>/dev/null")
        out += [l.strip() for l in pa.splitlines() if re.fullmatch(r'[0-9a-f]{20,}', l.strip())]
        return out

    def save(self):
        """Copy the capture, write its truth, say what looks odd."""
        fam = OUT / self.spec['family']
        fam.mkdir(parents=True, exist_ok=True)
        dst = fam / f'{self.name}.pcapng'
        if self.only:
            sh(f"tshark -n -r {self.raw} -Y {shlex.quote(self.only)} -w {dst} 2>/dev/null")
        else:
            shutil.copyfile(self.raw, dst)
        dst.chmod(0o644)
        acc = self.access()
        log407 = sum(a[3] == '407' for a in acc)
        seen = count_in(dst)
        n407 = self.spec['n407'] if self.spec['n407'] is not None else log407
        said = self.directory()
        bad = [r for r in self.rows if r['outcome'] not in ('authenticated',) and not r.get('optional')]
        status = sorted({m[0] for s in said for m in [re.findall(r'NT_STATUS_\w+', s)] if m and m[0] != 'NT_STATUS_OK'} |
                        {s for s in said if s.startswith(('helper:', 'apache:'))})
        if len(bad) == 1 and status:
            bad[0]['helper_status'] = status
        truth = dict(id=self.name, how=' '.join(self.spec['run'].__doc__.split()),
                     software=dict(proxy=self.spec['proxy'], client=self.spec['client'], directory=DC), expect=self.rows,
                     responses_407=n407, secrets=list(dict.fromkeys(self.secrets + self.found_secrets(dst))), notes=' '.join(self.notes),
                     tags=[self.spec['family'], *self.spec['tags']],
                     proxy_log=[f'{a[0]:.3f} {a[2]} -> {a[1]}: {a[3]} {a[4]} {a[5]} user=[{a[6]}] {a[7]}' for a in acc][:60],
                     directory_log=said[:30], **self.more)
        if dst.stat().st_size > 80 << 10:      # everybody who wants the sources gets it
            whole, dst = dst, fam / f'{dst.name}.gz'
            dst.write_bytes(gzip.compress(whole.read_bytes(), mtime=0))
            whole.unlink()
            truth['files'] = [dst.name]
        (fam / f'{self.name}.truth.json').write_text(json.dumps(truth, indent=1, ensure_ascii=False) + '\n')
        good = len({(a[1], a[2]) for a in acc if a[6] != '-' and a[3] != '407'})
        said_good = sum(r['count'] for r in self.rows if r['outcome'] == 'authenticated')
        odd = ''
        if seen != n407:
            odd += f' <<< 407: packets {seen}, said {n407}'
        if good != said_good:
            odd += f' <<< authenticated connections: log {good}, said {said_good}'
        print(f'{self.spec["family"]}/{self.name}: {dst.stat().st_size} bytes, 407s {n407}{odd}', flush=True)
        return truth


def run(name, verbose=False):
    spec = CASES[name]
    if 'offline' in spec:
        v = spec['offline'](spec)
        spec['run'](v)
        v.save()
        return v
    r = Run(spec)
    try:
        spec['run'](r)
    finally:
        r.stop()
    r.save()
    if verbose:
        print('   ', *r.out, sep='\n    ')
        for a in r.access():
            print('   ', f'{a[0]:.3f}', *a[1:8], a[8][:30])
        print('   ', *r.directory(), sep='\n    ')
    return r
