"""Ground truth in the text formats of MOTChallenge.

From 2016 on: frame, id, left, top, width, height, score, class, visibility. 2015: ten columns, of which the last three are
places in the world, and people only.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PEDESTRIAN = 1
# Person on vehicle, static person, distractor, reflection: MOT17 neither asks for these nor counts them as mistakes
# (Milan et al., MOT16: A Benchmark for Multi-Object Tracking, 2016, section 4.1.4).
DISTRACTORS = frozenset({2, 7, 8, 12})


@dataclass(frozen=True)
class GroundTruth:
    """Boxes (n x 4: left, top, width, height in pixels) of each frame, frames counted from 1 as in the file."""

    people: dict[int, np.ndarray]
    distractors: dict[int, np.ndarray]
    last_frame: int
    rows: np.ndarray  # (n, 9), in the format of 2016


def read_ground_truth(file: Path) -> GroundTruth:
    """Reads the people to find (class 1, score 1) and the distractors. Raises ValueError for another format."""
    rows = np.loadtxt(file, delimiter=",", ndmin=2)
    if rows.shape[0] == 0 or rows.shape[1] < 8:
        raise ValueError(f"{file}: not ground truth in a format of MOTChallenge (8, 9 or 10 columns)")
    if rows.shape[1] >= 10:
        rows = rows[:, :9].copy()
        rows[:, 7:] = PEDESTRIAN, 1
    elif rows.shape[1] == 8:
        rows = np.hstack((rows, np.ones((len(rows), 1))))
    score, label = rows[:, 6], rows[:, 7]
    people = rows[(label == PEDESTRIAN) & (score != 0)]
    distractors = rows[np.isin(label, list(DISTRACTORS))]
    return GroundTruth(_boxes_by_frame(people), _boxes_by_frame(distractors), int(rows[:, 0].max()), rows)


def _boxes_by_frame(rows: np.ndarray) -> dict[int, np.ndarray]:
    boxes = defaultdict(list)
    for row in rows:
        boxes[int(row[0])].append(row[2:6])
    return {frame: np.array(frame_boxes) for frame, frame_boxes in boxes.items()}
