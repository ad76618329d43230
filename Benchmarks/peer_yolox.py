"""YOLOX by ONNX Runtime, as its authors' demo runs it: what the peers' trackers are given in Scripts/evaluate."""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

STRIDES = (8, 16, 32)
PADDING = 114
# YOLOX's own demo (Ge et al. 2021, tools/demo.py) suppresses at 0.45.
SUPPRESSION_IOU = 0.45
WEAKEST_SCORE = 0.05


@dataclass(frozen=True)
class Detections:
    """Of each frame corners (n, 4) in pixels and scores (n), best first; CPU seconds of decoding and finding."""

    frames: list[tuple[np.ndarray, np.ndarray]]
    seconds: float


class YOLOX:
    """A YOLOX network (ONNX, not decoded, a fixed input) on one thread."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0]
        self._height, self._width = self._input.shape[2:]
        cells, strides = [], []
        for stride in STRIDES:
            y, x = np.mgrid[0 : self._height // stride, 0 : self._width // stride]
            cells.append(np.stack((x.ravel(), y.ravel()), axis=1))
            strides.append(np.full((x.size, 1), stride))
        self._cells, self._strides = np.concatenate(cells), np.concatenate(strides)

    def __call__(self, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """People in a frame (height x width x 3, BGR)."""
        scale = min(self._width / frame.shape[1], self._height / frame.shape[0])
        size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        seen = np.full((self._height, self._width, 3), PADDING, np.uint8)
        seen[: size[1], : size[0]] = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
        blob = np.ascontiguousarray(seen.transpose(2, 0, 1)[None], dtype=np.float32)
        rows = self._session.run(None, {self._input.name: blob})[0][0]
        # Objectness times the score of the first class, a person.
        scores = rows[:, 4] * rows[:, 5]
        kept = np.flatnonzero(scores >= WEAKEST_SCORE)
        middle = (rows[kept, :2] + self._cells[kept]) * self._strides[kept]
        half = np.exp(rows[kept, 2:4]) * self._strides[kept] / 2
        corners, scores = np.hstack((middle - half, middle + half)) / scale, scores[kept]
        sized = np.hstack((corners[:, :2], corners[:, 2:] - corners[:, :2]))
        best = np.asarray(cv2.dnn.NMSBoxes(sized, scores, WEAKEST_SCORE, SUPPRESSION_IOU), dtype=int)
        return corners[best], scores[best]


def find_people(network: YOLOX, video: Path) -> Detections:
    """Everyone in every frame of a video, decoded by OpenCV on one thread."""
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    start = time.process_time()
    frames = []
    while True:
        read, frame = capture.read()
        if not read:
            return Detections(frames, time.process_time() - start)
        frames.append(network(frame))
