#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compare what p407 says of captures with what is known of them.

    truth.py PROGRAM PATH...    captures, or folders with captures

The truth of a capture CASE.pcapng is CASE.truth.json (or CASE.json) beside
it; it comes from how the case was made and from the logs of the proxy and
the directory.  captures/INDEX.md says what its words mean.  In short, a row
of "expect" is so many attempts ("count", at least "count_min") of a client
at a proxy; KEY_ok are further right values of KEY; an "optional" row need
not be there; whatever fails beyond the rows is a false alarm.

Prints a line a capture, a table, and "N passed, N failed"; the exit status
is 1 if any capture is wrong.
"""
import collections
import json
import os
import sys

import harness

FAILED = ('rejected', 'abandoned', 'broken')
# Schemes that authenticate a request and not a connection.
BY_REQUEST = ('Basic', 'Digest', 'Bearer')


class Attempt:
    """One attempt, in the words of the truth."""

    def __init__(self, event):
        body = event['p407']['attempt']
        self.id = body['id']
        user = event.get('user', {})
        to = event['destination']
        self.client = event['source']['ip']
        self.proxy = place(to['ip'], to['port'])
        self.name, self.domain = user.get('name'), user.get('domain')
        self.scheme, self.outcome = body['scheme'], body['outcome']
        self.broke_at, self.cause = body['broke_at'], body['cause']
        self.frame = min((leg['frame'] for leg in body.get('legs', ())
                          if 'frame' in leg), default=0)

    def __str__(self):
        who = self.name if self.domain is None \
            else f'{self.domain}\\{self.name}'
        return (f'{self.client} at {self.proxy} {self.scheme} {self.outcome}'
                f' at {self.broke_at}, cause {self.cause}, user {who}'
                f' (frame {self.frame})')


class Row:
    """A row of "expect", with the attempts that were laid to it."""

    def __init__(self, row):
        self.row = row
        self.optional = row.get('optional', False)
        self.most = row.get('count', 1)
        self.least = 0 if self.optional else row.get('count_min', self.most)
        self.proxy = place(*row['proxy'].rsplit(':', 1))
        self.got = []

    def right(self, key):
        """What may be said of `key`, the best word first."""
        words = [self.row.get(key), *self.row.get(key + '_ok', ())]
        return list(dict.fromkeys(words))

    def of(self, attempt):
        return attempt.client in self.right('client') and \
            attempt.proxy == self.proxy

    def user_is(self, attempt):
        return any(same_user(u, attempt) for u in self.right('user'))

    def step_is(self, attempt):
        if attempt.outcome in ('authenticated', 'incomplete'):
            # Null where authenticated: the contract, whatever else is right.
            return attempt.broke_at is None or \
                attempt.outcome == 'incomplete'
        steps = self.right('broke_at')
        if attempt.scheme in BY_REQUEST and 'authenticate' in steps:
            steps.append('credentials')  # older truths have one word for both
        return attempt.broke_at in steps

    def cause_is(self, attempt):
        if attempt.outcome == 'authenticated':
            return attempt.cause is None
        return attempt.outcome == 'incomplete' or \
            attempt.cause in self.right('cause')

    def misfits(self, attempt):
        """What of the attempt is not as the row has it."""
        return [key for key, fits in (
            ('outcome', attempt.outcome in self.right('outcome')),
            ('scheme', attempt.scheme in self.right('scheme')),
            ('user', self.user_is(attempt)),
            # What need not be there at all may be there in other words.
            ('broke_at', self.optional or self.step_is(attempt)),
            ('cause', self.optional or self.cause_is(attempt))) if not fits]

    def distance(self, attempt):
        """How far off: 0 where all is said as the row says it first."""
        weight = {'outcome': 100, 'scheme': 60, 'user': 50, 'broke_at': 20,
                  'cause': 10}
        far = sum(weight[key] for key in self.misfits(attempt))
        for key in ('outcome', 'scheme', 'broke_at', 'cause'):
            far += getattr(attempt, key) != self.row.get(key)
        return far + (not same_user(self.row.get('user'), attempt))

    def __str__(self):
        r = self.row
        return (f"{r['client']} at {self.proxy} {r['scheme']} {r['outcome']}"
                f" at {r['broke_at']}, cause {r['cause']}, user {r['user']}")


def place(ip, port):
    return f"{ip.strip('[]')} port {port}"


def same_user(truth, attempt):
    """`LAB\\bob`, `bob@REALM` or `bob` against a name and a domain."""
    if truth is None or attempt.name is None:
        return (truth or None) == (attempt.name or None)
    name, domain = attempt.name.lower(), (attempt.domain or '').lower()
    forms = (f'{domain}\\{name}', f'{name}@{domain}') if domain else (name,)
    return truth.lower() in forms


def lay(rows, attempts):
    """Lay attempts to rows, each to one; returns those left over.

    First whatever fits, moved about until as many as can be have a place
    (augmenting paths); then what nearly fits, so that the report can say
    what is wrong instead of "missing" and "not expected".
    """
    def find(attempt, seen):
        order = sorted((r.distance(attempt), i) for i, r in enumerate(rows)
                       if r.of(attempt) and not r.misfits(attempt))
        for _, i in order:
            if i in seen:
                continue
            seen.add(i)
            row = rows[i]
            if len(row.got) < row.most:
                row.got.append(attempt)
                return True
            for k, other in enumerate(row.got):
                if find(other, seen):
                    row.got[k] = attempt
                    return True
        return False

    def nearest(attempt):
        return min((r.distance(attempt) for r in rows if r.of(attempt)),
                   default=0)

    rest = [a for a in sorted(attempts, key=nearest) if not find(a, set())]
    pairs = sorted((row.distance(a), i, k) for i, row in enumerate(rows)
                   for k, a in enumerate(rest)
                   if row.of(a) and not row.optional)
    taken = set()
    for far, i, k in pairs:
        # One that differs in outcome, scheme and user is another one.
        if k not in taken and len(rows[i].got) < rows[i].most and far < 200:
            rows[i].got.append(rest[k])
            taken.add(k)
    return [a for k, a in enumerate(rest) if k not in taken]


def judge(truth, events):
    """The problems of a capture: {kind: [text]}."""
    rows = [Row(r) for r in truth['expect']]
    attempts, alerts = [], []
    for e in events:
        if e['event']['dataset'] == 'p407.attempt':
            attempts.append(Attempt(e))
        elif e['event']['dataset'] == 'p407.finding':
            alerts.append(e)
    wrong = collections.defaultdict(list)
    rest = lay(rows, attempts)
    for row in rows:
        if len(row.got) < row.least:
            wrong['outcome'].append(
                f'{row.least - len(row.got)} missing of {row}')
        for a in row.got:
            for key in row.misfits(a):
                kind = {'broke_at': 'step', 'cause': 'cause'}.get(
                    key, 'outcome')
                words = ' or '.join(str(w) for w in row.right(key))
                wrong[kind].append(f'{key} is not {words}: {a}')
    for a in rest:
        # More of what need not be there at all is no fault.
        if any(r.optional and r.of(a) and not r.misfits(a) for r in rows):
            continue
        if a.outcome in FAILED:
            wrong['alarm'].append(f'false alarm: {a}')
        elif a.outcome == 'authenticated':
            wrong['outcome'].append(f'not in the truth: {a}')
    judge_findings(truth, rows, alerts, wrong)
    judge_ruled_out(rows, alerts, wrong)
    return wrong


def judge_ruled_out(rows, findings, wrong):
    """What is said not to be it must not be it."""
    so = {a.id: row.row['cause'] for row in rows for a in row.got}
    for e in findings:
        body = e['p407']['finding']
        real = {so.get(ident) for ident in body['attempts']}
        for other in body.get('ruled_out', ()):
            if other['cause'] in real:
                wrong['cause'].append(f"ruled out, and it is so: "
                                      f"{other['cause']} ({e['message']})")


def is_untold(event):
    """An attempt of which p407 says that it cannot tell."""
    body = event['p407'].get('attempt', {})
    return body.get('outcome') == 'incomplete' or \
        body.get('rule') == 'unexplained'


def judge_findings(truth, rows, findings, wrong):
    """Findings that must be made, and faults where there is none."""
    causes = set()
    for e in findings:
        body = e['p407']['finding']
        causes.add(body['cause'])
        causes.update(c['cause'] for c in body.get('contributing', ()))
    for cause in truth.get('findings', ()):
        if cause not in causes:
            wrong['cause'].append(f'no finding of {cause}')
    good = all(r.row['outcome'] == 'authenticated' and 'outcome_ok' not in
               r.row for r in rows)
    if good and not truth.get('findings'):
        for e in findings:
            if e['p407']['finding'].get('fault', True):
                wrong['alarm'].append(f"false alarm: {e['message']}")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    cases = [c for c in harness.cases(sys.argv[2:]) if c.truth is not None]
    table = collections.OrderedDict()

    def run(case):
        got = harness.run(sys.argv[1], ['-o', 'json', *case.files])
        return got.events()

    for case, events in harness.each(run, cases):
        score = table.setdefault(case.family, collections.Counter())
        if isinstance(events, Exception):
            wrong = {'outcome': [f'{events}'], 'step': [], 'cause': []}
        else:
            wrong = judge(case.truth, events)
        score['captures'] += 1
        score['outcomes'] += not wrong.get('outcome')
        score['steps'] += not (wrong.get('outcome') or wrong.get('step'))
        score['causes'] += not (wrong.get('outcome') or wrong.get('cause'))
        score['alarms'] += len(wrong.get('alarm', ()))
        score['untold'] += sum(is_untold(e) for e in events) \
            if isinstance(events, list) else 0
        score['right'] += not any(wrong.values())
        print('ok' if not any(wrong.values()) else 'NOT OK', case.label)
        for texts in wrong.values():
            for text in texts:
                print(f'\t{text}')
    return scorecard(table)


def scorecard(table):
    form = '%-14s %9s %9s %7s %7s %13s %8s'
    print()
    print(form % ('family', 'captures', 'outcomes', 'steps', 'causes',
                  'false alarms', 'not told'))
    total = collections.Counter()
    for family, s in [*table.items(), ('all', total)]:
        print(form % (family, *(s[k] for k in (
            'captures', 'outcomes', 'steps', 'causes', 'alarms',
            'untold'))))
        if s is not total:
            total.update(s)
    failed = total['captures'] - total['right']
    print(f"\n{total['right']} passed, {failed} failed")
    return 1 if failed or not total['captures'] else 0


if __name__ == '__main__':
    sys.exit(main())
