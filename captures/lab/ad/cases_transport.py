# SPDX-License-Identifier: BSD-2-Clause
"""What captures do to a handshake: wrappings, cuts, losses, file formats. Most are made from a base capture, offline."""
import gzip
import json
import subprocess
import time

import rewrap as w
from cases_ntlm import ALICE
from lab import CASES, IP, OUT, PX, case, count_in, sh

INCOMPLETE = dict(outcome_ok=['incomplete', 'rejected', 'broken', 'abandoned'], broke_at_ok=[None, 'offer', 'negotiate', 'challenge', 'authenticate'],
                  cause_ok=[None, 'credentials-rejected', 'no-credentials', 'challenge-missing', 'handshake-split', 'connection-not-kept', 'other'],
                  user_ok=[None, ALICE], scheme_ok=['NTLM', 'none'], count_min=0)
INCOMPLETE_OK = dict(outcome_ok=['incomplete', 'authenticated'], user_ok=[None, ALICE], scheme_ok=['NTLM', 'none'], count_min=0)


class Variant:
    """A capture made from that of another case."""

    def __init__(self, spec):
        self.spec = spec
        base = CASES[spec['base']]
        self.path = OUT / base['family'] / f'{spec["base"]}.pcapng'
        self.truth = json.loads(self.path.with_name(f'{spec["base"]}.truth.json').read_text())
        self.frames = w.read(self.path)
        self.files = []

    def file(self, ext='pcapng', part=''):
        (OUT / 'transport').mkdir(parents=True, exist_ok=True)
        name = f'{self.spec["name"]}{part}.{ext}'
        self.files.append(name)
        return OUT / 'transport' / name

    def ng(self, frames, **k):
        w.write_pcapng(self.file(), frames, **k)

    def each(self, f, **k):
        """Every frame through f (frame, or frame and number)."""
        n = f.__code__.co_argcount
        self.ng([(t, f(b) if n == 1 else f(b, i)) for i, (t, b) in enumerate(self.frames, 1)], **k)

    def change(self, **k):
        for r in self.truth['expect']:
            r.update(k)

    def first(self, *needles):
        """Number of the first frame whose payload holds one of the strings."""
        return next(i for i, (_, b) in enumerate(self.frames) if any(n in w.payload(b) for n in needles))

    def save(self):
        t, s = self.truth, self.spec
        t['how'] = ' '.join(s['run'].__doc__.split()) + f' Base case {s["base"]}: {t["how"]}'
        t.update(id=s['name'], tags=['transport', *s['tags']], base=s['base'])
        seen = count_in(OUT / 'transport' / self.files[0])
        odd = ''
        if len(self.files) == 1 and seen != t['responses_407']:
            if s['n407'] is None:
                odd = f' <<< 407: packets {seen}, base {t["responses_407"]}'
            else:
                t['responses_407'] = s['n407']
        if len(self.files) > 1 or not self.files[0].endswith('.pcapng'):
            t['files'] = self.files
        (OUT / 'transport' / f'{s["name"]}.truth.json').write_text(json.dumps(t, indent=1, ensure_ascii=False) + '\n')
        print(f'transport/{s["name"]}: {sum((OUT / "transport" / f).stat().st_size for f in self.files)} bytes, 407s {t["responses_407"]}{odd}', flush=True)


def variant(base, *tags, n407=None):
    """Register an offline case; n407 is its count of 407s, if tshark's or the base's is not right."""
    def register(f):
        name = f.__name__.replace('_', '-')
        CASES[name] = dict(name=name, family='transport', tags=tags, base=base, run=f, offline=Variant, n407=n407)
        return f
    return register


# --- live -----------------------------------------------------------------------------------------

@case('transport', 'base')
def transport_base(c):
    """One typing error, then the right password a second later, on a new connection; short error pages. Plain Ethernet, nothing missing:
    the base of most wrappings here."""
    c.curl('storm', user=ALICE, pw='Al1ce-Tulip-24')
    time.sleep(1)
    c.curl('storm', user=ALICE)
    c.refused(ALICE, port='storm').ok(ALICE, port='storm')


@case('transport', 'ipv6')
def transport_ipv6(c):
    """IPv6: a wrong password, then the right one."""
    c.curl('storm', user=ALICE, pw='Al1ce-On-V6', px='[fd77::20]')
    c.curl('storm', user=ALICE, px='[fd77::20]')
    c.refused(ALICE, client='fd77::1:1', port='[fd77::20]:3145').ok(ALICE, client='fd77::1:1', port='[fd77::20]:3145')


@case('transport', 'segments', client='scripted client (impacket)')
def transport_bytewise(c):
    """A client with TCP_NODELAY that writes its requests byte by byte; wrong password."""
    c.raw_client('--chunk 1', port='storm', pw='Al1ce-Byte-By-Byte')
    c.refused(ALICE, port='storm')


@case('transport', 'segments', client='scripted client (impacket)')
def transport_sevens(c):
    """Requests written seven bytes at a time, right password."""
    c.raw_client('--chunk 7 --offer-first', port='storm')
    c.ok(ALICE, port='storm')


def behind_balancer(c, port):
    c.haproxy()
    c.curl(port, user=ALICE, pw='Al1ce-Behind-Lb', px='gw.lab.test')
    c.curl(port, user=ALICE, px='gw.lab.test')
    k = dict(client='pamb', port='proxyproto', client_ok=[IP['pamb'], IP['pac1']])
    c.refused(ALICE, **k).ok(ALICE, **k)
    c.note('The PROXY header names 10.77.1.1; either address of the client is right.')


@case('transport', 'proxy-protocol', flt='host 10.77.0.25 and host 10.77.0.20', proxy='squid 5.7 (Debian) behind haproxy 2.6')
def transport_proxy_v1(c):
    """PROXY protocol v1 (text) in front, from haproxy to squid; a wrong password, then the right one. The leg between the two is captured."""
    behind_balancer(c, 3206)


@case('transport', 'proxy-protocol', flt='host 10.77.0.25 and host 10.77.0.20', proxy='squid 5.7 (Debian) behind haproxy 2.6')
def transport_proxy_v2(c):
    """PROXY protocol v2 (binary) in front, from haproxy to squid; a wrong password, then the right one."""
    behind_balancer(c, 3207)


@case('transport', 'loss', 'retransmission', clients=('pac4',))
def transport_lossy_line(c):
    """A fifth of the packets that reach the client are dropped there (iptables), so the capture sees retransmissions; wrong, then right password."""
    rule = 'ip netns exec pac4 iptables -{} INPUT -p tcp -m statistic --mode nth --every 5 --packet 3 -j DROP'
    c.squid('ntlm')
    print(sh(rule.format('A')), end='')
    try:
        c.curl('ntlm', user=ALICE, pw='Al1ce-Lossy', host='pac4')
        c.curl('ntlm', user=ALICE, host='pac4')
        c.stop()
    finally:
        sh(rule.format('D'))
    c.refused(ALICE, client='pac4').ok(ALICE, client='pac4')


# --- cut ------------------------------------------------------------------------------------------

@variant('ntlm-ok-anyauth', 'cut', n407=0)
def transport_cut_start_before_type3_ok(v):
    """The capture starts at the type 3."""
    v.ng(v.frames[v.first(b'NTLM TlRMTVNTUAAD'):])
    v.change(outcome_ok=['authenticated', 'incomplete'])


@variant('ntlm-wrong-password', 'cut', n407=1)
def transport_cut_start_before_type3_wrong(v):
    """The capture starts at the type 3, which is refused."""
    v.ng(v.frames[v.first(b'NTLM TlRMTVNTUAAD'):])
    v.change(outcome_ok=['rejected', 'incomplete'], broke_at_ok=['authenticate', None], cause_ok=['credentials-rejected', 'handshake-split', 'other', None])


@variant('ntlm-wrong-password', 'cut', n407=2)
def transport_cut_end_after_type2(v):
    """The capture ends after the type 2, in the middle of the handshake."""
    v.ng(v.frames[:v.first(b'NTLM TlRMTVNTUAAD')])
    v.change(outcome='incomplete', broke_at=None, cause=None, user=None, broke_at_ok=[None, 'challenge', 'negotiate', 'authenticate'])
    for r in v.truth['expect']:
        r.pop('helper_status', None)


@variant('ntlm-ok-anyauth', 'cut', n407=0)
def transport_cut_end_after_request(v):
    """The capture ends after the first request, before any answer."""
    v.ng(v.frames[:v.first(b'HTTP/1.1 407')])
    v.truth['expect'] = []


@variant('ntlm-wrong-password', 'oneway')
def transport_oneway_proxy_to_client_wrong(v):
    """Only the packets from proxy to client."""
    v.ng([f for f in v.frames if w.ip_of(f[1])[12:16] == w.socket.inet_aton(PX)])
    v.change(user=None, outcome_ok=['incomplete', 'rejected'], broke_at_ok=[None, 'authenticate', 'challenge', 'offer'],
             cause_ok=[None, 'credentials-rejected', 'other'], user_ok=[None])


@variant('ntlm-ok-anyauth', 'oneway')
def transport_oneway_proxy_to_client_ok(v):
    """Only the packets from proxy to client, of a good login."""
    v.ng([f for f in v.frames if w.ip_of(f[1])[12:16] == w.socket.inet_aton(PX)])
    v.change(user=None, outcome_ok=['incomplete', 'authenticated'], user_ok=[None])


@variant('ntlm-wrong-password', 'oneway', n407=0)
def transport_oneway_client_to_proxy_wrong(v):
    """Only the packets from client to proxy."""
    v.ng([f for f in v.frames if w.ip_of(f[1])[16:20] == w.socket.inet_aton(PX)])
    v.change(outcome='incomplete', broke_at=None, cause=None, user_ok=[None, ALICE], broke_at_ok=[None, 'authenticate'])


@variant('ntlm-ok-anyauth', 'oneway', n407=0)
def transport_oneway_client_to_proxy_ok(v):
    """Only the packets from client to proxy, of a good login."""
    v.ng([f for f in v.frames if w.ip_of(f[1])[16:20] == w.socket.inet_aton(PX)])
    v.change(outcome='incomplete', outcome_ok=['incomplete', 'authenticated'], user_ok=[None, ALICE])


@variant('ntlm-wrong-password', 'loss', n407=3)
def transport_loss_in_body(v):
    """A packet inside the HTML body of the first 407 is missing."""
    i = v.first(b'HTTP/1.1 407')
    lost = next(j for j in range(i + 1, len(v.frames)) if len(w.payload(v.frames[j][1])) > 200)
    v.ng(v.frames[:lost] + v.frames[lost + 1:])


@variant('ntlm-wrong-password', 'loss', n407=3)
def transport_loss_of_type3(v):
    """The packet that held the type 3 is missing; the answer to it is there."""
    i = v.first(b'NTLM TlRMTVNTUAAD')
    v.ng(v.frames[:i] + v.frames[i + 1:])
    v.change(**INCOMPLETE)


@variant('ntlm-wrong-password', 'loss', n407=2)
def transport_loss_in_head(v):
    """The packet that held the head of the last 407 is missing."""
    i = v.first(b'NTLM TlRMTVNTUAAD')
    j = next(j for j in range(i, len(v.frames)) if b'HTTP/1.1 407' in w.payload(v.frames[j][1]))
    v.ng(v.frames[:j] + v.frames[j + 1:])
    v.change(**INCOMPLETE)


@variant('kerberos-wrong-key', 'loss', n407=1)
def transport_loss_in_page(v):
    """A packet of the first 407's page is missing; the 407 that refuses the ticket has all of its head."""
    i = v.first(b'HTTP/1.1 407')
    later = next(j for j in range(i + 1, len(v.frames)) if w.payload(v.frames[j][1]) and b'HTTP/1.1' not in w.payload(v.frames[j][1]))
    v.ng(v.frames[:later] + v.frames[later + 1:])


@variant('ntlm-type1-repeated', 'late', n407=3)
def transport_begins_at_third_type1(v):
    """The capture begins at the third of five type 1 messages: none of them is answered with a type 2, and why is not in it."""
    third = [i for i, (_, b) in enumerate(v.frames) if b'NTLM TlRMTVNTUAAB' in w.payload(b)][2]
    v.ng(v.frames[third:])
    v.truth['expect'] = [dict(v.truth['expect'][1], count=3, optional=False)]


@variant('ntlm-wrong-password', 'snaplen', n407=3)
def transport_snaplen_96(v):
    """96 bytes of each packet."""
    v.ng(v.frames, snap=96)
    v.change(**INCOMPLETE)


@variant('ntlm-wrong-password', 'snaplen', n407=3)
def transport_snaplen_200(v):
    """200 bytes of each packet."""
    v.ng(v.frames, snap=200)
    v.change(**INCOMPLETE)


@variant('ntlm-ok-anyauth', 'snaplen', n407=2)
def transport_snaplen_96_ok(v):
    """96 bytes of each packet of a good login."""
    v.ng(v.frames, snap=96)
    v.change(**INCOMPLETE_OK)


# --- wrappings ------------------------------------------------------------------------------------

@variant('transport-base', 'encap')
def transport_vlan(v):
    """One VLAN tag."""
    v.each(lambda f: w.vlan(f, 20))


@variant('transport-base', 'encap')
def transport_vlan_differs(v):
    """Requests in VLAN 20, answers in VLAN 30, as asymmetric span ports show."""
    v.ng([(t, w.vlan(b, 30 if w.ip_of(b)[12:16] == w.socket.inet_aton(PX) else 20)) for t, b in v.frames])


@variant('transport-base', 'encap')
def transport_qinq(v):
    """Two VLAN tags (802.1ad)."""
    v.each(lambda f: w.qinq(f))


@variant('transport-base', 'encap')
def transport_mpls(v):
    """Two MPLS labels."""
    v.each(lambda f: w.mpls(f))


@variant('transport-base', 'encap')
def transport_pppoe(v):
    """PPPoE."""
    v.each(lambda f: w.pppoe(f))


@variant('transport-base', 'encap')
def transport_gre(v):
    """GRE with IPv4 inside."""
    v.each(lambda f, n: w.gre(f, n))


@variant('transport-base', 'encap')
def transport_gre_teb(v):
    """GRE with key and Ethernet inside."""
    v.each(lambda f, n: w.gre_teb(f, n))


@variant('transport-base', 'encap')
def transport_erspan2(v):
    """ERSPAN type II."""
    v.each(lambda f, n: w.erspan2(f, n))


@variant('transport-base', 'encap')
def transport_erspan3(v):
    """ERSPAN type III."""
    v.each(lambda f, n: w.erspan3(f, n))


@variant('transport-base', 'encap')
def transport_vxlan(v):
    """VXLAN."""
    v.each(lambda f, n: w.vxlan(f, n))


@variant('transport-base', 'encap')
def transport_vxlan_vlan(v):
    """VXLAN in a VLAN, with another VLAN tag inside."""
    v.each(lambda f, n: w.vlan(w.vxlan(w.vlan(f, 20), n), 100))


@variant('transport-base', 'encap')
def transport_geneve(v):
    """GENEVE with an option."""
    v.each(lambda f, n: w.geneve(f, n))


@variant('transport-base', 'linktype')
def transport_sll(v):
    """Linux cooked capture (any interface), version 1."""
    v.each(lambda f: w.sll(f), links=(w.SLL,))


@variant('transport-base', 'linktype')
def transport_sll2(v):
    """Linux cooked capture, version 2."""
    v.each(lambda f: w.sll2(f), links=(w.SLL2,))


@variant('transport-base', 'linktype')
def transport_raw(v):
    """Raw IP, no link layer."""
    v.each(lambda f: w.ip_of(f), links=(w.RAW,))


@variant('transport-base', 'linktype')
def transport_null(v):
    """BSD loopback (NULL)."""
    v.each(lambda f: w.null(f), links=(w.NULL,))


@variant('transport-base', 'linktype')
def transport_loop(v):
    """OpenBSD loopback (LOOP, big-endian family)."""
    v.each(lambda f: w.loop(f), links=(w.LOOP,))


@variant('transport-base', 'encap')
def transport_gtp(v):
    """GTP-U, as on the way from a mobile network; some with extension headers."""
    v.each(lambda f, n: w.gtp(f, n))


@variant('transport-base', 'encap')
def transport_vxlan_gpe(v):
    """VXLAN-GPE, with IP or Ethernet inside."""
    v.each(lambda f, n: w.vxlan_gpe(f, n))


@variant('transport-base', 'linktype', 'pcapng')
def transport_link_types(v):
    """pcapng with an interface of each kind whose header tells of the host or of a radio: packet filters, IPsec, macOS, 802.11."""
    kinds = ((w.ENC, w.enc), (w.PFLOG, w.pflog), (w.NFLOG, w.nflog), (w.PKTAP, w.pktap), (w.WIFI, w.wifi), (w.RADIOTAP, w.radiotap),
             (w.PRISM, w.prism), (w.AVS, w.avs), (w.PPI, w.ppi))
    v.ng([(t, kinds[n % len(kinds)][1](b, n), n % len(kinds)) for n, (t, b) in enumerate(v.frames)], links=[k for k, _ in kinds])


@variant('transport-base', 'linktype', 'pcapng')
def transport_two_interfaces(v):
    """pcapng with two interfaces: Ethernet holds the requests, raw IP the answers."""
    v.ng([(t, w.ip_of(b), 1) if w.ip_of(b)[12:16] == w.socket.inet_aton(PX) else (t, b, 0) for t, b in v.frames], links=(w.ETH, w.RAW))


# --- order, copies, pieces ------------------------------------------------------------------------

@variant('transport-base', 'duplicates', n407=5)
def transport_duplicates(v):
    """Each frame twice, as a mirror of rx and tx gives; the copy comes 3 microseconds later."""
    v.ng([x for t, b in v.frames for x in ((t, b), (t + 3000, b))])


@variant('transport-base', 'duplicates', n407=5)
def transport_duplicates_routed(v):
    """Each frame twice: before a router (VLAN 20) and after it (VLAN 30, other MACs, TTL one less)."""
    def routed(b):
        i = bytearray(w.ip_of(b))
        i[8] -= 1
        i[10:12] = b'\0\0'
        i[10:12] = w.struct.pack('>H', w.csum(bytes(i[:20])))
        return w.vlan(w.OUTER + b[12:14] + bytes(i), 30)
    v.ng([x for t, b in v.frames for x in ((t, w.vlan(b, 20)), (t + 40000, routed(b)))])


@variant('ntlm-typo-then-ok', 'reordering', n407=5)
def transport_reordered(v):
    """Data segments of the proxy swapped in pairs, their times as well (several links in a bundle)."""
    f, i = list(v.frames), 0
    while i + 1 < len(f):
        (t1, a), (t2, b) = f[i], f[i + 1]
        if a[26:34] == b[26:34] and len(w.payload(a)) > 0 and len(w.payload(b)) > 0:
            f[i], f[i + 1] = (t1, b), (t2, a)
            i += 1
        i += 1
    v.ng(f)


@variant('transport-base', 'reordering', n407=5)
def transport_answers_first(v):
    """Two mirror ports with clocks apart: the proxy's packets are stamped 2 ms early, so answers stand before their requests."""
    f = [(t - 2_000_000 if w.ip_of(b)[12:16] == w.socket.inet_aton(PX) else t, b) for t, b in v.frames]
    v.ng(sorted(f, key=lambda x: x[0]))


@variant('transport-base', 'retransmission', n407=5)
def transport_retransmitted_type3(v):
    """Each request with a type 3 is there a second time 200 ms later (a spurious retransmission)."""
    again = [(t + 200_000_000, b) for t, b in v.frames if b'NTLM TlRMTVNTUAAD' in w.payload(b)]
    v.ng(sorted(v.frames + again, key=lambda x: x[0]))


@variant('transport-base', 'fragments', n407=5)
def transport_ip_fragments(v):
    """IP packets of more than 400 bytes in fragments."""
    v.ng([(t + i * 1000, p) for t, b in v.frames for i, p in enumerate(w.fragments(b))])


@variant('transport-base', 'fragments', n407=5)
def transport_ip_fragments_reversed(v):
    """IP fragments, the last first."""
    v.ng([(t + i * 1000, p) for t, b in v.frames for i, p in enumerate(reversed(w.fragments(b)))])


@variant('transport-base', 'tcp')
def transport_sequence_wrap(v):
    """TCP sequence numbers that pass 2^32 in the middle of the handshake, in both directions."""
    isn = {}
    for _, b in v.frames:
        sp, dp, s = w.struct.unpack('>HHI', b[34:42])
        isn.setdefault((b[26:30], sp, dp), s)
    out = []
    for t, b in v.frames:
        sp, dp = w.struct.unpack('>HH', b[34:38])
        me, it = isn[b[26:30], sp, dp], isn.get((b[30:34], dp, sp), 0)
        out.append((t, w.retcp(b, lambda s: s - me - 400, lambda a: a - it - 400 if a else 0)))
    v.ng(out)


@variant('transport-base', 'tcp')
def transport_port_reuse(v):
    """The second connection has the same client port as the first (reused after a second)."""
    ports = []
    for _, b in v.frames:
        for p in w.struct.unpack('>HH', b[34:38]):
            if p != 3145 and p not in ports:
                ports.append(p)
    one = lambda p: ports[0] if p in ports else p
    v.ng([(t, w.retcp(b, sport=one, dport=one)) for t, b in v.frames])


@variant('transport-base', 'tcp')
def transport_bad_checksums(v):
    """The client's TCP checksums are wrong, as with checksum offload at the capturing host."""
    v.ng([(t, b if w.ip_of(b)[12:16] == w.socket.inet_aton(PX) else b[:50] + b'\xde\xad' + b[52:]) for t, b in v.frames])


# --- file formats ---------------------------------------------------------------------------------

@variant('transport-base', 'format')
def transport_pcap_big_endian(v):
    """Classic pcap, big-endian, microseconds."""
    w.write_pcap(v.file('pcap'), v.frames, big=True)


@variant('transport-base', 'format')
def transport_pcap_nanoseconds(v):
    """Classic pcap with nanoseconds."""
    w.write_pcap(v.file('pcap'), v.frames, nano=True)


@variant('transport-base', 'format')
def transport_pcap_nanoseconds_big_endian(v):
    """Classic pcap with nanoseconds, big-endian."""
    w.write_pcap(v.file('pcap'), v.frames, nano=True, big=True)


@variant('transport-base', 'format')
def transport_pcapng_big_endian(v):
    """pcapng, big-endian."""
    v.ng(v.frames, big=True)


@variant('transport-base', 'format')
def transport_gzip(v):
    """The base, gzip."""
    v.file('pcapng.gz').write_bytes(gzip.compress(v.path.read_bytes(), mtime=0))


@variant('transport-base', 'format')
def transport_gzip_two_members(v):
    """The base, gzip in two members, as 'cat a.gz b.gz' gives."""
    d = v.path.read_bytes()
    v.file('pcapng.gz').write_bytes(gzip.compress(d[:3000], mtime=0) + gzip.compress(d[3000:], mtime=0))


@variant('transport-base', 'format')
def transport_zstd(v):
    """The base, zstd."""
    subprocess.run(['zstd', '-q', '-f', '-19', str(v.path), '-o', str(v.file('pcapng.zst'))], check=True)


@variant('transport-base', 'format')
def transport_lz4(v):
    """The base, lz4."""
    subprocess.run(['lz4', '-q', '-f', '-9', str(v.path), str(v.file('pcapng.lz4'))], check=True)


@variant('transport-base', 'format')
def transport_two_files(v):
    """Two files that continue each other, cut in the middle of the second handshake, after its type 2."""
    last = max(i for i, (_, b) in enumerate(v.frames) if b'NTLM TlRMTVNTUAAD' in w.payload(b))
    w.write_pcapng(v.file(part='-1'), v.frames[:last])
    w.write_pcapng(v.file(part='-2'), v.frames[last:])


@variant('transport-base', 'format', 'damaged')
def transport_file_cut(v):
    """The file ends in the middle of a record (disk full, copy cut off); the record is one of the last of the case."""
    w.write_pcapng(v.file(), v.frames)
    p = OUT / 'transport' / v.files[0]
    d = p.read_bytes()
    p.write_bytes(d[:-61])
    v.truth['notes'] = 'The reader should report what it could read and exit with 2.'
