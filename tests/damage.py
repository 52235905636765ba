#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""damage.py PROGRAM FOLDER [EVERY] - verdicts hold when captures are damaged

Takes captures apart and writes them again with frames lost (some, or all of
one direction), cut, doubled or out of order.  What was no failure must not
become one; frames that come twice, or exchanged in time with their neighbours,
must not change a verdict at all, and neither must it that client and proxy are
on one host.  EVERY (default 1) takes each EVERYth capture only.  What is
damaged follows from the name of the capture, so that every run does the same.
"""
import glob
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

FAILED = {"rejected", "abandoned", "broken"}
MOST_FRAMES = 600
ANSWER = re.compile(rb"HTTP/1\.[01] [2345]0[0-6]")


def read_pcap(data):
    nano = data[:4] == b"\x4d\x3c\xb2\xa1"
    link = struct.unpack("<I", data[20:24])[0]
    pos, frames = 24, []
    while pos + 16 <= len(data):
        sec, sub, kept, size = struct.unpack("<IIII", data[pos:pos + 16])
        frames.append((sec * 10**9 + sub * (1 if nano else 1000), link, size,
                       data[pos + 16:pos + 16 + kept]))
        pos += 16 + kept
    return frames


def resolution(block, order):
    pos = 8
    while pos + 4 <= len(block):
        code, size = struct.unpack(order + "HH", block[pos:pos + 4])
        if code == 9:
            return block[pos + 4]
        if code == 0:
            break
        pos += 4 + (size + 3) // 4 * 4
    return 6


def read_pcapng(data):
    pos, frames, interfaces, order = 0, [], [], "<"
    while pos + 12 <= len(data):
        kind, size = struct.unpack(order + "II", data[pos:pos + 8])
        if kind == 0x0A0D0D0A:
            little = data[pos + 8:pos + 12] == b"\x4d\x3c\x2b\x1a"
            order, interfaces = "<" if little else ">", []
            size = struct.unpack(order + "I", data[pos + 4:pos + 8])[0]
        block = data[pos + 8:pos + size - 4]
        if kind == 1:
            interfaces.append((struct.unpack(order + "H", block[:2])[0],
                               resolution(block, order)))
        elif kind == 6:
            number, high, low, kept, whole = struct.unpack(
                order + "IIIII", block[:20])
            link, digits = interfaces[number]
            time = (high << 32 | low) * 10**(9 - digits)
            frames.append((time, link, whole, block[20:20 + kept]))
        pos += size
    return frames


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        return read_pcap(data)
    return read_pcapng(data) if data[:4] == b"\x0a\x0d\x0d\x0a" else []


def write(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144,
                            frames[0][1]))
        for time, _, whole, data in frames:
            f.write(struct.pack("<IIII", time // 10**9, time % 10**9,
                                len(data), whole) + data)


def attempts(program, path):
    """Outcome, cause and scheme of each; the program must not die."""
    done = subprocess.run([program, "-r", path, "-o", "json"],
                          capture_output=True, timeout=120, check=False)
    if done.returncode not in (0, 2):
        raise SystemExit(f"{path}: exit status {done.returncode}")
    found = []
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["event"]["dataset"] == "p407.attempt":
            a = event["p407"]["attempt"]
            found.append((a["outcome"], a["cause"], a["scheme"]))
    return sorted(map(str, found)), any(f[0] in FAILED for f in found)


def exchanged(frames):
    """Each third frame changes places with the next, but for its time.

    Captures are out of order by less than two milliseconds.
    """
    out = list(frames)
    for i in range(0, len(out) - 1, 3):
        a, b = out[i], out[i + 1]
        if b[0] - a[0] > 2000000:
            continue
        out[i], out[i + 1] = (a[0],) + b[1:], (b[0],) + a[1:]
    return out


def jumbled(rnd, frames):
    """Each comes up to half a millisecond late, and times go on as before."""
    late = sorted(range(len(frames)),
                  key=lambda i: frames[i][0] + rnd.randrange(500000))
    times = sorted(f[0] for f in frames)
    return [(t,) + frames[i][1:] for t, i in zip(times, late)]


def ends(frame):
    """Source and destination, of an Ethernet frame with IP in it."""
    _, link, _, data = frame
    if link == 1 and data[12:14] == b"\x08\x00":
        return data[26:30], data[30:34]
    if link == 1 and data[12:14] == b"\x86\xdd":
        return data[22:38], data[38:54]
    return None


def one_way(rnd, frames):
    """Without what one host says to another one."""
    ways = sorted({ends(f) for f in frames} - {None})
    if not ways:
        return None, frames
    way = rnd.choice(ways)
    return way, [f for f in frames if ends(f) != way]


def segment(frame):
    """Header and payload of whole TCP in Ethernet and plain IPv4, or None."""
    _, link, whole, data = frame
    if link != 1 or whole != len(data) or len(data) < 54 or \
            data[12:15] != b"\x08\x00\x45" or data[23] != 6 or \
            data[20] & 0x3f or data[21] or data[46] >> 4 < 5:
        return None
    start = 34 + (data[46] >> 4) * 4
    return data[:start], data[start:14 + struct.unpack(">H", data[16:18])[0]]


def in_pieces(rnd, frames):
    """Each segment as up to four; what was pushed or ended is the last."""
    out = []
    for frame in frames:
        head, payload = segment(frame) or (b"", b"")
        if len(payload) < 2:
            out.append(frame)
            continue
        seq, = struct.unpack(">I", head[38:42])
        cuts = sorted(rnd.sample(range(1, len(payload)),
                                 min(3, len(payload) - 1)))
        for at, end in zip([0] + cuts, cuts + [len(payload)]):
            flags = head[47] if end == len(payload) else head[47] & 0xf6
            data = head[:16] + \
                struct.pack(">H", len(head) - 14 + end - at) + \
                head[18:38] + struct.pack(">I", seq + at & 0xffffffff) + \
                head[42:47] + bytes([flags]) + head[48:] + payload[at:end]
            out.append(frame[:2] + (len(data), data))
    return out


FIELD = re.compile(rb"\r\n(Proxy-[A-Za-z-]+|Connection|Content-Length|Via|"
                   rb"Transfer-Encoding):( ?(NTLM|Negotiate|Basic|Digest|"
                   rb"Bearer)\b)?")


def in_capitals(frames):
    """RFC 9110 5.1 and 11.1: the case of names of fields and schemes."""
    return [f[:3] + (FIELD.sub(lambda m: m[0].upper(), f[3]),)
            if segment(f) else f for f in frames]


# It tells that a KDC is not there, that nothing came before, or which is which.
NEED_SYN = {"kerberos-kdc-tcp-blocked", "ntlm-type3-replayed",
            "odd-plain-to-tls-port", "played-squid-helper-broken",
            "transport-port-reuse"}


def without_syn(frames):
    return [f for f in frames if not (segment(f) and f[3][47] & 2)]


def on_loopback(frames):
    """Client and proxy with one address; None if there is more than TCP."""
    if any(f[1] != 1 or f[3][12:15] != b"\x08\x00\x45" or f[3][23] != 6
           for f in frames) or len({a for f in frames for a in ends(f)}) != 2:
        return None
    here = b"\x7f\x00\x00\x01"
    return [f[:3] + (f[3][:26] + here + here + f[3][34:],) for f in frames]


def damages(name, frames):
    rnd = random.Random(name)
    n = len(frames)
    for i in rnd.sample(range(n), min(3, n)):
        yield f"without frame {i + 1}", frames[:i] + frames[i + 1:], False
    if n > 1:
        i = rnd.randrange(1, n)
        yield f"from frame {i + 1}", frames[i:], False
    yield "cut at 120 bytes", [f[:3] + (f[3][:120],) for f in frames], False
    for size in rnd.sample(range(100, 500), 2):
        yield f"cut at {size} bytes", \
            [f[:3] + (f[3][:size],) for f in frames], False
    way, left = one_way(rnd, frames)
    if way is not None and left:
        yield f"without {way[0].hex()} to {way[1].hex()}", left, False
    left = [f for f in frames if not ANSWER.search(f[3])]
    # There it would hide that a tunnel began.
    if left and name != "clean-407-inside-tunnel":
        yield "without the heads of what was let through", left, False
    yield "out of order by half a millisecond", jumbled(rnd, frames), False
    yield "doubled", [f for f in frames for _ in range(2)], True
    yield "exchanged", exchanged(frames), True
    if not name.startswith("transport-ip-fragments"):
        yield "in pieces", in_pieces(rnd, frames), True
    yield "in capitals", in_capitals(frames), True
    if without_syn(frames):
        yield "without SYN", without_syn(frames), name not in NEED_SYN
    alone = on_loopback(frames)
    if alone is not None:
        yield "on loopback", alone, True


def examine(program, folder, path):
    frames = read(path)
    if not 0 < len(frames) <= MOST_FRAMES or len({f[1] for f in frames}) > 1:
        return 0, []
    name = os.path.splitext(os.path.basename(path))[0]
    before, failed = attempts(program, path)
    wrong, tried = [], 0
    for what, damaged, same in damages(name, frames):
        out = os.path.join(folder, f"{name}.pcap")
        write(out, damaged)
        after, fails = attempts(program, out)
        tried += 1
        if fails and not failed:
            wrong.append(f"{path} {what}: a failure that was none: {after}")
        elif same and after != before:
            wrong.append(f"{path} {what}: {before} became {after}")
        os.unlink(out)
    return tried, wrong


def main():
    program, root = sys.argv[1:3]
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    paths = sorted(p for p in glob.glob(f"{root}/*/*.pcap*")
                   if p.endswith((".pcap", ".pcapng")))[::every]
    tried, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder, \
            ThreadPoolExecutor(os.cpu_count()) as pool:
        for n, bad in pool.map(lambda p: examine(program, folder, p), paths):
            tried += n
            wrong += bad
    for line in wrong:
        print(line)
    print(f"{tried} damaged captures, {len(wrong)} wrong")
    return 1 if wrong or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
