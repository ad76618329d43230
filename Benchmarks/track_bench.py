"""Benchmarks/tracking: Footpath's tracker and its peers on the same detections."""

import argparse
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import track_cpp
from tables import table
from track_crowd import crowd_table
from track_peers import PEERS
from track_rates import rate_table
from track_score import HEADINGS, Score, combine, score
from track_sequences import Sequence, read_sequence

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT / "../shared/mot"
# Tuned on; the others are reported on.
TUNED_ON = {"MOT17-02", "MOT17-05", "ETH-Bahnhof", "TUD-Campus", "Venice-2"}
# The second row is the like of the peers: detected boxes as they are. Smoothing and bridging look ahead, which no peer
# does.
FOOTPATH = {"Footpath": [], "Footpath, raw boxes": ["--smooth", "0", "--bridge", "0"]}


def main() -> None:
    arguments = parse_arguments()
    if not arguments.footpath.is_file():
        sys.exit(f"tracking: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    warnings.filterwarnings("ignore")
    try:
        if arguments.crowd:
            print(crowd_table(arguments.footpath))
            return
        folders = arguments.sequences or sorted(SHARED.glob("*/*"))
        if not arguments.tuning and not arguments.sequences:
            folders = [folder for folder in folders if folder.name not in TUNED_ON]
        sets: dict[str, list[Sequence]] = {}
        for folder in folders:
            sets.setdefault(folder.resolve().parent.name, []).append(read_sequence(folder))
        if not sets:
            sys.exit("tracking: no sequences: give folders, or put MOTChallenge's into ../shared/mot")
        if arguments.bytetrack_cpp:
            folder = tempfile.TemporaryDirectory()
            arguments.port = track_cpp.build(arguments.bytetrack_cpp, Path(folder.name))
        for name, sequences in sets.items():
            if arguments.rates:
                print(rate_table(name, arguments.footpath, sequences), end="\n\n", flush=True)
            else:
                compare(name, sequences, arguments)
    except (OSError, ValueError) as error:
        sys.exit(f"tracking: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"tracking: exit code {error.returncode} from: {' '.join(error.cmd)}\n{error.stderr}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Benchmarks/tracking",
        description="Prints HOTA, MOTA, IDF1, id switches, fragments and frames/s of Footpath's tracker and of others "
        "on the same detections.",
    )
    parser.add_argument(
        "sequences", nargs="*", type=Path, help="MOTChallenge sequence folders (those of ../shared/mot not tuned on)"
    )
    parser.add_argument("--tuning", action="store_true", help="also the sequences that Footpath was tuned on")
    parser.add_argument("--overall", action="store_true", help="no rows for single sequences")
    parser.add_argument("--rates", action="store_true", help="instead: HOTA and IDF1 with frames left out")
    parser.add_argument("--crowd", action="store_true", help="instead: Footpath's time per frame by people in view")
    parser.add_argument(
        "--bytetrack-cpp",
        type=Path,
        metavar="FOLDER",
        help="also this checkout of github.com/Vertical-Beach/ByteTrack-cpp; needs a C++ compiler and Eigen",
    )
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", help="the program")
    parser.set_defaults(port=None)
    return parser.parse_args()


def compare(name: str, sequences: list[Sequence], arguments: argparse.Namespace) -> None:
    """Prints the table of one set of sequences."""
    rows = []
    ports = [track_cpp.NAME] if arguments.port else []
    for tracker in [*FOOTPATH, *PEERS, *ports]:
        scores: list[Score] = []
        frames, seconds = 0, 0.0
        for sequence in sequences:
            if tracker in FOOTPATH:
                results, spent = run_footpath(arguments.footpath, sequence, FOOTPATH[tracker])
            elif tracker in ports:
                results, spent = track_cpp.run(arguments.port, sequence)
            else:
                results, spent = run_peer(tracker, sequence)
            scores.append(score(sequence, results))
            frames += sequence.frames
            seconds += spent
            if not arguments.overall:
                rows.append([sequence.name, tracker, *scores[-1].cells(), f"{sequence.frames / spent:.0f}"])
        rows.append([f"{name} overall", tracker, *combine(scores).cells(), f"{frames / seconds:.0f}"])
    rows.sort(key=lambda row: row[0].endswith("overall"))
    print(table(["sequence", "tracker", *HEADINGS, "frames/s"], rows), end="\n\n", flush=True)


def run_footpath(program: Path, sequence: Sequence, options: list[str]) -> tuple[str, float]:
    """Results, and the seconds spent in the tracker."""
    command = [str(program), "track", str(sequence.detections), "--timing", *options]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    timing = re.search(r"frames in (\S+) s:", result.stderr)
    if timing is None:
        raise ValueError(f"no timing from: {' '.join(command)}")
    return result.stdout, float(timing[1])


def run_peer(name: str, sequence: Sequence) -> tuple[str, float]:
    """Results, and the seconds spent in the tracker and in making what it takes of the arrays."""
    step = PEERS[name]()
    frames = sequence.boxes_and_scores()
    start = time.perf_counter()
    found = [step(corners, scores) for corners, scores in frames]
    seconds = time.perf_counter() - start
    # Some libraries' ids have 64 bits; TrackEval's are counted.
    ids: dict[int, int] = {}
    lines = [
        f"{frame},{ids.setdefault(int(person), len(ids) + 1)},{left},{top},{right - left},{bottom - top},1,-1,-1,-1\n"
        for frame, rows in enumerate(found, start=1)
        for person, left, top, right, bottom in rows
    ]
    return "".join(lines), seconds


if __name__ == "__main__":
    main()
