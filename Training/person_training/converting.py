"""`Training/convert`: a data set of COCO JSON, or of a YOLO folder."""

import argparse
import json
import sys
from pathlib import Path

import cv2

from .datasets import Writer, split_of
from .pictures import IGNORED, PERSON

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def coco(file, folder, person):
    """Pictures and boxes of COCO JSON (CVAT's "COCO 1.0"): a crowd is a region to ignore.

    Yields the picture's path and its boxes (class, left, top, right, bottom; pixels).
    """
    values = json.loads(Path(file).read_text(encoding="utf-8"))
    wanted = {category["id"] for category in values["categories"] if category["name"] == person}
    if not wanted:
        names = ", ".join(category["name"] for category in values["categories"])
        raise ValueError(f"{file} has no category {person}; it has {names}")
    boxes = {}
    for annotation in values["annotations"]:
        if annotation["category_id"] not in wanted:
            continue
        left, top, width, height = annotation["bbox"]
        kind = IGNORED if annotation.get("iscrowd") else PERSON
        boxes.setdefault(annotation["image_id"], []).append((kind, left, top, left + width, top + height))
    for image in values["images"]:
        yield Path(folder) / image["file_name"], boxes.get(image["id"], [])


def yolo(folder, person):
    """Pictures of `images/` and boxes of `labels/` (lines of class, middle, size; ratios), below a folder."""
    for path in sorted(Path(folder).glob("**/*")):
        if path.suffix.lower() not in SUFFIXES or "images" not in path.parts:
            continue
        parts = list(path.parts)
        parts[len(parts) - 1 - parts[::-1].index("images")] = "labels"
        label = Path(*parts).with_suffix(".txt")
        boxes = []
        for line in label.read_text().splitlines() if label.exists() else ():
            kind, x, y, width, height = (float(part) for part in line.split()[:5])
            if int(kind) == person:
                boxes.append((PERSON, x - width / 2, y - height / 2, x + width / 2, y + height / 2))
        yield path, boxes


def convert(arguments=None):
    parser = argparse.ArgumentParser(prog="Training/convert", description=__doc__.splitlines()[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    from_coco = kinds.add_parser("coco", help="COCO JSON, as CVAT writes it")
    from_coco.add_argument("annotations", type=Path)
    from_coco.add_argument("pictures", type=Path, help="the folder that its file names are in")
    from_coco.add_argument("--person", default="person", help="the category's name")
    from_yolo = kinds.add_parser("yolo", help="a folder with images/ and labels/")
    from_yolo.add_argument("folder", type=Path)
    from_yolo.add_argument("--person", type=int, default=0, help="the class's number")
    for kind in (from_coco, from_yolo):
        kind.add_argument("output", type=Path, help="folder to write")
        kind.add_argument(
            "--split", choices=("train", "held-out"), help="of all pictures (default: one in 25 held out)"
        )
    values = parser.parse_args(arguments)
    try:
        in_pixels = values.kind == "coco"
        entries = (
            coco(values.annotations, values.pictures, values.person)
            if in_pixels
            else yolo(values.folder, values.person)
        )
        writer = Writer(values.output)
        for path, boxes in entries:
            picture = cv2.imread(str(path))
            if picture is None:
                raise ValueError(f"{path} is not a picture that OpenCV reads")
            height, width = picture.shape[:2]
            across, down = (width, height) if in_pixels else (1, 1)
            scaled = [(kind, x0 / across, y0 / down, x1 / across, y1 / down) for kind, x0, y0, x1, y1 in boxes]
            writer.add(picture, scaled, values.split or split_of(path.name))
        writer.close()
    except (OSError, ValueError, KeyError) as error:
        return f"convert: {error}"
    print(f"{writer.count} pictures with {writer.boxes} people in {values.output}")
    return 0


if __name__ == "__main__":
    sys.exit(convert())
