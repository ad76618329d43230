"""Slurm on loopback (Tests/Deploy): two nodes of one core each."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scale_parts import ROOT, Batch, ffmpeg, footage, told, took

sys.path.insert(0, str(ROOT / "Tests/Deploy"))
CLIPS = 20


def cluster(footpath: Path, folder: Path, more: str = ""):
    """Its tasks find the program by the name `footpath`."""
    import parts

    program = folder / "program/footpath"
    if not program.exists():
        program.parent.mkdir()
        program.symlink_to(footpath)
    parts.PROGRAM = str(program)
    from cluster import Cluster

    try:
        return Cluster(more=more)
    except parts.Skipped as reason:
        print(f"  skipped: {reason}")
        return None


def twenty_clips(options, folder: Path) -> None:
    place = folder / "clips"
    place.mkdir()
    names = clips(place, 4 if options.quick else 30)
    spent = took([options.footpath, "analyze", *names, "-o", folder / "one.jsonl", "--workers", 1], core=0)
    # What two cores can do at all: both halves at once, each on its own.
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda core: took(
            [options.footpath, "analyze", *names[core::2], "-o", folder / f"half{core}.jsonl", "--workers", 1], core), [0, 1]))
    bound = max(one.seconds for one in both)
    slurm = cluster(options.footpath, folder)
    if slurm is None:
        return
    try:
        for together in [1, CLIPS // 2]:
            work = folder / f"slurm{together}"
            work.mkdir()
            batch = Batch(options.footpath, work, names)
            begin = time.monotonic()
            submit(slurm, batch, together)
            seconds = time.monotonic() - begin
            merged = folder / f"merged{together}.jsonl"
            batch.merge(merged)
            same = merged.read_bytes() == (folder / "one.jsonl").read_bytes()
            print(f"  {CLIPS} clips, {together} for each start: {seconds:.1f} s; merged bytes {'are analyze’s' if same else 'DIFFER'}")
            told(f"one core / two nodes, {together} clips a start", spent.seconds / seconds, "1.9")
        print(f"  one core {spent.seconds:.1f} s ({spent.processor:.1f} s of it at work); halves at once on two cores {bound:.1f} s")
        told("one core / two without Slurm", spent.seconds / bound)
    finally:
        slurm.close()


def clips(place: Path, seconds: int) -> list[Path]:
    """Of the same length: parts of what there is, over and over. Both halves are alike, so that two nodes have the same to do."""
    videos, names = list(footage().values()), []
    for number in range(CLIPS):
        names.append(place / f"{number:02d}.mp4")
        ffmpeg("-stream_loop", -1, "-i", videos[number % (CLIPS // 2) % len(videos)], "-t", seconds, "-c", "copy", "-an", names[-1])
    return names


def submit(slurm, batch: Batch, together: int) -> None:
    """The array as docs/batch.md has it; returns when all of it is done."""
    script = ROOT / "deploy/slurm/footpath-batch.sbatch"
    more = ["--per-index", together] if together > 1 else []
    slurm.slurm(
        "sbatch", "--wait", f"--array=0-{-(-batch.count // together) - 1}", f"--output={batch.results.parent}/%a.log", script, batch.plan, *more
    )


def start_rate(options, folder: Path) -> None:
    """Of an array of tasks that do nothing: how soon two nodes are free for the next, and what the controller takes."""
    slurm = cluster(options.footpath, folder, "MaxArraySize=1001")
    if slurm is None:
        return
    try:
        count = 40 if options.quick else 200
        before, begin = processor_seconds(slurm.controller.pid), time.monotonic()
        slurm.slurm("sbatch", "--wait", f"--array=0-{count - 1}", "--output=/dev/null", "--wrap=true")
        each = (time.monotonic() - begin) * 2 / count
        spent = (processor_seconds(slurm.controller.pid) - before) / count
        print(f"  Slurm: {count} empty tasks, each {each:.2f} s on a node, of which the controller is busy for {spent * 1000:.1f} ms")
    finally:
        slurm.close()


def processor_seconds(process: int) -> float:
    times = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
