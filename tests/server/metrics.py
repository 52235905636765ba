#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Is this the text format of Prometheus, by its conventions?

    metrics.py FILE

Says what is amiss, a line each; status 1 if anything is.
"""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? "
                    r"([-+]?(?:[0-9.]+(?:e[-+]?[0-9]+)?|Inf|NaN))")
HELP = re.compile(rf"# HELP ({NAME}) (\S.*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge)")


def amiss(lines):
    helped, kinds, seen, current = set(), {}, set(), None
    for number, line in enumerate(lines, 1):
        if m := HELP.fullmatch(line):
            current = m[1]
            if current in helped:
                yield number, "a second HELP"
            helped.add(current)
        elif m := TYPE.fullmatch(line):
            kinds[m[1]] = m[2]
            if m[1] != current:
                yield number, "TYPE without its HELP"
            if (m[2] == "counter") != m[1].endswith("_total"):
                yield number, "_total is for counters, and for all of them"
        elif m := SAMPLE.fullmatch(line):
            if m[1] != current or m[1] not in kinds:
                yield number, "a sample outside its family"
            if (m[1], m[2]) in seen:
                yield number, "a second sample of the same labels"
            seen.add((m[1], m[2]))
            if kinds.get(m[1]) == "counter" and float(m[3]) < 0:
                yield number, "a counter below zero"
        else:
            yield number, "no line of the format"
    for name in kinds:
        if not any(name == n for n, _ in seen):
            yield 0, f"{name} has no sample"
    if not seen:
        yield 0, "no sample at all"


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as f:
        text = f.read()
    bad = list(amiss(text.removesuffix("\n").split("\n")))
    if not text.endswith("\n"):
        bad.append((0, "the last line has no end"))
    for number, what in bad:
        print(f"{sys.argv[1]}:{number}: {what}")
    return 1 if bad else 0


sys.exit(main())
