"""Brute-force geometry: who went over which line and was in which zone, when, by true boxes with ids.

Nobody can tell from noisy boxes whether somebody who only just touches a line has crossed it. So a change of sides is
demanded only where the person was clear of the line before and after, and forbidden only where they didn't go over it
at all; what lies between may be counted or not.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

# How far somebody is clear of a line, in their height: three times the noise.
CLEAR = 0.1
# For how long they must be on a side for it to be beyond doubt, in seconds: what Footpath asks for, and two tenths more.
LONG = 0.5
# How far apart in time the same change may be said to be, in seconds.
NEAR = 1.0


@dataclass(frozen=True)
class Layout:
    """Lines from a point to a point and rectangles (left, top, right, bottom), in ratios of the frame, by name."""

    lines: dict[str, tuple[tuple[float, float], tuple[float, float]]]
    zones: dict[str, tuple[float, float, float, float]]


def grid() -> Layout:
    """The same for every sequence: four lines down, five across, and six zones where people stand."""
    lines = {f"down-{x}": ((x, 0.1), (x, 1.0)) for x in (0.2, 0.4, 0.6, 0.8)}
    lines |= {f"across-{y}": ((0.1, y), (0.9, y)) for y in (0.5, 0.6, 0.7, 0.8, 0.9)}
    zones = {
        f"zone-{column}{row}": (0.05 + 0.3 * column, 0.4 + 0.3 * row, 0.35 + 0.3 * column, 0.7 + 0.3 * row)
        for column in range(3)
        for row in range(2)
    }
    return Layout(lines, zones)


@dataclass(frozen=True)
class Point:
    """Where somebody's feet are at a time, in pixels, and how high they are."""

    time: float
    x: float
    y: float
    height: float


# By person, in order of time.
Ways = dict[int, list[Point]]
# Seconds and +1 (in) or -1 (out).
Change = tuple[float, int]
# (line or zone, "in" or "out", seconds)
Event = tuple[str, str, float]


@dataclass
class Truth:
    """What must be counted (within a stretch of time), and what may be."""

    demanded: list[tuple[str, str, float, float]] = field(default_factory=list)
    allowed: list[Event] = field(default_factory=list)


def crossings(ways: Ways, layout: Layout, size: tuple[int, int]) -> Truth:
    """Ways over the lines."""
    truth = Truth()
    for way in ways.values():
        for name, (start, end) in layout.lines.items():
            a, b = ((x * size[0], y * size[1]) for x, y in (start, end))
            changes = _meetings(way, a, b)
            ends = [point.time for point in way if min(math.dist((point.x, point.y), end) for end in (a, b)) < CLEAR * point.height]
            _judge(name, way, changes, lambda point, a=a, b=b: _distance(point, a, b), truth, ends=ends)
    return truth


def entries(ways: Ways, layout: Layout, size: tuple[int, int]) -> Truth:
    """Who came into zones, also by appearing there, and left them, also by vanishing."""
    truth = Truth()
    for way in ways.values():
        for name, (left, top, right, bottom) in layout.zones.items():
            box = (left * size[0], top * size[1], right * size[0], bottom * size[1])
            corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
            sides = list(zip(corners, corners[1:] + corners[:1], strict=True))
            inside = [box[0] <= point.x < box[2] and box[1] <= point.y < box[3] for point in way]
            changes = [
                ((last.time + point.time) / 2, 1 if now else -1)
                for last, point, before, now in zip(way, way[1:], inside, inside[1:], strict=False)
                if before != now
            ]
            _judge(
                name, way, changes, lambda point, sides=sides: min(_distance(point, *side) for side in sides), truth,
                inside[0], inside[-1],
            )  # fmt: skip
    return truth


def _judge(
    name: str,
    way: list[Point],
    changes: list[Change],
    distance: Callable[[Point], float],
    truth: Truth,
    appears: bool = False,
    vanishes: bool = False,
    ends: list[float] | None = None,
) -> None:
    """Groups changes of sides with no clear stay between them: only what a group comes to is beyond doubt.

    Nor is it where they go over the very end of a line, at the times `ends`. A change happens at some time between
    those at which they are clear.
    """
    last = -math.inf
    for time in ends or []:
        if time - last > NEAR:
            truth.allowed += [(name, direction, time) for direction in ("in", "out")]
            last = time
    if not changes and not appears:
        return
    times = [way[0].time, *(time for time, _ in changes), way[-1].time]
    clear = []
    for start, end in zip(times, times[1:]):
        depth = max((distance(point) / point.height for point in way if start <= point.time <= end), default=0)
        clear.append(depth >= CLEAR and end - start >= LONG)
    groups: list[list[Change]] = [[]]
    for index, change in enumerate(changes):
        groups[-1].append(change)
        if clear[index + 1]:
            groups.append([])
    for group in groups:
        sure = bool(group) and abs(sum(sign for _, sign in group)) == 1
        # Nobody knows from which side they came at first, or where they went at last.
        sure &= bool(group) and (group[0] != changes[0] or clear[0]) and (group[-1] != changes[-1] or clear[-1])
        sure &= not any(abs(time - end) < 0.1 for end in ends or [] for time, _ in group)
        if sure:
            direction = "in" if sum(sign for _, sign in group) > 0 else "out"
            before = [point.time for point in way if point.time < group[0][0] and distance(point) >= CLEAR * point.height]
            after = [point.time for point in way if point.time > group[-1][0] and distance(point) >= CLEAR * point.height]
            truth.demanded.append((name, direction, max(before), min(after)))
        for time, sign in group if len(group) > 1 or not sure else []:
            truth.allowed.append((name, "in" if sign > 0 else "out", time))
    for is_there, direction, place in ((appears, "in", 0), (vanishes, "out", -1)):
        if is_there and clear[place]:
            truth.demanded.append((name, direction, way[place].time, way[place].time))
    # Whoever appears or vanishes near a side may be said to do so inside.
    for place in (0, -1):
        if not clear[place] or not changes:
            truth.allowed += [(name, direction, way[place].time) for direction in ("in", "out")]


def _meetings(way: list[Point], start: tuple, end: tuple) -> list[Change]:
    """Where straight ways from point to point meet the segment; in is from the left to the right of its direction."""
    (ax, ay), (bx, by) = start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    found = []
    for last, point in zip(way, way[1:]):
        # On the right of the direction; who is exactly on the line is on its left.
        before, after = ((bx - ax) * (one.y - ay) - (by - ay) * (one.x - ax) for one in (last, point))
        if (before > 0) == (after > 0):
            continue
        along = before / (before - after)
        x, y = last.x + along * (point.x - last.x), last.y + along * (point.y - last.y)
        if 0 <= (x - ax) * (bx - ax) + (y - ay) * (by - ay) <= length:
            found.append((last.time + along * (point.time - last.time), 1 if after > 0 else -1))
    return found


def _distance(point: Point, start: tuple, end: tuple) -> float:
    (ax, ay), (bx, by) = start, end
    dx, dy = bx - ax, by - ay
    share = ((point.x - ax) * dx + (point.y - ay) * dy) / (dx * dx + dy * dy)
    share = min(1.0, max(0.0, share))
    return math.hypot(ax + share * dx - point.x, ay + share * dy - point.y)


@dataclass
class Errors:
    """How many events there are, how many of them were missed, and how many were counted that aren't there."""

    true: int = 0
    missed: int = 0
    false: int = 0

    @property
    def wrong(self) -> int:
        return self.missed + self.false

    def add(self, other: "Errors") -> None:
        self.true += other.true
        self.missed += other.missed
        self.false += other.false

    def cells(self) -> list[str]:
        share = 100 * self.wrong / self.true if self.true else math.nan
        return [str(self.true), str(self.missed), str(self.false), f"{share:.1f}"]


def compare(truth: Truth, counted: list[Event]) -> Errors:
    """Matches events of the same line and direction, each once, so that as few as possible are wrong."""
    errors = Errors(true=len(truth.demanded))
    demanded: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    allowed: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for name, direction, first, last in truth.demanded:
        demanded[name, direction].append((first - NEAR, last + NEAR))
    for name, direction, time in truth.allowed:
        allowed[name, direction].append((time - NEAR, time + NEAR))
    for name, direction, time in counted:
        found[name, direction].append(time)
    for key in {*demanded, *found}:
        stretches = np.array(demanded[key] + allowed[key]).reshape(-1, 2)
        times = np.array(found[key])
        is_near = (stretches[:, :1] <= times) & (times <= stretches[:, 1:])
        # One that is demanded and counted is two errors less, one that is allowed and counted is one less.
        worth = np.where(np.arange(len(stretches)) < len(demanded[key]), 2, 1)
        rows, columns = linear_sum_assignment(is_near * worth[:, None], maximize=True)
        matched = is_near[rows, columns]
        hits = int((matched & (rows < len(demanded[key]))).sum())
        errors.missed += len(demanded[key]) - hits
        errors.false += len(times) - int(matched.sum())
    return errors
