"""`Training/evaluate`: average precision of networks side by side."""

import argparse
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from . import checkpoints
from .detectors import Detector
from .exporting import export
from .pictures import IGNORED, PERSON, Reader, lines
from .precision import SIZES, Measure

LEAST_SCORE = 0.02
MARKS = ("<!-- measured -->", "<!-- end -->")
PEDESTRIAN = 1
# On a vehicle, static, distractor, reflection: neither wanted nor a mistake (Milan et al. 2016, section 4.1.4).
DISTRACTORS = (2, 7, 8, 12)


def held_out(folder, most):
    """Pictures and boxes of a data set that aren't trained with (see `labelled`)."""
    return labelled(folder, "held-out", most)


def labelled(folder, split, most):
    """Pictures [H, W, 3] and boxes [N, 5] of a data set's split, chosen at random; squashed ones get 4:3."""
    entries = [entry for entry in lines(folder) if entry["split"] == split]
    order = np.random.default_rng(0).permutation(len(entries))[:most]
    reader = Reader(folder)
    for number in order:
        entry = entries[number]
        picture = reader.decoded(entry["picture"])
        if entry["stretched"]:
            picture = cv2.resize(picture, (picture.shape[1] * 4 // 3, picture.shape[0]))
        height, width = picture.shape[:2]
        boxes = [[x0 * width, y0 * height, x1 * width, y1 * height, kind] for kind, x0, y0, x1, y1 in entry["boxes"]]
        yield picture, np.array(boxes, np.float64).reshape(-1, 5)


def video(folder, every):
    """Every so-maniest frame of a video with ground truth of MOTChallenge; boxes are cut by the frame."""
    rows = np.loadtxt(Path(folder) / "gt" / "gt.txt", delimiter=",", ndmin=2)
    # MOT15 has ten columns and people only; later years have classes.
    labels = rows[:, 7] if rows.shape[1] < 10 else np.full(len(rows), PEDESTRIAN)
    truth = {}
    for row, label in zip(rows, labels):
        left, top, width, height, counts = row[2:7]
        if label == PEDESTRIAN and counts != 0:
            kind = PERSON
        elif label in DISTRACTORS or label == PEDESTRIAN:
            kind = IGNORED
        else:
            continue
        truth.setdefault(int(row[0]), []).append([left, top, left + width, top + height, kind])
    capture = cv2.VideoCapture(str(Path(folder) / "video.mp4"))
    number = 0
    while True:
        there, picture = capture.read()
        if not there:
            return
        number += 1
        if number % every == 0:
            boxes = np.array(truth.get(number, []), np.float64).reshape(-1, 5)
            height, width = picture.shape[:2]
            boxes[:, :4] = np.clip(boxes[:, :4], 0, [width, height, width, height])
            yield picture, boxes


def detectors(arguments):
    """One for each network and number of scales."""
    for path in arguments.networks:
        source = path
        if path.suffix == ".pt":
            source = Path(tempfile.mkdtemp()) / f"{path.stem}.onnx"
            export(checkpoints.network_of(checkpoints.expanded(checkpoints.load(path))), source)
        for scales in arguments.scales:
            width, height = (int(side) for side in arguments.size.split("x"))
            detector = Detector(source, width * height, scales)
            detector.name = path.stem if detector.fixed else f"{path.stem}, {scales} scale{'s' * (scales > 1)}"
            yield detector
            if detector.fixed:
                break


def measured(detector, frames):
    """What a detector finds in frames: AP by size."""
    measure = Measure()
    for picture, truth in frames:
        boxes, scores = detector(picture, LEAST_SCORE)
        measure.add(boxes, scores, truth, picture.shape[0])
    return measure.result()


def write_table(path, lines):
    """Puts lines between the marks of a text, as the model card has them."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not end:
        raise ValueError(f"{path} has no {MARKS[0]} and {MARKS[1]} to write between")
    path.write_text("\n".join([before + begin, *lines, end + after]), encoding="utf-8")


def parsed(arguments):
    parser = argparse.ArgumentParser(prog="Training/evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="+", type=Path, help="ONNX that --model takes, or checkpoints (.pt)")
    parser.add_argument("--data", nargs="*", type=Path, default=[], help="data sets with held-out pictures")
    parser.add_argument("--videos", nargs="*", type=Path, default=[], help="folders with video.mp4 and gt/gt.txt")
    parser.add_argument("--pictures", type=int, default=300, help="at most so many of each data set")
    parser.add_argument("--every", type=int, default=8, help="measure every so-maniest frame of a video")
    parser.add_argument("--size", default="448x256", help="pixels of the largest scale, in the shape of each frame")
    parser.add_argument("--scales", type=lambda text: [int(part) for part in text.split(",")], default=[1, 3])
    parser.add_argument("--into", type=Path, help=f"a text to write the table into, between {' and '.join(MARKS)}")
    values = parser.parse_args(arguments)
    if not values.data and not values.videos:
        parser.error("nothing to measure with: --data or --videos")
    return values


def evaluate(arguments=None):
    arguments = parsed(arguments)
    sources = [
        (f"{folder.name}, held out", lambda f=folder: held_out(f, arguments.pictures)) for folder in arguments.data
    ]
    sources += [(folder.name, lambda f=folder: video(f, arguments.every)) for folder in arguments.videos]
    table = []

    def row(*cells):
        table.append(f"| {' | '.join(cells)} |")
        print(table[-1], flush=True)

    headings = ("measured with", "network", "AP50", "AP50:95", "small", "medium", "large", "ms")
    row(*headings)
    row(*("---" for _ in headings))
    networks = list(detectors(arguments))
    for name, frames in sources:
        for detector in networks:
            detector.seconds, detector.pictures = 0.0, 0
            result = measured(detector, frames())
            by_size = (_percent(result[size][0]) for size in SIZES if size != "all")
            cost = detector.seconds / max(1, detector.pictures) * 1000
            both = (_percent(value) for value in result["all"][:2])
            row(name, detector.name, *both, *by_size, f"{cost:.1f}")
    if arguments.into:
        write_table(arguments.into, table)


def _percent(value):
    return "-" if np.isnan(value) else f"{100 * value:.1f}"


if __name__ == "__main__":
    sys.exit(evaluate())
