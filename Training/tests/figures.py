"""A data set of drawn figures: striped bottles on noise, which no person network takes for people."""

import cv2
import numpy as np

from person_training.datasets import Writer

SIZE = (192, 320)


def write(folder, pictures, held_out, seed=3):
    rng = np.random.default_rng(seed)
    writer = Writer(folder)
    for number in range(pictures + held_out):
        picture, boxes = figures(rng)
        writer.add(picture, boxes, "train" if number < pictures else "held-out")
    writer.close()


def figures(rng):
    """A picture [H, W, 3] and one to three boxes (class, left, top, right, bottom; ratios)."""
    height, width = SIZE
    picture = cv2.resize(rng.integers(60, 200, (12, 20, 3), dtype=np.uint8), (width, height))
    boxes = []
    for slot in rng.permutation(3)[: rng.integers(1, 4)]:
        tall = int(rng.integers(40, 150))
        wide = tall * 2 // 5
        left = int(slot * width / 3 + rng.integers(0, width // 3 - wide + 1))
        top = int(rng.integers(0, height - tall))
        stripes = np.where(np.arange(tall)[:, None] // 8 % 2, 235, 20) * np.ones((1, wide))
        mask = np.zeros((tall, wide), np.uint8)
        cv2.rectangle(mask, (0, tall // 4), (wide - 1, tall - 1), 255, -1)
        cv2.rectangle(mask, (wide // 3, 0), (2 * wide // 3, tall // 4), 255, -1)
        part = picture[top : top + tall, left : left + wide]
        part[mask > 0] = np.repeat(stripes[..., None], 3, 2)[mask > 0]
        boxes.append((0, left / width, top / height, (left + wide) / width, (top + tall) / height))
    return picture, boxes
