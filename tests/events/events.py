# SPDX-License-Identifier: BSD-2-Clause
"""events.py P407 CAPTURES: the reports of a capture, in text and as events, and those made from its events.

Prints a line for each that differs in more than what events do not carry: the last digit of a time, other clocks, what a KDC
said between the messages, bounds that were reached.  Then how many were looked at.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

TIME = re.compile(r'(?<=  )(\+[0-9.]+ (us|ms|s|min.*?)|[0-9:.]{12}) +(?=[│|])|(?<= within )[0-9]+ us')
KDC = re.compile(r'│╌╌')
SECTION = re.compile(r'^(Clocks, against that of the capture|About the capture)$')


def words(report):
    """Its lines but those; a section ends with the next one."""
    kept, skip = [], False
    for line in report.splitlines():
        if SECTION.match(line):
            skip = True
        elif line and not line.startswith(' '):
            skip = False
        if not skip and line.strip() and not KDC.search(line):
            kept.append(TIME.sub('', line))
    # The totals of proxies: makes that only the order of challenges or a realm shows are not in the events.
    return [re.sub(r'^(  \S+:\d+:) (tinyproxy [0-9.]+|mitmproxy|cntlm),', r'\1', line) for line in kept]


def compare(p407, path, folder):
    events = os.path.join(folder, os.path.basename(path) + '.jsonl')
    before = subprocess.run([p407, '-o', f'json={events}', '-o', 'text', path], capture_output=True, text=True, check=False)
    after = subprocess.run([p407, '--from-events', events], capture_output=True, text=True, check=False)
    again = subprocess.run([p407, '--from-events', events, '-o', 'json'], capture_output=True, text=True, check=False)
    with open(events, encoding='utf-8') as f:
        lines = f.read().splitlines()
    # All but the summary, which tells of what no event has.
    for x, y in zip(lines[:-1], again.stdout.splitlines()):
        if x != y:
            at = next((i for i, (c, d) in enumerate(zip(x, y)) if c != d), 0)
            return f'{path}: {x[max(at - 40, 0):at + 40]!r} became {y[max(at - 40, 0):at + 40]!r}'
    a, b = words(before.stdout), words(after.stdout)
    if after.returncode != 0 or after.stderr:
        return f'{path}: status {after.returncode}: {after.stderr}'
    for x, y in zip(a + [''] * len(b), b + [''] * len(a)):
        if x != y:
            return f'{path}: {x!r} became {y!r}'
    return None


def main():
    p407, captures = sys.argv[1:3]
    # Each third: what differs, differs by family.
    paths = sorted(glob.glob(f'{captures}/*/*.pcapng*'))[::int(sys.argv[3]) if len(sys.argv) > 3 else 3]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for said in pool.map(lambda path: compare(p407, path, folder), paths):
            if said:
                print(f'# {said}')
    print(len(paths))


main()
