#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""With --redact identities no report names anybody; TAP.

    identities.py PROGRAM PATH...

Who is named is known from the JSON without it: users, domains, computers,
addresses, hosts.  None of them may be a word of a report in any format; a
name that is also a word of ours ("user") is passed over.
"""
import os
import re
import sys
import tempfile

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


def leaks(program, case):
    known = names(harness.run(program, ['-o', 'json', *case.files]).events())
    shown = [word for path in case.files
             for word in (path, os.path.basename(path))]
    known -= set(shown)
    with tempfile.TemporaryDirectory() as folder:
        outputs = [word for form in FORMATS
                   for word in ('-o', f'{form}={folder}/{form}')]
        harness.run(program, ['-v', '--inventory', '--redact', 'identities',
                              *outputs, *case.files]).check()
        return sorted({f'{form}: {name}' for form in FORMATS
                       for name in told(f'{folder}/{form}', known, shown)})


def told(path, known, shown):
    with open(path, encoding='utf-8') as f:
        text = f.read()
    for word in shown:
        text = text.replace(word, '')
    return [name for name in known
            if re.search(r'(?<!\w)' + re.escape(name) + r'(?!\w)', text)]


def main():
    program, *paths = sys.argv[1:]
    cases = harness.cases(paths)
    found = harness.each(lambda case: leaks(program, case), cases)
    for number, (case, lines) in enumerate(found, 1):
        if isinstance(lines, Exception):
            lines = [str(lines)]
        print('not ok' if lines else 'ok', number, '-', case.label,
              'names nobody')
        for line in lines:
            print('#', line)
    print(f'1..{len(cases)}')


main()
