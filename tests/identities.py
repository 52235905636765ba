#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""With --redact identities no report names anybody; TAP.

    identities.py PROGRAM ROOT [EVERY]

Who is named is known from the JSON without it: users, domains, computers,
addresses, hosts.  None of them may be a word of a report in any format; a
name that is also a word of ours ("user") is passed over.
"""
import glob
import json
import os
import re
import sys

import harness

FORMATS = ('text', 'json', 'html', 'markdown')
OURS = {'user', 'local', 'none', 'test', 'host'}


def host_of(text):
    return re.sub(r'^\w+://', '', text).split('/')[0].rsplit(':', 1)[0] \
        .strip('[]')


def caches(value):
    """The hosts in X-Cache fields, wherever they are."""
    if isinstance(value, dict):
        yield from re.findall(r' from ([^ ,;:]+)',
                              str(value.get('x_cache') or ''))
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from caches(part)


def names(events):
    found = set(caches(events))
    for event in events:
        for side in ('source', 'destination'):
            found.add(event.get(side, {}).get('ip'))
        for key in ('name', 'domain'):
            found.add(event.get('user', {}).get(key))
        found.add(host_of(event.get('url', {}).get('original') or ''))
        finding = event.get('p407', {}).get('finding', {})
        found.update(finding.get('clients', []))
        found.update(finding.get('workstations', []))
        for key in ('targets', 'proxies'):
            found.update(host_of(v) for v in finding.get(key, []))
    return {n for n in found if n and len(n) > 3 and n.lower() not in OURS}


def leaks(program, capture):
    known = names(harness.run(program, ['-o', 'json', capture]).events())
    known -= {os.path.basename(capture)}
    for form in FORMATS:
        made = harness.run(program, ['-v', '--inventory', '--redact',
                                     'identities', '-o', form, capture])
        text = made.out.decode().replace(capture, '') \
            .replace(os.path.basename(capture), '')
        for name in known:
            if re.search(r'(?<!\w)' + re.escape(name) + r'(?!\w)', text):
                yield f'{form}: {name}'


def main():
    program, root = sys.argv[1:3]
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    captures = sorted(glob.glob(root + '/captures/*/*.pcapng'))[::every]
    for number, capture in enumerate(captures, 1):
        name = '/'.join(capture.split('/')[-2:])
        found = sorted(set(leaks(program, capture)))
        print('not ok' if found else 'ok', number, '-', name,
              'names nobody')
        for line in found:
            print('#', line)
    print(f'1..{len(captures)}')


main()
