"""Ground truth in MOT17's text format: frame, id, left, top, width, height, score, class, visibility."""

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


def read_ground_truth(file: Path) -> GroundTruth:
    """Reads the people to find (class 1, score 1) and the distractors. Raises ValueError for another format."""
    rows = np.loadtxt(file, delimiter=",", ndmin=2)
    if rows.shape[0] == 0 or rows.shape[1] < 8:
        raise ValueError(f"{file}: not ground truth in MOT17's format (8 or 9 columns)")
    score, label = rows[:, 6], rows[:, 7]
    people = rows[(label == PEDESTRIAN) & (score != 0)]
    distractors = rows[np.isin(label, list(DISTRACTORS))]
    return GroundTruth(_boxes_by_frame(people), _boxes_by_frame(distractors), int(rows[:, 0].max()))


def _boxes_by_frame(rows: np.ndarray) -> dict[int, np.ndarray]:
    boxes = defaultdict(list)
    for row in rows:
        boxes[int(row[0])].append(row[2:6])
    return {frame: np.array(frame_boxes) for frame, frame_boxes in boxes.items()}
