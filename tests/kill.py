#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""kill.py PROGRAM FOLDER [ROUNDS] - killed while it writes

Runs p407 on captures of the FOLDER and kills it (SIGKILL) at some moment
after something new is in the folder it writes to; for each kind of output,
ROUNDS times (default 20).  What has the name that was asked for must then be
whole: what an undisturbed run writes, or what was there before.  Truth is that
other run.
"""
import glob
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

OLD = b"what was there before\n"
PATIENCE = 20


def run(program, arguments, captures, folder, kill_after=None):
    """Status, and what it said; None if it was killed."""
    p = subprocess.Popen([program, *arguments, *captures], cwd=folder,
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE)
    if kill_after is not None:
        before = seen(folder)
        while p.poll() is None and seen(folder) == before:
            pass
        if kill_after > 0:
            time.sleep(kill_after)
        p.kill()
    said = p.communicate()[1].decode(errors="replace")
    return (p.returncode if p.returncode >= 0 else None), said


def seen(folder):
    """What is there, and how long."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            try:
                found[name] = os.stat(os.path.join(at, name)).st_size
            except FileNotFoundError:
                pass
    return found


def content(path):
    with open(path, "rb") as f:
        return f.read()


def same_as(*names):
    """Each of these files is whole, old, or not there."""
    def judge(_, wanted, folder, captures):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.exists(path) and content(path) not in (
                    OLD, content(os.path.join(wanted, name))):
                return f"{name}: {os.path.getsize(path)} bytes of " \
                    f"{os.path.getsize(os.path.join(wanted, name))}"
        return None
    return judge


def ring_is_whole(program, _, folder, captures):
    for path in glob.glob(os.path.join(folder, "ring", "p407-*.pcapng")):
        status, said = run(program, ["-o", "json"], [path], folder)
        if status != 0:
            return f"{path}: {said}"
    return None


def store_is_good(program, _, folder, captures):
    """The next run has nothing to say of it."""
    if not os.path.exists(os.path.join(folder, "state")):
        return None
    status, said = run(program, ["--state", "state"], captures[:1], folder)
    return None if status == 0 and "state" not in said else said


TICKET = ["README.txt", "report.html", "report.txt", "report.md",
          "report.jsonl", "evidence.pcapng", "MANIFEST"]


def ticket_is_whole(_, wanted, folder, captures):
    """A MANIFEST comes last."""
    fault = same_as(*(f"ticket/{n}" for n in TICKET))(_, wanted, folder,
                                                      captures)
    there = set(os.listdir(os.path.join(folder, "ticket"))) \
        if os.path.isdir(os.path.join(folder, "ticket")) else set()
    if not fault and "MANIFEST" in there and not there >= set(TICKET):
        fault = f"a MANIFEST beside {sorted(there)}"
    return fault


# Arguments, files that may be there before, and what must hold.
KINDS = {
    "json": (["-o", "json=out"], ["out"], same_as("out")),
    "text": (["-o", "text=out"], ["out"], same_as("out")),
    "html": (["-o", "html=out"], ["out"], same_as("out")),
    "markdown": (["-o", "markdown=out"], ["out"], same_as("out")),
    "pcapng": (["-o", "pcapng=out"], ["out"], same_as("out")),
    "redact-map": (["--redact", "identities", "--redact-map", "map"], [],
                   same_as("map")),
    "ticket": (["--ticket", "ticket"], [], ticket_is_whole),
    "evidence-ring": (["-w", "ring", "-W", "50"], [], ring_is_whole),
    "state": (["--state", "state"], [], store_is_good),
}


def prepare(folder, name, files, old):
    os.mkdir(folder)
    if name == "evidence-ring":
        os.mkdir(os.path.join(folder, "ring"))
    if old:
        for file in files:
            with open(os.path.join(folder, file), "wb") as f:
                f.write(OLD)


def try_kind(program, name, captures, rounds, tmp):
    arguments, files, judge = KINDS[name]
    wanted = os.path.join(tmp, "wanted")
    prepare(wanted, name, files, False)
    begin = time.monotonic()
    status, said = run(program, arguments, captures, wanted)
    whole = time.monotonic() - begin
    if status != 0:
        return f"undisturbed: {said}"
    killed = i = 0
    # On a busy machine nobody may be fast enough for long.
    while i < rounds or (killed == 0 and name != "redact-map"
                         and i < PATIENCE * rounds):
        folder = os.path.join(tmp, "folder")
        prepare(folder, name, files, i % 2 == 1)
        status, _ = run(program, arguments, captures, folder,
                        random.uniform(0, (0, 0.002, whole / 4)[i % 3]))
        killed += status is None
        fault = judge(program, wanted, folder, captures)
        if fault:
            return f"round {i}: {fault}"
        shutil.rmtree(folder)
        i += 1
    shutil.rmtree(wanted)
    # A few lines are written sooner than anybody can be killed.
    return None if killed or name == "redact-map" \
        else "it was never killed in time"


def main():
    program, captures = os.path.abspath(sys.argv[1]), sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    random.seed(407)
    files = sorted(glob.glob(os.path.join(os.path.abspath(captures),
                                          "[bn]*", "*.pcapng")))[:150]
    bad = 0
    for name in KINDS:
        tmp = tempfile.mkdtemp()
        try:
            fault = try_kind(program, name, files, rounds, tmp)
        finally:
            shutil.rmtree(tmp)
        print(f"{'not ok' if fault else 'ok'} {name}"
              + (f": {fault}" if fault else ""))
        bad += fault is not None
    sys.exit(bad > 0)


main()
