"""Writing data sets: pictures in one folder, and `boxes.jsonl` (see `pictures`)."""

import hashlib
import json
from pathlib import Path

import cv2

# As much as a training needs: it reduces longer sides itself.
LONGEST_SIDE = 960
QUALITY = 90
# One picture in so many is held out, chosen by its name.
HELD_OUT = 25


class Writer:
    """Writes a data set into a folder that must not hold one yet."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count = self.boxes = 0
        self.file = open(self.folder / "boxes.jsonl", "x", encoding="utf-8")

    def add(self, picture, boxes, split, name=None):
        """A picture [H, W, 3] and its boxes (class, left, top, right, bottom; ratios)."""
        reduction = max(picture.shape[:2]) / LONGEST_SIDE
        if reduction > 1:
            size = [round(side / reduction) for side in picture.shape[1::-1]]
            picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        name = name or f"{self.count:06}.jpg"
        cv2.imwrite(str(self.folder / name), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        kept = []
        for kind, *sides in boxes:
            left, top, right, bottom = (round(min(1.0, max(0.0, float(side))), 5) for side in sides)
            if right > left and bottom > top:
                kept.append([kind, left, top, right, bottom])
        json.dump({"picture": name, "split": split, "boxes": kept}, self.file)
        self.file.write("\n")
        self.count += 1
        self.boxes += sum(kind == 0 for kind, *_ in kept)

    def close(self):
        self.file.close()


def split_of(name):
    """`held-out` for one picture in HELD_OUT, by a hash of its name; copies of one picture stay on one side."""
    return "held-out" if hashlib.sha256(name.encode()).digest()[0] % HELD_OUT == 0 else "train"
