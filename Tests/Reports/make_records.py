#!/usr/bin/env python3
"""Writes records 1.1 as two cameras of a shop would leave them over two days, to try reports with: an outage, a restart,
zones, lines and names that nobody should take for markup. The same bytes every time.

usage: make_records.py [--detail points|paths|counts] [--feed NAME] [--zone NAME] [--seed N] OUT.jsonl
"""
import argparse
import bisect
import itertools
import json
import math
import random
from datetime import datetime, timedelta, timezone

START = datetime(2026, 3, 27, 7, 30, tzinfo=timezone.utc)
HOSTILE = '</script><img src=x onerror=alert(1)> "{{x}}" \u2028' + "\U0001f6b6" * 5


def stamp(seconds):
    time = START + timedelta(seconds=round(seconds, 3))
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


class Writer:
    """Keeps lines until they are written in the order of time."""

    def __init__(self, feed, detail):
        self.feed, self.detail, self.lines = feed, detail, []

    def add(self, event, seconds, **keys):
        hidden = {"paths": {"path"}, "counts": {"path", "path_start", "path_end", "zone", "line"}}.get(self.detail, set())
        if event not in hidden:
            self.lines.append((seconds, len(self.lines), event, keys))

    def write(self, file, sessions):
        sequence = 0
        for session, (start, end) in enumerate(sessions):
            # A session's first second and last belong to it.
            inside = [line for line in self.lines if start <= line[0] <= end]
            for seconds, _, event, keys in sorted(inside, key=lambda line: line[:2]):
                envelope = {"v": "1.1", "event": event, "feed": self.feed,
                            "session": f"00000000-0000-4000-8000-{session:012d}", "seq": sequence, "time": stamp(seconds)}
                file.write(json.dumps(envelope | keys, ensure_ascii=False, separators=(",", ":")) + "\n")
                sequence += 1


def rate(seconds):
    """People a minute at this time of the day."""
    hour = (7.5 + seconds / 3600) % 24
    return 0 if hour < 6 or hour > 20 else 1.2 * math.exp(-((hour - 12) / 1.6) ** 2) + 1.6 * math.exp(-((hour - 17) / 1.4) ** 2) + 0.15


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--detail", default="points")
    parser.add_argument("--feed", default="entrance")
    parser.add_argument("--zone", default=HOSTILE)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    writer = Writer(options.feed, options.detail)
    # Two sessions: it didn't run for two hours; in the first the camera was away for forty minutes.
    sessions, gap = [(0, 30 * 3600), (32 * 3600, 44 * 3600)], (5 * 3600, 5 * 3600 + 2400)

    def seen(start, end):
        inside = any(first <= start and end <= last for first, last in sessions)
        return inside and not (start < gap[1] and end > gap[0])

    for first, last in sessions:
        writer.add("session_start", first, version="0.2.0", models=[], settings={"fps": 1, "detail": options.detail})
        runs = [(first, gap[0]), (gap[1], last)] if first < gap[0] < last else [(first, last)]
        for number, (begin, end) in enumerate(runs):
            if number:
                writer.add("gap", begin, **{"from": stamp(gap[0]), "to": stamp(gap[1]), "reason": "disconnected"})
            writer.add("stream_start", begin, run=number + 1, codec="h264", container="rtsp", frame_width=1280,
                       frame_height=720, pixel_format="yuv420p", color_range="tv", clock="ntp", time_origin="clock",
                       source="rtsp://192.0.2.10/s")
            if not number:
                writer.add("region", begin, kind="zone", name=options.zone, points=[[.55, .35], [.95, .35], [.95, .9], [.55, .9]], anchor="feet")
                writer.add("region", begin, kind="zone", name="counter", points=[[.05, .3], [.3, .3], [.3, .7], [.05, .7]], anchor="feet")
                writer.add("region", begin, kind="line", name="door", points=[[.45, .2], [.5, .98]], anchor="feet")
                writer.add("region", begin, kind="mask", points=[[0, 0], [.2, 0], [.2, .12], [0, .12]])
            writer.add("stream_end", end, reason="disconnected" if number + 1 < len(runs) else "interrupted", frames=9, analyzed=9, decode_errors=0)
        writer.add("session_end", last, analyzed=9, paths=9, points=9, faces=0)

    visits, crossings, track, seconds = [], [], 0, 0.0
    while seconds < sessions[-1][1]:
        people = rate(seconds)
        if people < 0.01:
            seconds += 600
            continue
        seconds += rng.expovariate(people / 60)
        length, inward = round(rng.uniform(8, 60)), rng.random() < .52
        if not seen(seconds - 1, seconds + length + 2):
            continue
        track += 1
        start, y, sway = round(seconds), rng.uniform(.4, .8), rng.uniform(-.15, .15)
        points = []
        for second in range(length + 1):
            share = second / length
            x = .02 + .96 * (share if inward else 1 - share) + .02 * math.sin(second)
            points.append((x, y + sway * math.sin(math.pi * share)))
        box = lambda point: {"left": round(point[0] - .04, 5), "top": round(point[1] - .35, 5), "width": .08, "height": .35}
        writer.add("path_start", start, track=track, frame=start, pts_ms=start * 1000, box=box(points[0]), entry="left" if inward else "right")
        inside, dwell, entered, crossed = False, 0, 0, {"in": 0, "out": 0}
        for second, point in enumerate(points):
            time = start + second
            writer.add("path", time, track=track, frame=time, pts_ms=time * 1000, box=box(point), confidence=80, source="measured")
            now = .55 <= point[0] <= .95 and .35 <= point[1] <= .9
            if now and not inside:
                entered, began = entered + 1, time
                visits.append((time, 1))
                writer.add("zone", time, track=track, name=options.zone, action="enter", pts_ms=time * 1000, people=1)
            if inside and (not now or second == length):
                dwell += (time - began) * 1000
                visits.append((time, -1, time - began))
                writer.add("zone", time, track=track, name=options.zone, action="leave", pts_ms=time * 1000, people=0, cause="walked_out", dwell_ms=(time - began) * 1000)
                now = False
            inside = now
            if second and (points[second - 1][0] < .475) != (point[0] < .475):
                direction = "in" if point[0] >= .475 else "out"
                crossed[direction] += 1
                crossings.append((time, direction, track))
                # Totals begin anew with each session.
                here = [other for other in crossings if (other[0] < sessions[1][0]) == (time < sessions[1][0])]
                total = lambda wanted: sum(1 for other in here if other[1] == wanted)
                writer.add("line", time, track=track, name="door", direction=direction, place={"x": .475, "y": round(point[1], 5)}, pts_ms=time * 1000,
                           **{"in": total("in"), "out": total("out"), "people": len({other[2] for other in here})})
        end = start + length
        writer.add("path_end", end, track=track, cause="left_frame", start=stamp(start), end=stamp(end), duration_ms=length * 1000,
                   points=length + 1, distance=.96, mean_speed=round(.96 / length, 5), entry="left" if inward else "right",
                   exit="right" if inward else "left", zones=[{"name": options.zone, "dwell_ms": dwell, "entries": entered}] if entered else [],
                   lines=[{"name": "door", **crossed}] if crossings else [])

    changes = sorted((visit[0], visit[1]) for visit in visits)
    totals = [0] + list(itertools.accumulate(step for _, step in changes))

    def most(begin, end):
        first, last = (bisect.bisect_left(changes, (time, -9)) for time in (begin, end))
        return max(totals[first:last + 1])

    for first, last in sessions:
        for begin in range(first, last, 60):
            end = begin + 60
            away = max(0, min(end, gap[1]) - max(begin, gap[0]))
            entered = sum(1 for visit in visits if visit[1] == 1 and begin <= visit[0] < end)
            left = [visit[2] for visit in visits if visit[1] == -1 and begin <= visit[0] < end]
            zone = {"name": options.zone}
            if away < 60:
                zone |= {"people_min": 0, "people_max": most(begin, end), "people_mean": round(sum(left) / 60, 3)}
            zone |= {"entered": entered, "left": len(left)} | ({"dwell_ms_mean": round(sum(left) * 1000 / len(left))} if left else {})
            counter = {"name": "counter", "entered": 0, "left": 0} | ({"people_min": 0, "people_max": 0, "people_mean": 0} if away < 60 else {})
            lines = [{"name": "door", **{way: sum(1 for cross in crossings if cross[1] == way and begin <= cross[0] < end) for way in ("in", "out")}, "people": 0}]
            writer.add("counts", end, **{"from": stamp(begin), "to": stamp(end), "interval_ms": 60000, "observed_share": round(1 - away / 60, 5), "zones": [zone, counter], "lines": lines})
    with open(options.out, "w", encoding="utf-8") as file:
        writer.write(file, sessions)


main()
