# SPDX-License-Identifier: BSD-2-Clause
"""What the tests over captures share: find them, run p407 on them."""
import concurrent.futures
import json
import os
import re
import subprocess

SUFFIX = re.compile(r'\.(pcapng|pcap|cap)(\.gz|\.zst|\.lz4)?$')
# As far as outputs go, the same everywhere.
ENVIRONMENT = {'TZ': 'UTC', 'LC_ALL': 'C.UTF-8', 'NO_COLOR': '1',
               'PATH': os.environ.get('PATH', '/usr/bin:/bin')}
for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'):
    if name in os.environ:
        ENVIRONMENT[name] = os.environ[name]


class Case:
    """A capture and what lies beside it."""

    def __init__(self, path, base):
        self.path = path
        self.base = base
        self.name = os.path.basename(base)
        self.family = os.path.basename(os.path.dirname(base))
        self.label = f'{self.family}/{self.name}'
        self.truth = None
        for suffix in ('.truth.json', '.json'):
            if os.path.exists(base + suffix):
                with open(base + suffix, encoding='utf-8') as f:
                    self.truth = json.load(f)
                break
        # A truth may name several files that are one case.
        more = (self.truth or {}).get('files')
        self.files = [os.path.join(os.path.dirname(path), m) for m in more] \
            if more else [path]


class Run:
    """What came of a run."""

    def __init__(self, done, command):
        self.status = done.returncode
        self.out, self.err = done.stdout, done.stderr
        self.command = ' '.join(command)

    def events(self):
        """The JSON Lines; a run that died, or bad JSON, is an error."""
        self.check()
        return [json.loads(line, parse_constant=refuse)
                for line in self.out.decode('utf-8').splitlines()]

    def check(self):
        if self.status not in (0, 2):
            raise RuntimeError(f'status {self.status} of {self.command}: '
                               + self.err.decode(errors='replace')[-2000:])


def refuse(word):
    raise ValueError(f'{word} is not JSON')


def cases(paths):
    """The cases at and below the paths, in order."""
    found = {}
    for path in paths:
        if not os.path.isdir(path):
            found[SUFFIX.sub('', path)] = path
            continue
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                if SUFFIX.search(name):
                    full = os.path.join(folder, name)
                    found.setdefault(SUFFIX.sub('', full), full)
    return [Case(path, base) for base, path in found.items()]


def run(program, arguments, folder=None):
    command = [program, *arguments]
    return Run(subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=120, cwd=folder, env=ENVIRONMENT,
        check=False), command)


def each(function, items):
    """(item, function(item) or its exception) in order, side by side."""
    def one(item):
        try:
            return function(item)
        except (RuntimeError, ValueError, KeyError, OSError,
                subprocess.TimeoutExpired) as e:
            return e
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from zip(items, pool.map(one, items))
