"""Average precision of detections in video, with the area under all points of the precision-recall curve."""

from collections.abc import Sequence

import numpy as np

from ground_truth import GroundTruth
from records import PathPoint

NO_BOXES = np.empty((0, 4))


def average_precision(truth: GroundTruth, points: Sequence[PathPoint], minimum_iou: float = 0.5) -> float:
    """Returns the AP (0...1) of the points' boxes, ranked by confidence.

    A box counts as right when it overlaps a person of its frame that no more confident box has claimed. One that
    overlaps a distractor instead counts neither way. Precision is made monotonic and integrated over every recall
    reached (Everingham et al., The PASCAL Visual Object Classes Challenge, 2010 rules).
    """
    people = sum(map(len, truth.people.values()))
    if people == 0:
        raise ValueError("the ground truth has no people")
    unclaimed = dict(truth.people)
    hits = []
    for point in sorted(points, key=lambda point: -point.confidence):
        frame = point.frame + 1
        claimed = _best_match(point.box, unclaimed.get(frame, NO_BOXES), minimum_iou)
        if claimed is not None:
            unclaimed[frame] = np.delete(unclaimed[frame], claimed, axis=0)
            hits.append(True)
        elif _best_match(point.box, truth.distractors.get(frame, NO_BOXES), minimum_iou) is None:
            hits.append(False)
    return _area_under_curve(np.array(hits, dtype=bool), people)


def _best_match(box: Sequence[float], candidates: np.ndarray, minimum_iou: float) -> int | None:
    if len(candidates) == 0:
        return None
    overlaps = iou(np.asarray(box), candidates)
    best = int(np.argmax(overlaps))
    return best if overlaps[best] >= minimum_iou else None


def iou(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union of one box (4) with others (n x 4), all left, top, width, height: n values, 0...1."""
    start = np.maximum(box[:2], others[:, :2])
    end = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    shared = np.prod(np.clip(end - start, 0, None), axis=1)
    return shared / (np.prod(box[2:]) + np.prod(others[:, 2:], axis=1) - shared)


def _area_under_curve(hits: np.ndarray, people: int) -> float:
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(envelope[hits]) / people)
