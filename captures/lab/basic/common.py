# SPDX-License-Identifier: BSD-2-Clause
"""What the lab's Python scripts share: folders, accounts, sockets made inside a network namespace."""
import contextlib, ctypes, os, socket

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.environ.get('LAB_DIR', '/var/tmp/p407-lab-basic')
CAPTURES = os.path.dirname(os.path.dirname(HERE))
PX, P2, ORIGIN, PX6 = '10.79.0.20', '10.79.0.21', '10.79.0.30', 'fd79::20'

PW = {                                  # every account of the lab; passwords are made up and used nowhere else
    'alice': 'T3al-Harbour-61', 'bob': 'Gr4nite.Quay-08', 'carol': 'Me4dow#Lark-27', 'dave': 'D0lmen!Fern-93',
    'erin': 'Sp1nney@Otter-55', 'frank': 'V0le:Thicket:14', 'gabi': 'Mövèn-Fjörd-19', 'LAB\\heidi': 'B1rch\\Wren-72',
    'ivan@corp.example': 'Qu1ll+Marten/40', 'judy': 'Tw1g"Sparrow-86', 'svc-backup': 'Svc-Lantern-3391',
    'svc-agent': 'Svc-Anvil-7714', 'svc-build': 'Svc-Kiln-5520', 'relay': 'R3lay-Copper-18',
}
MANY = 'adam anna ben cora dina emil fay gus hana igor jana kurt lena milo nora omar'.split()
PW.update((n, f'{n.capitalize()}-Pebble-{i * 37 + 101}') for i, n in enumerate(MANY))

_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def netns(name):
    """Sockets made by this thread inside the block live in that namespace."""
    here, there = os.open('/proc/thread-self/ns/net', os.O_RDONLY), os.open(f'/run/netns/{name}', os.O_RDONLY)
    try:
        if _libc.setns(there, 0x40000000):
            raise OSError(ctypes.get_errno(), 'setns')
        yield
    finally:
        _libc.setns(here, 0x40000000)
        os.close(here)
        os.close(there)


def connect(ns, addr, src=None, timeout=8):
    """A TCP connection from a namespace."""
    with netns(ns):
        s = socket.socket(socket.AF_INET6 if ':' in addr[0] else socket.AF_INET)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.settimeout(timeout)
        if src:
            s.bind((src, 0))
        s.connect(addr)
        return s
