"""How the tracker's time grows with the number of people in view."""

import json
import os
import random
import re
import subprocess
import tempfile
import time
from pathlib import Path

from tables import table

SIZES = [10, 30, 100, 300, 500]
FRAMES = 500


def crowd_table(program: Path) -> str:
    """People of 1/30 of the frame's height who walk about at random, a tenth of them undetected in each frame."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for people in SIZES:
            file = Path(folder) / f"{people}.txt"
            file.write_text(_detections(people))
            command = [str(program), "track", str(file), "--timing", "--fps", "25", "--image-size", "1920x1080"]
            result = subprocess.run(command, check=True, capture_output=True, text=True)
            timing = re.search(r"frames in (\S+) s:", result.stderr)
            if timing is None:
                raise ValueError(f"no timing from: {' '.join(command)}")
            spent = 1e6 * float(timing[1]) / FRAMES
            rows.append([str(people), f"{spent:.1f}", f"{1000 * spent / people:.0f}"])
    return table(["people in view", "microseconds/frame", "ns/frame and person"], rows)


def regions() -> list[str]:
    """Options for 20 zones and 10 lines all over the frame."""
    grid = [(column, row) for column in range(5) for row in range(4)]
    options: list[str] = []
    for column, row in grid:
        left, top, right, bottom = 0.2 * column, 0.25 * row, 0.2 * column + 0.18, 0.25 * row + 0.2
        middle = (top + bottom) / 2
        corners = [left, middle, left + 0.05, top, right, top, right, bottom, left + 0.05, bottom]
        options += ["--zone", f"{column}-{row}={','.join(f'{value:.3f}' for value in corners)}"]
    for line in range(10):
        x = 0.05 + 0.1 * line
        options += ["--line", f"{line}={x:.2f},0,{x:.2f},0.5,{x + 0.04:.2f},1"]
    return options


def analyze_table(program: Path, video: Path) -> str:
    """What 20 zones, 10 lines and 10 polygon masks at the frame's edge cost `analyze`, in turns; the best of five each."""
    masks = []
    for index in range(10):
        x = 0.1 * index
        masks += ["--mask", f"{x:.2f},0.97,{x + 0.04:.2f},0.98,{x + 0.08:.2f},0.97,{x + 0.09:.2f},1,{x:.2f},1"]
    kinds = {"without": [], "with": [*regions(), *masks]}
    spent: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    frames = 0
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.jsonl"
        for _ in range(5):
            for kind, options in kinds.items():
                command = [str(program), "analyze", str(video), "--output", str(output), "--force", "--quiet", *options]
                (before, start) = (os.times(), time.monotonic())
                subprocess.run(command, check=True)
                (after, end) = (os.times(), time.monotonic())
                cpu = after.children_user - before.children_user + after.children_system - before.children_system
                spent[kind].append((end - start, cpu))
                frames = json.loads(output.read_text().splitlines()[-1])["analyzed"]
    rows = []
    for kind, times in spent.items():
        wall, cpu = (min(column) for column in zip(*times, strict=True))
        rows.append([kind, f"{frames / wall:.1f}", f"{cpu:.2f}"])
    ratio = [float(rows[1][1]) / float(rows[0][1]), float(rows[0][2]) / float(rows[1][2])]
    rows.append(["with / without", f"{ratio[0]:.3f}", f"{ratio[1]:.3f}"])
    return table(["20 zones, 10 lines, 10 masks", "frames/s", "CPU s"], rows)


def counting_table(program: Path) -> str:
    """What 20 zones and 10 lines cost for such people, beside the tracker."""
    rows = []
    options = regions()
    with tempfile.TemporaryDirectory() as folder:
        for people in (10, 100, 300):
            file = Path(folder) / f"{people}.txt"
            file.write_text(_detections(people))
            command = [str(program), "track", str(file), "--timing", "--fps", "25", "--image-size", "1920x1080"]
            result = subprocess.run([*command, "--smooth", "0", *options], check=True, capture_output=True, text=True)
            tracker = re.search(r"frames in (\S+) s:", result.stderr)
            counting = re.search(r"counted in (\S+) s", result.stderr)
            if tracker is None or counting is None:
                raise ValueError(f"no timing from: {' '.join(command)}")
            spent = [1e6 * float(match[1]) / FRAMES for match in (tracker, counting)]
            rows.append([str(people), *(f"{value:.1f}" for value in spent), f"{spent[1] / spent[0]:.3f}"])
    return table(["people in view", "tracker, microseconds/frame", "counting", "ratio"], rows)


def _detections(people: int) -> str:
    source = random.Random(people)
    walkers = [
        [source.uniform(0, 1900), source.uniform(0, 1040), source.uniform(-2, 2), source.uniform(-2, 2)]
        for _ in range(people)
    ]
    lines = []
    for frame in range(1, FRAMES + 1):
        for walker in walkers:
            for axis, end in ((0, 1900), (1, 1040)):
                walker[axis] += walker[axis + 2]
                if not 0 < walker[axis] < end:
                    walker[axis + 2] = -walker[axis + 2]
            if source.random() < 0.9:
                left, top = (walker[axis] + source.gauss(0, 0.5) for axis in (0, 1))
                lines.append(f"{frame},-1,{left:.2f},{top:.2f},14,36,{source.uniform(0.4, 1):.3f}\n")
    return "".join(lines)
