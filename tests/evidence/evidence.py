#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Evidence captures: the same verdicts, and no secrets; TAP.

    evidence.py PROGRAM ROOT [--every N] [--tshark] [--identities] [WORD...]

For each capture (of each N-th only): p407 writes the evidence, and reads it.
What it says of each attempt in it is what it said of the original, and each
attempt of a finding is in it.  No secret of the capture is in the file, in
no guise (secrets.py has them), nor in what tshark decodes of it, and tshark
finds no malformed packet that the original does not have.
"""
import json
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
    return sorted((e['rule']['id'], e['p407']['finding']['cause'] or '',
                   e['p407']['finding'].get('count', 0))
                  for e in events if e['event']['dataset'] == 'p407.finding')


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


def leaks(data, shared, own):
    windows = guises.windows_of(data)
    found = shared.found_in(data, windows) + own.found_in(data, windows)
    return [f'{guises.masked(s)} is in it, as {len(f)} bytes'
            for f, s in found]


def look(program, case, shared, folder, use_tshark, exclude):
    path = os.path.join(folder, case.label.replace('/', '-') + '.pcapng')
    first = harness.run(program, ['-o', 'json', '-o', f'pcapng={path}',
                                  *case.files])
    first.check()
    if not os.path.exists(path):
        return ['no evidence: ' + first.err.decode(errors='replace')]
    second = harness.run(program, ['-o', 'json', path])
    wrong = [] if exclude else compare(first.events(), second.events())
    with open(path, 'rb') as f:
        data = f.read()
    own = guises.Table((case.truth or {}).get('secrets', ()))
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


def main():
    words = sys.argv[1:]
    every, use_tshark = 1, False
    if '--every' in words:
        at = words.index('--every')
        every = int(words[at + 1])
        del words[at:at + 2]
    if '--tshark' in words:
        words.remove('--tshark')
        use_tshark = shutil.which('tshark') is not None
    program, root = (os.path.abspath(a) for a in words[:2])
    words = words[2:]
    captures = os.path.join(root, 'captures')
    with open(os.path.join(captures, 'SECRETS'), encoding='utf-8') as f:
        shared = guises.Table([s for s in f.read().splitlines() if s])
    cases = [c for c in harness.cases([captures])
             if not words or any(w in c.path for w in words)][::every]
    count = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for case, wrong in harness.each(
                lambda c: look(program, c, shared, folder, use_tshark,
                               False), cases):
            count += 1
            if isinstance(wrong, Exception):
                wrong = str(wrong).splitlines()
            failed += bool(wrong)
            print('not ok' if wrong else 'ok', count, '-',
                  f'{case.label}: evidence says the same, and no secret')
            for line in wrong:
                print('#', line[:600])
    print(f'1..{count}')
    return 1 if failed or not cases else 0


if __name__ == '__main__':
    sys.exit(main())
