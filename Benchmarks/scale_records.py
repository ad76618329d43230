"""Results of pieces with as many records as are asked for, as `batch run` would have written them: nobody waits for real ones. Plans, first and
last lines and those of streams are real; ten people are always in view, each for thirty seconds."""

import json
import re
import shutil
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from scale_parts import CROSSING, Batch, ffmpeg

RATE = 25
PEOPLE, STAY = 10, 30 * RATE
OVERLAP = 10
FACE = (
    ',"face_pts_ms":%d,"face":{"box":{"left":0.69695,"top":0.40008,"width":0.05796,"height":0.10303},"confidence":95.17,"landmarks":['
    '{"type":"eyeLeft","x":0.71159,"y":0.42762},{"type":"eyeRight","x":0.73623,"y":0.42543},{"type":"nose","x":0.72421,"y":0.45571},'
    '{"type":"mouthLeft","x":0.71264,"y":0.46583},{"type":"mouthRight","x":0.73765,"y":0.46426}],"pose":{"roll":-2.38,"yaw":-0.8,'
    '"pitch":-10.25},"quality":{"brightness":69.72,"sharpness":27.12}}'
)


def uncut_results(footpath: Path, folder: Path, count: int) -> Batch:
    """A thousand files of one piece each."""
    files = 1000 if count >= 1_000_000 else 10
    names = [folder / f"{number:04d}.mp4" for number in range(files)]
    shutil.copy(CROSSING, names[0])
    for name in names[1:]:
        name.hardlink_to(names[0])
    batch = Batch(footpath, folder, names)
    batch.run(0)
    template = Template(batch, 0)
    frames = range(count // files // PEOPLE)
    text, lines = template.text(frames)
    for number, name in enumerate(names):
        template.write(batch, number, str(name), text.replace(names[0].name.encode(), name.name.encode()), lines)
    return batch


def cut_results(footpath: Path, folder: Path, count: int) -> Batch:
    """One file of many pieces."""
    small, video = folder / "small.mp4", folder / "video.mp4"
    ffmpeg("-i", CROSSING, "-vf", "scale=96:54", "-c:v", "libx264", "-preset", "veryfast", "-g", 2 * RATE, "-bf", 0, small)
    ffmpeg("-stream_loop", -1, "-i", small, "-c", "copy", "-frames:v", count // PEOPLE, video)
    batch = Batch(footpath, folder, [video], "--piece", "600s" if count >= 1_000_000 else "60s")
    batch.run(batch.count - 1)
    template = Template(batch, batch.count - 1)
    with ProcessPoolExecutor() as pool:
        list(pool.map(make_piece, [(template, batch, piece, count // PEOPLE) for piece in range(batch.count)]))
    return batch


def make_piece(job: tuple) -> None:
    template, batch, piece, frames = job
    windows = batch.videos[0]["pieces"]
    ends = [frames if window.get("end") is None else round(window["end"] * RATE / 1e6) for window in windows]
    first, until = windows[piece]["firstFrame"], ends[piece]
    text, lines = template.text(range(first, until))
    # What was observed goes from one handover to the next.
    handovers = [end - OVERLAP * RATE // 2 for end in ends[:-1]][max(0, piece - 1) : piece + 1]
    marks = [first, *handovers, until]
    observed = [[start * 1_000_000 // RATE, (end - 1) * 1_000_000 // RATE, end - start] for start, end in zip(marks, marks[1:])]
    more = {"observed": observed, "frames": until, "analyzed": until - first}
    template.write(batch, piece, batch.videos[0]["name"], text, lines, more)


class Template:
    """The lines of a real piece that don't depend on who was seen."""

    def __init__(self, batch: Batch, piece: int) -> None:
        first, *lines, last = batch.file(piece).read_text().splitlines()
        self.header, self.trailer = json.loads(first), json.loads(last)
        self.start = [line for line in lines if '"event":"session_start"' in line or '"event":"stream_start"' in line]
        self.end = [line for line in lines if '"event":"stream_end"' in line or '"event":"session_end"' in line]
        self.envelope = re.match(r'\{"v":"1\.1","event":"session_start"(,"feed":.*?,"session":"[^"]*","seq":)', lines[0])[1]

    def text(self, frames: range) -> tuple[bytes, int]:
        """Records of so many frames, and how many lines they are."""
        began = stamp(frames[0] * 1000 // RATE)
        lines = [self.start[0], re.sub(r'"time":"[^"]*"', f'"time":"{began}"', self.start[1])]
        tracks, track = {}, 0

        def add(event: str, keys: str) -> None:
            lines.append(f'{{"v":"1.1","event":"{event}"{self.envelope}{len(lines)},"time":"{time}"{keys}}}')

        for frame in frames:
            pts = frame * 1000 // RATE
            time = stamp(pts)
            for place in range(PEOPLE):
                age = (frame + place * STAY // PEOPLE) % STAY
                left, top = age / STAY * 0.9, 0.02 + place * 0.09
                where = f'"frame":{frame},"pts_ms":{pts},"box":{{"left":{left:.5f},"top":{top:.2f},"width":0.05123,"height":0.08321}}'
                if age == 0 or place not in tracks:
                    track += 1
                    tracks[place] = track, pts, 0
                    add("path_start", f',"track":{track},{where},"entry":"inside"')
                number, began, points = tracks[place]
                tracks[place] = number, began, points + 1
                face = FACE % pts if age % 10 == 0 else ""
                add("path", f',"track":{number},{where},"confidence":{50 + age % 50}.25,"source":"measured"{face}')
                if age == STAY - 1 or frame == frames[-1]:
                    cause = "lost" if age == STAY - 1 else "stream_end"
                    add(
                        "path_end",
                        f',"track":{number},"cause":"{cause}","start":"{stamp(began)}","end":"{time}","duration_ms":{pts - began}'
                        f',"points":{points + 1},"distance":0.9,"mean_speed":0.03,"entry":"inside","exit":"inside","zones":[],"lines":[]'
                        ',"best_face_confidence":95.17',
                    )
                    del tracks[place]
        for line in self.end:
            lines.append(re.sub(r'"seq":\d+,"time":"[^"]*"', f'"seq":{len(lines)},"time":"{time}"', line))
        return "".join(f"{line}\n" for line in lines).encode(), len(lines)

    def write(self, batch: Batch, piece: int, name: str, text: bytes, lines: int, more: dict | None = None) -> None:
        """The piece's file."""
        first = (json.dumps(self.header | {"piece": piece, "video": name}, separators=(",", ":")) + "\n").encode()
        last = self.trailer | {"lines": lines, "bytes": len(first) + len(text)} | (more or {})
        file = batch.file(piece)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(first + text + (json.dumps(last, separators=(",", ":")) + "\n").encode())


def stamp(ms: int) -> str:
    return (datetime(1970, 1, 1) + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds") + "Z"
