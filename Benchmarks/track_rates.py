"""How tracking degrades where frames come seldom: 10, 5 and 2 a second, and with a random third of them dropped."""

import json
import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from tables import table
from track_peers import PEERS
from track_score import combine, score
from track_sequences import Sequence


def _at(rate: float) -> Callable[[int, float], bool]:
    """Of each stretch of 1 / rate seconds, the first frame."""
    return lambda frame, fps: frame == 1 or int((frame - 1) * rate / fps) != int((frame - 2) * rate / fps)


KEPT: dict[str, Callable[[int, float], bool]] = {
    "all frames": lambda frame, fps: True,
    "10 a second": _at(10),
    "5 a second": _at(5),
    "2 a second": _at(2),
    "two thirds, at random": lambda frame, fps: random.Random(frame).random() >= 1 / 3,
}


def rate_table(name: str, program: Path, sequences: list[Sequence]) -> str:
    """HOTA and IDF1 of the sequences together; ground truth is thinned out in the same way."""
    rows = []
    for tracker in ["Footpath", *PEERS]:
        cells = []
        for keep in KEPT.values():
            scores = []
            for sequence in sequences:
                with tempfile.TemporaryDirectory() as folder:
                    frames = [frame for frame in range(1, sequence.frames + 1) if keep(frame, sequence.fps)]
                    thin = _thinned(sequence, frames, Path(folder) / sequence.folder.resolve().parent.name)
                    boxes = sequence.boxes_and_scores()
                    found = [boxes[frame - 1] for frame in frames]
                    results = (
                        _peer(tracker, found) if tracker in PEERS else _footpath(program, sequence, frames, found)
                    )
                    scores.append(score(thin, results))
            whole = combine(scores)
            cells.append(f"{100 * np.mean(whole.hota['HOTA']):.1f}, {100 * whole.identity['IDF1']:.1f}")
        rows.append([name, tracker, *cells])
    return table(["HOTA, IDF1", "tracker", *KEPT], rows)


def _thinned(sequence: Sequence, frames: list[int], parent: Path) -> Sequence:
    numbers = {frame: number for number, frame in enumerate(frames, start=1)}
    folder = parent / sequence.name
    (folder / "gt").mkdir(parents=True)
    with open(sequence.folder / "gt/gt.txt") as source, open(folder / "gt/gt.txt", "w") as target:
        for line in source:
            frame, rest = line.split(",", 1)
            if int(frame) in numbers:
                target.write(f"{numbers[int(frame)]},{rest}")
    return replace(sequence, folder=folder, frames=len(frames))


def _peer(name: str, found: list[tuple[np.ndarray, np.ndarray]]) -> str:
    step = PEERS[name]()
    ids: dict[int, int] = {}
    return "".join(
        f"{number},{ids.setdefault(int(person), len(ids) + 1)},{left},{top},{right - left},{bottom - top},1,-1,-1,-1\n"
        for number, (corners, scores) in enumerate(found, start=1)
        for person, left, top, right, bottom in step(corners, scores)
    )


def _footpath(
    program: Path, sequence: Sequence, frames: list[int], found: list[tuple[np.ndarray, np.ndarray]]
) -> str:
    """JSON Lines carry each frame's time. Frames without detections have none and tell a tracker nothing."""
    width, height = sequence.width, sequence.height
    lines = [
        json.dumps(
            {
                "frame": number,
                "pts_ms": 1000 * frame / sequence.fps,
                "box": {
                    "left": (left - 1) / width,
                    "top": (top - 1) / height,
                    "width": (right - left) / width,
                    "height": (bottom - top) / height,
                },
                "confidence": 100 * certainty,
            }
        )
        for number, (frame, (corners, scores)) in enumerate(zip(frames, found, strict=True))
        for (left, top, right, bottom), certainty in zip(corners.tolist(), scores.tolist(), strict=True)
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("\n".join(lines))
        file.flush()
        command = [str(program), "track", file.name, "--image-size", f"{width}x{height}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
