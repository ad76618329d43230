"""Runs Footpath for the face benchmarks and reads what it writes."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np

# iBUG's 68 points (0-based) whose mean is what Rekognition's name means.
IBUG = {
    "eyeLeft": range(36, 42), "eyeRight": range(42, 48), "nose": [30], "mouthLeft": [48], "mouthRight": [54],
    "leftEyeBrowLeft": [17], "leftEyeBrowUp": [19], "leftEyeBrowRight": [21],
    "rightEyeBrowLeft": [22], "rightEyeBrowUp": [24], "rightEyeBrowRight": [26],
    "leftEyeLeft": [36], "leftEyeRight": [39], "leftEyeUp": [37, 38], "leftEyeDown": [40, 41],
    "rightEyeLeft": [42], "rightEyeRight": [45], "rightEyeUp": [43, 44], "rightEyeDown": [46, 47],
    "noseLeft": [31], "noseRight": [35], "mouthUp": [51], "mouthDown": [57],
    "leftPupil": range(36, 42), "rightPupil": range(42, 48), "upperJawlineLeft": [0], "midJawlineLeft": [4],
    "chinBottom": [8], "midJawlineRight": [12], "upperJawlineRight": [16],
}  # fmt: skip
# What the accuracy figure is made of, with the peer's mesh points for it.
KEY_POINTS = {
    "leftEyeLeft": 33, "leftEyeRight": 133, "rightEyeLeft": 362, "rightEyeRight": 263,
    "mouthLeft": 61, "mouthRight": 291, "nose": 1,
}  # fmt: skip


class Footpath:
    """The built program."""

    def __init__(self, binary: Path) -> None:
        self._binary = str(binary)

    def faces(self, pictures: list[Path], *options: str) -> list[dict | None]:
        """Returns the face in each picture as in a record, with `points`: each landmark in pixels (2)."""
        output = self._run("faces", "--landmarks", "all", *options, *map(str, pictures))
        faces = []
        for line in output.splitlines():
            row = json.loads(line)
            face = row.get("face")
            if face:
                face["points"] = points_of(face["landmarks"], row["width"], row["height"])
            faces.append(face)
        return faces

    def analyze(self, video: Path, folder: Path, *options: str) -> list[dict]:
        """Returns a video's records."""
        output = folder / "records.jsonl"
        self._run("analyze", str(video), "--quiet", "--force", "--output", str(output), *options)
        return [json.loads(line) for line in output.read_text().splitlines()]

    def cost(self, video: Path, folder: Path, *options: str) -> dict:
        """Returns wall and CPU seconds of an analysis, its frames and its faces."""
        before, start = os.times(), os.times().elapsed
        records = self.analyze(video, folder, *options)
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        end = records[-1]
        return {"wall": after.elapsed - start, "cpu": cpu, "frames": end["analyzed"], "faces": end["faces"]}

    def _run(self, *arguments: str) -> str:
        return subprocess.run([self._binary, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def points_of(landmarks: list[dict], width: int, height: int) -> dict[str, np.ndarray]:
    """Returns each landmark by its type, in pixels (2)."""
    return {mark["type"]: np.array([mark["x"] * width, mark["y"] * height]) for mark in landmarks}


def ffmpeg(*arguments: str | Path) -> None:
    """Runs ffmpeg. Raises CalledProcessError where it fails."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)
