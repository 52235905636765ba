#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-2-Clause
"""certs.py DIR: a CA, and certificates of proxies and a client, good and bad: NAME.pem holds certificate and key."""
import datetime, os, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.utcnow()
DAY = datetime.timedelta(days=1)


def make(name, cn, names=(), issuer=None, ca=False, start=NOW - DAY, end=NOW + 3650 * DAY):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])
    b = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
    b = b.issuer_name(issuer[0].subject if issuer else subject).not_valid_before(start).not_valid_after(end)
    b = b.add_extension(x509.BasicConstraints(ca, None), True)
    if names:
        b = b.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
    cert = b.sign(issuer[1] if issuer else key, hashes.SHA256())
    with open(f'{DIR}/{name}.pem', 'wb') as f:
        f.write(cert.public_bytes(serialization.Encoding.PEM))
        f.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    os.chmod(f'{DIR}/{name}.pem', 0o644)
    return cert, key


DIR = sys.argv[1]
CA = make('ca', 'Lab CA', ca=True)
OTHER = make('otherca', 'Another CA', ca=True)
PROXY = ('proxy.lab.test',)
make('good', 'proxy.lab.test', PROXY, CA)
make('expired', 'proxy.lab.test', PROXY, CA, start=NOW - 400 * DAY, end=NOW - 35 * DAY)
make('wrongname', 'proxy-old.lab.test', ('proxy-old.lab.test',), CA)
make('selfsigned', 'proxy.lab.test', PROXY)
make('client', 'pc1.lab.test', ('pc1.lab.test',), CA)
make('badclient', 'pc2.lab.test', ('pc2.lab.test',), OTHER)
