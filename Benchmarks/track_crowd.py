"""How the tracker's time grows with the number of people in view."""

import random
import re
import subprocess
import tempfile
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


def counting_table(program: Path) -> str:
    """What 20 zones and 10 lines cost for such people, beside the tracker."""
    rows = []
    grid = [(column, row) for column in range(5) for row in range(4)]
    options = []
    for column, row in grid:
        left, top, right, bottom = 0.2 * column, 0.25 * row, 0.2 * column + 0.18, 0.25 * row + 0.2
        middle = (top + bottom) / 2
        corners = [left, middle, left + 0.05, top, right, top, right, bottom, left + 0.05, bottom]
        options += ["--zone", f"{column}-{row}={','.join(f'{value:.3f}' for value in corners)}"]
    for line in range(10):
        x = 0.05 + 0.1 * line
        options += ["--line", f"{line}={x:.2f},0,{x:.2f},0.5,{x + 0.04:.2f},1"]
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
