#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""urlget.py basic|digest PROXY USER PASSWORD URL...: Python's urllib with a password manager."""
import sys, urllib.request as u

kind, proxy, user, pw, *urls = sys.argv[1:]
m = u.HTTPPasswordMgrWithDefaultRealm()
for where in (proxy, *urls):         # Basic asks for the proxy's password, Digest for that of the URL
    m.add_password(None, where, user, pw)
h = u.ProxyBasicAuthHandler(m) if kind == 'basic' else u.ProxyDigestAuthHandler(m)
o = u.build_opener(u.ProxyHandler({'http': 'http://' + proxy, 'https': 'http://' + proxy}), h)
for url in urls:
    try:
        print(o.open(url, timeout=10).status)
    except Exception as e:
        print(e)
