"""`Training/label`: a data set of frames of a video, labelled by a network that is better than the one to train."""

import argparse
import sys
from pathlib import Path

import cv2

from .datasets import Writer
from .detectors import Detector
from .pictures import IGNORED, PERSON


def frames(path, first, last, count):
    """`count` frames [H, W, 3] of a video, evenly from the share `first` of its length to the share `last`."""
    capture = cv2.VideoCapture(str(path))
    total = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    if total <= 0:
        raise ValueError(f"{path} is not a video that OpenCV reads")
    begin, end = int(first * total), int(last * total)
    wanted = {begin + number * (end - begin) // count for number in range(count)}
    for number in range(end):
        there, picture = capture.read()
        if not there:
            return
        if number in wanted:
            yield number, picture


def label(arguments=None):
    parser = argparse.ArgumentParser(prog="Training/label", description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, help="folder to write")
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--network", type=Path, required=True, help="ONNX that --model takes, such as YOLOX's")
    parser.add_argument("--frames", type=int, default=200, help="of each video")
    parser.add_argument("--from", dest="first", type=float, default=0.0, help="share of the video's length, 0...1")
    parser.add_argument("--to", dest="last", type=float, default=1.0)
    parser.add_argument("--sure", type=float, default=0.45, help="boxes from this score on are people")
    parser.add_argument(
        "--doubtful", type=float, default=0.15, help="and from this one on neither people nor background"
    )
    parser.add_argument("--split", choices=("train", "held-out"), default="train")
    values = parser.parse_args(arguments)
    try:
        detector = Detector(values.network)
        writer = Writer(values.output)
        for video in values.videos:
            for number, picture in frames(video, values.first, values.last, values.frames):
                height, width = picture.shape[:2]
                boxes, scores = detector(picture, values.doubtful)
                labels = [
                    (PERSON if score >= values.sure else IGNORED, x0 / width, y0 / height, x1 / width, y1 / height)
                    for (x0, y0, x1, y1), score in zip(boxes, scores)
                ]
                writer.add(picture, labels, values.split, f"{video.stem}-{number:06}.jpg")
        writer.close()
    except (OSError, ValueError, RuntimeError) as error:
        return f"label: {error}"
    print(f"{writer.count} pictures with {writer.boxes} people in {values.output}")
    return 0


if __name__ == "__main__":
    sys.exit(label())
