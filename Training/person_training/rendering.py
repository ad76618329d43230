"""Draws a composed batch: on a CPU by OpenCV, on another device by gathering from pictures that lie there."""

import cv2
import numpy as np
import torch

from .colours import moved
from .pictures import LEVELS

# What lies around a picture, as in the program's letterbox.
FILL = 114
# Bytes of pictures that are copied to a device at once.
UPLOAD = 1 << 28


def levels_of(scales):
    """The level [C] to draw each cell from: the smallest that isn't enlarged by it (a little is allowed)."""
    reduction = 1 / np.maximum(np.abs(scales).max(1), 1e-6)
    return np.clip(np.round(np.log2(np.maximum(reduction, 1e-6)) + 0.2), 0, LEVELS - 1).astype(np.int64)


def _level_transforms(pictures, batch):
    """For each cell its level, and scale and offset [C, 2] from that level's pixels to the sample's."""
    level = levels_of(batch.scales)
    whole = pictures.sizes[batch.sources, 0][:, ::-1]
    reduced = pictures.sizes[batch.sources, level][:, ::-1]
    return level, batch.scales * whole / reduced, batch.offsets


class OpenCVRenderer:
    """Draws with one thread of a CPU; gives bytes [N, H, W, 3]."""

    def __init__(self, pictures):
        self.pictures = pictures
        cv2.setNumThreads(1)

    def draw(self, batch):
        height, width = batch.size
        out = np.full((batch.samples, height, width, 3), FILL, np.uint8)
        levels, scales, offsets = _level_transforms(self.pictures, batch)
        for cell, (sample, left, top, right, bottom) in enumerate(batch.cells):
            (sx, sy), (ox, oy) = scales[cell], offsets[cell]
            # OpenCV counts from the middles of pixels.
            matrix = np.array([[sx, 0, ox - left + 0.5 * sx - 0.5], [0, sy, oy - top + 0.5 * sy - 0.5]])
            cv2.warpAffine(
                self.pictures.level(batch.sources[cell], levels[cell]),
                matrix,
                (int(right - left), int(bottom - top)),
                dst=out[sample, top:bottom, left:right],
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=(FILL, FILL, FILL),
            )
        return torch.from_numpy(out)


class DeviceRenderer:
    """Draws on a device that holds all pictures; gives bytes [N, H, W, 3] there."""

    def __init__(self, pictures, device):
        self.pictures = pictures
        self.device = device
        self.pixels = torch.empty(len(pictures.pixels), dtype=torch.uint8, device=device)
        for start in range(0, len(pictures.pixels), UPLOAD):
            part = np.array(pictures.pixels[start : start + UPLOAD])
            self.pixels[start : start + len(part)] = torch.from_numpy(part).to(device)

    def draw(self, batch):
        # Where there is no CUDA there need not be Triton.
        from .drawing import draw

        levels, scales, offsets = _level_transforms(self.pictures, batch)
        sizes = self.pictures.sizes[batch.sources, levels]
        starts = self.pictures.starts[batch.sources, levels]
        out = torch.empty((batch.samples, *batch.size, 3), dtype=torch.uint8, device=self.device)
        kinds = (torch.int32, torch.int64, torch.int32, torch.float32, torch.float32)
        values = (batch.cells, starts, sizes, scales, offsets)
        return draw(self.pixels, out, *(moved(v, self.device, k) for v, k in zip(values, kinds)), FILL)
