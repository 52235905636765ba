# SPDX-License-Identifier: BSD-2-Clause
"""verify.py P407 CAPTURES KNOWN: --verify against what is known of the lab's captures.

Prints a line for each attempt that is not as it must be, then how many were
looked at.  Whoever got in used the right password; the captures below say in
their truth files who was refused with a right one and who with a wrong one.
"""
import concurrent.futures
import glob
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from captures import rules_of  # noqa: E402

# The password was changed in the middle: the accounts have the first one, or
# the last.
CHANGED = {'ntlm-password-changed', 'ntlm-stale-agent', 'basic-password-changed'}
# Refused with the right password, for another reason.
RIGHT = {
    'ntlm-account-expired', 'ntlm-acl-407', 'ntlm-clock-skew', 'ntlm-disabled-account', 'ntlm-expired-password',
    'ntlm-lm-refused-cntlm', 'ntlm-locked-account', 'ntlm-must-change', 'ntlm-type3-on-new-connection', 'ntlm-v1-refused',
    'ntlm-workstation-limit', 'ntlm-type3-replayed', 'basic-acl-407-after-right-password', 'basic-apache-user-not-allowed',
    'basic-backend-down-12-users', 'basic-helper-crash', 'digest-stale-loop-curl', 'digest-unknown-nonce',
    'digest-wrong-realm',
}
# Refused with a wrong one; and all whose name says so.
WRONG = {'ntlm-typo-then-ok', 'basic-guessing', 'basic-typo-then-ok', 'digest-typo-then-ok', 'ntlm-requests-ntlm-wrong',
         'ntlm-cntlm-password-cut-at-hash'}
ENCODING = {'ntlm-non-ascii-password', 'basic-latin1-against-utf8'}
MISCOMPUTED = {'digest-wrong-method-hashed', 'digest-wrong-algorithm'}


def wanted(name, scheme, outcome):
    """What --verify must say; None: whatever it is."""
    if scheme not in ('Basic', 'Digest', 'NTLM', 'Negotiate/NTLM') or name in CHANGED:
        return None
    if outcome == 'authenticated':
        return {'yes'}
    if outcome != 'rejected':
        return None
    if name in RIGHT:
        return {'yes'}
    if name in ENCODING:
        return {'encoding'}
    if name in MISCOMPUTED:
        return {'miscomputed'}
    # An unknown user has no account to hold it against.
    if name in WRONG or 'wrong-password' in name:
        return {'no', None}
    return None


def attempts(p407, path, known):
    done = subprocess.run([p407, '--verify', known, '-o', 'json', path], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event['event']['dataset'] == 'p407.attempt':
            a = event['p407']['attempt']
            yield os.path.basename(path).split('.')[0], a['scheme'], a['outcome'], a.get('verified'), a.get('rule')


def main():
    p407, captures, known = sys.argv[1:4]
    jobs = [(p407, p, f'{known}/{lab}') for lab, families in (('ad', ['ntlm']), ('basic', ['basic', 'digest']))
            for f in families for p in sorted(glob.glob(f'{captures}/{f}/*.pcapng*'))]
    counts, fired = {}, set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for rows in pool.map(lambda job: list(attempts(*job)), jobs):
            for name, scheme, outcome, verified, rule in rows:
                fired.add((rule, name))
                want = wanted(name, scheme, outcome)
                if want is None:
                    continue
                counts[verified] = counts.get(verified, 0) + 1
                if verified not in want:
                    print(f'# {name}: {scheme} {outcome}: {verified}, not {" or ".join(map(str, want))}')
    for rule, fires, silent, verified in rules_of(os.path.dirname(captures)):
        for capture in fires + silent if verified else ():
            if ((rule, os.path.basename(capture)) in fired) != (capture in fires):
                print(f'# rule {rule} {"does not fire" if capture in fires else "fires"} on {capture}')
    print(counts.get('yes', 0), counts.get('no', 0), sum(counts.values()))


main()
