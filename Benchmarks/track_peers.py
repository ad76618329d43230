"""The peers, each with its own defaults: detections of a frame in, ids and boxes out.

A tracker is a function of corners (n, 4) in pixels and scores (n) that returns rows (id, left, top, right, bottom).
Where a library has no score threshold of its own, it is given the boxes that Footpath starts tracks from.
"""

from collections.abc import Callable

import norfair
import numpy as np
import similari
import supervision
import trackers

Step = Callable[[np.ndarray, np.ndarray], list[tuple]]
SURE = 0.5


def _detections(corners: np.ndarray, scores: np.ndarray) -> supervision.Detections:
    if not len(scores):
        return supervision.Detections.empty()
    return supervision.Detections(xyxy=corners, confidence=scores, class_id=np.zeros(len(scores), int))


def _rows(found: supervision.Detections) -> list[tuple]:
    if found.tracker_id is None:
        return []
    # trackers gives -1 to what has no id yet.
    return [(person, *box) for box, person in zip(found.xyxy, found.tracker_id, strict=True) if person >= 0]


def _supervision() -> Step:
    tracker = supervision.ByteTrack()
    return lambda corners, scores: _rows(tracker.update_with_detections(_detections(corners, scores)))


def _roboflow(kind: type, **settings: object) -> Callable[[], Step]:
    def make() -> Step:
        tracker = kind(**settings)
        return lambda corners, scores: _rows(tracker.update(_detections(corners, scores)))

    return make


def _norfair() -> Step:
    tracker = norfair.Tracker(distance_function="iou", distance_threshold=0.7)

    def step(corners: np.ndarray, scores: np.ndarray) -> list[tuple]:
        sure = scores >= SURE
        people = tracker.update([norfair.Detection(points=box.reshape(2, 2)) for box in corners[sure]])
        return [(person.id, *person.last_detection.points.ravel()) for person in people if person.live_points.all()]

    return step


def _similari() -> Step:
    tracker = similari.Sort(
        shards=1,
        bbox_history=1,
        max_idle_epochs=30,
        method=similari.PositionalMetricType.iou(0.3),
        min_confidence=0.05,
        spatio_temporal_constraints=None,
    )

    def step(corners: np.ndarray, scores: np.ndarray) -> list[tuple]:
        boxes = [
            (similari.BoundingBox(left, top, right - left, bottom - top).as_xyaah(), None)
            for left, top, right, bottom in corners[scores >= SURE].tolist()
        ]
        rows = []
        for track in tracker.predict(boxes):
            box = track.observed_bbox.as_ltwh()
            rows.append((track.id, box.left, box.top, box.left + box.width, box.top + box.height))
        return rows

    return step


PEERS: dict[str, Callable[[], Step]] = {
    "supervision ByteTrack": _supervision,
    "trackers SORT": _roboflow(trackers.SORTTracker),
    "trackers ByteTrack": _roboflow(trackers.ByteTrackTracker),
    "trackers OC-SORT": _roboflow(trackers.OCSORTTracker),
    "trackers BoT-SORT": _roboflow(trackers.BoTSORTTracker, enable_cmc=False),
    "trackers C-BIoU": _roboflow(trackers.CBIoUTracker),
    "norfair": _norfair,
    "similari SORT": _similari,
}
