"""Benchmarks/faces: how well Footpath places facial landmarks, beside MediaPipe in the same run, and what faces cost."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import cv2
import mediapipe
import numpy as np

from face_program import IBUG, KEY_POINTS, Footpath
from face_video import cost, size, steady
from tables import table

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = ("accuracy", "agreement", "pupils", "confidence", "steady", "cost", "size")
NEGATIVES = 2000
SEED = 7


def main() -> None:
    arguments = parse_arguments()
    if not arguments.shared.is_dir():
        print(f"skipped: no {arguments.shared}")
        return
    if not arguments.footpath.is_file():
        sys.exit(f"faces: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    footpath, shared = Footpath(arguments.footpath), arguments.shared
    with tempfile.TemporaryDirectory() as folder:
        parts = {
            "accuracy": lambda: accuracy(footpath, shared),
            "agreement": lambda: agreement(footpath, shared, Path(folder)),
            "pupils": lambda: pupils(footpath, shared, Path(folder)),
            "confidence": lambda: confidence(footpath, shared, Path(folder)),
            "steady": lambda: steady(footpath, shared, Path(folder)),
            "cost": lambda: cost(footpath, shared, Path(folder)),
            "size": lambda: size(footpath, shared, Path(folder)),
        }
        for section in arguments.section or SECTIONS:
            print(f"\n{section}\n{parts[section]()}", flush=True)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Benchmarks/faces", description=__doc__)
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", metavar="BIN")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="DIR")
    parser.add_argument("--section", choices=SECTIONS, action="append", help="only this one; may be repeated")
    return parser.parse_args()


class MediaPipe:
    """Google's own package: the mesh (468 x 2, pixels; 478 x 2 with irises) of the face in a picture, or None."""

    def __init__(self, irises: bool = False) -> None:
        self._mesh = mediapipe.solutions.face_mesh.FaceMesh(
            static_image_mode=True, max_num_faces=1, refine_landmarks=irises
        )

    def __call__(self, picture: np.ndarray) -> np.ndarray | None:
        found = self._mesh.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).multi_face_landmarks
        if not found:
            return None
        height, width = picture.shape[:2]
        return np.array([(point.x * width, point.y * height) for point in found[0].landmark])


def accuracy(footpath: Footpath, shared: Path) -> str:
    """Errors against the marked points, in % of the distance of the outer corners of the eyes."""
    marked = json.loads((shared / "faces/landmarks68.json").read_text())
    pictures = [shared / "faces/img" / name for name in marked]
    truth = [np.array(face["landmarks"]).reshape(-1, 2)[:68] for face in marked.values()]
    yunet = ("--face-model", str(shared / "models/face_detection_yunet_2026may.onnx"))
    found = {"Footpath": meshed(footpath.faces(pictures)), "Footpath, YuNet": meshed(footpath.faces(pictures, *yunet))}
    peer = [MediaPipe()(cv2.imread(str(picture))) for picture in pictures]
    points = {
        name: [face and {kind: face["points"][kind] for kind in KEY_POINTS} for face in faces]
        for name, faces in found.items()
    }
    points["MediaPipe"] = [
        None if mesh is None else {kind: mesh[index] for kind, index in KEY_POINTS.items()} for mesh in peer
    ]
    everyone = [all(faces[i] is not None for faces in points.values()) for i in range(len(pictures))]
    rows = []
    for name, faces in points.items():
        errors = [None if f is None else np.mean([error(f[k], k, t) for k in KEY_POINTS]) for f, t in zip(faces, truth)]
        alone = [e for e in errors if e is not None]
        common = [e for e, counts in zip(errors, everyone) if counts]
        rows.append([name, f"{len(alone)} of {len(pictures)}", f"{np.mean(alone):.2f}", f"{np.mean(common):.2f}"])
    kinds = [
        [kind, *(f"{np.mean([error(f['points'][kind], kind, t) for f, t in zip(faces, truth) if f]):.1f}"
                 for faces in found.values())]
        for kind in IBUG
    ]  # fmt: skip
    head = ["eye corners, mouth corners, nose tip", "found", "error %", "error % where all found one"]
    return table(head, rows) + "\n\n" + table(["landmark, error %", *found], kinds)


def meshed(faces: list[dict | None]) -> list[dict | None]:
    """Those that the mesh knew: the others have the detector's five points."""
    return [face if face and len(face["points"]) == 30 else None for face in faces]


def error(point: np.ndarray, kind: str, truth: np.ndarray) -> float:
    distance = np.linalg.norm(truth[36] - truth[45])
    return 100 * float(np.linalg.norm(point - truth[list(IBUG[kind])].mean(axis=0)) / distance)


def clip_crops(shared: Path, folder: Path) -> dict[str, list[Path]]:
    """Writes squares around the faces that YuNet sees in every fifth frame of the clips: 2.2 times the face's side."""
    crops: dict[str, list[Path]] = {}
    for clip, number, frame, faces in clip_frames(shared, every=5):
        for index, (x, y, width, height) in enumerate(face[:4] for face in faces if face[14] > 0.8):
            half = 1.1 * max(width, height)
            left, top = int(x + width / 2 - half), int(y + height / 2 - half)
            square = frame[max(0, top) : int(top + 2 * half), max(0, left) : int(left + 2 * half)]
            path = folder / f"{clip.stem}-{number}-{index}.png"
            cv2.imwrite(str(path), square)
            crops.setdefault(clip.name, []).append(path)
    return crops


def clip_frames(shared: Path, every: int):
    """Yields (clip, number, frame, YuNet's faces: N x 15, left, top, width, height, ..., score)."""
    detector = cv2.FaceDetectorYN.create(str(shared / "models/face_detection_yunet_2026may.onnx"), "", (1, 1), 0.3)
    for clip in sorted((shared / "clips").glob("*.mp4")):
        capture, number = cv2.VideoCapture(str(clip)), 0
        while True:
            read, frame = capture.read()
            if not read:
                break
            if number % every == 0:
                detector.setInputSize(frame.shape[1::-1])
                faces = detector.detect(frame)[1]
                yield clip, number, frame, [] if faces is None else faces
            number += 1


def agreement(footpath: Footpath, shared: Path, folder: Path) -> str:
    """Mean differences from MediaPipe on the same crops, in % of the distance of the eyes."""
    rows, every = [], []
    for clip, pictures in clip_crops(shared, folder).items():
        ours = meshed(footpath.faces(pictures))
        differences, found = [], 0
        for picture, face in zip(pictures, ours):
            mesh = MEDIAPIPE(cv2.imread(str(picture)))
            found += mesh is not None
            if face is None or mesh is None:
                continue
            between = np.linalg.norm(mesh[[33, 133]].mean(axis=0) - mesh[[362, 263]].mean(axis=0))
            apart = [np.linalg.norm(face["points"][kind] - mesh[index]) for kind, index in KEY_POINTS.items()]
            differences.append(100 * np.mean(apart) / between)
        every += differences
        count = sum(face is not None for face in ours)
        rows.append([clip, str(len(pictures)), str(count), str(found), f"{np.mean(differences or [np.nan]):.2f}",
                     f"{np.median(differences or [np.nan]):.2f}"])  # fmt: skip
    rows.append(["all", "", "", "", f"{np.mean(every):.2f}", f"{np.median(every):.2f}"])
    return table(["clip", "crops", "Footpath found", "MediaPipe found", "mean %", "median %"], rows)


def pupils(footpath: Footpath, shared: Path, folder: Path) -> str:
    """Differences of the pupils from MediaPipe's mesh with attention (refine_landmarks), in % of the distance of the eyes."""
    peer = MediaPipe(irises=True)
    groups = {"marked faces": sorted((shared / "faces/img").glob("*.jpg")), **clip_crops(shared, folder)}
    rows = []
    for name, pictures in groups.items():
        measured, middles = [], []
        for picture, face in zip(pictures, meshed(footpath.faces(pictures))):
            mesh = peer(cv2.imread(str(picture)))
            if face is None or mesh is None:
                continue
            between = np.linalg.norm(mesh[[33, 133]].mean(axis=0) - mesh[[362, 263]].mean(axis=0))
            if np.linalg.norm(face["points"]["nose"] - mesh[1]) > between / 2:
                continue  # another face
            for side, iris in (("left", 468), ("right", 473)):
                corners = [face["points"][f"{side}Eye{end}"] for end in ("Left", "Right")]
                if np.linalg.norm(corners[0] - corners[1]) < 12:
                    continue
                measured.append(100 * np.linalg.norm(face["points"][f"{side}Pupil"] - mesh[iris]) / between)
                middles.append(100 * np.linalg.norm(np.mean(corners, axis=0) - mesh[iris]) / between)
        if measured:
            rows.append([name, str(len(measured)), *(f"{f(v):.2f}" for v in (measured, middles) for f in (np.mean, np.median))])
    head = ["eyes of 12 pixels or more", "eyes", "mean %", "median %", "middles of the eyes, mean %", "median %"]
    return table(head, rows)


def confidence(footpath: Footpath, shared: Path, folder: Path) -> str:
    """How often what Footpath calls a face is one, on pictures with a face and squares without."""
    pictures = sorted((shared / "faces/img").glob("*.jpg"))
    positives = pictures + [path for paths in clip_crops(shared, folder).values() for path in paths]
    negatives = faceless_squares(shared, folder)
    scores = [
        np.array([face["confidence"] if face else 0 for face in footpath.faces(paths)])
        for paths in (positives, negatives)
    ]
    rows = []
    for low, high in ((50, 60), (60, 70), (70, 80), (80, 90), (90, 101)):
        counts = [int(((values >= low) & (values < high)).sum()) for values in scores]
        share = 100 * counts[0] / max(1, sum(counts))
        rows.append([f"{low} to {min(high, 100)}", *map(str, counts), f"{share:.1f}"])
    return (
        f"{len(positives)} pictures with a face, {len(negatives)} without\n"
        + table(["confidence", "faces", "no faces", "faces %"], rows)
        + "\n"
        + "\n".join(f"of the faces {100 * (scores[0] >= limit).mean():.1f} % have {limit} or more" for limit in (50, 90))
    )


def faceless_squares(shared: Path, folder: Path) -> list[Path]:
    """Writes random squares of the clips that meet no face, however uncertain: they show bodies, hands, goods, walls."""
    random = np.random.default_rng(SEED)
    frames = list(clip_frames(shared, every=15))
    squares = []
    while len(squares) < NEGATIVES:
        _, _, frame, faces = frames[random.integers(len(frames))]
        side = int(random.integers(32, 200))
        left, top = random.integers(0, frame.shape[1] - side), random.integers(0, frame.shape[0] - side)
        if any(meets(face[:4], left, top, side) for face in faces):
            continue
        path = folder / f"none-{len(squares)}.png"
        cv2.imwrite(str(path), frame[top : top + side, left : left + side])
        squares.append(path)
    return squares


def meets(face: np.ndarray, left: int, top: int, side: int) -> bool:
    x, y, width, height = face
    return x < left + side and left < x + width and y < top + side and top < y + height


MEDIAPIPE = MediaPipe()

if __name__ == "__main__":
    main()
