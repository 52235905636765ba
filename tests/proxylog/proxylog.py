# SPDX-License-Identifier: BSD-2-Clause
"""proxylog.py P407 CAPTURES FOLDER: the logs of the labs' proxies, from the truth files, beside their captures.

Prints a line for each 407 that is in one of both only, then how many
exchanges have a line.  The lab's clients and proxies share one clock.
"""
import collections
import concurrent.futures
import glob
import json
import os
import subprocess
import sys

FORMAT = '%ts.%03tu %>a:%>p -> %name: %>Hs %rm %ru user=[%un] %Ss/%<Hs'
# The proxy logs the balancer's address, not the client's, or it is another
# proxy's log as well.
OTHER = {'ntlm-haproxy-httpclose-both-legs', 'basic-chromium-typo-then-ok'}


def look(p407, truth, folder):
    name = os.path.basename(truth).split('.')[0]
    with open(truth, encoding='utf-8') as f:
        log = json.load(f).get('proxy_log')
    if not log or name in OTHER:
        return 0, []
    path = f'{folder}/{name}.log'
    with open(path, 'w', encoding='utf-8') as f:
        f.writelines(line + '\n' for line in log)
    done = subprocess.run([p407, '-o', 'json', '--proxy-log', path, '--proxy-log-format', FORMAT,
                           truth.replace('.truth.json', '.pcapng')], capture_output=True, text=True, check=False)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    where = collections.Counter(e['p407']['proxy_log']['where'] for e in events
                                if e['event']['dataset'] == 'p407.proxy_log' and 'p407' in e)
    words = ' '.join(e['message'] for e in events if e['event']['dataset'] == 'p407.proxy_log' and 'message' in e)
    bad = [f'{name}: {w}: {n}' for w, n in where.items() if w != 'both']
    # Some microseconds apart: one machine.
    if where and ' us ' not in words and ' ms ' not in words and 'agree' not in words:
        bad.append(f'{name}: {words}')
    return where['both'], bad


def main():
    p407, captures, folder = sys.argv[1:4]
    truths = sorted(t for f in ('ntlm', 'basic', 'digest') for t in glob.glob(f'{captures}/{f}/*.truth.json'))
    total = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for both, bad in pool.map(lambda t: look(p407, t, folder), truths):
            total += both
            for line in bad:
                print('#', line)
    print(total)


main()
