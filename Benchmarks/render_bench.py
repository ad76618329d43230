"""Benchmarks/render: what drawing and blurring cost, and what blurring hides.

- speed: frames/s of `footpath render` over those of `ffmpeg`, which decodes and encodes the same clip with the same encoder
  and draws nothing, in turns, the best of each; and the most memory that either takes
- faces: of 200 faces in frames of the clips (../shared/clips, SampleVideos) that `footpath faces` finds in a cut-out around
  them, how many it finds after `render --blur faces|heads|people`, made from records of 5 frames/s
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tables import table

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "clips"
SAMPLE = ROOT / "SampleVideos/crossing.mp4"
FACES = 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="Benchmarks/render", description=__doc__)
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", metavar="BIN")
    parser.add_argument("--rounds", type=int, default=5, help="of each program (5)")
    parser.add_argument("--only", choices=["speed", "faces"])
    arguments = parser.parse_args()
    if not arguments.footpath.is_file():
        sys.exit(f"render: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    os.environ.setdefault("FOOTPATH_RUNTIME", str(ROOT / ".runtime"))
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(arguments.footpath.resolve(), Path(name), arguments.rounds)
        for part in ("speed", "faces"):
            if arguments.only in (None, part):
                print(getattr(bench, part)(), flush=True)


class Bench:
    def __init__(self, footpath: Path, folder: Path, rounds: int) -> None:
        self.footpath, self.folder, self.rounds = footpath, folder, rounds

    # Speed

    def speed(self) -> str:
        rows = []
        for size in ("768x432", "1280x720", "1920x1080"):
            clip = self.folder / f"{size}.mp4"
            scale = ["-vf", f"scale={size.replace('x', ':')}", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]
            ffmpeg("-stream_loop", "2", "-i", SAMPLE, *scale, clip)
            records = self.records(clip)
            frames = 900
            out = self.folder / "out.mp4"
            encode = ["-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]
            commands = {
                "ffmpeg": ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", clip, *encode, out],
                "render": self.render(clip, records, out),
                "render --blur heads": self.render(clip, records, out, "--blur", "heads"),
                "render --blur people": self.render(clip, records, out, "--blur", "people"),
            }
            best = {name: (float("inf"), 0) for name in commands}
            # In turns, so that a neighbour's load meets all.
            for _ in range(self.rounds):
                for name, command in commands.items():
                    seconds, memory = measured(command)
                    best[name] = (min(best[name][0], seconds), max(best[name][1], memory))
            peer = best["ffmpeg"]
            for name, (seconds, memory) in best.items():
                rows.append(
                    [size, name, f"{frames / seconds:.0f}", f"{peer[0] / seconds:.2f}", f"{memory / 1e6:.0f}"]
                    + [f"{(memory - peer[1]) / 1e6:+.0f}"]
                )
        return table(["frame", "program", "frames/s", "of ffmpeg's", "MB", "more"], rows)

    def records(self, clip: Path, *options: str, name: str = "speed.jsonl") -> Path:
        path = self.folder / name
        command = [self.footpath, "analyze", clip, "--quiet", "--force", "--output", path, *options]
        subprocess.run(command, check=True)
        return path

    def render(self, clip: Path, records: Path, out: Path, *options: str) -> list:
        return [self.footpath, "render", clip, records, out, "--force", "--quiet", *options]

    # Faces

    def faces(self) -> str:
        if not SHARED.is_dir():
            print(f"render: {SHARED} is absent: only the sample is looked at", file=sys.stderr)
        clips = [SAMPLE, *sorted(SHARED.glob("*.mp4"))]
        # More than are wanted, since `faces` doesn't find all that an analysis does.
        found = [face for clip in clips for face in self.faces_of(clip)]
        candidates = found[:: max(1, len(found) // (2 * FACES))]
        seen = self.look(candidates, {clip: clip for clip in clips}, "before")
        faces = [face for face, is_seen in zip(candidates, seen, strict=True) if is_seen]
        faces = [faces[index * len(faces) // FACES] for index in range(FACES)] if len(faces) > FACES else faces
        left = {}
        for kind in ("faces", "heads", "people"):
            videos = {clip: self.blurred(clip, kind) for clip in {face.clip for face in faces}}
            seen = self.look(faces, videos, kind)
            left[kind] = [face for face, is_seen in zip(faces, seen, strict=True) if is_seen]
        rows = []
        for clip in [*clips, None]:
            own = [sum(clip in (None, face.clip) for face in some) for some in (faces, *left.values())]
            rows.append([clip.stem if clip else "all", *map(str, own)])
        return table(["clip", "faces", *(f"after --blur {kind}" for kind in left)], rows)

    def faces_of(self, clip: Path) -> list["Face"]:
        """Faces in every frame, by an analysis of all of them."""
        faces, size = [], (0, 0)
        for line in self.records(clip, "--face-fps", "30", name=f"{clip.stem}.all.jsonl").read_text().splitlines():
            record = json.loads(line)
            if record["event"] == "stream_start":
                size = (record["frame_width"], record["frame_height"])
            if "face" in record:
                box = record["face"]["box"]
                middle = (box["left"] + box["width"] / 2) * size[0], (box["top"] + box["height"] / 2) * size[1]
                faces.append(Face(clip, record["frame"], *middle, box["width"] * size[0], size))
        return faces

    def blurred(self, clip: Path, kind: str) -> Path:
        records = self.records(clip, "--fps", "5", name=f"{clip.stem}.5.jsonl")
        out = self.folder / f"{clip.stem}.{kind}.mp4"
        subprocess.run(self.render(clip, records, out, "--blur", kind, "--plain"), check=True)
        return out

    def look(self, faces: list["Face"], videos: dict[Path, Path], name: str) -> list[bool]:
        """Whether `footpath faces` finds each in a cut-out around it."""
        folder = self.folder / name
        folder.mkdir()
        pictures = [folder / f"{number:06}.png" for number in range(len(faces))]
        for face, picture in zip(faces, pictures, strict=True):
            x, y, side = face.cut
            crop = f"select=eq(n\\,{face.frame}),crop={side}:{side}:{x}:{y}"
            ffmpeg("-i", videos[face.clip], "-vf", crop, "-vsync", "0", "-frames:v", "1", picture)
        lines = subprocess.run([self.footpath, "faces", *pictures], check=True, capture_output=True, text=True).stdout
        return [face.is_in(json.loads(line)) for face, line in zip(faces, lines.splitlines(), strict=True)]


@dataclass
class Face:
    clip: Path
    frame: int
    # The middle and the width, in pixels.
    x: float
    y: float
    width: float
    size: tuple[int, int]

    @property
    def cut(self) -> tuple[int, int, int]:
        """Left, top and side of a square around it, four times as wide."""
        side = min(int(4 * self.width), *self.size)
        left = min(max(0, int(self.x - side / 2)), self.size[0] - side)
        return left, min(max(0, int(self.y - side / 2)), self.size[1] - side), side

    def is_in(self, line: dict) -> bool:
        """Whether a line of `footpath faces` has this face, and not what is taken for one elsewhere."""
        if "face" not in line:
            return False
        left, top, side = self.cut
        box = line["face"]["box"]
        x, y = left + side * (box["left"] + box["width"] / 2), top + side * (box["top"] + box["height"] / 2)
        return max(abs(x - self.x), abs(y - self.y)) < self.width


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def measured(command: list) -> tuple[float, int]:
    """Seconds, and bytes of memory at most."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command])
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        sys.exit(f"render: {' '.join(map(str, command))} failed")
    return seconds, usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
