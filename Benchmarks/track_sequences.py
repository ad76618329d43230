"""MOTChallenge sequences: what a tracker gets, and what it is measured by."""

import configparser
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Sequence:
    """A sequence folder with seqinfo.ini, gt/gt.txt and detections with scores from 0 to 1."""

    folder: Path
    detections: Path
    fps: float
    frames: int
    width: int
    height: int

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def has_distractors(self) -> bool:
        """Whether the ground truth has classes, as from MOT16 on."""
        return "MOT15" not in str(self.folder.resolve())

    def boxes_and_scores(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of each frame: corners (n, 4) in pixels, scores (n)."""
        rows = np.loadtxt(self.detections, delimiter=",", ndmin=2)
        corners = rows[:, 2:6].copy()
        corners[:, 2:] += corners[:, :2]
        return [
            (corners[rows[:, 0] == frame], rows[rows[:, 0] == frame, 6]) for frame in range(1, self.frames + 1)
        ]


def read_sequence(folder: Path) -> Sequence:
    """Raises ValueError where the folder is no sequence with ground truth and detections."""
    info = configparser.ConfigParser()
    if not info.read(folder / "seqinfo.ini"):
        raise ValueError(f"{folder}: no seqinfo.ini")
    candidates = [folder / "det/det01.txt", folder / "det/det.txt"]
    detections = next((file for file in candidates if file.is_file()), None)
    if detections is None or not (folder / "gt/gt.txt").is_file():
        raise ValueError(f"{folder}: no det/det.txt or gt/gt.txt")
    about = info["Sequence"]
    return Sequence(
        folder,
        detections,
        float(about["frameRate"]),
        *(int(about[key]) for key in ("seqLength", "imWidth", "imHeight")),
    )
