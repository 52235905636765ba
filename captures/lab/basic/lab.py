# SPDX-License-Identifier: BSD-2-Clause
"""Run one case: capture at the bridge, run clients in their namespaces, write capture and truth.

The truth rows come from how the case was run and from the proxies' access logs (truth_rows), never from a decoder.
Beside the keys of shared samples a truth may have findings: causes that the report should name."""
import base64, collections, glob, gzip, json, os, re, shlex, signal, subprocess, time, urllib.parse
from common import HERE, LAB, CAPTURES, PW, PX, P2, connect
import srv, sp

CURL, WGET, GIT, NODE = 'curl 7.88.1', 'GNU Wget 1.21.3', 'git 2.39 (libcurl-gnutls 7.88.1)', 'Node 20 http'
REQ, URLLIB, JURL, JHC = 'python-requests 2.28', 'Python 3.11 urllib', 'OpenJDK 17 HttpURLConnection', 'OpenJDK 17 java.net.http'
APT, NPM, CHROMIUM, RAW = 'apt 2.6.1', 'npm 10', 'Chromium headless (puppeteer-core)', 'scripted client'
SQUID, SCRIPT, TINY = 'squid 5.7 (Debian 5.7-2+deb12u6)', 'scripted proxy (sp.py)', 'tinyproxy 1.11.1'
HAP, APACHE, MITM = 'haproxy 2.6.12', 'Apache httpd 2.4 (mod_proxy)', 'mitmproxy 8.1.1'
WWW, API = 'http://www.example.test/', 'http://api.saas.test/'
CLIENTS = '(net 10.79.1.0/24 or net 10.79.2.0/24 or net fd79::1:0/112) and not arp and not icmp6'
IP = {f'pbc{i}': f'10.79.1.{i}' for i in range(1, 5)}
CASES = {}
NO_SECRETS = ('password', 'undefined', '[object Object]', 'Bearer')       # what stands where a secret should be
Entry = collections.namedtuple('Entry', 'time inst addr code method url user status auth ua')


def case(family, host='pbc1', **over):
    """Register a case: its id is the function's name with dashes, its docstring tells how it was made."""
    def reg(fn):
        ident = fn.__name__.replace('_', '-')
        CASES[ident] = (fn, family, host, over)
        return fn
    return reg


def row(client, proxy, scheme, outcome, broke_at=None, cause=None, user=None, count=1, **k):
    return dict(client=client, proxy=proxy, scheme=scheme, outcome=outcome, broke_at=broke_at, cause=cause, user=user, count=count, **k)


def one_message(r):
    """Where one message is the whole login, the steps 'authenticate' and 'credentials' are the same thing: both are right."""
    ok = r.get('broke_at_ok', [r['broke_at']])
    if 'authenticate' in ok and 'credentials' not in ok:
        r['broke_at_ok'] = ok + ['credentials']


def b64(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


class Conn:
    """A scripted client's connection."""

    def __init__(self, case, inst, ns=None, src=None):
        self.s = connect(ns or case.host, case.addr(inst), src)

    def send(self, head, body=b''):
        self.s.sendall(head.encode('latin1') if isinstance(head, str) else head)
        if body:
            self.s.sendall(body)

    def get(self, url, *headers, method='GET', ua='LabAgent/1.0', body=b''):
        """Send a request and read the answer: its head."""
        host = url if method == 'CONNECT' else (url.split('/')[2] if '//' in url else 'www.example.test')
        self.send('\r\n'.join([f'{method} {url} HTTP/1.1', f'Host: {host}', f'User-Agent: {ua}', *headers]) + '\r\n\r\n', body)
        return self.recv(method)

    def recv(self, method='GET'):
        buf = b''
        try:
            while b'\r\n\r\n' not in buf and b'\n\n' not in buf:
                d = self.s.recv(65536)
                if not d:
                    return buf.decode('latin1')
                buf += d
            head, _, body = buf.partition(b'\r\n\r\n')
            m = re.search(rb'(?i)\ncontent-length: *(\d+)', head)
            while m and method != 'HEAD' and len(body) < int(m[1]):
                d = self.s.recv(65536)
                if not d:
                    break
                body += d
            return head.decode('latin1')
        except OSError as e:
            return str(e)

    def close(self):
        self.s.close()


class Case:
    """What a case function gets; it runs clients and sets the attributes that differ from the defaults below."""
    client, proxy, notes, tags, findings = CURL, SQUID, '', (), ()
    rows = None             # the expected rows; None: from the proxies' logs
    amend = None            # {outcome: {key: value}} laid over rows from the logs; or a function(row)
    joined = True           # an unanswered offer belongs to the next answer of the same client and user agent
    n407 = None             # status lines 407 on the wire; None: what the logs say
    log = None              # lines for proxy_log where the proxy has no log of ours
    insts = None            # only the logs of these
    extra = None            # more keys for the truth file
    played = False          # the secrets are those that the case says
    uncounted = False       # the bytes of the capture hold status lines that do not count, or are cut up

    def __init__(self, ident, family, host, verbose=False, filt=CLIENTS, auto=True, cause='credentials-rejected'):
        self.id, self.family, self.host, self.verbose, self.filt, self.auto, self.cause = ident, family, host, verbose, filt, auto, cause
        self.secrets, self.p = [], None
        self.ip = IP.get(host, '10.79.2.1')

    # --- running ----------------------------------------------------------------------------------------------
    def port(self, inst):
        fixed = {'tinyproxy': 8888, 'haproxy': 3201, 'haproxy2': 3202, 'farm': 3203, 'apache': 8889, 'apachedigest': 8890, 'mitm': 8892}
        if isinstance(inst, int):
            return inst
        return srv.SQUID[inst][0] if inst in srv.SQUID else fixed.get(inst) or sp.PORT[inst]

    def addr(self, inst):
        return (P2 if inst in srv.FRONT else PX, self.port(inst))

    def at(self, inst):
        return '%s:%d' % self.addr(inst)

    def start(self):
        self.raw = f'{LAB}/cap/{self.id}.pcapng'
        if os.path.exists(self.raw):
            os.unlink(self.raw)
        self.pos = {f: os.path.getsize(f) for f in glob.glob(LAB + '/log/*')}
        self.p = subprocess.Popen(['ip', 'netns', 'exec', 'pbsw', 'dumpcap', '-q', '-B', '8', '-i', 'br0', '-f', self.filt, '-w', self.raw],
                                  stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        while (l := self.p.stderr.readline()) and 'File:' not in l:
            pass
        time.sleep(.3)

    def stop(self):
        time.sleep(.5)
        self.p.send_signal(signal.SIGINT)
        self.p.wait(20)

    def run(self, cmd, host=None, timeout=40, bg=False, env=''):
        """A command in a client's namespace."""
        full = f'ip netns exec {host or self.host} env HOME=/nonexistent LAB_DIR={LAB} {env} {cmd}'
        if bg:
            return subprocess.Popen(full, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        p = subprocess.Popen(full, shell=True, text=True, errors='replace', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            out = p.communicate(timeout=timeout)[0]
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            out = 'TIMEOUT ' + p.communicate()[0]
        if self.verbose:
            print('   $', cmd[:150], '\n    ', out.strip()[:900].replace('\n', '\n      '))
        return out

    def curl(self, inst, user=None, *urls, pw=None, how='', host=None, src=None, bg=False, px=None):
        """curl -U, once, with one or more URLs."""
        cred = ''
        if user is not None:
            cred = '-U ' + shlex.quote(f'{user}:{PW.get(user, "") if pw is None else pw}')
            if how == '':
                how = '--proxy-basic'
        return self.run(f"curl -sS -k -w '%{{http_code}} %{{http_connect}} conns=%{{num_connects}}\\n' --max-time 12 -x {px or 'http://' + self.at(inst)} {cred} {how} "
                        f"{'--interface ' + src if src else ''} {' '.join('-o /dev/null ' + shlex.quote(u) for u in urls or (WWW,))}", host, bg=bg)

    def url(self, inst, user=None, pw=None, quote=True):
        """The proxy as http://user:password@host:port."""
        q = (lambda s: urllib.parse.quote(s, safe='')) if quote else str
        cred = f'{q(user)}:{q(PW[user] if pw is None else pw)}@' if user is not None else ''
        return f'http://{cred}{self.at(inst)}'

    def wget(self, inst, user, *urls, pw=None):
        cred = f"--proxy-user={shlex.quote(user)} --proxy-password={shlex.quote(PW[user] if pw is None else pw)}" if user else ''
        return self.run(f'wget -nv -O /dev/null -t 1 --no-check-certificate {cred} {" ".join(map(shlex.quote, urls or (WWW,)))}',
                        env=f'http_proxy={self.url(inst)} https_proxy={self.url(inst)}')

    def git(self, inst, user=None, pw=None, how='anyauth', url='http://git.example.test/repo.git'):
        subprocess.run(['rm', '-rf', LAB + '/run/clone'])
        return self.run(f'git -c http.proxy={shlex.quote(self.url(inst, user, pw))} -c http.proxyAuthMethod={how} -c http.sslVerify=false clone -q {url} {LAB}/run/clone',
                        env='GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1')

    def java(self, prog, inst, user, *urls, pw=None, jvm=''):
        a = self.addr(inst)
        return self.run(f'java -Xshare:auto -XX:TieredStopAtLevel=1 {jvm} -cp {LAB}/java {prog} {a[0]} {a[1]} {shlex.quote(user or "")} '
                        f'{shlex.quote(pw if pw is not None else PW.get(user, ""))} {" ".join(urls or (WWW,))}')

    def node(self, inst, user, url=WWW, n=1, pw=None, host=None, bg=False):
        a = self.addr(inst)
        cred = shlex.quote(f'{user}:{PW[user] if pw is None else pw}') if user else "''"
        return self.run(f'node {HERE}/clients/get.js {a[0]} {a[1]} {cred} {n} {url}', host, bg=bg)

    def urllib(self, inst, user, *urls, pw=None, kind='basic'):
        return self.run(f'/usr/bin/python3 {HERE}/clients/urlget.py {kind} {self.at(inst)} {shlex.quote(user)} '
                        f'{shlex.quote(PW[user] if pw is None else pw)} {" ".join(urls or (WWW,))}')

    def requests(self, inst, user, *urls, pw=None, host=None, bg=False):
        return self.run(f'/usr/bin/python3 {HERE}/clients/req.py {shlex.quote(self.url(inst, user, pw))} {" ".join(urls or (WWW,))}', host, bg=bg)

    def browse(self, inst, creds, *urls):
        return self.run(f'node {HERE}/clients/browse.js {self.at(inst)} {shlex.quote(creds)} {" ".join(urls)}',
                        timeout=60, env=f'XDG_CONFIG_HOME={LAB}/run/xdg')

    def apt(self, inst, user, n=16, pw=None):
        d = f'{LAB}/run/apt'
        subprocess.run(['rm', '-rf', d])
        os.makedirs(d + '/lists/partial')
        with open(d + '/sources.list', 'w') as f:
            f.writelines(f'deb [trusted=yes] http://mirror.example.test/debian suite{i} main\n' for i in range(n))
        return self.run(f'apt-get -o Dir::Etc::sourcelist={d}/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists={d}/lists '
                        f'-o Dir::Cache={d} -o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::Languages=none '
                        f'-o Acquire::http::Proxy={shlex.quote(self.url(inst, user, pw))} update')

    # --- truth ------------------------------------------------------------------------------------------------
    def entries(self):
        """This case's lines of the access logs."""
        r = []
        for f in glob.glob(LAB + '/log/*'):
            inst = os.path.basename(f).split('.')[0]
            if not f.endswith(('.access.log', 'haproxy.out')) or self.insts and inst not in self.insts:
                continue
            with open(f, errors='replace') as h:
                h.seek(self.pos.get(f, 0))
                for l in h:
                    if m := re.search(r'(\d+\.\d+) (\S+):(\d+) (\S+) (\S+) (\S+) \[(.*?)\] (\S+) auth=(.*) ua=(.*)$', l.rstrip('\n')):
                        a = urllib.parse.unquote(m[9])
                        r.append(Entry(float(m[1]), inst, f'{m[2]}:{m[3]}', int(m[4]), m[5], m[6], m[7], m[8],
                                       None if a in ('-', '') else a, urllib.parse.unquote(m[10])))
        return sorted((e for e in r if not e.addr.startswith('127.')), key=lambda e: e.time)

    @staticmethod
    def who(auth):
        """(scheme, user) of a Proxy-Authorization value, as the client sent them."""
        scheme, _, val = auth.partition(' ')
        if scheme.lower() == 'basic':
            try:
                raw = base64.b64decode(val.strip(), validate=True)
            except ValueError:
                return 'Basic', None
            try:
                txt = raw.decode()
            except UnicodeDecodeError:
                txt = raw.decode('latin1')
            return 'Basic', (txt.split(':')[0] if ':' in txt else None)
        if scheme.lower() == 'digest':
            m = re.search(r'username="((?:[^"\\]|\\.)*)"', val)
            return 'Digest', m[1].replace('\\\\', '\\') if m else None
        return scheme, None

    def proxy_of(self, e):
        if e.inst == 'sp':
            return f'{PX}:{sp.PORT[e.status.split("/")[1]]}'
        if e.inst == 'haproxy':
            return self.at('haproxy')
        if e.inst == 'apache':
            return self.at('apachedigest' if (e.auth or '').startswith('Digest') else 'apache')
        return self.at(e.inst)

    def truth_rows(self, entries):
        """Rows from the logs, by the contract's words: requests on one connection with the same credentials and the same
        result are one attempt; an offer belongs to the answer that the same program gives next."""
        runs, seen = [], set()
        for e in entries:
            if e.method == '-':
                continue
            px = self.proxy_of(e)
            scheme, user = self.who(e.auth) if e.auth else ('none', None)
            key = (px, e.addr, scheme, user, e.auth if scheme == 'Basic' else None, e.code == 407)
            if key in seen:
                continue
            seen.add(key)
            if e.code == 0 and scheme == 'none':
                continue
            runs.append((e.time, e.addr.rpartition(':')[0], px, e.ua, scheme, user, e.code))
        agg = {}
        for i, (t, ip, px, ua, scheme, user, code) in enumerate(runs):
            if scheme == 'none' and code != 407:
                continue
            if scheme == 'none':
                nxt = next((r for r in runs[i + 1:] if r[1:4] == (ip, px, ua)), None)
                if self.joined and nxt and nxt[4] != 'none':
                    continue
                k = (ip, px, 'none', 'abandoned', 'offer', 'no-credentials', None)
            elif code == 0:
                k = (ip, px, scheme, 'broken', 'authenticate', 'other', user)
            elif code == 407:
                k = (ip, px, scheme, 'rejected', 'authenticate', self.cause, user)
            else:
                k = (ip, px, scheme, 'authenticated', None, None, user)
            agg[k] = agg.get(k, 0) + 1
        rows = [row(*k, n) for k, n in agg.items()]
        for r in rows:
            if callable(self.amend):
                self.amend(r)
            elif self.amend:
                r.update(self.amend.get(r['outcome'], {}))
        return rows

    def find_secrets(self, entries):
        """Every password and credential value of this capture: those in the logs, those in the bytes of the capture."""
        sec = list(self.secrets)
        if self.played:
            return list(dict.fromkeys(s for s in sec if len(s) >= 5))
        with open(self.raw, 'rb') as f:
            raw = f.read()
        vals = [e.auth for e in entries if e.auth]
        vals += [m.decode('latin1') for m in re.findall(rb'(?i)authorization:[ \t]*([^\r\n]+)', raw)]
        for v in vals:
            scheme, _, val = v.partition(' ')
            val = val.strip()
            if scheme.lower() == 'basic':
                sec.append(val)
                try:
                    pw = base64.b64decode(val, validate=True).partition(b':')[2]
                except ValueError:
                    continue
                for code in ('utf-8', 'latin1'):
                    try:
                        sec.append(pw.decode(code).strip())
                        break
                    except UnicodeDecodeError:
                        pass
            elif scheme.lower() == 'digest':
                sec += re.findall(r'\b(?:response|cnonce)="?([0-9a-f]{32})', val)
            elif val:
                sec += [val, val.strip('"')]
            else:
                sec.append(v)
        sec += [p for p in PW.values() if p.encode() in raw]
        return list(dict.fromkeys(s for s in sec if len(s) >= 5 and s.strip() not in NO_SECRETS))

    def save(self, how):
        entries = self.entries()
        rows = self.truth_rows(entries) if self.rows is None else self.rows() if callable(self.rows) else self.rows
        for r in rows:
            one_message(r)
        n407 = sum(e.code == 407 for e in entries) if self.n407 is None else self.n407
        sec = self.find_secrets(entries)
        log = self.log if self.log is not None else [f'{e.time:.3f} {e.addr} -> {e.inst}: {e.code or "-"} {e.method} {e.url[:100]} user=[{e.user}] {e.status}' for e in entries]
        for s in sec:
            log = [l.replace(s, '***') for l in log]
        folder = f'{CAPTURES}/{self.family}'
        os.makedirs(folder, exist_ok=True)
        with open(self.raw, 'rb') as f, open(f'{folder}/{self.id}.pcapng', 'wb') as o:
            o.write(f.read())
        truth = dict(id=self.id, how=' '.join(how.split()), software=dict(proxy=self.proxy, client=self.client), expect=rows,
                     responses_407=n407, secrets=sec, notes=self.notes, tags=[self.family, *self.tags], proxy_log=log[:60])
        if self.findings:
            truth['findings'] = list(self.findings)
        truth.update(self.extra or {})
        large = os.path.getsize(self.raw) > 80 << 10      # everybody who wants the sources gets it
        if large:
            truth['files'] = [f'{self.id}.pcapng.gz']
        with open(f'{folder}/{self.id}.truth.json', 'w') as f:
            json.dump(truth, f, indent=1, ensure_ascii=False)
            f.write('\n')
        good = self.check(f'{folder}/{self.id}.pcapng', n407, rows) or self.uncounted
        if large:
            with open(f'{folder}/{self.id}.pcapng', 'rb') as f, open(f'{folder}/{self.id}.pcapng.gz', 'wb') as o:
                o.write(gzip.compress(f.read(), mtime=0))
            os.remove(f'{folder}/{self.id}.pcapng')
        return good

    def check(self, path, n407, rows):
        """One line for the person who runs it; the count of 407s is compared with the bytes of the capture."""
        with open(path, 'rb') as f:
            raw = f.read()
        wire = len(re.findall(rb'HTTP/1\.[01] 407 ', raw))
        says = '; '.join(f"{r['client'].split('.', 2)[-1]} {r['scheme']} {r['outcome']}/{r['cause']} {r['user']} x{r['count']}" for r in rows)
        print(f'{self.id}: {len(raw)} B, 407: {n407}{"" if n407 == wire or self.uncounted else f" <<<< wire {wire}"} | {says[:400]}', flush=True)
        return n407 == wire


def run_case(ident, verbose=False):
    fn, family, host, over = CASES[ident]
    c = Case(ident, family, host, verbose, **over)
    if c.auto:
        c.start()
    try:
        fn(c)
    finally:
        if c.p and c.p.poll() is None:
            c.stop()
    time.sleep(.1)
    return c.save(fn.__doc__)
