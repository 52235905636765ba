#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""run.py [-v] [--list] [CASE...]: make the named captures (shell patterns allowed), or all. Needs the lab up (up.sh)."""
import fnmatch
import subprocess
import sys
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
import lab  # noqa: E402
import cases_ntlm  # noqa: F401, E402 (registers its cases)
import cases_kerberos  # noqa: F401, E402
import cases_outage  # noqa: F401, E402
import cases_mixed  # noqa: F401, E402
import cases_transport  # noqa: F401, E402
import cases_clients  # noqa: F401, E402
import cases_kdc  # noqa: F401, E402

args = sys.argv[1:]
verbose = '-v' in args
names = [a for a in args if not a.startswith('-')]
if '--list' in args:
    for n, c in lab.CASES.items():
        print(f'{c["family"]}/{n}: {" ".join(c["run"].__doc__.split())}')
    sys.exit()
wanted = [n for n in lab.CASES if not names or any(fnmatch.fnmatch(n, p) for p in names)]
if not wanted:
    sys.exit(f'run.py: no case called {" ".join(names)} (--list shows them)')
failed = 0
for n in wanted:
    try:
        lab.run(n, verbose)
    except Exception:
        failed += 1
        print(f'{n}: FAILED')
        traceback.print_exc()
subprocess.run([Path(__file__).resolve().parents[1] / 'index.py'], check=True)
sys.exit(bool(failed))
