"""The face benchmarks on videos: how steady landmarks are, what faces cost, how small they may be."""

from pathlib import Path

import numpy as np

from face_program import Footpath, ffmpeg, points_of
from tables import table

SOURCE = "clips/head-pose-face-detection-female-and-male.mp4"
MAN = "crop=220:270:240:0"  # one of the two people of that clip, 480x270; his face is about 60 pixels wide
FACE = 60
RATE = 25


def steady(footpath: Footpath, shared: Path, folder: Path) -> str:
    """Jitter of a still face in noise, and lag of a face that swings, before and after smoothing."""
    rows = []
    still = folder / "still.mp4"
    noisy = ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p"]
    one = ["-ss", "0", "-i", shared / SOURCE, "-frames:v", "1", folder / "one.png"]
    ffmpeg(*one)
    loop = ["-loop", "1", "-framerate", str(RATE), "-t", "8", "-i", folder / "one.png"]
    ffmpeg(*loop, "-vf", "noise=alls=6:allf=t", *noisy, still)
    for rate in (RATE, 5):
        for name, path in tracks(footpath, still, folder, rate):
            jitters = [jitter(path[key]) for key in ("raw_landmarks", "landmarks")]
            rows.append([f"still, track {name}, {rate} a second", *(f"{value:.2f}" for value in jitters)])
    text = table(["jitter, % of the distance of the eyes", "measured", "smoothed"], rows)
    rows = []
    for hertz in (0.25, 0.5, 1.0):
        swing = folder / "swing.mp4"
        shift = f"scale=576:324,crop=480:270:x='48+44*sin(2*PI*{hertz}*t)':y=27,noise=alls=6:allf=t"
        ffmpeg(*loop, "-vf", shift, *noisy, swing)
        for rate in (RATE, 5):
            for name, path in tracks(footpath, swing, folder, rate):
                late = lag(path["times"], path["raw_landmarks"], path["landmarks"])
                speed = np.abs(np.diff(path["raw_landmarks"][:, :, 0].mean(axis=1)) / np.diff(path["times"])).max()
                eyes = eye_distance(path["raw_landmarks"])
                rows.append([f"swing {hertz} Hz, track {name}, {rate} a second", f"{speed / eyes:.1f}",
                             f"{1000 * late:.0f}", f"{late * RATE:.2f}"])  # fmt: skip
    return text + "\n\n" + table(["lag of the smoothed", "top speed, eye distances/s", "ms", "frames"], rows)


def tracks(footpath: Footpath, video: Path, folder: Path, rate: int):
    """Yields each track with its `times` (N, seconds) and both kinds of landmarks (N x points x 2, pixels)."""
    records = footpath.analyze(video, folder, "--landmarks", "all", "--raw-landmarks", "--face-fps", str(rate))
    size = next((r["frame_width"], r["frame_height"]) for r in records if r["event"] == "stream_start")
    points = [r for r in records if r["event"] == "path" and "face" in r and r["pts_ms"] > 1000]
    for track in sorted({r["track"] for r in points}):
        mine = [r for r in points if r["track"] == track]
        path = {"times": np.array([r["pts_ms"] / 1000 for r in mine])}
        for key in ("raw_landmarks", "landmarks"):
            path[key] = np.array([list(points_of(r["face"][key], *size).values()) for r in mine])
        if len(mine) > 10:
            yield track, path


def eye_distance(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[:, 0] - points[:, 1], axis=1).mean())


def jitter(points: np.ndarray) -> float:
    """Root mean square distance from the mean, in % of the distance of the eyes."""
    away = points - points.mean(axis=0)
    return 100 * float(np.sqrt((away**2).sum(axis=2).mean())) / eye_distance(points)


def lag(times: np.ndarray, measured: np.ndarray, smoothed: np.ndarray) -> float:
    """The seconds by which the measured points' path must be delayed to fit the smoothed one best."""
    x, y = measured[:, :, 0].mean(axis=1), smoothed[:, :, 0].mean(axis=1)
    inner = (times > times[0] + 0.5) & (times < times[-1] - 0.5)
    delays = np.arange(-0.05, 0.3, 0.002)
    errors = [((np.interp(times[inner] - delay, times, x) - y[inner]) ** 2).sum() for delay in delays]
    return float(delays[int(np.argmin(errors))])


def cost(footpath: Footpath, shared: Path, folder: Path) -> str:
    """Throughput with and without faces, for some people in view of a 1920x1080 picture."""
    rows = []
    for people, columns, scale in ((0, 0, 0), (1, 1, 1080), (5, 5, 460), (20, 5, 260)):
        video = folder / f"people-{people}.mp4"
        crowd(shared, video, people, columns, scale)
        plain = footpath.cost(video, folder, "--face-fps", "0")
        for rate in (5, RATE):
            faces = footpath.cost(video, folder, "--face-fps", str(rate))
            each = 1000 * (faces["cpu"] - plain["cpu"]) / faces["faces"] if faces["faces"] else float("nan")
            rows.append([str(people), str(rate), str(faces["faces"]), f"{plain['frames'] / plain['wall']:.1f}",
                         f"{faces['frames'] / faces['wall']:.1f}", f"{plain['wall'] / faces['wall']:.2f}",
                         f"{each:.1f}"])  # fmt: skip
    head = ["faces in view", "a second", "faces found", "frames/s without", "frames/s with", "ratio", "CPU ms a face"]
    return table(head, rows)


def crowd(shared: Path, video: Path, people: int, columns: int, height: int) -> None:
    """Writes 8 s at 25 frames/s of one man, many times over."""
    options = ["-t", "8", "-r", str(RATE), "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", video]
    if people == 0:
        ffmpeg("-f", "lavfi", "-i", "color=gray:s=1920x1080:r=25", *options)
        return
    width = 2 * (height * 220 // 270 // 2)
    cells = "|".join(f"{i % columns * width}_{i // columns * height}" for i in range(people))
    tile = f"[0:v]{MAN},scale={width}:{height},split={people}" + "".join(f"[t{i}]" for i in range(people)) + ";"
    if people == 1:
        tile, stack = f"[0:v]{MAN},scale={width}:{height}[s];", ""
    else:
        stack = "".join(f"[t{i}]" for i in range(people)) + f"xstack=inputs={people}:layout={cells}:fill=gray[s];"
    graph = f"{tile}{stack}[s]pad=1920:1080:0:0:gray"
    ffmpeg("-stream_loop", "-1", "-i", shared / SOURCE, "-filter_complex", graph, *options)


def size(footpath: Footpath, shared: Path, folder: Path) -> str:
    """How small a face may be: the share of a person's frames in which it was found."""
    rows = []
    for width, height in ((1920, 1080), (3840, 2160)):
        for face in (24, 32, 40, 48, 64, 96):
            video = folder / "small.mp4"
            scale = face / FACE
            graph = f"{MAN},scale=iw*{scale}:-2,pad={width}:{height}:{width // 3}:{height // 3}:gray"
            ffmpeg("-i", shared / SOURCE, "-vf", graph, "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", video)
            records = footpath.analyze(video, folder, "--face-fps", "100", "--quality", "best", "--confidence", "30")
            points = [r for r in records if r["event"] == "path"]
            found = sum("face" in r for r in points)
            rows.append([f"{width}x{height}", str(face), str(len(points)), str(found)])
    return table(["picture", "face's width, pixels", "points of paths", "with a face"], rows)
