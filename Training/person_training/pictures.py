"""Data sets: pictures decoded once into a memory map, and their boxes.

A data set is a folder with `boxes.jsonl`, a line for each picture:

    {"picture": "part-00.tar/000000.webp", "split": "train", "stretched": false, "boxes": [[0, x0, y0, x1, y1], ...]}

`picture` names a file beside it, or one inside a tar file. Boxes are ratios of the picture; class 0 is a person, 9 a
region to ignore, neither person nor background. `split` is `train` or `held-out`, `stretched` says that the picture
was squashed to a square by its publisher.
"""

import hashlib
import json
import os
import tarfile
import threading
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path

import cv2
import numpy as np

PERSON, IGNORED = 0, 9
# Longer sides than this are reduced: the network sees 448 pixels.
LONGEST_SIDE = 448
# Each picture is kept whole, at half and at a quarter of its size, so that drawing it small doesn't alias.
LEVELS = 3


def lines(folder):
    """The lines of a data set, as they are, with keys that may be absent filled in."""
    with open(Path(folder) / "boxes.jsonl", encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            entry.setdefault("split", "train")
            entry.setdefault("stretched", False)
            yield entry


class Reader:
    """Reads pictures by the names that a data set gives them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.tars = {}

    def bytes(self, name):
        """A picture's file, from the folder or from a tar in it."""
        head, _, member = name.partition(".tar/")
        if not member:
            return (self.folder / name).read_bytes()
        if head not in self.tars:
            tar = tarfile.open(self.folder / f"{head}.tar")
            self.tars[head] = (tar, {entry.name.removeprefix("./"): entry for entry in tar})
        tar, members = self.tars[head]
        return tar.extractfile(members[member]).read()

    def decoded(self, name):
        """A picture [H, W, 3], BGR; None where it isn't one."""
        return cv2.imdecode(np.frombuffer(self.bytes(name), np.uint8), cv2.IMREAD_COLOR)


@dataclass
class Pictures:
    """Decoded pictures and boxes of one split.

    `pixels` holds every level of every picture one after the other, bytes in rows of BGR. `sizes` [P, LEVELS, 2] are
    heights and widths, `starts` [P, LEVELS] where each begins in `pixels`. `boxes` [B, 5] are left, top, right,
    bottom as ratios and the class; those of picture p lie between `firsts[p]` and `firsts[p + 1]`.
    """

    pixels: np.ndarray
    sizes: np.ndarray
    starts: np.ndarray
    stretched: np.ndarray
    boxes: np.ndarray
    firsts: np.ndarray

    def __len__(self):
        return len(self.stretched)

    def level(self, picture, level):
        """A picture [H, W, 3] at a level, without a copy."""
        height, width = self.sizes[picture, level]
        start = self.starts[picture, level]
        return self.pixels[start : start + height * width * 3].reshape(height, width, 3)


def load(folders, cache, split="train"):
    """The pictures of one split of all data sets, decoded into `cache` where they aren't there yet."""
    entries = [(folder, entry) for folder in folders for entry in lines(folder) if entry["split"] == split]
    if not entries:
        raise ValueError(f"no pictures of the split {split} in {', '.join(map(str, folders))}")
    listing = json.dumps([[str(Path(f).resolve()), e] for f, e in entries], sort_keys=True)
    name = hashlib.sha256(f"{LONGEST_SIDE} {LEVELS} {listing}".encode()).hexdigest()[:16]
    base = Path(cache) / f"{split}-{name}"
    if not base.with_suffix(".npz").exists():
        _decode(entries, base)
    index = np.load(base.with_suffix(".npz"))
    pixels = np.memmap(base.with_suffix(".pixels"), np.uint8, "r")
    return Pictures(pixels, *(index[key] for key in ("sizes", "starts", "stretched", "boxes", "firsts")))


def _decode(entries, base):
    base.parent.mkdir(parents=True, exist_ok=True)
    sizes, starts, stretched, boxes, firsts, at = [], [], [], [], [0], 0
    temporary = base.with_suffix(f".{os.getpid()}")
    # Threads: OpenCV lets others run while it decodes. A forked process may wait for ever for threads that it hasn't got, of
    # OpenCV and PyTorch.
    with open(temporary, "wb") as file, ThreadPool(len(os.sched_getaffinity(0))) as pool:
        names = ((folder, entry["picture"]) for folder, entry in entries)
        for (folder, entry), levels in zip(entries, pool.imap(_decoded_levels, names, chunksize=16)):
            if levels is None:
                raise ValueError(f"{folder}: {entry['picture']} is not a picture that OpenCV reads")
            heights, begins = [], []
            for level in levels:
                heights.append(level.shape[:2])
                begins.append(at)
                file.write(np.ascontiguousarray(level).tobytes())
                at += level.size
            sizes.append(heights)
            starts.append(begins)
            stretched.append(entry["stretched"])
            boxes += [[x0, y0, x1, y1, kind] for kind, x0, y0, x1, y1 in entry["boxes"]]
            firsts.append(len(boxes))
    os.replace(temporary, base.with_suffix(".pixels"))
    np.savez(
        temporary,
        sizes=np.array(sizes, np.int32),
        starts=np.array(starts, np.int64),
        stretched=np.array(stretched, bool),
        boxes=np.array(boxes, np.float32).reshape(-1, 5),
        firsts=np.array(firsts, np.int64),
    )
    os.replace(f"{temporary}.npz", base.with_suffix(".npz"))


# A tar file is read at one place at a time: each thread has its own.
_readers = threading.local()


def _decoded_levels(name):
    folder, picture = name
    readers = _readers.__dict__
    if folder not in readers:
        readers[folder] = Reader(folder)
    decoded = readers[folder].decoded(picture)
    return None if decoded is None else list(_levels(decoded))


def _levels(picture):
    reduction = max(picture.shape[:2]) / LONGEST_SIDE
    if reduction > 1:
        size = [max(1, round(side / reduction)) for side in picture.shape[1::-1]]
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for _ in range(LEVELS):
        yield picture
        half = [max(1, side // 2) for side in picture.shape[1::-1]]
        picture = cv2.resize(picture, half, interpolation=cv2.INTER_AREA)
