"""Scripts/evaluate: how well the built binary finds and follows people, beside others, on videos with ground truth."""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from average_precision import average_precision
from ground_truth import GroundTruth, read_ground_truth
from peer_yolox import YOLOX, find_people
from records import PathPoint, Paths, read_paths
from tables import table
from track_metrics import track_metrics
from track_peers import PEERS

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT / "../shared"
DEFAULT_VIDEOS = [
    *((SHARED / "videos" / name / "video.mp4") for name in ("MOT17-09-540p", "TUD-Campus", "TUD-Stadtmitte")),
    SHARED / "clips/mot17-13/video.mp4",
    ROOT / "SampleVideos/crossing.mp4",
]
YOLOX_NANO = SHARED / "models/yolox_nano.onnx"
HEADINGS = ["AP50", "HOTA", "DetA", "AssA", "IDF1", "MOTA", "IDs", "CPU ms"]
LOWEST_CONFIDENCE = 1  # percent, of what is recorded for AP50


@dataclass(frozen=True)
class Sequence:
    name: str
    video: Path
    truth: GroundTruth


@dataclass(frozen=True)
class Row:
    """AP50, HOTA, DetA, AssA, IDF1 and MOTA in percent, changes of id, CPU milliseconds a frame."""

    values: tuple[float, ...]

    def cells(self) -> list[str]:
        *percent, switches, cost = self.values
        return [*(f"{value:.1f}" for value in percent), f"{switches:.0f}", f"{cost:.1f}"]


def main() -> None:
    arguments = parse_arguments()
    warnings.filterwarnings("ignore")
    if not arguments.footpath.is_file():
        sys.exit(f"evaluate: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    try:
        sequences = find_sequences(arguments.videos)
        if not sequences:
            sys.exit("evaluate: no video with ground truth to evaluate")
        # The peers run on one thread: the same paths by one worker say what that costs.
        settings = {"Footpath": [], "Footpath, one worker": ["--workers", "1"], "Footpath, best": ["--quality", "best"]}
        settings |= {f"Footpath {text}": text.split() for text in arguments.also}
        if arguments.model.is_file():
            settings["Footpath, YOLOX-Nano"] = ["--model", str(arguments.model)]
        else:
            print(f"evaluate: skipped, not here: {arguments.model} (a network to compare with, for peers)", file=sys.stderr)
        compare(sequences, settings, arguments)
    except (OSError, ValueError) as error:
        sys.exit(f"evaluate: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"evaluate: exit code {error.returncode} from: {' '.join(error.cmd)}\n{error.stderr}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Scripts/evaluate",
        description="Prints how well Footpath finds and follows people, and what a frame costs, beside a detector and "
        "trackers from PyPI on the same frames.",
        epilog="Without VIDEO GT: the videos with ground truth in ../shared, where there are any, and "
        "SampleVideos/crossing.mp4.",
    )
    parser.add_argument("videos", nargs="*", type=Path, metavar="VIDEO GT", help="a video, its MOT ground truth, ...")
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", metavar="BIN")
    parser.add_argument("--model", type=Path, default=YOLOX_NANO, help="the peers' YOLOX, also run by Footpath")
    parser.add_argument("--also", action="append", default=[], metavar="'--OPTION ...'", help="further settings")
    parser.add_argument("--no-peers", action="store_true", help="Footpath only")
    arguments = parser.parse_args()
    if len(arguments.videos) % 2:
        parser.error("each VIDEO needs its GT file")
    return arguments


def find_sequences(given: list[Path]) -> list[Sequence]:
    """Returns what to evaluate. A default video that is absent is skipped, saying so; a given one must exist."""
    if given:
        pairs = list(zip(given[::2], given[1::2], strict=True))
    else:
        pairs = [
            (video, video.parent / "gt/gt.txt" if video.stem == "video" else video.with_suffix(".gt.txt"))
            for video in DEFAULT_VIDEOS
        ]
    sequences = []
    for video, truth_file in pairs:
        if not given and not (video.is_file() and truth_file.is_file()):
            print(f"evaluate: skipped, not here: {video}", file=sys.stderr)
            continue
        video = video.resolve(strict=True)
        name = video.parent.name if video.stem == "video" else video.stem
        sequences.append(Sequence(name, video, read_ground_truth(truth_file)))
    return sequences


def compare(sequences: list[Sequence], settings: dict[str, list[str]], arguments: argparse.Namespace) -> None:
    """Prints the rows of each video, then the means of the videos."""
    found: dict[str, list[Row]] = {}
    for sequence in sequences:
        rows = {name: footpath_row(sequence, arguments.footpath, flags) for name, flags in settings.items()}
        if arguments.model.is_file() and not arguments.no_peers:
            rows |= peer_rows(sequence, arguments.model)
        for name, row in rows.items():
            found.setdefault(name, []).append(row)
        print(table(["video", "", *HEADINGS], [[sequence.name, name, *row.cells()] for name, row in rows.items()]))
        print(flush=True)
    means = {name: Row(tuple(np.mean([row.values for row in rows], axis=0))) for name, rows in found.items()}
    print(table(["mean of videos", *HEADINGS], [[name, *row.cells()] for name, row in means.items()]))


def footpath_row(sequence: Sequence, footpath: Path, flags: list[str]) -> Row:
    """Runs the binary as a user would, and once more recording weak boxes, too, for AP50."""
    with tempfile.TemporaryDirectory() as folder:
        # What starting costs, loading the networks above all, isn't a frame's.
        one = Path(folder) / "one.mp4"
        write_first_frame(sequence.video, one)
        # The first start leaves compiled networks for the others.
        _, *starts = (analyze(footpath, one, flags)[1] for _ in range(4))
    paths, seconds = analyze(footpath, sequence.video, flags)
    everything, _ = analyze(footpath, sequence.video, [*flags, "--confidence", str(LOWEST_CONFIDENCE)])
    start = statistics.median(starts)
    cost = 1000 * (seconds - start) / max(1, paths.frames - 1)
    return row(sequence, paths, 100 * average_precision(sequence.truth, everything.points), cost)


def write_first_frame(video: Path, output: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-i", str(video), "-frames:v", "1", str(output)]
    subprocess.run(command, check=True, capture_output=True, text=True)


def peer_rows(sequence: Sequence, model: Path) -> dict[str, Row]:
    """Each peer's tracker on what YOLOX finds."""
    detections = find_people(YOLOX(model), sequence.video)
    count = max(1, len(detections.frames))
    boxes = [
        PathPoint(frame, 0, (left, top, right - left, bottom - top), 100 * score)
        for frame, (corners, scores) in enumerate(detections.frames)
        for (left, top, right, bottom), score in zip(corners.tolist(), scores.tolist(), strict=True)
    ]
    precision = 100 * average_precision(sequence.truth, boxes)
    rows = {}
    for name, make in PEERS.items():
        step, start, ids = make(), time.process_time(), {}
        points = [
            PathPoint(frame, ids.setdefault(int(person), len(ids) + 1), (left, top, right - left, bottom - top), 100)
            for frame, (corners, scores) in enumerate(detections.frames)
            for person, left, top, right, bottom in step(corners, scores)
        ]
        cost = 1000 * (detections.seconds + time.process_time() - start) / count
        rows[f"YOLOX-Nano, {name}"] = row(sequence, Paths(count, points), precision, cost)
    return rows


def row(sequence: Sequence, paths: Paths, precision: float, cost: float) -> Row:
    scores = track_metrics(sequence.truth, paths)
    return Row(
        (precision, scores.hota, scores.deta, scores.assa, scores.idf1, scores.mota, scores.id_switches, cost)
    )


def analyze(footpath: Path, video: Path, flags: list[str]) -> tuple[Paths, float]:
    """Returns the paths that one run of the binary records, and the CPU seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "paths.jsonl"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [str(footpath), "analyze", str(video), "--output", str(output), "--quiet", *flags]
        subprocess.run(command, check=True, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return read_paths(output), seconds


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main()
