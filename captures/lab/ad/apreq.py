#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""apreq.py CCACHE HOST:PORT [TIMES [newconn]]: send an AP-REQ made from the cached HTTP ticket, however old (MIT's own
library refuses to use an expired one), TIMES times the very same."""
import base64
import datetime
import re
import socket
import struct
import sys

from impacket.krb5 import constants
from impacket.krb5.asn1 import AP_REQ, TGS_REP, Authenticator, seq_set
from impacket.krb5.ccache import CCache
from impacket.krb5.gssapi import GSS_C_MUTUAL_FLAG, GSS_C_REPLAY_FLAG, GSS_C_SEQUENCE_FLAG, CheckSumField
from impacket.krb5.types import KerberosTime, Principal, Ticket
from impacket.spnego import SPNEGO_NegTokenInit, TypesMech
from pyasn1.codec.der import decoder, encoder
from pyasn1.type.univ import noValue

cache, proxy = sys.argv[1:3]
times = int(sys.argv[3]) if len(sys.argv) > 3 else 1
cc = CCache.loadFile(cache)
cred = [c for c in cc.credentials if b'HTTP' in c['server'].prettyPrint()][0]
tgs = cred.toTGS()
ticket = Ticket()
ticket.from_asn1(decoder.decode(tgs['KDC_REP'], asn1Spec=TGS_REP())[0]['ticket'])
key, cipher = tgs['sessionKey'], tgs['cipher']

a = Authenticator()
a['authenticator-vno'] = 5
a['crealm'] = 'LAB.TEST'
name = Principal(cc.principal.components[0]['data'].decode(), type=constants.PrincipalNameType.NT_PRINCIPAL.value)
seq_set(a, 'cname', name.components_to_asn1)
now = datetime.datetime.utcnow()
a['cusec'] = now.microsecond
a['ctime'] = KerberosTime.to_asn1(now)
a['cksum'] = noValue
a['cksum']['cksumtype'] = 0x8003
ck = CheckSumField()
ck['Lgth'] = 16
ck['Flags'] = GSS_C_SEQUENCE_FLAG | GSS_C_REPLAY_FLAG | GSS_C_MUTUAL_FLAG
a['cksum']['checksum'] = ck.getData()
a['seq-number'] = 0

ap = AP_REQ()
ap['pvno'] = 5
ap['msg-type'] = int(constants.ApplicationTagNumbers.AP_REQ.value)
ap['ap-options'] = constants.encodeFlags([constants.APOptions.mutual_required.value])
seq_set(ap, 'ticket', ticket.to_asn1)
ap['authenticator'] = noValue
ap['authenticator']['etype'] = cipher.enctype
ap['authenticator']['cipher'] = cipher.encrypt(key, 11, encoder.encode(a), None)


def length(n):
    return bytes([n]) if n < 128 else b'\x81' + bytes([n]) if n < 256 else b'\x82' + struct.pack('>H', n)


inner = bytes.fromhex('06092a864886f712010202') + b'\x01\x00' + encoder.encode(ap)
blob = SPNEGO_NegTokenInit()
blob['MechTypes'] = [TypesMech['KRB5 - Kerberos 5']]
blob['MechToken'] = b'\x60' + length(len(inner)) + inner
token = base64.b64encode(blob.getData()).decode()
host, port = proxy.rsplit(':', 1)
s = socket.create_connection((host, int(port)), 10)
for i in range(times):
    if i and 'newconn' in sys.argv:
        s.close()
        s = socket.create_connection((host, int(port)), 10)
    s.sendall(f'GET http://www.example.test/ HTTP/1.1\r\nHost: www.example.test\r\nUser-Agent: LabAgent/1.0\r\n'
              f'Proxy-Authorization: Negotiate {token}\r\nProxy-Connection: Keep-Alive\r\n\r\n'.encode())
    b = b''
    while b'\r\n\r\n' not in b:
        d = s.recv(65536)
        if not d:
            break
        b += d
    head, _, body = b.partition(b'\r\n\r\n')
    m = re.search(r'(?i)content-length:[ \t]*(\d+)', head.decode('latin1'))
    while m and len(body) < int(m[1]):
        d = s.recv(65536)
        if not d:
            break
        body += d
    print(head.decode('latin1').split('\r\n')[0])
s.close()
