"""Measures real pieces on one core, for the simulation and for docs/scale.md: Benchmarks/results/scale-pieces.json."""

import gzip
import json
import os
import platform
import statistics
import time
from collections import Counter
from pathlib import Path

from scale_parts import Batch, Took, ffmpeg, footage, frame_rate
from scale_tables import SAMPLE
from tables import table

# Seconds; the last is longer than all footage.
LENGTHS = [30, 600]
CORE = 0


def measure(footpath: Path, folder: Path, quick: bool, keep: bool) -> None:
    videos = footage()
    if quick:
        videos = dict(list(videos.items())[:2])
    large = folder / "large.mp4"
    ffmpeg("-i", videos["crossing"], "-vf", "scale=1920:1080", "-c:v", "libx264", "-preset", "veryfast", "-crf", 23, large)
    content = {
        "measured": time.strftime("%Y-%m-%d", time.gmtime()),
        "processor": processor(),
        "load": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
        "start_up": start_up(footpath, folder, videos["crossing"], 3 if quick else 5),
        "pieces": [],
    }
    for settings in [[], ["--fps", "5"]]:
        for name, file in (videos | {"crossing 1080p": large}).items():
            for length in LENGTHS[-1:] if quick or settings or file == large else LENGTHS:
                content["pieces"] += rows(footpath, folder, name, file, length, settings)
    print_means(content)
    if keep:
        SAMPLE.write_text(json.dumps(content, indent=1).replace("\n   ", " ").replace("\n  }", " }") + "\n")
        print(f"  written: {SAMPLE}")


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def start_up(footpath: Path, folder: Path, video: Path, turns: int) -> list[float]:
    """Processor seconds of a piece of one frame: nearly all of it starting and loading the networks."""
    frame = folder / "frame.mp4"
    ffmpeg("-i", video, "-frames:v", 1, frame)
    batch = Batch(footpath, place(folder), [frame])
    spent = []
    for _ in range(turns):
        spent.append(round(batch.run(0, CORE).processor, 3))
        batch.file(0).unlink()
    return spent


def place(folder: Path) -> Path:
    new = folder / f"{len(list(folder.iterdir()))}"
    new.mkdir()
    return new


def rows(footpath: Path, folder: Path, name: str, video: Path, length: int, settings: list[str]) -> list[dict]:
    batch = Batch(footpath, place(folder), [video], "--piece", f"{length}s", *settings)
    rate = frame_rate(video)
    if length != LENGTHS[-1] and batch.count == 1:
        return []
    return [row(batch, piece, batch.run(piece, CORE), name, length, settings, rate) for piece in range(batch.count)]


def row(batch: Batch, piece: int, spent: Took, name: str, length: int, settings: list[str], rate: float) -> dict:
    content, end = batch.file(piece).read_bytes(), batch.end(piece)
    # A piece counts frames as the whole file does.
    before = batch.videos[0].get("pieces", [{"firstFrame": 0}])[piece if batch.count > 1 else 0]["firstFrame"]
    points = content.count(b'"event":"path",')
    return {
        "video": name,
        "settings": " ".join(settings),
        "length": length,
        "rate": rate,
        "frames": end["frames"] - before,
        "analyzed": end["analyzed"],
        "processor_seconds": round(spent.processor, 3),
        "seconds": round(spent.seconds, 3),
        "memory": round(spent.memory),
        "points": points,
        "bytes": len(content),
        "compressed": len(gzip.compress(content, 6)),
    }


def print_means(content: dict) -> None:
    """A line for each video, of its longest pieces."""
    start = statistics.median(content["start_up"])
    print(f"  start-up {start:.2f} s ({min(content['start_up'])} to {max(content['start_up'])}), {content['processor']}, load {content['load']}")
    counts = Counter()
    for piece in content["pieces"]:
        counts[piece["video"], piece["settings"], piece["length"]] += 1
    cells = []
    for video, settings, length in counts:
        pieces = [one for one in content["pieces"] if (one["video"], one["settings"], one["length"]) == (video, settings, length)]
        total = {key: sum(one[key] for one in pieces) for key in ["frames", "analyzed", "processor_seconds", "points", "bytes", "compressed"]}
        spent = total["processor_seconds"] - start * len(pieces)
        points = max(1, total["points"])
        cells.append(
            [video, settings, str(length), str(len(pieces)), f"{total['frames'] / spent:.0f}", f"{total['points'] / total['analyzed']:.1f}",
             f"{total['bytes'] / points:.0f}", f"{total['compressed'] / points:.0f}", str(max(one["memory"] for one in pieces))]
        )  # fmt: skip
    print(table(["video", "settings", "piece s", "pieces", "frames/s", "people", "bytes/point", "gzip", "MB"], cells))
