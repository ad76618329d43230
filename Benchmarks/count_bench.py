"""Benchmarks/counting: crossings and zones as Footpath counts them, and as supervision does."""

import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import count_peer
from count_truth import Errors, Event, Layout, Point, Ways, compare, crossings, entries, grid
from tables import table
from track_crowd import analyze_table, counting_table
from track_sequences import Sequence, read_sequence

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT / "../shared/mot"
# As a camera is followed, without what looks ahead.
AS_IT_COMES = ["--smooth", "0"]
NOISE, LEFT_OUT, SEED = 0.03, 0.1, 1
LINKED, NOISY, DETECTED = KINDS = ("noisy boxes with true ids", "noisy boxes", "detections")


@dataclass
class Input:
    """Boxes of a sequence, frame by frame; frames that are left out are missing."""

    frames: list[count_peer.Frame]
    file: Path
    fps: float
    size: tuple[int, int]


def read_truth(sequence: Sequence) -> np.ndarray:
    """Rows of frame, id, left, top, width, height of people."""
    rows = np.loadtxt(sequence.folder / "gt/gt.txt", delimiter=",", ndmin=2)
    counts = rows[:, 6] == 1
    if sequence.has_distractors:
        counts &= rows[:, 7] == 1
    return rows[counts, :6]


def ways_of(rows: np.ndarray, sequence: Sequence) -> Ways:
    ways: Ways = {}
    for frame, person, left, top, width, height in sorted(rows.tolist()):
        feet = Point((frame - 1) / sequence.fps, left - 1 + width / 2, top - 1 + height, height)
        ways.setdefault(int(person), []).append(feet)
    return ways


def noisy(rows: np.ndarray, sequence: Sequence, folder: Path) -> Input:
    """The true boxes, each side moved by noise, without some of the frames."""
    random = np.random.default_rng(SEED)
    corners = rows[:, 2:6].copy()
    corners[:, :2] -= 1
    corners[:, 2:] += corners[:, :2]
    corners += random.normal(0, NOISE, corners.shape) * rows[:, 5:6]
    corners[:, 2:] = np.maximum(corners[:, 2:], corners[:, :2] + 1)
    kept = random.random(sequence.frames) >= LEFT_OUT
    frames = []
    for frame in range(1, sequence.frames + 1):
        chosen = rows[:, 0] == frame
        if kept[frame - 1] and chosen.any():
            people = rows[chosen, 1].astype(int)
            frames.append(count_peer.Frame((frame - 1) / sequence.fps, corners[chosen], np.full(chosen.sum(), 0.9), people))
    return write(frames, sequence, folder)


def detected(sequence: Sequence, folder: Path) -> Input:
    boxes = sequence.boxes_and_scores()
    frames = [
        count_peer.Frame(frame / sequence.fps, corners - 1, scores, np.zeros(len(scores), int))
        for frame, (corners, scores) in enumerate(boxes)
    ]
    return write([frame for frame in frames if len(frame.scores)], sequence, folder)


def write(frames: list[count_peer.Frame], sequence: Sequence, folder: Path) -> Input:
    """As JSON Lines, which say when each frame was."""
    size = (sequence.width, sequence.height)
    file = folder / f"{sequence.name}.jsonl"
    with file.open("w") as output:
        for frame in frames:
            boxes = frame.corners / (size * 2)
            for (left, top, right, bottom), score, person in zip(boxes, frame.scores, frame.people, strict=True):
                box = {"left": left, "top": top, "width": right - left, "height": bottom - top}
                line = {
                    "frame": round(frame.time * sequence.fps),
                    "pts_ms": frame.time * 1000,
                    "track": int(person),
                    "box": box,
                    "confidence": round(100 * float(score), 3),
                }
                output.write(json.dumps(line) + "\n")
    return Input(frames, file, sequence.fps, size)


def run_footpath(program: Path, boxes: Input, layout: Layout, options: list[str]) -> tuple[list[Event], list[Event]]:
    """Crossings, and who came into and left zones."""
    command = [str(program), "track", str(boxes.file), "--image-size", "x".join(map(str, boxes.size))]
    command += ["--fps", str(boxes.fps), "--records", "-", *options]
    for name, (start, end) in layout.lines.items():
        command += ["--line", f"{name}={','.join(map(str, (*start, *end)))}"]
    for name, (left, top, right, bottom) in layout.zones.items():
        command += ["--zone", f"{name}={left},{top},{right},{top},{right},{bottom},{left},{bottom}"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    over, inside = [], []
    for line in result.stdout.splitlines():
        record = json.loads(line)
        if record["event"] == "line":
            over.append((record["name"], record["direction"], record["pts_ms"] / 1000))
        elif record["event"] == "zone" and record["action"] != "loiter":
            way = "in" if record["action"] == "enter" else "out"
            inside.append((record["name"], way, record["pts_ms"] / 1000))
    return over, inside


def main() -> None:
    arguments = parse_arguments()
    if not arguments.footpath.is_file():
        sys.exit(f"counting: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    warnings.filterwarnings("ignore")
    if arguments.crowd:
        print(counting_table(arguments.footpath))
        return
    if arguments.analyze:
        print(analyze_table(arguments.footpath, arguments.analyze))
        return
    folders = arguments.sequences or sorted(SHARED.glob("*/*"))
    sets: dict[str, list[Sequence]] = {}
    try:
        for folder in folders:
            sets.setdefault(folder.resolve().parent.name, []).append(read_sequence(folder))
        if not sets:
            sys.exit("counting: no sequences: give folders, or put MOTChallenge's into ../shared/mot")
        with tempfile.TemporaryDirectory() as folder:
            for name, sequences in sets.items():
                for kind in KINDS:
                    print(measure(name, sequences, kind, Path(folder), arguments), end="\n\n", flush=True)
    except (OSError, ValueError) as error:
        sys.exit(f"counting: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"counting: exit code {error.returncode} from: {' '.join(error.cmd)}\n{error.stderr}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="Benchmarks/counting",
        description="Prints how many crossings of lines and entries into zones Footpath and supervision get wrong.",
    )
    parser.add_argument("sequences", nargs="*", type=Path, help="MOTChallenge sequence folders (those of ../shared/mot)")
    parser.add_argument("--crowd", action="store_true", help="instead: the time of counting beside the tracker's")
    parser.add_argument(
        "--analyze", type=Path, metavar="VIDEO", help="instead: frames/s of analyze with zones, lines and masks, and without"
    )
    parser.add_argument("--each", action="store_true", help="also a row for each sequence")
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", help="the program")
    return parser.parse_args()


def measure(name: str, sequences: list[Sequence], kind: str, folder: Path, arguments: argparse.Namespace) -> str:
    """The table of one set of sequences and one kind of boxes."""
    layout = grid()
    over: dict[str, Errors] = {}
    inside: dict[str, Errors] = {}
    rows = []

    def note(errors: dict[str, Errors], who: str, sequence: Sequence, what: str, found: Errors) -> None:
        errors.setdefault(who, Errors()).add(found)
        if arguments.each:
            rows.append([sequence.name, what, who, *found.cells()])

    for sequence in sequences:
        truth = read_truth(sequence)
        ways = ways_of(truth, sequence)
        size = (sequence.width, sequence.height)
        true_crossings, true_entries = crossings(ways, layout, size), entries(ways, layout, size)
        boxes = detected(sequence, folder) if kind == DETECTED else noisy(truth, sequence, folder)
        for who, options in (("Footpath", []), ("Footpath, as it comes", AS_IT_COMES)):
            linked = ["--linked"] if kind == LINKED else []
            counted = run_footpath(arguments.footpath, boxes, layout, options + linked)
            note(over, who, sequence, "lines", compare(true_crossings, counted[0]))
            note(inside, who, sequence, "zones", compare(true_entries, counted[1]))
        tracked = count_peer.linked(boxes.frames) if kind == LINKED else count_peer.track(boxes.frames, boxes.fps)
        # By its default, all four corners must be across.
        for anchors, what, thresholds in (
            (count_peer.FEET, "feet", count_peer.THRESHOLDS),
            (count_peer.CORNERS, "corners", count_peer.THRESHOLDS[:1]),
        ):
            for threshold in thresholds:
                counted = count_peer.crossings(tracked, layout, boxes.size, threshold, anchors)
                who = f"supervision, {what}, threshold {threshold}"
                note(over, who, sequence, "lines", compare(true_crossings, counted))
        counted = count_peer.entries(tracked, layout, boxes.size)
        note(inside, "supervision", sequence, "zones", compare(true_entries, counted))
    rows += [[name, "lines", who, *errors.cells()] for who, errors in over.items()]
    rows += [[name, "zones", who, *errors.cells()] for who, errors in inside.items()]
    headings = [kind, "of", "by", "true", "missed", "false", "wrong %"]
    return table(headings, rows)


if __name__ == "__main__":
    main()
