"""Benchmarks/run: how fast Footpath is on a clip, stage by stage, in memory, and beside the Python peer.

Imports nothing large: Linux counts the parent's memory at the fork in a child's peak, and the children are measured.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tables import table

BENCHMARKS = Path(__file__).resolve().parent
ROOT = BENCHMARKS.parent
PERSON_NETWORK = ROOT / "Sources/CPersonNetwork/footpath-person.onnx"
LOOPS = 4  # how many times over the longer clip of the memory comparison plays


def main() -> None:
    arguments = parse_arguments()
    if not arguments.footpath.is_file():
        sys.exit(f"run: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    if not arguments.video.is_file():
        sys.exit(f"run: no video at {arguments.video}")
    cores = len(os.sched_getaffinity(0))
    try:
        with tempfile.TemporaryDirectory() as folder:
            result = measure(arguments, cores, Path(folder))
    except subprocess.CalledProcessError as error:
        sys.exit(f"run: exit code {error.returncode} from: {' '.join(error.cmd)}")
    except FileNotFoundError as error:
        sys.exit(f"run: {error.filename} isn't there: `swift build -c release` makes it")
    print(report(result))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run", description="Prints Footpath's speed, its bound, its memory and a Python peer's speed."
    )
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", metavar="BIN")
    parser.add_argument("--input-size", default="448x256", metavar="WxH", help="of the network, for both (448x256)")
    parser.add_argument("--no-peer", action="store_true", help="leave the Python peer out (it needs PyPI once)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    return parser.parse_args()


def measure(arguments: argparse.Namespace, cores: int, folder: Path) -> dict:
    """Returns every figure of the report. Raises CalledProcessError when a program fails."""
    footpath, video, size = str(arguments.footpath), arguments.video, arguments.input_size
    command = [str(arguments.footpath.parent / "stage-benchmark"), str(video), "--input-size", size, "--workers", str(cores)]
    stages = json.loads(output_of(command))
    result = {"video": video.name, "input_size": size, "cores": cores, "footpath": stages}
    result["bound"] = bound(stages, cores)
    result["peak_memory_mb"] = measure_memory(footpath, video, size, folder)
    if not arguments.no_peer:
        alike = json.loads(output_of([*command, "--scales", "1", "--face-fps", "0"]))
        result["like_the_peer"] = {**alike, "bound": bound(alike, cores)}
        result["peer"] = measure_peer(video, size, cores, folder)
        for run in result["peer"]:
            run["footpath_ratio"] = result["like_the_peer"]["bound"]["pipeline_fps"] / run["fps"]
    return result


def bound(stages: dict, cores: int) -> dict:
    """The frames/s that all cores would reach if nothing ever waited, and how much of it the pipeline reaches."""
    cpu_ms = sum(stages["stages_ms"].values())
    fps = 1000 * cores / cpu_ms
    reached = next(run["fps"] for run in stages["pipeline"] if run["workers"] == cores)
    return {"cpu_ms_per_frame": cpu_ms, "fps": fps, "pipeline_fps": reached, "pipeline_ratio": reached / fps}


def measure_memory(footpath: str, video: Path, size: str, folder: Path) -> dict:
    """Peak memory (MB) of `footpath analyze` on the clip and on the clip several times over: length must not matter."""
    longer = folder / f"longer{video.suffix}"
    loop = ["ffmpeg", "-v", "error", "-stream_loop", str(LOOPS - 1), "-i", str(video), "-map", "0:v:0", "-c", "copy"]
    output_of([*loop, str(longer)])
    analyze = [footpath, "analyze", "--input-size", size, "--quiet", "--force", "--output", str(folder / "paths.jsonl")]
    once, repeated = peak_memory([*analyze, str(video)]), peak_memory([*analyze, str(longer)])
    return {"clip": once, f"clip_{LOOPS}_times": repeated, "growth": repeated - once}


def measure_peer(video: Path, size: str, cores: int, folder: Path) -> list[dict]:
    """Runs the peer as a plain loop, with ONNX Runtime on one thread and on all cores, and with a pool of threads."""
    command = [str(BENCHMARKS / "python"), str(BENCHMARKS / "peer.py"), str(video), "--input-size", size]
    command += ["--model", str(PERSON_NETWORK), "--output", str(folder / "peer.jsonl")]
    runs = []
    for name, threads, workers in (("loop", 1, 1), ("loop", cores, 1), ("pool", 1, cores)):
        figures = json.loads(output_of([*command, "--threads", str(threads), "--workers", str(workers)]))
        runs.append({"name": name, "threads": threads, "workers": workers, **figures})
    return runs


def output_of(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def peak_memory(command: list[str]) -> float:
    """Returns the largest resident set (MB, 2^20 bytes) of a program's run. Raises CalledProcessError as run() does."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return usage.ru_maxrss / 1024


def report(result: dict) -> str:
    """Lays the figures out for people."""
    footpath, limit = result["footpath"], result["bound"]
    alone = (("decode only", "decode_fps"), ("inference only", "infer_fps"))
    speeds = [[name, f"{footpath[key]:.1f}", ""] for name, key in alone]
    speeds += [
        [f"pipeline, workers: {run['workers']}", f"{run['fps']:.1f}", f"{run['cpu_ms_per_frame']:.2f}"]
        for run in footpath["pipeline"]
    ]
    stages = [[stage, f"{ms:.2f}"] for stage, ms in footpath["stages_ms"].items()]
    stages.append(["total", f"{limit['cpu_ms_per_frame']:.2f}"])
    peaks = [[name.replace("_", " "), f"{megabytes:.1f}"] for name, megabytes in result["peak_memory_mb"].items()]
    parts = [
        f"{result['video']}: {footpath['frames']} frames, input {result['input_size']}, {result['cores']} cores",
        table(["Footpath", "frames/s", "CPU ms/frame"], speeds),
        table(["stage", "CPU ms/frame"], stages),
        f"bound: {result['cores']} cores / {limit['cpu_ms_per_frame']:.2f} ms = {limit['fps']:.1f} frames/s;"
        f" the pipeline reaches {limit['pipeline_ratio']:.2f} of it",
        table(["peak memory of footpath analyze", "MB"], peaks),
    ]
    if "peer" in result:
        alike = result["like_the_peer"]["bound"]
        parts.append(
            f"Footpath doing what the peer does (one scale, no faces): {alike['pipeline_fps']:.1f} frames/s,"
            f" {alike['cpu_ms_per_frame']:.2f} CPU ms/frame, {alike['pipeline_ratio']:.2f} of its bound"
        )
        parts.append(report_peer(result["peer"]))
    return "\n\n".join(parts)


def report_peer(runs: list[dict]) -> str:
    rows = [
        [
            f"{run['name']}, threads: {run['threads']}, workers: {run['workers']}",
            *(f"{run[key]:.1f}" for key in ("fps", "cpu_ms_per_frame", "peak_memory_mb")),
            str(run["people"]),
            f"{run['footpath_ratio']:.2f}",
        ]
        for run in runs
    ]
    script = min(run["footpath_ratio"] for run in runs if run["name"] == "loop")
    pool = min(run["footpath_ratio"] for run in runs if run["name"] == "pool")
    return (
        table(["Python peer", "frames/s", "CPU ms/frame", "MB", "people", "Footpath / peer"], rows)
        + f"\n\nFootpath / peer: {script:.2f} against the plain script's better threading, {pool:.2f} against its"
        " thread pool"
    )


if __name__ == "__main__":
    main()
