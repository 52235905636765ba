#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""helper.py crash|bh|hang|mute|switch: an authentication helper of squid whose backend is broken.
switch: works (any password of the lab's accounts) until $LAB_DIR/run/backend-down exists."""
import os, sys, time, urllib.parse
from common import LAB, PW

word = sys.argv[1]
for line in sys.stdin:
    user, _, pw = (urllib.parse.unquote(x) for x in line.rstrip('\n').partition(' '))
    if word == 'crash':
        os._exit(1)
    if word == 'mute':
        continue
    if word == 'hang':
        time.sleep(1.5)
        print('BH message="LDAP server does not answer"', flush=True)
    elif word == 'switch' and not os.path.exists(LAB + '/run/backend-down'):
        print('OK' if PW.get(user) == pw else 'ERR', flush=True)
    else:
        print('BH message="cannot contact LDAP server"', flush=True)
