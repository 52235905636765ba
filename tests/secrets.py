#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""No output of any capture holds a secret of it, in any guise; TAP.

    secrets.py PROGRAM ROOT

The secrets are the lines of captures/SECRETS, looked for in the outputs of
all captures, and "secrets" of each truth, looked for in those of its own
capture.  The guises: as it is, base64 at the three places in which it can
lie among other bytes, hex, UTF-16, escaped for URL, HTML and JSON; and of a
long one (a token) any piece.
"""
import base64
import binascii
import collections
import glob
import html
import json
import os
import re
import sys
import urllib.parse

import harness

# All guises begin with at least so many bytes that are looked up in a table.
KEY = 6
PIECE = 32
FORMATS = ('-o', 'text', '-o', 'json', '-o', 'html', '-o', 'markdown')
RUNS = (('-o', 'text'), ('-v', '--inventory') + FORMATS,
        ('--redact', 'identities', '-v', '--inventory') + FORMATS)


def in_base64(raw):
    """What stays of `raw` in the base64 of anything that it is inside."""
    for lead in range(3):
        coded = base64.b64encode(b'\0' * lead + raw)
        begin = (0, 2, 3)[lead]
        end = (lead + len(raw)) * 8 // 6
        core = coded[begin:end]
        yield core
        yield core.translate(bytes.maketrans(b'+/', b'-_'))


def pieces(data):
    for at in range(0, len(data) - PIECE, PIECE // 2):
        piece = data[at:at + PIECE]
        if len(set(piece)) > 8:
            yield piece


def guises(secret):
    """All the forms (bytes) in which a secret might come out."""
    encodings = [secret.encode()]
    if not secret.isascii():
        encodings.append(secret.encode('latin-1', 'replace'))
    wide = [secret.encode('utf-16-le'), secret.encode('utf-16-be')]
    forms = set()
    # A plain word is no secret by itself: the text may well say "Bearer".
    if not re.fullmatch('[A-Za-z]+ ?', secret):
        forms.update(encodings)
        forms.update(w.strip(b'\0') for w in wide)
    for raw in encodings + wide:
        forms.update(in_base64(raw))
        forms.update((binascii.hexlify(raw), binascii.hexlify(raw).upper()))
    if not re.fullmatch('[A-Za-z]+ ?', secret):
        quoted = urllib.parse.quote(secret, safe='')
        forms.update(f.encode() for f in (
            quoted, re.sub('%..', lambda m: m[0].lower(), quoted),
            urllib.parse.quote_plus(secret), html.escape(secret),
            html.escape(secret).replace('&#x27;', '&#39;'),
            html.escape(secret).replace('&#x27;', '&apos;'),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1]))
    if len(secret) > PIECE + PIECE // 2:
        forms.update(pieces(secret.encode()))
        try:
            raw = base64.b64decode(secret, validate=True)
            forms.update(pieces(binascii.hexlify(raw)))
        except ValueError:
            pass
    return {f for f in forms if len(f) >= KEY}


class Table:
    """Secrets by the first bytes of their guises."""

    def __init__(self, secrets):
        self.by_key = collections.defaultdict(list)
        for secret in secrets:
            for form in guises(secret):
                self.by_key[form[:KEY]].append((form, secret))

    def found_in(self, data, windows):
        """(guise, secret) of each that is there."""
        return [(form, secret) for key in self.by_key.keys() & windows
                for form, secret in self.by_key[key] if form in data]


def windows_of(data):
    return {data[i:i + KEY] for i in range(len(data) - KEY + 1)}


def masked(secret):
    """Say which one it is without saying it."""
    return f'{secret[:2]}… of {len(secret)} characters'


def main():
    program, root = (os.path.abspath(a) for a in sys.argv[1:3])
    shared = []
    for name in glob.glob(os.path.join(root, 'captures', 'SECRETS*')):
        with open(name, encoding='utf-8') as f:
            shared += [line for line in f.read().splitlines() if line]
    table = Table(shared)
    cases = harness.cases([os.path.join(root, 'captures')])

    def look(case):
        data = b''
        for arguments in RUNS:
            got = harness.run(program, [*arguments, *case.files])
            got.check()
            data += got.out + b'\n' + got.err + b'\n'
        windows = windows_of(data)
        own = Table((case.truth or {}).get('secrets', ()))
        found = table.found_in(data, windows) + own.found_in(data, windows)
        return [f'{masked(s)}, as {len(f)} bytes in the line: ' + next(
            line for line in data.split(b'\n') if f in line or b'\n' in f
            ).decode(errors='replace')[:160] for f, s in found]

    count = failed = 0
    for case, found in harness.each(look, cases):
        count += 1
        if isinstance(found, Exception):
            found = str(found).splitlines()
        failed += bool(found)
        print('not ok' if found else 'ok', count, '-',
              f'{case.label}: no secret in any output')
        for line in found:
            print('#', line)
    print('ok' if shared else 'not ok', count + 1,
          '- captures/SECRETS lists what is secret')
    print(f'1..{count + 1}')
    return 1 if failed or not shared or not cases else 0


if __name__ == '__main__':
    sys.exit(main())
