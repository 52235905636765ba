#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each shipped capture against its truth and its expected outputs, in TAP.

    captures.py PROGRAM ROOT [--update] [WORD...]

ROOT is the top of the sources; with WORDs only captures whose path holds
one.  CASE.txt is the expected text beside CASE.pcapng, CASE.jsonl the
expected JSON.  --update writes both anew: `git diff` is the review.  Then
each rule: it fires on the captures that it names, and not on those of which
it says so.
"""
import difflib
import glob
import os
import re
import sys

import harness
import truth

OUTPUTS = (('text', '.txt'), ('json', '.jsonl'))
# A release may change these without changing what is said.
VERSIONS = re.compile(rb'("(?:rules_)?version":)"[^"]*"')


def outputs(program, root, case):
    """{suffix: bytes} of a case, named from the root as a user would."""
    files = [os.path.relpath(f, root) for f in case.files]
    made = {}
    for form, suffix in OUTPUTS:
        got = harness.run(program, ['-o', form, *files], root)
        got.check()
        made[suffix] = VERSIONS.sub(rb'\1"-"', got.out) + (
            got.err if suffix == '.txt' else b'')
        if suffix == '.jsonl':
            made['events'] = got.events()
    return made


def difference(want, got):
    lines = difflib.unified_diff(
        want.decode('utf-8', 'replace').splitlines(),
        got.decode('utf-8', 'replace').splitlines(),
        'expected', 'said', n=1, lineterm='')
    return [line[:300] for line in lines][:24]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def say(self, good, what, details=()):
        self.count += 1
        self.failed += not good
        print('ok' if good else 'not ok', self.count, '-', what)
        if not good:
            for line in details:
                print('#', line)


def check(tap, case, made):
    if case.truth is not None:
        wrong = truth.judge(case.truth, made['events'])
        texts = [t for kind in wrong.values() for t in kind]
        tap.say(not texts, f'{case.label}: the truth', texts)
    for form, suffix in OUTPUTS:
        what = f'{case.label}: {form} as expected'
        try:
            with open(case.base + suffix, 'rb') as f:
                want = f.read()
        except OSError:
            tap.say(False, what, ['there is none: make captures-update'])
            continue
        tap.say(want == made[suffix], what, difference(want, made[suffix]))


def fired(events):
    """The rules that hold in a capture, first or beside another."""
    for e in events:
        if e['event']['dataset'] == 'p407.finding':
            yield e.get('rule', {}).get('id')
            for other in e['p407']['finding'].get('contributing', ()):
                yield other.get('rule')
        elif e['event']['dataset'] == 'p407.attempt':
            yield e['p407']['attempt'].get('rule')


def rules_of(root):
    """(rule, its captures that fire it, those that must not, and whether it
    needs known credentials: tests/verify has them)"""
    for path in sorted(glob.glob(os.path.join(root, 'rules', '*.yaml'))):
        with open(path, encoding='utf-8') as f:
            parts = re.split(r'(?m)^ *- id: *', f.read())[1:]
        for part in parts:
            lists = {key: re.findall(r'captures/[\w./-]+', text) for key, text
                     in re.findall(r'(?ms)^ *(fires|silent):(.*?)(?=^ *\w+:|\Z)',
                                   part)}
            # "known(...)" is a rule that they only hold back.
            needs = 'credential.verified' in part and \
                'known(credential.verified)' not in part
            yield (part.split()[0], lists.get('fires', []),
                   lists.get('silent', []), needs)


def check_rules(tap, root, rules_in):
    """rules_in: {captures/FAMILY/CASE: the rules that fired on it}"""
    for rule, fires, silent, verified in rules_of(root):
        wrong = [f'does not fire on {c}' for c in fires
                 if not verified and rule not in rules_in.get(c, {rule})]
        wrong += [f'fires on {c}' for c in silent
                  if rule in rules_in.get(c, ())]
        tap.say(not wrong, f'rule {rule} fires where it should', wrong)


def update(case, made):
    for _, suffix in OUTPUTS:
        path = case.base + suffix
        old = None
        if os.path.exists(path):
            with open(path, 'rb') as f:
                old = f.read()
        if old != made[suffix]:
            with open(path, 'wb') as f:
                f.write(made[suffix])
            print('wrote', os.path.relpath(path))


def main():
    program, root = (os.path.abspath(a) for a in sys.argv[1:3])
    words = [a for a in sys.argv[3:] if a != '--update']
    writing = '--update' in sys.argv[3:]
    cases = [c for c in harness.cases([os.path.join(root, 'captures')])
             if not words or any(w in c.path for w in words)]
    tap = Tap()
    rules_in = {}
    for case, made in harness.each(
            lambda c: outputs(program, root, c), cases):
        if isinstance(made, Exception):
            tap.say(False, f'{case.label}: runs', str(made).splitlines())
        elif writing:
            update(case, made)
        else:
            check(tap, case, made)
            rules_in[os.path.relpath(case.base, root)] = set(
                fired(made['events']))
    if not writing and not words:
        check_rules(tap, root, rules_in)
    if not cases:
        tap.say(False, 'there are captures')
    if not writing:
        print(f'1..{tap.count}')
    return 1 if tap.failed else 0


if __name__ == '__main__':
    sys.exit(main())
