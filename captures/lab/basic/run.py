#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""run.py [-v] [-l] [CASE|FAMILY|PATTERN...]: run the cases (all of them without a name), write captures, truth, index and secrets."""
import fnmatch, glob, json, os, sys, traceback
from common import CAPTURES, HERE, PW
import lab, cases_basic, cases_odd, cases_digest, cases_bearer, cases_clean, cases_tls, cases_pac, cases_played, cases_rules     # importing them registers their cases

FAMILIES = ('basic', 'digest', 'bearer', 'odd', 'clean', 'tls', 'pac', 'played')


def index():
    """INDEX.basic.md and SECRETS.basic from the truth files on disk."""
    truths = [(f, json.load(open(f))) for fam in FAMILIES for f in sorted(glob.glob(f'{CAPTURES}/{fam}/*.truth.json'))
              if os.path.basename(f)[:-11] in lab.CASES]
    with open(HERE + '/INDEX.basic.md', 'w') as o:
        o.write('| capture | what it shows | client | proxy |\n| --- | --- | --- | --- |\n')
        for f, t in truths:
            name = os.path.relpath(f, CAPTURES).replace('.truth.json', '.pcapng')
            o.write(f'| {name} | {t["how"].replace("|", "/")} | {t["software"]["client"]} | {t["software"]["proxy"]} |\n')
    secrets = dict.fromkeys(s for s in list(PW.values()) + [s for _, t in truths for s in t['secrets']] if s.isprintable())
    with open(HERE + '/SECRETS.basic', 'w') as o:
        o.writelines(s + '\n' for s in secrets)


def main():
    args = [a for a in sys.argv[1:] if not a.startswith('-')]
    names = [n for n, c in lab.CASES.items() if not args or any(fnmatch.fnmatch(n, a) or c[1] == a for a in args)]
    if '-l' in sys.argv:
        return print('\n'.join(names))
    bad = []
    for n in names:
        try:
            if not lab.run_case(n, '-v' in sys.argv):
                bad.append(n)
        except Exception:
            traceback.print_exc()
            bad.append(n)
    index()
    if bad:
        print('look at:', ' '.join(bad))


if __name__ == '__main__':
    main()
