"""supervision's ByteTrack, LineZone and PolygonZone on the same boxes."""

from dataclasses import dataclass

import numpy as np
import supervision as sv

from count_truth import Event, Layout

THRESHOLDS = (1, 2, 3, 5)
FEET = (sv.Position.BOTTOM_CENTER,)
CORNERS = (sv.Position.TOP_LEFT, sv.Position.TOP_RIGHT, sv.Position.BOTTOM_LEFT, sv.Position.BOTTOM_RIGHT)


@dataclass(frozen=True)
class Frame:
    """Seconds, corners (n, 4) in pixels, scores (n) and ids (n)."""

    time: float
    corners: np.ndarray
    scores: np.ndarray
    people: np.ndarray


def linked(frames: list[Frame]) -> list[tuple[float, sv.Detections]]:
    """As if a tracker had found the ids."""
    return [
        (frame.time, sv.Detections(xyxy=frame.corners, confidence=frame.scores, tracker_id=frame.people))
        for frame in frames
    ]


def track(frames: list[Frame], fps: float) -> list[tuple[float, sv.Detections]]:
    """What ByteTrack makes of them, with its own defaults."""
    tracker = sv.ByteTrack(frame_rate=round(fps))
    found = []
    for frame in frames:
        boxes = sv.Detections(
            xyxy=frame.corners, confidence=frame.scores, class_id=np.zeros(len(frame.scores), int)
        )  # fmt: skip
        found.append((frame.time, tracker.update_with_detections(boxes)))
    return found


def crossings(
    tracked: list[tuple[float, sv.Detections]], layout: Layout, size: tuple[int, int], threshold: int, anchors: tuple
) -> list[Event]:
    """What LineZone counts."""
    lines = {
        name: sv.LineZone(
            start=sv.Point(start[0] * size[0], start[1] * size[1]),
            end=sv.Point(end[0] * size[0], end[1] * size[1]),
            triggering_anchors=anchors,
            minimum_crossing_threshold=threshold,
        )
        for name, (start, end) in layout.lines.items()
    }
    found = []
    for time, boxes in tracked:
        for name, line in lines.items():
            # Its in is to the left of the line's direction.
            to_left, to_right = line.trigger(boxes)
            found += [(name, "in", time)] * int(to_right.sum()) + [(name, "out", time)] * int(to_left.sum())
    return found


def entries(tracked: list[tuple[float, sv.Detections]], layout: Layout, size: tuple[int, int]) -> list[Event]:
    """Who is in a PolygonZone and wasn't in the frame before, and the reverse: it keeps no account of that itself."""
    found: list[Event] = []
    for name, (left, top, right, bottom) in layout.zones.items():
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        polygon = np.array([(x * size[0], y * size[1]) for x, y in corners]).round().astype(int)
        zone = sv.PolygonZone(polygon=polygon, triggering_anchors=FEET)
        before: set[int] = set()
        for time, boxes in tracked:
            inside = zone.trigger(boxes)
            now = set(boxes.tracker_id[inside].tolist()) if len(boxes) else set()
            found += [(name, "in", time)] * len(now - before) + [(name, "out", time)] * len(before - now)
            before = now
    return found
