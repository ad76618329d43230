"""The peer: Footpath's job as a Python script of common parts, to compare speeds with.

OpenCV decodes and scales, ONNX Runtime runs the same network, numpy decodes its output, supervision's ByteTrack follows
people, and each point is written as a line of JSON. Prints one JSON object about the run.
"""

import argparse
import json
import math
import os
import resource
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import supervision

warnings.filterwarnings("ignore", message=".*ByteTrack", category=FutureWarning)  # 0.30 is the last that has it

STRIDES = (8, 16, 32)
PADDING = 114
SUPPRESSION_IOU = 0.6
WEAKEST_SCORE = 0.1  # ByteTrack's own lower bound of its second association
ACTIVATION_SCORE = 0.45  # the model card's best F1
RECORDED_SCORE = 0.5  # as Footpath's --confidence 50


class PersonDetector:
    """The person network in one ONNX Runtime session, as its model card describes it. Safe to call from threads."""

    def __init__(self, model: Path, width: int, height: int, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._width, self._height = width, height
        self._centres, self._strides = _cells(width, height)

    def __call__(self, frame: np.ndarray) -> supervision.Detections:
        """Returns the people in a frame (height x width x 3, BGR, 0...255): xyxy in its pixels, scores 0...1."""
        scale = min(self._width / frame.shape[1], self._height / frame.shape[0])
        blob = cv2.dnn.blobFromImage(self._letterbox(frame, scale))
        output = self._session.run(None, {"images": blob})[0][0]
        return self._decode(output, scale)

    def _letterbox(self, frame: np.ndarray, scale: float) -> np.ndarray:
        width, height = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        # Area averaging costs 5 to 20 times as much, so only where linear interpolation would skip whole pixels.
        interpolation = cv2.INTER_AREA if scale <= 0.5 else cv2.INTER_LINEAR
        scaled = cv2.resize(frame, (width, height), interpolation=interpolation)
        right, bottom = self._width - width, self._height - height
        if right == 0 and bottom == 0:
            return scaled
        return cv2.copyMakeBorder(scaled, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=(PADDING,) * 3)

    def _decode(self, output: np.ndarray, scale: float) -> supervision.Detections:
        kept = np.flatnonzero(output[:, 0] > math.log(WEAKEST_SCORE / (1 - WEAKEST_SCORE)))
        scores = 1 / (1 + np.exp(-output[kept, 0]))
        reach = np.exp(output[kept, 1:]) * self._strides[kept, None]
        corners = np.hstack((self._centres[kept] - reach[:, :2], self._centres[kept] + reach[:, 2:])) / scale
        sized = np.hstack((corners[:, :2], corners[:, 2:] - corners[:, :2]))
        best = np.asarray(cv2.dnn.NMSBoxes(sized, scores, WEAKEST_SCORE, SUPPRESSION_IOU), dtype=int)
        return supervision.Detections(xyxy=corners[best], confidence=scores[best])


def _cells(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres (A x 2, x and y in pixels of the network's input) and strides (A) of its output's rows."""
    centres, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[0 : height // stride, 0 : width // stride]
        centres.append((np.stack((x.ravel(), y.ravel()), axis=1) + 0.5) * stride)
        strides.append(np.full(x.size, stride))
    return np.concatenate(centres).astype(np.float32), np.concatenate(strides).astype(np.float32)


def frames_with_times(capture: cv2.VideoCapture) -> Iterator[tuple[np.ndarray, int]]:
    """Yields each frame with its time in milliseconds."""
    while True:
        read, frame = capture.read()
        if not read:
            return
        yield frame, round(capture.get(cv2.CAP_PROP_POS_MSEC))


def detect_in_order(
    frames: Iterator[tuple[np.ndarray, int]], detect: Callable[[np.ndarray], supervision.Detections], workers: int
) -> Iterator[tuple[supervision.Detections, int]]:
    """Yields each frame's people and time in order; with several workers, detects while later frames are decoded."""
    if workers == 1:
        for frame, milliseconds in frames:
            yield detect(frame), milliseconds
        return
    with ThreadPoolExecutor(workers) as pool:
        pending = deque()
        for frame, milliseconds in frames:
            pending.append((pool.submit(detect, frame), milliseconds))
            if len(pending) > 2 * workers:
                detections, earlier = pending.popleft()
                yield detections.result(), earlier
        for detections, milliseconds in pending:
            yield detections.result(), milliseconds


def analyze(video: Path, output: Path, detect: PersonDetector, workers: int) -> tuple[int, int]:
    """Writes a video's paths as JSON Lines; returns how many frames and how many people there were."""
    capture = cv2.VideoCapture(str(video))
    if not capture.isOpened():
        raise SystemExit(f"peer: cannot read {video}")
    width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    tracker = supervision.ByteTrack(
        track_activation_threshold=ACTIVATION_SCORE, frame_rate=capture.get(cv2.CAP_PROP_FPS)
    )
    people = set()
    frames = 0
    with output.open("w", encoding="utf-8") as lines:
        for detections, milliseconds in detect_in_order(frames_with_times(capture), detect, workers):
            tracked = tracker.update_with_detections(detections)
            for (left, top, right, bottom), score, track in zip(
                tracked.xyxy.tolist(), tracked.confidence.tolist(), tracked.tracker_id.tolist(), strict=True
            ):
                if score < RECORDED_SCORE:
                    continue
                people.add(track)
                box = {
                    "left": left / width,
                    "top": top / height,
                    "width": (right - left) / width,
                    "height": (bottom - top) / height,
                }
                point = {"track": track, "frame": frames, "pts_ms": milliseconds, "box": box, "confidence": 100 * score}
                lines.write(json.dumps(point) + "\n")
            frames += 1
    return frames, len(people)


def input_size(text: str) -> tuple[int, int]:
    width, height = map(int, text.split("x"))
    return width, height


def main() -> None:
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(prog="peer.py", description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--input-size", type=input_size, default=(512, 288), metavar="WxH")
    parser.add_argument("--threads", type=int, default=cores, help="of ONNX Runtime in one inference (default: cores)")
    parser.add_argument("--workers", type=int, default=1, help="frames in inference at a time (default: 1)")
    arguments = parser.parse_args()

    detect = PersonDetector(arguments.model, *arguments.input_size, arguments.threads)
    usage, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    frames, people = analyze(arguments.video, arguments.output, detect, arguments.workers)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
    print(
        json.dumps(
            {
                "frames": frames,
                "people": people,
                "fps": frames / seconds,
                "cpu_ms_per_frame": 1000 * cpu / max(frames, 1),
                "peak_memory_mb": after.ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
