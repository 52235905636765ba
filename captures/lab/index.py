#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""Write captures/INDEX.md (a table of the captures) and captures/SECRETS (one a line) from the truth files and the labs' accounts.

Both labs' run.py call it.  SECRETS has every password of the labs, and what programs made of them; the long tokens of the Active Directory
lab are in the truth of their own captures only.

index.py --check: write nothing; are they what would be written?"""
import base64
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CAPTURES = HERE.parent
AD = ('ntlm', 'kerberos', 'mixed', 'outage', 'transport', 'clients')

HEAD = """# Captures

Each is real: made by real clients and proxies in the labs of `lab/ad` and
`lab/basic`, which build again with `up.sh` and `run.py` (those in `played/`
by scripts on both sides of real connections).  Beside each are
`.truth.json` (what is so, from how it was run and from the logs of proxy,
helper and KDC), `.txt` and `.jsonl` (what p407 says).  `SECRETS` lists every
password of the labs.  `lab/index.py` writes both.
"""

SECTIONS = (
    ('Active Directory: NTLM, Kerberos', '', ('ntlm', 'kerberos', 'mixed', 'outage', 'transport')),
    ('Basic, Digest, Bearer, odd proxies, clean traffic', '', ('basic', 'digest', 'bearer', 'odd', 'clean')),
    ('TLS to the proxy, PAC files, names', '', ('tls', 'pac')),
    ('Played by scripts on both sides', """
What no product at hand shows on demand (`lab/basic/play.py`): the connections
are real, the messages are made as the specifications have them, and what is
so is what the script was told to play.  The last ones are real programs.
""", ('played',)),
    ('Clients, one by one', '', ('clients',)),
)


def truths(family):
    for path in sorted((CAPTURES / family).glob('*.truth.json')):
        yield json.loads(path.read_text(encoding='utf-8'))


def is_token(s):
    """base64 of a Basic pair, or hex: not a password"""
    if len(s) >= 32 or re.fullmatch(r'[0-9a-f]{16,}', s):
        return True
    try:
        return b':' in base64.b64decode(s, validate=True)
    except ValueError:
        return False


def rows(family):
    for t in truths(family):
        how = t['how'].split(' Base case ')[0].replace('|', '/')
        for name in t.get('files', [f'{t["id"]}.pcapng']):
            yield f'| {family}/{name} | {how} | {t["software"]["client"]} | {t["software"]["proxy"]} |\n'


def accounts():
    """Of both labs, whether a capture has them or not."""
    sys.path.insert(0, str(HERE / 'basic'))
    from common import PW
    yield from PW.values()
    for line in (HERE / 'ad/etc/accounts.txt').open(encoding='utf-8'):
        yield line.rstrip('\n').split('\t')[1]
    up = (HERE / 'ad/up.sh').read_text()
    yield from re.findall(r'LAB_ADMIN_PW:-([^}]+)', up)
    yield from re.findall(r'\\n(Wr0ng-Keytab-Pw)\\n', up)


def secrets():
    yield from accounts()
    for _, _, families in SECTIONS:
        for family in families:
            for t in truths(family):
                yield from (s for s in t['secrets'] if s.isprintable() and not (family in AD and is_token(s)))


def index():
    yield HEAD
    for title, words, families in SECTIONS:
        yield f'\n## {title}\n{words}\n| path | what it shows | client | proxy |\n| --- | --- | --- | --- |\n'
        for family in families:
            yield from rows(family)


def main():
    stale = []
    for name, text in (('INDEX.md', ''.join(index())), ('SECRETS', ''.join(s + '\n' for s in sorted(set(secrets()))))):
        path = CAPTURES / name
        if path.read_text(encoding='utf-8') != text:
            stale.append(f'captures/{name}')
        if '--check' not in sys.argv:
            path.write_text(text, encoding='utf-8')
    if '--check' in sys.argv and stale:
        sys.exit(f'index.py: not what the truth files say: {", ".join(stale)} (run captures/lab/index.py)')


if __name__ == '__main__':
    main()
