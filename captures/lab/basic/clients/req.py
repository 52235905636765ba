#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""req.py PROXYURL URL...: python-requests, one session."""
import sys, warnings
import requests

warnings.simplefilter('ignore')
s = requests.Session()
s.trust_env = False
s.proxies = {'http': sys.argv[1], 'https': sys.argv[1]}
for url in sys.argv[2:]:
    try:
        print(s.get(url, verify=False, timeout=10).status_code)
    except Exception as e:
        print(str(e)[:120])
