#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Figures of bench.sh to what the README shows.

    plot.py RESULTS.tsv PLOT.svg    the table, in Markdown, to stdout
"""

import sys

PROGRAMS = ["p407-j1", "p407-j2", "tshark", "ndpiReader", "tcpflow", "httpry"]
COLORS = {"p407-j1": "#1f6f8b", "p407-j2": "#60a3bc", "tshark": "#b33939",
          "ndpiReader": "#cc8e35", "tcpflow": "#84817a", "httpry": "#706fd3"}
WIDTH, LEFT, BAR, GAP = 720, 190, 14, 14


def read(path):
    """title -> program -> (wall, CPU, peak KiB)"""
    tables = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            title, program, wall, cpu, peak = line.rstrip("\n").split("\t")
            tables.setdefault(title, {})[program] = (
                float(wall), float(cpu), float(peak))
    return tables


def row(cells):
    print("| " + " | ".join(cells) + " |")


def alone(tables):
    """p407 beside what others are measured by."""
    row(["input", "tcpdump, s", "-j 1", "-j 2", "CPU of a bare loop's",
         "peak, MiB"])
    row(["---"] + ["---:"] * 5)
    for title, programs in tables.items():
        yard, floor = programs["tcpdump"][0], programs["pcaploop"][1]
        threads = [programs.get(p) for p in ("p407-j1", "p407-j2")]
        row([title, f"{yard:.3f}"] +
            [f"{t[0] / yard:.2f}" if t else "" for t in threads] +
            [f"{threads[0][1] / floor:.2f}",
             f"{max(t[2] for t in threads if t) / 1024:.0f}"])


def together(tables):
    """Of each program wall time against tcpdump's, and its peak."""
    names = [p for p in PROGRAMS
             if any(p in programs for programs in tables.values())]
    row(["input"] + names)
    row(["---"] + ["---:"] * len(names))
    for title, programs in tables.items():
        yard = programs["tcpdump"][0]
        row([title] + [f"{programs[p][0] / yard:.2f}, "
                       f"{programs[p][2] / 1024:.0f} MiB"
                       if p in programs else "" for p in names])


def markdown(tables):
    others = {t for t, programs in tables.items() if "tshark" in programs}
    alone({t: p for t, p in tables.items() if t not in others})
    print()
    together({t.split(", with")[0]: tables[t] for t in tables if t in others})


def plot(tables):
    """Wall time against tcpdump's, a logarithmic bar each."""
    rows = []
    for title, programs in tables.items():
        rows.append((title, None, None))
        rows += [(p, programs[p][0] / programs["tcpdump"][0], COLORS[p])
                 for p in PROGRAMS if p in programs]
    height = len(rows) * (BAR + 4) + len(tables) * GAP + 50
    steps = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256]
    most = max((r[1] for r in rows if r[1]), default=1)
    steps = [s for s in steps if s <= 2 * most]

    def x(ratio):
        low, high = steps[0] ** 0.3, steps[-1] ** 0.3
        ratio = max(ratio, steps[0])
        return LEFT + (ratio ** 0.3 - low) / (high - low) * (WIDTH - LEFT - 60)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
           '<text x="10" y="18" font-weight="bold">Wall time, tcpdump -r F '
           '-w /dev/null = 1</text>']
    for s in steps:
        weight = 2 if s == 1 else 0.5
        out.append(f'<path d="M{x(s):.1f} 30V{height - 18}" stroke="#999" '
                   f'stroke-width="{weight}"/><text x="{x(s):.1f}" '
                   f'y="{height - 5}" text-anchor="middle">{s:g}</text>')
    y = 30
    for name, ratio, color in rows:
        if ratio is None:
            y += GAP
            out.append(f'<text x="10" y="{y + 11}" font-weight="bold">'
                       f'{name}</text>')
        else:
            out.append(f'<text x="{LEFT - 8}" y="{y + 11}" '
                       f'text-anchor="end">{name}</text>'
                       f'<rect x="{LEFT}" y="{y}" height="{BAR}" '
                       f'width="{max(x(ratio) - LEFT, 1):.1f}" '
                       f'fill="{color}"/><text x="{x(ratio) + 4:.1f}" '
                       f'y="{y + 11}">{ratio:.2f}</text>')
        y += BAR + 4
    out.append("</svg>")
    return "\n".join(out) + "\n"


if len(sys.argv) != 3:
    sys.exit(__doc__)
figures = read(sys.argv[1])
markdown(figures)
with open(sys.argv[2], "w", encoding="utf-8") as svg:
    svg.write(plot(figures))
