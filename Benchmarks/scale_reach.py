"""What issue 15 wanted to be reached: each a ratio, or a bound, of one run."""

import os
import random
import shutil
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ground_truth import read_ground_truth
from records import Paths, read_paths
from scale_parts import CROSSING, Batch, Took, ffmpeg, told, took
from scale_video import RATE, make


@dataclass(frozen=True)
class Options:
    footpath: Path
    quick: bool


def cut(options: Options, folder: Path) -> None:
    """A video of ten minutes in ten pieces, beside the whole."""
    from track_metrics import track_metrics

    warnings.filterwarnings("ignore")
    seconds, pieces = (60, 3) if options.quick else (600, 10)
    video, truth_file, frames = make(folder, seconds * RATE)
    truth = read_ground_truth(truth_file)
    took([options.footpath, "analyze", video, "-o", folder / "whole.jsonl"])
    batch = Batch(options.footpath, folder, [video], "--piece", f"{-(-frames // RATE // pieces)}s")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(batch.run, range(batch.count)))
    batch.merge(folder / "merged.jsonl")
    whole, merged = (read_paths(folder / f"{name}.jsonl") for name in ["whole", "merged"])
    scores = [track_metrics(truth, paths) for paths in [whole, merged]]
    for name, paths, score in zip(["whole", f"{batch.count} pieces"], [whole, merged], scores, strict=True):
        print(
            f"  {name:9} {people(paths):4} people, {len(paths.points)} points, HOTA {score.hota:.2f}, IDF1 {score.idf1:.2f}, "
            f"MOTA {score.mota:.2f}, {score.id_switches} changes of id"
        )
    there = len(set(truth.rows[:, 1]))
    print(f"  {whole.frames} frames; {there} people in the ground truth; {same_points(whole, merged):.4f} of the points are the same")
    told("people counted in pieces / in the whole", people(merged) / people(whole), "1")
    told("HOTA in pieces less that of the whole", scores[1].hota - scores[0].hota, "0.3 at most")


def people(paths: Paths) -> int:
    return len({point.track for point in paths.points})


def same_points(one: Paths, other: Paths) -> float:
    first, second = ({(point.frame, point.box) for point in paths.points} for paths in [one, other])
    return len(first & second) / max(1, len(first | second))


def kill(options: Options, folder: Path) -> None:
    """Pieces of a whole file and of a cut one, killed at random moments and run again."""
    source, moments = random.Random(1), 5 if options.quick else 50
    short, long = folder / "short.mp4", folder / "long.mp4"
    for video, seconds in [(short, 3), (long, 27)]:
        ffmpeg("-stream_loop", 2, "-i", CROSSING, "-t", seconds, "-c:v", "libx264", "-g", 25, "-preset", "veryfast", video)
    quick = ["--input-size", "320x192", "--scales", "1", "--face-fps", "0"]
    batch = Batch(options.footpath, folder, [short, long], "--piece", "9s", "--overlap", "4s", *quick)
    durations = [batch.run(piece).seconds for piece in range(batch.count)]
    batch.merge(folder / "merged.jsonl")
    expected, killings, whole = (folder / "merged.jsonl").read_bytes(), 0, 0
    while killings < moments:
        piece = source.randrange(batch.count)
        batch.file(piece).unlink()
        moment = source.uniform(0, durations[piece])
        killings += killed(batch, piece, moment)
        whole += batch.file(piece).exists()
        batch.run(piece)
        batch.merge(folder / "merged.jsonl")
        if (folder / "merged.jsonl").read_bytes() != expected:
            sys.exit(f"piece {piece}, killed after {moment:.3f} s: other bytes")
    rest = [file.name for file in batch.results.rglob("*") if file.is_file() and file.suffix not in [".jsonl", ".json"]]
    print(f"  {batch.count} pieces; {killings} were killed at work, {whole} were done before; left behind: {rest or 'nothing'}")
    told("same bytes after SIGKILL, of all moments", 1, "1")


def killed(batch: Batch, piece: int, moment: float) -> bool:
    """Whether it was still running."""
    process = subprocess.Popen(list(map(str, batch.run_command(piece))), stderr=subprocess.DEVNULL)
    try:
        process.wait(moment)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def plan(options: Options, folder: Path) -> None:
    """A plan of many small files: hard links to a few hundred different ones. How large their pictures are decides: some are decoded."""
    for size, counts in [("160x90", [10_000, 100_000]), ("768x432", [10_000])]:
        place = folder / size
        place.mkdir()
        originals = different_files(place, size)
        rows = [planned(options, place, originals, count // 100 if options.quick else count) for count in counts]
        spent, rate, count = rows[-1]
        # What reads the same bytes and does nothing else but hash them.
        names = place / "names"
        names.write_bytes(b"".join(bytes(file) + b"\0" for file in sorted((place / f"{count}").rglob("*.mp4"))))
        with open(names, "rb") as file:
            peer = took(["xargs", "-0", "-n", "500", "-P", os.cpu_count(), "sha256sum"], stdin=file, stdout=subprocess.DEVNULL)
        told(f"files of {size} a second", rate, "500")
        told(f"sha256sum of the files / plan, seconds, {size}", peer.seconds / spent.seconds)
        if len(rows) > 1:
            told(f"memory for {count} files / for {rows[0][2]}", spent.memory / rows[0][0].memory, "1")


def different_files(folder: Path, size: str) -> list[Path]:
    """Two hundred of a second or two, each with another title."""
    originals = folder / "originals"
    originals.mkdir()
    for seconds in [1, 2]:
        video = folder / f"{seconds}.mp4"
        ffmpeg("-i", CROSSING, "-t", seconds, "-vf", f"scale={size}", "-c:v", "libx264", "-preset", "veryfast", video)
    files = [originals / f"{number}.mp4" for number in range(200)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, file in enumerate(files):
            pool.submit(ffmpeg, "-i", folder / f"{1 + number % 2}.mp4", "-c", "copy", "-metadata", f"title={number}", file)
    return files


def planned(options: Options, folder: Path, originals: list[Path], count: int) -> tuple[Took, float, int]:
    """What the plan of so many took, and files a second."""
    videos, output = folder / f"{count}", folder / f"{count}.json"
    for number in range(count):
        place = videos / f"{number // 1000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        os.link(originals[number % len(originals)], place / f"{number:06d}.mp4")
    spent = took([options.footpath, "batch", "plan", videos, "-o", output])
    each = sum(file.stat().st_size for file in originals) / len(originals)
    print(
        f"  {count} files of {each / 1000:.0f} kB: {spent.seconds:.1f} s, {1000 * spent.processor / count:.1f} ms of a processor each, "
        f"{spent.memory:.0f} MB, plan of {output.stat().st_size / 1e6:.1f} MB",
        flush=True,
    )
    return spent, count / spent.seconds, count


def merge(options: Options, folder: Path) -> None:
    """Pieces of so many records, beside cat of the same files; both write to the disk and wait for it."""
    from scale_records import cut_results, uncut_results

    count = 100_000 if options.quick else 10_000_000
    for name, make_results in [("whole files", uncut_results), ("one file cut", cut_results)]:
        place = folder / name.replace(" ", "-")
        place.mkdir()
        batch = make_results(options.footpath, place, count)
        files = folder / "files"
        names = [batch.file(piece) for piece in range(batch.count)]
        files.write_bytes(b"".join(bytes(file) + b"\0" for file in names))
        size = sum(file.stat().st_size for file in names)
        cats, merges = [], []
        for _ in range(2):
            with open(files, "rb") as file:
                cats.append(took(["sh", "-c", f"xargs -0 cat >{place}/cat && sync {place}/cat"], stdin=file))
            (place / "cat").unlink()
            merges.append(batch.merge(place / "merged.jsonl"))
            lines = sum(1 for _ in open(place / "merged.jsonl", "rb"))
            (place / "merged.jsonl").unlink()
        shutil.rmtree(place)
        best = [min(one.seconds for one in both) for both in (cats, merges)]
        print(
            f"  {name}: {count} points, {size / 1e6:.0f} MB in {batch.count} pieces, {lines} lines merged; cat {best[0]:.1f} s, "
            f"merge {best[1]:.1f} s ({min(one.processor for one in merges):.1f} s of a processor), {max(one.memory for one in merges):.0f} MB"
        )
        told(f"cat / merge, seconds, {name}", best[0] / best[1], "0.5")
        told(f"memory of merge in MB, {name}", max(one.memory for one in merges), "100 at most")


def slurm(options: Options, folder: Path) -> None:
    """Twenty clips by two slurmd of one core each, and by one core; starts a second."""
    from scale_slurm import start_rate, twenty_clips

    twenty_clips(options, folder)
    start_rate(options, folder)
