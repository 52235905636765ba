#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Our KDC exchanges against the Kerberos messages of tshark.

    crosscheck.py DUMP CAPTURE...

Each message that tshark decodes on port 88 is one of ours, by its frame: a
request or an answer, with the same type, error code, names, realm, times and
encryption types.  Copies of a request (captured twice, or sent again) belong
to the exchange that has the first.  Prints the differences, and as the last
line: messages compared, differences.
"""
import subprocess
import sys

FIELDS = ('frame.number', 'kerberos.msg_type', 'kerberos.error_code',
          'kerberos.CNameString', 'kerberos.SNameString', 'kerberos.realm',
          'kerberos.ENCTYPE', 'kerberos.kvno', 'kerberos.nonce',
          'tcp.analysis.retransmission')
NAMES = ('file', 'request', 'answer', 'asked', 'ended', 'tries', 'client',
         'realm', 'service', 'etypes', 'error', 'status', 'stime', 'etype',
         'kvno', 'granted', 'preauth')
REQUEST = {'10': 'AS', '12': 'TGS'}
ANSWER = {'11': ('AS', 'ticket'), '13': ('TGS', 'ticket')}


def ours_of(dump, path):
    run = subprocess.run([dump, path], stdout=subprocess.PIPE, check=True,
                         timeout=60)
    return [dict(zip(NAMES, line.split(' ')))
            for line in run.stdout.decode().splitlines()]


def theirs_of(path):
    args = ['tshark', '-n', '-r', path, '-T', 'fields', '-Y',
            'kerberos && (tcp.port == 88 || udp.port == 88) && !icmp',
            '-E', 'separator=/t', '-E', 'aggregator=\x1f']
    for field in FIELDS:
        args += ['-e', field]
    run = subprocess.run(args, stdout=subprocess.PIPE, timeout=120,
                         stderr=subprocess.DEVNULL, check=True)
    for line in run.stdout.decode(errors='replace').splitlines():
        yield dict(zip(FIELDS, line.split('\t')))


def words(value):
    return value.split('\x1f') if value else []


def differences(x, row, kind):
    """Pairs (what, ours, theirs); AP-REQs inside come before the rest."""
    client = '/'.join(words(row['kerberos.CNameString']))
    service = '/'.join(words(row['kerberos.SNameString']))
    if kind in REQUEST:
        yield 'request', x['asked'], REQUEST[kind]
        if x['asked'] == 'AS':
            yield 'client', x['client'], client
            yield 'service', x['service'], service
        else:
            # After the ticket-granting ticket's own name.
            yield 'service', service.endswith('/' + x['service']), True
        yield 'realm', x['realm'], words(row['kerberos.realm'])[-1]
        yield ('encryption types', x['etypes'].split(','),
               words(row['kerberos.ENCTYPE']))
    elif kind == '30':
        yield 'end', x['ended'], 'error'
        yield 'error', x['error'], row['kerberos.error_code']
        if client:
            yield 'client', x['client'], client
        if service:
            yield 'service', x['service'], service
    else:
        yield 'answer', (x['asked'], x['ended']), ANSWER[kind]
        yield 'client', x['client'], client
        yield 'ticket', x['granted'], service
        yield 'kvno', x['kvno'], words(row['kerberos.kvno'])[0]


def main():
    dump, checked, bad = sys.argv[1], 0, 0
    for path in sys.argv[2:]:
        ours = ours_of(dump, path)
        requests = {x['request']: x for x in ours if x['request'] != '0'}
        answers = {x['answer']: x for x in ours if x['answer'] != '0'}
        nonces = set()
        for row in theirs_of(path):
            # An AP-REQ inside a request has a type of its own.
            kind = words(row['kerberos.msg_type'])[0]
            nonce = (kind, row['kerberos.nonce'])
            x = (requests if kind in REQUEST else answers).get(
                row['frame.number'])
            again = kind in REQUEST and nonce in nonces
            nonces.add(nonce)
            if x is None and (again or row['tcp.analysis.retransmission']):
                continue
            checked += 1
            found = [('exchange', 'none', kind)] if x is None \
                else differences(x, row, kind)
            for what, mine, theirs in found:
                if mine != theirs:
                    bad += 1
                    print(f'# {path}: frame {row["frame.number"]}: {what} is '
                          f'{mine!r}, tshark has {theirs!r}')
    print(f'{checked} {bad}')


if __name__ == '__main__':
    main()
