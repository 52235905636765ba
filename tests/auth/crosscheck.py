#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Our decoded tokens against those of tshark.

    crosscheck.py P407 FOLDER...

Each capture of the folders is read by p407 (p407.exchange lines), all of them
appended by one tshark.  Compared, frame by frame, where tshark decodes a token
in an HTTP message: of NTLM the message type, user, domain, workstation, target
name and flags; of Kerberos the realm, service, ticket's encryption type and
key version, error code; of SPNEGO the state.  Where tshark is silent we may
speak: it does not know every form (a scheme in lower case, say).
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

# Captures in which tshark gives a frame to another message than we do: a
# chunked body that never ends swallows the next request there.
OTHERWISE = ('ntlm-chunked-post-never-done',)
KIND = {'ntlm-negotiate': 1, 'ntlm-challenge': 2, 'ntlm-authenticate': 3}
ETYPE = {'aes128-cts-hmac-sha1-96': 17, 'aes256-cts-hmac-sha1-96': 18,
         'rc4-hmac': 23}
FIELDS = ('frame.number', 'ntlmssp.messagetype', 'ntlmssp.auth.username',
          'ntlmssp.auth.domain', 'ntlmssp.auth.hostname',
          'ntlmssp.challenge.target_name', 'ntlmssp.negotiateflags',
          'kerberos.realm', 'kerberos.SNameString', 'kerberos.etype',
          'kerberos.kvno', 'kerberos.error_code')


def ours_of(program, path, base):
    """{frame: token} of one capture, frames counted from base."""
    run = subprocess.run([program, '-v', '-q', '-o', 'json', path],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         timeout=60)
    frames, tokens = 0, {}
    for line in run.stdout.decode().splitlines():
        event = json.loads(line)
        kind = event['event']['dataset']
        if kind == 'p407.summary':
            frames = sum(i['frames'] for i in event['p407']['summary']['inputs'])
        if kind != 'p407.exchange':
            continue
        x = event['p407']['exchange']
        sent = x.get('request', {}).get('credentials')
        if sent:
            tokens[base + x['request']['frame']] = sent
        for c in x.get('response', {}).get('challenges', []):
            if 'token' in c:
                tokens[base + x['response']['frame']] = c
    return frames, tokens


def said(value):
    """A field of tshark as a word; NULL is its word for an empty name."""
    return '' if value in ('NULL', None) else value


def differences(token, row):
    """Pairs (what, ours, theirs) that differ."""
    n, k = token.get('ntlm', {}), token.get('kerberos', {})
    if row['ntlmssp.messagetype']:
        kind = int(row['ntlmssp.messagetype'], 16)
        yield 'message type', KIND.get(token.get('token')), kind
        if row['ntlmssp.negotiateflags']:
            yield ('flags', int(n.get('flags', '0'), 16),
                   int(row['ntlmssp.negotiateflags'], 16))
        if kind == 3:
            for name, field in (('user', 'username'), ('domain', 'domain'),
                                ('workstation', 'hostname')):
                yield (name, n.get(name) or '',
                       said(row['ntlmssp.auth.' + field]))
        if kind == 2:
            yield ('target', n.get('target') or '',
                   said(row['ntlmssp.challenge.target_name']))
    elif row['kerberos.error_code']:
        yield 'error', k.get('error_code'), int(row['kerberos.error_code'])
    elif row['kerberos.SNameString'] and token.get('token') == 'ap-req':
        yield 'realm', k.get('realm'), row['kerberos.realm'].split('\t')[0]
        yield ('service', k.get('service'),
               row['kerberos.SNameString'].replace('\x1f', '/'))
        etypes = [ETYPE.get(k.get(e)) for e in ('etype', 'authenticator_etype')]
        yield ('encryption types', '\x1f'.join(map(str, etypes)),
               row['kerberos.etype'])
        if row['kerberos.kvno']:
            yield 'kvno', str(k.get('kvno')), \
                row['kerberos.kvno'].split('\x1f')[0]


def main():
    program, folders = sys.argv[1], sys.argv[2:]
    paths = sorted(p for f in folders
                   for p in glob.glob(os.path.join(f, '*.pcapng*')))
    ours, base, where = {}, 0, []
    for path in paths:
        frames, tokens = ours_of(program, path, base)
        where.append((base, path))
        ours.update(tokens)
        base += frames
    with tempfile.TemporaryDirectory() as work:
        whole = os.path.join(work, 'all.pcapng')
        subprocess.run(['mergecap', '-a', '-w', whole, *paths], check=True)
        args = ['tshark', '-n', '-r', whole, '-T', 'fields', '-Y',
                'http && (ntlmssp || kerberos)', '-E', 'separator=/t',
                '-E', 'aggregator=\x1f']
        for field in FIELDS:
            args += ['-e', field]
        run = subprocess.run(args, stdout=subprocess.PIPE, check=True,
                             stderr=subprocess.DEVNULL, timeout=120)
    checked = bad = unseen = 0
    for line in run.stdout.decode(errors='replace').splitlines():
        row = dict(zip(FIELDS, line.split('\t')))
        frame = int(row['frame.number'])
        start, path = max(w for w in where if w[0] < frame)
        if any(name in path for name in OTHERWISE):
            continue
        if frame not in ours:
            # Later tokens on a connection that is authenticated are only
            # counted; a refusal would be an exchange.
            unseen += 1
            continue
        checked += 1
        for what, mine, theirs in differences(ours[frame], row):
            if mine != theirs:
                bad += 1
                print(f'# {path}: frame {frame - start}: {what} is {mine!r}, '
                      f'tshark has {theirs!r}')
    print(f'{checked} {bad} {unseen}')


if __name__ == '__main__':
    main()
