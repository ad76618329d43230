"""Benchmarks/render: what drawing and blurring cost, and what blurring hides.

- speed: frames/s of `footpath render` over those of `ffmpeg`, which decodes and encodes the same clip with the same encoder
  and draws nothing, in turns, the best of each; and the most memory that either takes
- faces: of 200 frames of the clips (../shared/clips, SampleVideos) in which `footpath faces` finds one, in how many it
  finds one after `render --blur faces|heads|people`, made from records of 5 frames/s
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
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

    def records(self, clip: Path, *options: str) -> Path:
        path = clip.with_suffix(".jsonl")
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
        kinds = ("faces", "heads", "people")
        rows = []
        shown = {clip: self.frames_with_faces(clip, "before") for clip in clips}
        total = sum(map(len, shown.values()))
        # So many of each clip that there are 200 in all, evenly over its length.
        left = {kind: 0 for kind in kinds}
        looked = 0
        for clip, frames in shown.items():
            count = min(len(frames), -(-FACES * len(frames) // total))
            wanted = {frames[index * len(frames) // count] for index in range(count)}
            looked += len(wanted)
            records = self.folder / f"{clip.stem}.5.jsonl"
            command = [self.footpath, "analyze", clip, "--fps", "5", "--quiet", "--force", "--output", records]
            subprocess.run(command, check=True)
            row = [clip.stem, str(len(wanted))]
            for kind in kinds:
                out = self.folder / f"{clip.stem}.{kind}.mp4"
                subprocess.run(self.render(clip, records, out, "--blur", kind, "--plain"), check=True)
                found = wanted & set(self.frames_with_faces(out, kind))
                left[kind] += len(found)
                row.append(str(len(found)))
            rows.append(row)
        rows.append(["all", str(looked), *(str(left[kind]) for kind in kinds)])
        return table(["clip", "faces", *(f"after --blur {kind}" for kind in kinds)], rows)

    def frames_with_faces(self, clip: Path, name: str) -> list[int]:
        """The numbers of the frames in which `footpath faces` finds one."""
        folder = self.folder / f"{clip.stem}.{name}"
        folder.mkdir()
        ffmpeg("-i", clip, "-vsync", "passthrough", folder / "%06d.png")
        pictures = sorted(folder.iterdir())
        lines = subprocess.run([self.footpath, "faces", *pictures], check=True, capture_output=True, text=True).stdout
        for picture in pictures:
            picture.unlink()
        return [number for number, line in enumerate(lines.splitlines()) if '"face"' in line]


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
