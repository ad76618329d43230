"""Reads Footpath's JSON Lines (records, version 1) as far as measuring needs them."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PathPoint:
    """One `path` record: `frame` counts from 0, `track` from 1, `box` is left, top, width, height in pixels."""

    frame: int
    track: int
    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True)
class Paths:
    """What one video's records say: the number of frames analysed and every point, in file order."""

    frames: int
    points: list[PathPoint]


def read_paths(file: Path) -> Paths:
    """Reads the records of one video. Raises ValueError where the stream's start or end is missing."""
    points: list[PathPoint] = []
    numbers: dict[object, int] = {}  # the evaluation needs integers, whatever form a track's id has
    size: tuple[int, int] | None = None
    frames: int | None = None
    with file.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            match record["event"]:
                case "stream_start":
                    size = record["frame_width"], record["frame_height"]
                case "path":
                    if size is None:
                        raise ValueError(f"{file}: a path record stands before stream_start")
                    track = numbers.setdefault(record["track"], len(numbers) + 1)
                    points.append(PathPoint(record["frame"], track, _pixels(record["box"], size), record["confidence"]))
                case "stream_end":
                    frames = record["frames"]
    if frames is None:
        raise ValueError(f"{file}: no stream_end record")
    return Paths(frames, points)


def _pixels(box: dict[str, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    return box["left"] * width, box["top"] * height, box["width"] * width, box["height"] * height
