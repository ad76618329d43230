"""A video of ten minutes with ground truth: each clip that has one forwards and backwards, over and over, as one plays who lets people walk
back and forth. Nothing jumps but where a clip ends."""

from pathlib import Path

import numpy as np

from ground_truth import read_ground_truth
from scale_parts import CROSSING, ROOT, SHARED, ffmpeg

SIZE = 960, 540
RATE = 25
# Who wasn't in the truth for so many frames is somebody else.
AWAY = 2 * RATE


def clips() -> list[tuple[Path, Path]]:
    """Videos and their ground truth."""
    found = [(SHARED / "clips/mot17-13/video.mp4", SHARED / "clips/mot17-13/gt/gt.txt"), (CROSSING, ROOT / "SampleVideos/crossing.gt.txt")]
    for name in ["MOT17-09-540p", "TUD-Campus", "TUD-Stadtmitte"]:
        found.append((SHARED / f"videos/{name}/video.mp4", SHARED / f"videos/{name}/gt/gt.txt"))
    return [(video, truth) for video, truth in found if video.is_file()]


def make(folder: Path, frames: int) -> tuple[Path, Path, int]:
    """The video of about so many frames, its ground truth, and how many they are."""
    listed, rows, at, next_person = [], [], 0, 1
    every = clips()
    for number, (video, truth) in enumerate(every):
        forwards, backwards = folder / f"{number}f.mp4", folder / f"{number}b.mp4"
        encode(video, forwards)
        encode(video, backwards, ",reverse")
        boxes, count = placed(video, truth)
        turns = max(1, round(frames / len(every) / count))
        for turn in range(turns):
            listed.append([forwards, backwards][turn % 2])
        more, next_person = played(boxes, count, turns, at, next_person)
        rows += more
        at += turns * count
    (folder / "list").write_text("".join(f"file '{file}'\n" for file in listed))
    video, truth = folder / "long.mp4", folder / "long.gt.txt"
    ffmpeg("-f", "concat", "-safe", 0, "-i", folder / "list", "-c", "copy", video)
    np.savetxt(truth, np.array(rows), delimiter=",", fmt="%g")
    return video, truth, at


def encode(video: Path, output: Path, more: str = "") -> None:
    """Frame for frame, with a keyframe every two seconds, as cameras have."""
    fit = f"scale={SIZE[0]}:{SIZE[1]}:force_original_aspect_ratio=decrease,pad={SIZE[0]}:{SIZE[1]}:(ow-iw)/2:(oh-ih)/2,setsar=1"
    ffmpeg(
        "-i", video, "-an", "-vf", f"setpts=N/({RATE}*TB),{fit}{more}", "-r", RATE, "-c:v", "libx264", "-preset", "veryfast", "-crf", 20,
        "-g", 2 * RATE, "-pix_fmt", "yuv420p", output,
    )  # fmt: skip


def placed(video: Path, truth: Path) -> tuple[np.ndarray, int]:
    """The rows of the truth where the boxes are in the picture that `encode` makes, and the number of frames."""
    import cv2

    capture = cv2.VideoCapture(str(video))
    width, height, count = (int(capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_COUNT))
    scale = min(SIZE[0] / width, SIZE[1] / height)
    rows = read_ground_truth(truth).rows.copy()
    rows[:, 2:6] *= scale
    rows[:, 2] += (SIZE[0] - width * scale) / 2
    rows[:, 3] += (SIZE[1] - height * scale) / 2
    return rows[rows[:, 0] <= count], count


def played(rows: np.ndarray, count: int, turns: int, at: int, next_person: int) -> tuple[list[list[float]], int]:
    """Rows of a clip that is played in turns from frame `at` (counted from 0) on; the persons' ids begin with `next_person`."""
    by_frame: dict[int, list[np.ndarray]] = {}
    for row in rows:
        by_frame.setdefault(int(row[0]), []).append(row)
    found, seen = [], {}
    for turn in range(turns):
        for place in range(count):
            frame = at + turn * count + place
            for row in by_frame.get(count - place if turn % 2 else place + 1, []):
                person, last = seen.get(row[1], (0, -AWAY))
                if frame - last >= AWAY:
                    person, next_person = next_person, next_person + 1
                seen[row[1]] = person, frame
                found.append([frame + 1, person, *row[2:9]])
    return found, next_person
