"""Scripts/evaluate: how well the built binary finds and follows people, on videos with ground truth."""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from average_precision import average_precision
from ground_truth import GroundTruth, read_ground_truth
from records import Paths, read_paths
from tables import table
from track_metrics import track_metrics

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_VIDEOS = [
    (ROOT / "../shared/clips/mot17-13/video.mp4", ROOT / "../shared/clips/mot17-13/gt/gt.txt"),
    (ROOT / "SampleVideos/crossing.mp4", ROOT / "SampleVideos/crossing.gt.txt"),
]
SIZES = ["320x192", "448x256", "512x288", "640x384", "736x416"]
QUALITIES = ["fast", "balanced", "best"]
HEADINGS = ["HOTA", "DetA", "AssA", "IDF1", "MOTA", "IDs", "Frag", "AP50", "frames/s"]
LOWEST_CONFIDENCE = 1  # percent, of what is recorded for AP50


@dataclass(frozen=True)
class Sequence:
    name: str
    video: Path
    truth_file: Path
    truth: GroundTruth


def main() -> None:
    arguments = parse_arguments()
    if not arguments.footpath.is_file():
        sys.exit(f"evaluate: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    try:
        sequences = find_sequences(arguments.videos)
        if not sequences:
            sys.exit("evaluate: no video with ground truth to evaluate")
        for option, values in (("--input-size", arguments.sizes), ("--quality", arguments.qualities)):
            rows = [
                row(sequence, arguments.footpath, [option, value], arguments.confidence)
                for sequence in sequences
                for value in values
            ]
            print(table(["video", option, *HEADINGS], rows), end="\n\n", flush=True)
    except (OSError, ValueError) as error:
        sys.exit(f"evaluate: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"evaluate: exit code {error.returncode} from: {' '.join(error.cmd)}\n{error.stderr}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Scripts/evaluate",
        description="Prints track metrics, detection AP50 and speed of Footpath at several input sizes and qualities.",
        epilog="Without VIDEO GT: the MOT17-13 clip in ../shared, where there is one, and SampleVideos/crossing.mp4.",
    )
    parser.add_argument("videos", nargs="*", type=Path, metavar="VIDEO GT", help="a video, its MOT17 ground truth, ...")
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", metavar="BIN")
    parser.add_argument("--sizes", type=comma_separated, default=SIZES, metavar="WxH,...")
    parser.add_argument("--qualities", type=comma_separated, default=QUALITIES, metavar="NAME,...")
    parser.add_argument(
        "--confidence", type=float, metavar="PERCENT", help="recorded for the track metrics (default: the program's)"
    )
    arguments = parser.parse_args()
    if len(arguments.videos) % 2:
        parser.error("each VIDEO needs its GT file")
    return arguments


def comma_separated(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def find_sequences(given: list[Path]) -> list[Sequence]:
    """Returns what to evaluate. A default video that is absent is skipped, saying so; a given one must exist."""
    pairs = list(zip(given[::2], given[1::2], strict=True)) or DEFAULT_VIDEOS
    sequences = []
    for video, truth_file in pairs:
        if not given and not (video.is_file() and truth_file.is_file()):
            print(f"evaluate: skipped, not here: {video}", file=sys.stderr)
            continue
        video = video.resolve(strict=True)
        name = f"{video.parent.name}/{video.name}"
        sequences.append(Sequence(name, video, truth_file, read_ground_truth(truth_file)))
    return sequences


def row(sequence: Sequence, footpath: Path, setting: list[str], confidence: float | None) -> list[str]:
    """Runs the binary twice: as a user would, for tracks and speed, and recording weak boxes too, for AP50."""
    recorded = [] if confidence is None else ["--confidence", str(confidence)]
    paths, seconds = analyze(footpath, sequence.video, [*setting, *recorded])
    everything, _ = analyze(footpath, sequence.video, [*setting, "--confidence", str(LOWEST_CONFIDENCE)])
    scores = track_metrics(sequence.truth_file, sequence.truth, paths)
    ap50 = 100 * average_precision(sequence.truth, everything.points)
    percentages = [scores.hota, scores.deta, scores.assa, scores.idf1, scores.mota]
    counts = [str(scores.id_switches), str(scores.fragments)]
    speed = f"{paths.frames / seconds:.0f}"
    return [sequence.name, setting[1], *(f"{value:.1f}" for value in percentages), *counts, f"{ap50:.1f}", speed]


def analyze(footpath: Path, video: Path, flags: list[str]) -> tuple[Paths, float]:
    """Returns the paths that one run of the binary records, and the wall-clock seconds it took, start included."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "paths.jsonl"
        start = time.perf_counter()
        subprocess.run(
            [str(footpath), "analyze", str(video), "--output", str(output), "--quiet", *flags],
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - start
        return read_paths(output), seconds


if __name__ == "__main__":
    main()
