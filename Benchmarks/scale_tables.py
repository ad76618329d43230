"""What many machines take for the recordings of many cameras: the simulation on measured piece times."""

import json
import random
import statistics
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from scale_simulation import Cluster, Piece, Result, Task, simulate
from tables import table

MINUTE, HOUR, DAY = 60, 3600, 86400
SAMPLE = Path(__file__).resolve().parent / "results/scale-pieces.json"
OVERLAP = 10
# The sample's pictures come 10 to 30 a second, the simulated cameras' so many:
FRAME_RATE = 25
MACHINES = [1, 10, 100, 1000]
LENGTHS = [2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR]
CORES = 16


@dataclass(frozen=True)
class Sample:
    """What was measured on one core: seconds for a frame, of each piece of each video; seconds of start-up; bytes of records for a frame and
    a point, as they are and compressed; points a frame that was analysed; MB of memory."""

    costs: dict[str, list[float]]
    start_up: float
    frame_bytes: float
    point_bytes: float
    compressed: float
    people: float
    memory: float

    def frame_seconds(self) -> float:
        return statistics.mean(statistics.mean(costs) for costs in self.costs.values())


def read_sample(settings: str = "", file: Path = SAMPLE) -> Sample:
    """What was measured with these settings. Where frames are left out a frame costs what its camera's rate makes it cost, so that videos of
    fewer frames a second don't count then."""
    content = json.loads(file.read_text())
    start_up = statistics.median(content["start_up"])
    costs = defaultdict(list)
    pieces = [piece for piece in content["pieces"] if piece["settings"] == settings and (not settings or piece["rate"] >= FRAME_RATE)]
    for piece in pieces:
        costs[piece["video"]].append(max(0.0, piece["processor_seconds"] - start_up) / piece["frames"])
    total = {key: sum(piece[key] for piece in pieces) for key in ["frames", "analyzed", "points", "bytes", "compressed"]}
    return Sample(
        dict(costs), start_up, total["bytes"] / total["frames"], total["bytes"] / total["points"], total["compressed"] / total["points"],
        total["points"] / total["analyzed"], max(piece["memory"] for piece in pieces),
    )  # fmt: skip


@dataclass(frozen=True)
class Recordings:
    """Files of so many seconds, each of a camera that is like one of the sample's videos; `bit_rate` in bits a second."""

    files: int
    seconds: float
    bit_rate: float = 4e6

    @property
    def hours(self) -> float:
        return self.files * self.seconds / HOUR


def cut(recordings: Recordings, length: float, sample: Sample, together: int = 1, seed: int = 0) -> list[Task]:
    """The plan: pieces of `length` seconds, `together` of them for one process."""
    source = random.Random(seed)
    videos = sorted(sample.costs)
    pieces = []
    for _ in range(recordings.files):
        costs = sample.costs[source.choice(videos)]
        at = 0.0
        while at < recordings.seconds:
            own = min(length, recordings.seconds - at)
            # What lies before the cut is looked at from a keyframe on, which come every two seconds.
            before = OVERLAP + source.uniform(0, 2) if at else 0.0
            cost = source.choice(costs) * FRAME_RATE
            moved = (own + before) * (recordings.bit_rate / 8 + sample.frame_bytes * FRAME_RATE)
            pieces.append(Piece(own * cost, before * cost, moved))
            at += own
    return [tuple(pieces[place : place + together]) for place in range(0, len(pieces), together)]


def calm(machines: int, sample: Sample) -> Cluster:
    """A cluster of one's own: a machine in a hundred is lost in a year and a half, a process in a thousand hours is killed."""
    return Cluster(
        machines, CORES, start_up=sample.start_up, start_rate=50, requeue=121, failure=500 * DAY, repair=4 * HOUR, detection=300,
        kill=1000 * HOUR,
    )  # fmt: skip


def rough(machines: int, sample: Sample) -> Cluster:
    """Machines that others have a right to: each is taken every eight hours for one, lost every thirty days, 2 % are three times slower."""
    return replace(
        calm(machines, sample), failure=30 * DAY, kill=100 * HOUR, preemption=8 * HOUR, preempted=HOUR, slow_share=0.02, slow=3
    )


CLUSTERS = {"calm": calm, "rough": rough}


def one(job: tuple) -> Result:
    """The mean of several seeds: what happens to few machines varies."""
    recordings, length, together, name, machines, changes, sample = job
    cluster = replace(CLUSTERS[name](machines, sample), **changes)
    results = [simulate(cut(recordings, length, sample, together, seed), cluster, seed) for seed in range(max(1, min(10, 300 // machines)))]
    return Result(*(statistics.mean(values) for values in zip(*map(astuple, results), strict=True)))


def cameras_day(cameras: int) -> Recordings:
    return Recordings(files=24 * cameras, seconds=HOUR)


# Three for each machine: work for about an hour.
CAMERAS = 3


def print_tables(quick: bool) -> None:
    sample = read_sample()
    print(f"  {sample.frame_seconds() * 1000:.1f} ms a frame, {sample.start_up:.2f} s of start-up, {FRAME_RATE} frames/s")
    with ProcessPoolExecutor() as pool:
        for title, headings, jobs, row in tables(sample, most=100 if quick else 1000):
            results = pool.map(one, jobs)
            print(f"\n{title}\n")
            print(table(headings, [row(job, result) for job, result in zip(jobs, results, strict=True)]), flush=True)


def tables(sample: Sample, most: int):
    machines = [count for count in MACHINES if count <= most]

    def job(count, length=10 * MINUTE, together=1, name="rough", recordings=None, **changes):
        return recordings or cameras_day(CAMERAS * count), length, together, name, count, changes, sample

    def usual(job: tuple, result: Result) -> list[str]:
        share = result.share(job[4] * CORES)
        ideal = result.useful / (job[4] * CORES)
        return [
            duration(ideal), duration(result.makespan), f"{ideal / result.makespan:.2f}",
            *(f"{abs(100 * share[name]):.1f}" for name in ["overlap", "start_up", "slow", "reading", "lost", "away", "idle"]),
        ]  # fmt: skip

    columns = ["ideal", "time", "ideal/time", "overlap %", "start-up %", "slow %", "reading %", "lost %", "away %", "idle %"]
    yield (
        f"A day of {CAMERAS} cameras for each machine of {CORES} cores, pieces of 10 minutes",
        ["cluster", "machines", *columns],
        [job(count, name=name) for name in CLUSTERS for count in machines],
        lambda job, result: [job[3], str(job[4]), *usual(job, result)],
    )
    yield (
        "The same (rough) with pieces of other lengths",
        ["machines", "piece", *columns],
        [job(count, length) for count in machines[1:] for length in LENGTHS if length >= 5 * MINUTE or count < 1000],
        lambda job, result: [str(job[4]), duration(job[1]), *usual(job, result)],
    )
    yield (
        f"The day of {CAMERAS * 100} cameras (rough) on fewer and more machines, pieces of 10 minutes",
        ["machines", *columns],
        [job(count, recordings=cameras_day(CAMERAS * 100)) for count in machines],
        lambda job, result: [str(job[4]), *usual(job, result)],
    )
    yield (
        f"{most} machines (calm) and a scheduler that starts so many processes a second, each for so many pieces of 10 minutes",
        ["starts/s", "pieces", *columns],
        [job(most, together=n, name="calm", start_rate=rate) for rate in [2, 10, 50, 200] for n in [1, 6]],
        lambda job, result: [f"{job[5]['start_rate']}", str(job[2]), *usual(job, result)],
    )
    yield (
        f"A file system of so many GB/s for all (calm), files of {Recordings(0, 0).bit_rate / 1e6:.0f} Mbit/s",
        ["machines", "GB/s", *columns],
        [job(count, name="calm", bandwidth=b) for count in machines[1:] for b in [0.125e9, 1.25e9, 12.5e9]],
        lambda job, result: [str(job[4]), f"{job[5]['bandwidth'] / 1e9}", *usual(job, result)],
    )
    week = Recordings(files=1, seconds=7 * DAY)
    yield (
        "One recording of a week (rough)",
        ["machines", "piece", *columns],
        [job(count, length, recordings=week) for count in MACHINES[:3] for length in LENGTHS],
        lambda job, result: [str(job[4]), duration(job[1]), *usual(job, result)],
    )


def print_capacity() -> None:
    """What machines that are always busy come to, by the mean of the sample's videos, with one person in view on average."""
    for settings, rate in [("", FRAME_RATE), ("--fps 5", 5)]:
        sample = read_sample(settings)
        speed = 1 / sample.frame_seconds()
        print(
            f"\n{settings or 'as it comes'}: {speed:.0f} frames/s a core, {sample.memory:.0f} MB, {sample.point_bytes:.0f} bytes a point "
            f"({sample.compressed:.0f} compressed), {sample.people:.1f} people in view\n"
        )
        rows = []
        for machines in MACHINES:
            cameras = machines * CORES * speed / FRAME_RATE
            day = cameras * DAY * rate * sample.point_bytes / 1e9
            compressed = day * sample.compressed / sample.point_bytes
            reading = cameras * Recordings(0, 0).bit_rate / 8e6
            cells = [cameras, cameras * 24, day, compressed, reading, day * 1e3 / DAY]
            rows.append([str(machines), *(f"{cell:.3g}" if cell < 100 else f"{cell:.0f}" for cell in cells)])
        print(table(["machines", "cameras", "hours/day", "records GB/day", "compressed", "reading MB/s", "writing MB/s"], rows))


def duration(seconds: float) -> str:
    if seconds >= HOUR:
        return f"{seconds / HOUR:.1f} h"
    return f"{seconds / MINUTE:.1f} min" if seconds >= MINUTE else f"{seconds:.0f} s"
