#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""st.py CCACHE KDC SERVICE: ask for a service's ticket with the cached ticket-granting ticket, however old (MIT's own
library refuses to use an expired one), and say what the KDC says."""
import sys

from impacket.krb5 import constants
from impacket.krb5.ccache import CCache
from impacket.krb5.kerberosv5 import KerberosError, getKerberosTGS
from impacket.krb5.types import Principal

cache, kdc, service = sys.argv[1:4]
cred = CCache.loadFile(cache).credentials[0].toTGT()
try:
    getKerberosTGS(Principal(service, type=constants.PrincipalNameType.NT_SRV_INST.value), 'LAB.TEST', kdc, cred['KDC_REP'], cred['cipher'],
                   cred['sessionKey'])
    print('a ticket')
except KerberosError as e:
    print(e)
