"""A C++ port of ByteTrack as a peer, from a checkout that the user has: nothing of it is kept here."""

import subprocess
import tempfile
from pathlib import Path

from track_sequences import Sequence

NAME = "ByteTrack-cpp"
DRIVER = Path(__file__).resolve().parent / "track_bytetrack.cpp"


def build(checkout: Path, folder: Path) -> Path:
    """Compiles the port, with the optimisation its users would ask for, into `folder`.

    Raises ValueError where `checkout` is none, CalledProcessError where it doesn't compile.
    """
    if not (checkout / "include/ByteTrack/BYTETracker.h").is_file():
        raise ValueError(f"{checkout}: no include/ByteTrack/BYTETracker.h: give a checkout of ByteTrack-cpp")
    program = folder / "bytetrack"
    sources = [str(DRIVER), *map(str, sorted((checkout / "src").glob("*.cpp")))]
    includes = ["-I", str(checkout / "include"), "-I", "/usr/include/eigen3"]
    command = ["c++", "-std=c++17", "-O3", "-DNDEBUG", *includes, *sources, "-o", str(program)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return program


def run(program: Path, sequence: Sequence) -> tuple[str, float]:
    """Results, and the seconds spent in the tracker."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        for frame, (corners, scores) in enumerate(sequence.boxes_and_scores(), start=1):
            for (left, top, right, bottom), score in zip(corners.tolist(), scores.tolist(), strict=True):
                file.write(f"{frame},{left},{top},{right - left},{bottom - top},{score}\n")
        file.flush()
        command = [str(program), file.name, str(sequence.frames)]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
    return result.stdout, float(result.stderr)
