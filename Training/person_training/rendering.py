"""Draws a composed batch: on a CPU by OpenCV, on another device by gathering from pictures that lie there."""

import cv2
import numpy as np
import torch

from .pictures import LEVELS

# What lies around a picture, as in the program's letterbox.
FILL = 114


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
        self.pixels = torch.from_numpy(np.array(pictures.pixels)).to(device)

    def draw(self, batch):
        height, width = batch.size
        levels, scales, offsets = _level_transforms(self.pictures, batch)
        sizes = self.pictures.sizes[batch.sources, levels]
        starts = self.pictures.starts[batch.sources, levels]

        def moved(values, kind=torch.float32):
            return torch.as_tensor(np.ascontiguousarray(values)).to(self.device, kind)

        rectangles = moved(batch.cells, torch.int64)
        y, x = torch.meshgrid(
            torch.arange(height, device=self.device), torch.arange(width, device=self.device), indexing="ij"
        )
        owner = torch.zeros((batch.samples, height, width), dtype=torch.int64, device=self.device)
        # Cells of a sample don't overlap: the k-th cells of all samples are painted at once.
        samples = batch.cells[:, 0]
        order = np.arange(len(samples)) - np.searchsorted(samples, samples)
        for turn in range(order.max() + 1):
            chosen = moved(np.flatnonzero(order == turn), torch.int64)
            sample, left, top, right, bottom = (column[:, None, None] for column in rectangles[chosen].unbind(1))
            inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
            drawn = owner[sample[:, 0, 0]]
            owner[sample[:, 0, 0]] = torch.where(inside, chosen[:, None, None], drawn)

        scale, offset = moved(scales)[owner], moved(offsets)[owner]
        size, start = moved(sizes, torch.int64)[owner], moved(starts, torch.int64)[owner]
        u = (x + 0.5 - offset[..., 0]) / scale[..., 0] - 0.5
        v = (y + 0.5 - offset[..., 1]) / scale[..., 1] - 0.5
        u0, v0 = u.floor(), v.floor()
        colours = torch.arange(3, device=self.device)
        out = torch.zeros((*owner.shape, 3), device=self.device)
        for dv in (0, 1):
            for du in (0, 1):
                column, row = (u0 + du).long(), (v0 + dv).long()
                weight = (1 - (u - column).abs()) * (1 - (v - row).abs())
                inside = (column >= 0) & (column < size[..., 1]) & (row >= 0) & (row < size[..., 0])
                at = start + (row * size[..., 1] + column) * 3
                value = self.pixels[torch.where(inside, at, 0)[..., None] + colours].float()
                out += weight[..., None] * torch.where(inside[..., None], value, torch.tensor(float(FILL)).to(value))
        return out.round().clamp(0, 255).to(torch.uint8)
