"""What the parts of Benchmarks/scale share: programs and what they take, plans, videos."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT / "../shared"
CROSSING = ROOT / "SampleVideos/crossing.mp4"


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of processors, MB at most in memory, of a program and those it waited for."""

    seconds: float
    processor: float
    memory: float


def took(command: list, core: int | None = None, expected: int = 0, **options) -> Took:
    """Runs a program, on one core where it is given; ends all where it fails."""
    command = [str(word) for word in (["taskset", "-c", core] if core is not None else []) + command]
    begin = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, **options)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expected:
        sys.exit(f"exit code {process.returncode} from {' '.join(command)}\n{error.decode(errors='replace')}")
    return Took(time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def told(what: str, ratio: float, wanted: str = "") -> None:
    print(f"{what}: {ratio:.3f}" + (f" ({wanted})" if wanted else ""), flush=True)


class Batch:
    """A plan in a folder, with its results."""

    def __init__(self, footpath: Path, folder: Path, names: list, *options: str, core: int | None = None) -> None:
        self.footpath, self.plan, self.results = footpath, folder / "plan.json", folder / "plan.pieces"
        self.planning = took([footpath, "batch", "plan", *names, "-o", self.plan, *options], core)
        self.videos = read_plan(self.plan)
        self.count = self.videos[-1]["first_piece"] + len(self.videos[-1].get("pieces", [0]))

    def run(self, piece: int, core: int | None = None) -> Took:
        return took(self.run_command(piece), core)

    def run_command(self, piece: int | str) -> list:
        return [self.footpath, "batch", "run", self.plan, "--piece", piece, "--workers", 1]

    def merge(self, output: Path) -> Took:
        return took([self.footpath, "batch", "merge", self.plan, "-o", output, "--force"])

    def file(self, piece: int) -> Path:
        return self.results / f"{piece // 1000:03d}" / f"{piece:06d}.jsonl"

    def end(self, piece: int) -> dict:
        """The last line of a piece's file."""
        with open(self.file(piece), "rb") as file:
            return json.loads(file.readlines()[-1])


def read_plan(file: Path) -> list[dict]:
    """The plan's videos, one a line."""
    with open(file) as lines:
        return json.load(lines)["videos"]


def ffmpeg(*arguments) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"failed: {' '.join(command)}")


def footage() -> dict[str, Path]:
    """Videos of 2 seconds and more; those in ../shared where they are."""
    found = {
        "one-by-one": SHARED / "clips/one-by-one.mp4",
        "store-aisle": SHARED / "clips/store-aisle-detection.mp4",
        "head-pose": SHARED / "clips/head-pose-face-detection-female-and-male.mp4",
        "MOT17-13": SHARED / "clips/mot17-13/video.mp4",
        **{name: SHARED / f"videos/{name}/video.mp4" for name in ["MOT17-09-540p", "TUD-Stadtmitte"]},
    }
    absent = [name for name, file in found.items() if not file.is_file()]
    if absent:
        print(f"scale: skipped, not in ../shared: {', '.join(absent)}", file=sys.stderr)
    return {"crossing": CROSSING} | {name: file for name, file in found.items() if name not in absent}


def frame_rate(video: Path) -> float:
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=avg_frame_rate", "-of", "csv=p=0", video]
    frames, seconds = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("/")
    return int(frames) / int(seconds)
