#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Evidence captures: the same verdicts, and no secrets; TAP.

    evidence.py PROGRAM ROOT [--every N] [--tshark] [--identities] [--ring]
                [WORD...]

For each capture (of each N-th only): p407 writes the evidence, and reads it.
What it says of each attempt in it is what it said of the original, and each
attempt of a finding is in it.  No secret of the capture is in the file, in
no guise (secrets.py has them), nor in what tshark decodes of it, and tshark
finds no malformed packet that the original does not have.
"""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import harness  # noqa: E402
import secrets as guises  # noqa: E402


def attempts(events):
    """{where and when it began: what is said of it}, and those that failed"""
    said, kept = {}, set()
    ids = {}
    for e in events:
        if e['event']['dataset'] != 'p407.attempt':
            continue
        a = e['p407']['attempt']
        key = (e['source']['ip'], e['source']['port'], e['event']['start'])
        ids[a['id']] = key
        said[key] = {k: a.get(k) for k in
                     ('scheme', 'outcome', 'broke_at', 'cause', 'rule',
                      'responses_407', 'connections')}
        said[key]['legs'] = [(leg.get('from'), leg.get('step'))
                             for leg in a['legs']]
    for e in events:
        if e['event']['dataset'] == 'p407.finding':
            f = e['p407']['finding']
            kept.update(ids[i] for i in f.get('attempts', ()) if i in ids)
    return said, kept


def findings(events):
    """Rule, cause, how many attempts; a proxy's clear answer to TLS is not
    shown, so that of a finding without attempts only the cause must hold."""
    found = [(e['rule']['id'], e['p407']['finding']['cause'] or '',
              e['p407']['finding'].get('count', 0))
             for e in events if e['event']['dataset'] == 'p407.finding']
    return sorted(f if f[2] > 0 else ('', f[1], 0) for f in found)


def compare(before, after):
    was, kept = attempts(before)
    now, _ = attempts(after)
    wrong = [f'{k}: said {now[k]}, of the original {was.get(k)}'
             for k in now if now[k] != was.get(k)]
    wrong += [f'{k}: of a finding, and not in the evidence'
              for k in sorted(kept) if k not in now]
    if findings(before) != findings(after):
        wrong.append(f'findings {findings(after)}, '
                     f'of the original {findings(before)}')
    return wrong


def verdicts(events, background=False):
    """The same without names: pseudonyms stand in their places.

    Nor rules: some know the hosts of browser makers by name.  Where a browser
    asked in the background, that is not known any more: of one that sent
    nothing the cause may be that, or that it had no ticket."""
    said = [(e['event']['start'],
             *(str(e['p407']['attempt'].get(k)) for k in
               ('scheme', 'outcome', 'broke_at', 'cause')))
            for e in events if e['event']['dataset'] == 'p407.attempt']
    silent = ('none', 'abandoned', 'offer')
    return sorted((*s[:4], 'nothing sent')
                  if background and s[1:4] == silent and s[4] in
                  ('no-credentials', 'kerberos-no-ticket') else s
                  for s in said)


# Words of ours, of the schemes, or of everybody.
COMMON = {'http', 'https', 'proxy', 'test', 'basic', 'negotiate', 'localhost',
          'user', 'client', 'server', 'squid', 'host', 'lab', 'workstation',
          'example', 'password', 'domain', 'none', 'name', 'undefined'}


def identities(events):
    """Names and addresses that the JSON of the original shows."""
    found = set()

    def walk(value, key=''):
        if isinstance(value, dict):
            for k, v in value.items():
                walk(v, k)
        elif isinstance(value, list):
            for v in value:
                walk(v, key)
        elif isinstance(value, str) and key in (
                'ip', 'name', 'domain', 'workstation', 'target', 'client',
                'nb_computer', 'nb_domain', 'dns_computer', 'dns_domain',
                'realm', 'service', 'target_spn', 'dns_tree'):
            found.update(w for w in re.split(r'[/@\\]|:\d+$', value))
        elif isinstance(value, str) and key == 'original':
            host = re.match(r'(?:\w+://)?([\w.-]+)', value)
            if host and '.' in host[1]:
                found.add(host[1])
    for e in events:
        if e['event']['dataset'] == 'p407.attempt':
            walk({k: e.get(k) for k in ('source', 'destination', 'user',
                                        'url')})
            a = e['p407']['attempt']
            walk({k: a.get(k) for k in ('ntlm', 'kerberos', 'digest',
                                        'basic', 'bearer')})
    return {f for f in found if len(f) > 3 and f.lower() not in COMMON and
            not f.startswith('$') and not re.fullmatch(r'[\d.]{1,6}', f)}


def identity_leaks(events, data):
    low = data.lower()
    wrong = []
    for name in sorted(identities(events)):
        forms = [name.lower().encode(), name.lower().encode('utf-16-le')]
        if re.fullmatch(r'\d+\.\d+\.\d+\.\d+', name):
            # Its text may well be another's pseudonym.
            continue
        forms += [f for f in guises.in_base64(name.encode())
                  if len(name) > 5]
        wrong += [f'{name} is in it, as {f!r}' for f in forms
                  if f in data or (f == f.lower() and f in low)]
    return wrong


def hardware_leaks(files, data):
    """MAC addresses of ARP and neighbour discovery, and who was asked for"""
    found = set()
    for path in files:
        with open(path, 'rb') as f:
            raw = f.read()
        # Ethernet, IPv4: the sender of each.
        for m in re.finditer(rb'\x08\x06\x00\x01\x08\x00\x06\x04\x00[\x01\x02]', raw):
            found.add(raw[m.end():m.end() + 6])
    return [f'the MAC {mac.hex(":")} is in it' for mac in found
            if mac in data]


def tshark(arguments, path):
    done = subprocess.run(
        ['tshark', '-n', '-r', path, *arguments], capture_output=True,
        timeout=120, check=False)
    return done.stdout


def malformed(path):
    """How many frames have something malformed, by protocol column"""
    out = tshark(['-Y', '_ws.malformed', '-T', 'fields', '-e',
                  '_ws.col.Protocol'], path).decode()
    return len(out.splitlines())


def bad_checksums(path):
    out = tshark(['-o', 'tcp.check_checksum:TRUE', '-o',
                  'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE',
                  '-Y', 'tcp.checksum.status==0 or ip.checksum.status==0 or '
                  'udp.checksum.status==0', '-T', 'fields', '-e',
                  'frame.number'], path)
    return len(out.splitlines())


def take_der(data):
    """(tag, value) of each DER value, as far as they go"""
    while len(data) >= 2:
        n, at = data[1], 2
        if n & 0x80:
            at += n & 0x7f
            n = int.from_bytes(data[2:at], 'big')
        yield data[0], data[at:at + n]
        data = data[at + n:]


def ntlm_secrets(token):
    """Responses, key and MIC of an AUTHENTICATE_MESSAGE; [] of others."""
    if token[8:12] != b'\3\0\0\0':
        return []
    found, first = [], len(token)
    for at in range(12, 60, 8):
        n = int.from_bytes(token[at:at + 2], 'little')
        offset = int.from_bytes(token[at + 4:at + 8], 'little')
        first = min(first, offset if n else first)
        value = token[offset:offset + n]
        if at == 20 and n > 24:
            found += [value[:16], value[32:40]]
        elif at in (12, 20, 52):
            found += [value[:16], value[16:]]
    if first >= 88:
        found.append(token[72:88])
    return found


def token_secrets(token, depth=0):
    """What of a token is secret: not its frame, names and times."""
    if token.startswith(b'NTLMSSP\0'):
        return ntlm_secrets(token)
    if token[:1] == b'\x60' and depth < 9:
        inside = next(take_der(token), (0, b''))[1]
        oid = 2 + inside[1] if len(inside) > 1 else 0
        rest = inside[oid:]
        if rest[:2] in (b'\1\0', b'\2\0', b'\3\0'):
            rest = rest[2:]
        return token_secrets(rest, depth + 1)
    found = []
    for tag, value in take_der(token):
        if tag == 4 and (value[:1] == b'\x60' or value[:4] == b'NTLM'):
            found += token_secrets(value, depth + 1)
        elif tag == 4:
            found.append(value)
        elif tag & 0x20 and depth < 20:
            found += token_secrets(value, depth + 1)
    return found


def parts(secret):
    """What must not be in the evidence: secrets, or bytes of one."""
    if secret.startswith('Bearer '):
        secret = secret[7:]
    if re.fullmatch(r'"?eyJ[\w-]+\.[\w-]+\.[\w-]+"?', secret):
        return [secret.rsplit('.', 1)[1]]
    # An NTLMv2 response in hex has times and names behind its secrets.
    if len(secret) > 96 and re.fullmatch('[0-9a-f]+', secret):
        raw = bytes.fromhex(secret)
        return [raw[:16], raw[32:40]]
    plain = re.sub('[^A-Za-z0-9+/]', '', secret)
    raw = base64.b64decode(plain[:len(plain) // 4 * 4])
    if not raw.startswith(b'NTLMSSP\0'):
        try:
            raw = base64.b64decode(secret, validate=True)
        except ValueError:
            return [secret]
    if raw.startswith(b'NTLMSSP\0') or raw[:1] in (b'\x60', b'\xa1'):
        return token_secrets(raw)
    # "svc-build:" has no password in it.
    return [] if re.fullmatch(rb'[\w-]+:', raw) else [secret]


class Bytes:
    """As guises.Table, for secrets that are bytes."""

    def __init__(self, secrets):
        self.forms = set()
        for raw in secrets:
            if len(raw) >= 8 and len(set(raw)) > 3:
                self.forms |= {raw, raw.hex().encode(),
                               *guises.in_base64(raw)}

    def found_in(self, data):
        return [f for f in self.forms if f in data]


class Secrets:
    def __init__(self, secrets):
        all_parts = [p for s in secrets for p in parts(s)]
        self.texts = guises.Table(
            [p for p in all_parts if isinstance(p, str)])
        self.bytes = Bytes([p for p in all_parts if isinstance(p, bytes)])

    def found_in(self, data, windows):
        return [f'{guises.masked(s)} is in it, as {len(f)} bytes'
                for f, s in self.texts.found_in(data, windows)] + [
            f'{len(f)} bytes of a token are in it'
            for f in self.bytes.found_in(data)]


def leaks(data, shared, own):
    windows = guises.windows_of(data)
    return shared.found_in(data, windows) + own.found_in(data, windows)


def look_hidden(program, case, folder):
    """With --redact identities: no name is left, the verdicts are."""
    path = os.path.join(folder, case.label.replace('/', '-') + '.i.pcapng')
    first = harness.run(program, ['-o', 'json', *case.files])
    made = harness.run(program, ['--redact', 'identities', '-o',
                                 f'pcapng={path}', *case.files])
    made.check()
    if not os.path.exists(path):
        return ['no evidence: ' + made.err.decode(errors='replace')]
    second = harness.run(program, ['-o', 'json', path])
    background = any(e['rule']['id'] == 'browser-background'
                     for e in first.events()
                     if e['event']['dataset'] == 'p407.finding')
    was, now = (verdicts(r.events(), background) for r in (first, second))
    wrong = [f'said {n}' for n in now if n not in was]
    # Those of no attempt; what TLS told of names is hidden.
    was, now = ([f for f in findings(r.events())
                 if f[2] == 0 and f[1] != 'tls-to-proxy']
                for r in (first, second))
    if was != now:
        wrong.append(f'findings {now}, of the original {was}')
    with open(path, 'rb') as f:
        data = f.read()
    wrong += identity_leaks(first.events(), data)
    wrong += hardware_leaks(case.files, data)
    os.unlink(path)
    return wrong


def look(program, case, shared, folder, use_tshark):
    path = os.path.join(folder, case.label.replace('/', '-') + '.pcapng')
    first = harness.run(program, ['-o', 'json', '-o', f'pcapng={path}',
                                  *case.files])
    first.check()
    if not os.path.exists(path):
        return ['no evidence: ' + first.err.decode(errors='replace')]
    second = harness.run(program, ['-o', 'json', path])
    wrong = compare(
        first.events(), second.events())
    with open(path, 'rb') as f:
        data = f.read()
    own = Secrets((case.truth or {}).get('secrets', ()))
    wrong += leaks(data, shared, own)
    if use_tshark:
        wrong += ['in tshark: ' + w for w in leaks(
            tshark(['-V', '-x'], path), shared, own)]
        if len(case.files) == 1:
            bad = malformed(path)
            if bad > 0 and bad > malformed(case.files[0]):
                wrong.append(f'{bad} frames are malformed')
            bad = bad_checksums(path)
            if bad > 0 and bad > bad_checksums(case.files[0]):
                wrong.append(f'{bad} frames have wrong checksums')
    os.unlink(path)
    return wrong


# What rests on packets that are not looked back on, or not shown: fragments,
# bodies that were sent up, PAC files, a proxy's clear answer to TLS.
ELSEWHERE = {'credentials-rejected-recovered', 'no-credentials',
             'upload-cut-by-offer', 'pac-is-no-script', 'pac-fetch-failed',
             'tls-to-plain-proxy', 'kdc-ticket-over'}


def look_ring(program, case, shared, folder):
    """With -w: each finding has a file, which shows it, and no secret."""
    ring = os.path.join(folder, case.label.replace('/', '-'))
    os.mkdir(ring)
    first = harness.run(program, ['-w', ring, '-W', '999', '-o', 'json',
                                  *case.files])
    first.check()
    own = Secrets((case.truth or {}).get('secrets', ()))
    wrong, named = [], []
    for e in first.events():
        if e['event']['dataset'] != 'p407.finding':
            continue
        rule = e['rule']['id']
        name = e['p407']['finding']['evidence'].get('file')
        if not name:
            wrong.append(f'{rule} has no file')
            continue
        named.append(name)
        path = os.path.join(ring, name)
        again = harness.run(program, ['-o', 'json', path])
        if rule not in ELSEWHERE and rule not in [
                a['rule']['id'] for a in again.events()
                if a['event']['dataset'] == 'p407.finding']:
            wrong.append(f'{rule} is not in {name}')
        with open(path, 'rb') as f:
            wrong += leaks(f.read(), shared, own)
    if sorted(named) != sorted(os.listdir(ring)):
        wrong.append(f'there is {os.listdir(ring)}, told was {named}')
    shutil.rmtree(ring)
    return wrong


def main():
    words = sys.argv[1:]
    every, use_tshark = 1, False
    if '--every' in words:
        at = words.index('--every')
        every = int(words[at + 1])
        del words[at:at + 2]
    hidden = '--identities' in words
    if hidden:
        words.remove('--identities')
    ring = '--ring' in words
    if ring:
        words.remove('--ring')
    if '--tshark' in words:
        words.remove('--tshark')
        use_tshark = shutil.which('tshark') is not None
    program, root = (os.path.abspath(a) for a in words[:2])
    words = words[2:]
    captures = os.path.join(root, 'captures')
    with open(os.path.join(captures, 'SECRETS'), encoding='utf-8') as f:
        shared = Secrets([s for s in f.read().splitlines() if s])
    cases = [c for c in harness.cases([captures])
             if not words or any(w in c.path for w in words)][::every]
    count = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for case, wrong in harness.each(
                lambda c: look_ring(program, c, shared, folder) if ring
                else look_hidden(program, c, folder) if hidden
                else look(program, c, shared, folder, use_tshark), cases):
            count += 1
            if isinstance(wrong, Exception):
                wrong = str(wrong).splitlines()
            failed += bool(wrong)
            print('not ok' if wrong else 'ok', count, '-',
                  f'{case.label}: {"its ring" if ring else "evidence"} says the same, and no '
                  + ('name' if hidden else 'secret') + ' is in it')
            for line in wrong:
                print('#', line[:600])
    print(f'1..{count}')
    return 1 if failed or not cases else 0


if __name__ == '__main__':
    sys.exit(main())
