#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write INDEX.ad.md (a table of the captures) and SECRETS.ad (the lab's passwords, one a line) from the truth files."""
import base64
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
CAPTURES = HERE.parents[1]
FAMILIES = ('ntlm', 'kerberos', 'mixed', 'outage', 'transport', 'clients')


def is_token(s):
    """base64 of a Basic pair, or hex: not a password"""
    if len(s) >= 32 or re.fullmatch(r'[0-9a-f]{16,}', s):
        return True
    try:
        return b':' in base64.b64decode(s, validate=True)
    except ValueError:
        return False


rows, secrets = [], set(l.rstrip('\n').split('\t')[1] for l in (HERE / 'etc/accounts.txt').open(encoding='utf-8'))
secrets |= set(re.findall(r'LAB_ADMIN_PW:-([^}]+)', (HERE / 'up.sh').read_text()))
secrets |= set(re.findall(r'\\n(Wr0ng-Keytab-Pw)\\n', (HERE / 'up.sh').read_text()))
for fam in FAMILIES:
    for p in sorted((CAPTURES / fam).glob('*.truth.json')):
        t = json.loads(p.read_text())
        for f in t.get('files', [f'{t["id"]}.pcapng']):
            how = t['how'].split(' Base case ')[0]
            rows.append(f'| {fam}/{f} | {how.replace("|", "/")} | {t["software"]["client"]} | {t["software"]["proxy"]} |')
        secrets |= {s for s in t['secrets'] if not is_token(s)}
(HERE / 'INDEX.ad.md').write_text('# Captures of the Active Directory lab\n\n| path | what it shows | client | proxy |\n| --- | --- | --- | --- |\n'
                                  + '\n'.join(rows) + '\n')
(HERE / 'SECRETS.ad').write_text('\n'.join(sorted(secrets)) + '\n')
print(len(rows), 'captures,', len(secrets), 'secrets')
