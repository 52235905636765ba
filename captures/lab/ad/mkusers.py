#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""mkusers.py SMB_CONF SAM_LDB ACCOUNTS: create every account of the file (name TAB password) in the directory."""
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

conf, url, accounts = sys.argv[1:4]
lp = LoadParm()
lp.load(conf)
db = SamDB(lp=lp, session_info=system_session(), url=url)
for line in open(accounts, encoding='utf-8'):
    user, password = line.rstrip('\n').split('\t')
    try:
        if user.endswith('$'):
            db.newcomputer(user[:-1])
            db.setpassword(f'(sAMAccountName={user})', password)
        else:
            db.newuser(user, password)
    except Exception as e:              # there already: the second run of up.sh
        print(user, e, file=sys.stderr)
