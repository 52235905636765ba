# SPDX-License-Identifier: BSD-2-Clause
"""Ethernet frames of a capture, put into other wrappings, cut, mixed and written in other file formats."""
import socket
import struct
import subprocess
import tempfile

ETH, RAW, NULL, SLL, LOOP, SLL2 = 1, 101, 0, 113, 108, 276
WIFI, ENC, PFLOG, PRISM, RADIOTAP, AVS, PPI, NFLOG, PKTAP = 105, 109, 117, 119, 127, 163, 192, 239, 258
OUTER = bytes.fromhex('024d000000fe024d000000fd')       # the mirror's own addresses
A, B = socket.inet_aton('10.99.0.1'), socket.inet_aton('10.99.0.2')


def read(path):
    """[(nanoseconds, frame)] of an Ethernet capture."""
    with tempfile.NamedTemporaryFile(suffix='.pcap') as t:
        subprocess.run(['editcap', '-F', 'nsecpcap', str(path), t.name], check=True)
        d = open(t.name, 'rb').read()
    out, at = [], 24
    while at + 16 <= len(d):
        s, ns, n, _ = struct.unpack('<IIII', d[at:at + 16])
        out.append((s * 10**9 + ns, d[at + 16:at + 16 + n]))
        at += 16 + n
    return out


def write_pcap(path, frames, link=ETH, big=False, nano=False, snap=262144):
    e = '>' if big else '<'
    unit = 1 if nano else 1000
    with open(path, 'wb') as f:
        f.write(struct.pack(e + 'IHHiIII', 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, snap, link))
        for t, b in frames:
            f.write(struct.pack(e + 'IIII', t // 10**9, t % 10**9 // unit, min(len(b), snap), len(b)) + b[:snap])


def block(kind, body, e):
    body += b'\0' * (-len(body) % 4)
    return struct.pack(e + 'II', kind, len(body) + 12) + body + struct.pack(e + 'I', len(body) + 12)


def write_pcapng(path, frames, links=(ETH,), big=False, snap=0):
    """frames: (nanoseconds, frame[, interface])"""
    e = '>' if big else '<'
    out = block(0x0a0d0d0a, struct.pack(e + 'IHHq', 0x1a2b3c4d, 1, 0, -1), e)
    for l in links:
        out += block(1, struct.pack(e + 'HHI', l, 0, snap) + struct.pack(e + 'HHB3xHH', 9, 1, 9, 0, 0), e)
    for t, b, *i in frames:
        n = min(len(b), snap) if snap else len(b)
        out += block(6, struct.pack(e + 'IIIII', i[0] if i else 0, t >> 32, t & 0xffffffff, n, len(b)) + b[:n], e)
    open(path, 'wb').write(out)


def csum(b):
    b += b'\0' * (len(b) % 2)
    s = sum(struct.unpack(f'>{len(b) // 2}H', b))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def ip4(proto, payload, ident=1, frag=0, src=A, dst=B, ttl=64):
    h = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), ident & 0xffff, frag, ttl, proto, 0, src, dst)
    return h[:10] + struct.pack('>H', csum(h)) + h[12:] + payload


def ip_of(frame):
    return frame[14:]


def eth(kind, payload, like=None):
    return (like[:12] if like else OUTER) + struct.pack('>H', kind) + payload


def vlan(f, vid, tpid=0x8100):
    return f[:12] + struct.pack('>HH', tpid, vid) + f[12:]


def qinq(f):
    return vlan(vlan(f, 20), 300, 0x88a8)


def mpls(f):
    return eth(0x8847, struct.pack('>II', 16001 << 12 | 64, 24007 << 12 | 0x100 | 64) + ip_of(f), f)


def pppoe(f):
    return eth(0x8864, struct.pack('>BBHHH', 0x11, 0, 0x2a01, len(ip_of(f)) + 2, 0x21) + ip_of(f), f)


def gre(f, n):
    return eth(0x800, ip4(47, struct.pack('>HH', 0, 0x800) + ip_of(f), n))


def gre_teb(f, n):
    """GRE with a key and a whole Ethernet frame inside"""
    return eth(0x800, ip4(47, struct.pack('>HHI', 0x2000, 0x6558, 77) + f, n))


def erspan2(f, n):
    return eth(0x800, ip4(47, struct.pack('>HHI', 0x1000, 0x88be, n) + struct.pack('>HHI', 0x1000 | 20, 5, 7) + f, n))


def erspan3(f, n):
    return eth(0x800, ip4(47, struct.pack('>HHI', 0x1000, 0x22eb, n) + struct.pack('>HHIHH', 0x2000 | 20, 5, n * 1000, 0, 0x0006) + f, n))


def udp(sport, dport, b):
    return struct.pack('>HHHH', sport, dport, 8 + len(b), 0) + b


def vxlan(f, n):
    return eth(0x800, ip4(17, udp(50000 + n % 1000, 4789, struct.pack('>II', 0x08000000, 4242 << 8) + f), n))


def geneve(f, n):
    return eth(0x800, ip4(17, udp(51000, 6081, struct.pack('>BBHI', 2, 0, 0x6558, 99 << 8) + struct.pack('>HBBI', 0x0102, 0x42, 1, n) + f), n))


def sll(f):
    return struct.pack('>HHH8sH', 0, 1, 6, f[6:12] + b'\0\0', struct.unpack('>H', f[12:14])[0]) + f[14:]


def sll2(f):
    return struct.pack('>HHIHBB8s', struct.unpack('>H', f[12:14])[0], 0, 3, 1, 0, 6, f[6:12] + b'\0\0') + f[14:]


def null(f):
    return struct.pack('<I', 2) + ip_of(f)


def loop(f):
    return struct.pack('>I', 2) + ip_of(f)


def gtp(f, n):
    """GTP-U; every other one with a sequence number and an extension header."""
    extra = struct.pack('>HBB', n, 0, 0x85) + bytes([1, 0x10, 9, 0]) if n % 2 else b''
    return eth(0x800, ip4(17, udp(2152, 2152, struct.pack('>BBHI', 0x30 | (6 if n % 2 else 0), 0xff, len(extra) + len(ip_of(f)), 77) + extra + ip_of(f)), n))


def vxlan_gpe(f, n):
    """An IP packet, or all of the frame"""
    return eth(0x800, ip4(17, udp(52000, 4790, struct.pack('>BHBI', 0x0c, 0, 1 if n % 2 else 3, 4242 << 8) + (ip_of(f) if n % 2 else f)), n))


def enc(f, _):
    return struct.pack('<III', 2, 0x1001, 0) + ip_of(f)


def pflog(f, n):
    """As OpenBSD writes it: 61 bytes and three of padding"""
    return struct.pack('>BBBB16s16sIIIIIIB3x', 61, 2, 0, 0, b'em0', b'office', n, 0, 0, 0, 0, 0, 1) + ip_of(f)


def nflog(f, n):
    def attribute(kind, value):
        return struct.pack('<HH', 4 + len(value), kind) + value + b'\0' * (-len(value) % 4)
    return struct.pack('>BBH', 2, 0, 5) + attribute(1, b'\x08\x00\x01\x00') + attribute(10, b'proxy\0') + attribute(9, ip_of(f))


def pktap(f, n):
    """An Ethernet frame of macOS, with the program's name"""
    head = struct.pack('<II24sIIIIi20sIHHi20s', 1, ETH, b'en0', 1, 2, 14, 0, 4711, b'curl', 0, 6, 0, 4711, b'curl')
    return struct.pack('<I', 4 + len(head)) + head + f


def wifi(f, n):
    """A data frame from the station: addresses are those of access point, station and destination; every other one is QoS data"""
    head = struct.pack('<BBH', 0x88 if n % 2 else 0x08, 1, 44) + b'\x02\0\0\0\0\xaa' + f[6:12] + f[:6] + struct.pack('<H', n << 4 & 0xffff)
    return head + (b'\0\0' if n % 2 else b'') + bytes.fromhex('aaaa03000000') + f[12:]


def radiotap(f, n):
    """With a time, flags, and a channel"""
    return struct.pack('<BBHIQBBHH', 0, 0, 22, 1 | 2 | 4 | 8, n * 1000, 0, 108, 2437, 0x00a0) + wifi(f, n)


def prism(f, n):
    """As Linux writes it: ten values, of which the first is the time"""
    values = b''.join(struct.pack('<IHHI', 0x10044 + 0x10000 * i, 0, 4, n if i == 0 else 0) for i in range(10))
    return struct.pack('<II16s', 0x44, 24 + len(values), b'wlan0') + values + wifi(f, n)


def avs(f, n):
    return struct.pack('>IIQQIIIIIIIIII', 0x80211001, 64, n * 1000, n, 0, 6, 108, 0, 0, 0, 0, 0, 0, 0) + wifi(f, n)


def ppi(f, n):
    return struct.pack('<BBHI', 0, 0, 8, WIFI) + wifi(f, n)


def is_tcp(f):
    return f[12:14] == b'\x08\x00' and f[23] == 6


def payload(f):
    """The TCP payload of an IPv4 frame."""
    if not is_tcp(f):
        return b''
    ihl = (f[14] & 15) * 4
    total = struct.unpack('>H', f[16:18])[0]
    t = 14 + ihl
    return f[t + (f[t + 12] >> 4) * 4:14 + total]


def retcp(f, seq=None, ack=None, sport=None, dport=None):
    """The frame with other TCP numbers (functions of the old), checksum made anew."""
    b = bytearray(f)
    t = 14 + (b[14] & 15) * 4
    sp, dp, s, a = struct.unpack('>HHII', b[t:t + 12])
    struct.pack_into('>HHII', b, t, sport(sp) if sport else sp, dport(dp) if dport else dp,
                     (seq(s) if seq else s) & 0xffffffff, (ack(a) if ack else a) & 0xffffffff)
    b[t + 16:t + 18] = b'\0\0'
    total = struct.unpack('>H', b[16:18])[0]
    seg = bytes(b[t:14 + total])
    struct.pack_into('>H', b, t + 16, csum(bytes(b[26:34]) + struct.pack('>BBH', 0, 6, len(seg)) + seg))
    return bytes(b)


def fragments(f, size=400):
    """The IPv4 packet in pieces."""
    ihl = (f[14] & 15) * 4
    total = struct.unpack('>H', f[16:18])[0]
    ident, = struct.unpack('>H', f[18:20])
    body = f[14 + ihl:14 + total]
    if len(body) <= size:
        return [f]
    return [f[:14] + ip4(f[23], body[i:i + size], ident, (i // 8) | (0x2000 if i + size < len(body) else 0), f[26:30], f[30:34], f[22])
            for i in range(0, len(body), size)]
