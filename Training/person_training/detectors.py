"""Runs networks as the program does: letterboxed, at several scales, suppressed together.

Sources/Detecting (`Letterbox`, `PixelPyramid`, `PersonDetector`, `GridHead`) says how; these must agree.
"""

import time

import cv2
import numpy as np
import openvino

FILL = 114
STRIDES = (8, 16, 32)
SUPPRESSION_IOU = 0.6
# Of a picture no more boxes are measured.
MOST_BOXES = 300


def fitted_size(frame, budget):
    """The input (height, width) of at most `budget` pixels, in steps of 32, that shows a frame largest."""
    best, best_shown = (32, 32), 0
    for height in range(32, budget // 32 + 1, 32):
        for width in range(32, budget // height + 1, 32):
            shown_height, shown_width = content_of(frame, (height, width))
            shown = shown_height * shown_width
            if shown > best_shown or (shown == best_shown and height * width < best[0] * best[1]):
                best, best_shown = (height, width), shown
    return best


def content_of(frame, size):
    """The part (height, width) of an input that a frame takes."""
    scale = min(size[0] / frame[0], size[1] / frame[1])
    return tuple(min(limit, max(1, int(side * scale + 0.5))) for side, limit in zip(frame, size))


def letterboxed(picture, size):
    """A picture in an input of a size, at the top left, and the part that it takes."""
    content = content_of(picture.shape[:2], size)
    shrinks = content[0] < picture.shape[0]
    drawn = cv2.resize(picture, content[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    out = np.full((*size, 3), FILL, np.uint8)
    out[: content[0], : content[1]] = drawn
    return out, content


def halved(picture, content):
    """The content of an input at half the size, each pixel the mean of four, in an input half as large."""
    height, width = content
    part = picture[:height, :width].astype(np.uint16)
    part = np.pad(part, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    small = ((part[0::2, 0::2] + part[0::2, 1::2] + part[1::2, 0::2] + part[1::2, 1::2] + 2) // 4).astype(np.uint8)
    size = tuple((side // 2 + 31) // 32 * 32 for side in picture.shape[:2])
    out = np.full((*size, 3), FILL, np.uint8)
    out[: small.shape[0], : small.shape[1]] = small
    return out, small.shape[:2]


def suppressed(boxes, scores, iou=SUPPRESSION_IOU):
    """Indices of boxes [N, 4] that no better one covers, best first."""
    order = np.argsort(-scores, kind="stable")
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
    kept = []
    while len(order):
        first, order = order[0], order[1:]
        kept.append(first)
        common = np.prod(
            np.clip(
                np.minimum(boxes[first, 2:], boxes[order, 2:]) - np.maximum(boxes[first, :2], boxes[order, :2]), 0, None
            ),
            1,
        )
        order = order[common / (areas[first] + areas[order] - common + 1e-9) < iou]
    return np.array(kept, int)


def _cells(size):
    columns, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[: size[0] // stride, : size[1] // stride]
        columns.append(np.stack([x, y], -1).reshape(-1, 2))
        strides.append(np.full((columns[-1].shape[0], 1), stride))
    return np.concatenate(columns), np.concatenate(strides)


class Detector:
    """An ONNX network that `footpath analyze --model` takes, on one thread, in float32 as the program runs it."""

    def __init__(self, path, budget=448 * 256, scales=1, name=None):
        self.model = openvino.Core().read_model(path)
        self.fixed = not self.model.inputs[0].partial_shape.is_dynamic
        self.budget, self.scales = budget, 1 if self.fixed else scales
        self.name = name or str(path)
        self.requests = {}
        self.seconds, self.pictures = 0.0, 0

    def _request(self, size):
        if size not in self.requests:
            model = self.model.clone()
            model.reshape([1, 3, *size])
            settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
            self.requests[size] = openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
        return self.requests[size]

    def __call__(self, picture, least_score):
        """Boxes [N, 4] in pixels of the picture and scores [N], suppressed, best first."""
        if self.fixed:
            size = tuple(self.model.inputs[0].shape[2:])
        else:
            size = fitted_size(picture.shape[:2], self.budget)
        seen, content = letterboxed(picture, size)
        boxes, scores = [], []
        for scale in range(self.scales):
            if scale:
                seen, content = halved(seen, content)
            found, score = self._rows(seen, least_score)
            ratio = np.array([picture.shape[1] / content[1], picture.shape[0] / content[0]] * 2)
            boxes.append(found * ratio)
            scores.append(score)
        self.pictures += 1
        boxes, scores = np.concatenate(boxes), np.concatenate(scores)
        height, width = picture.shape[:2]
        boxes = np.clip(boxes, 0, [width, height, width, height])
        best = np.argsort(-scores, kind="stable")[:MOST_BOXES]
        best = best[np.all(boxes[best, 2:] > boxes[best, :2], 1)]
        boxes, scores = boxes[best], scores[best]
        kept = suppressed(boxes, scores)
        return boxes[kept], scores[kept]

    def _rows(self, seen, least_score):
        request = self._request(seen.shape[:2])
        tensor = seen.transpose(2, 0, 1)[None].astype(np.float32)
        began = time.process_time()
        rows = request.infer([tensor])[0][0]
        self.seconds += time.process_time() - began
        cells, strides = _cells(seen.shape[:2])
        if rows.shape[1] == 5:
            scores = 1 / (1 + np.exp(-rows[:, 0].astype(np.float64)))
            chosen = scores >= least_score
            middle = (cells[chosen] + 0.5) * strides[chosen]
            distances = np.exp(rows[chosen, 1:].astype(np.float64)) * strides[chosen]
            return np.concatenate([middle - distances[:, :2], middle + distances[:, 2:]], 1), scores[chosen]
        scores = rows[:, 4].astype(np.float64) * rows[:, 5]
        chosen = scores >= least_score
        middle = (rows[chosen, :2] + cells[chosen]) * strides[chosen]
        half = np.exp(rows[chosen, 2:4].astype(np.float64)) * strides[chosen] / 2
        return np.concatenate([middle - half, middle + half], 1), scores[chosen]
