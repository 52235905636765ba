#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""run.py [-v] [-l] [CASE|FAMILY|PATTERN...]: run the cases (all of them without a name), write captures, truth, index and secrets."""
import fnmatch, os, subprocess, sys, traceback
from common import HERE
import lab, cases_basic, cases_odd, cases_digest, cases_bearer, cases_clean, cases_tls, cases_pac, cases_played, cases_rules     # importing them registers their cases


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
    subprocess.run([os.path.join(os.path.dirname(HERE), 'index.py')], check=True)
    if bad:
        print('look at:', ' '.join(bad))


if __name__ == '__main__':
    main()
