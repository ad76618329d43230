"""Changes colours, sharpness and noise of drawn pictures, on the device where they lie, each picture in its own way.

What is done to which picture is decided on the host, which never waits for the device.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

# Luma of BGR (ITU-R BT.601).
LUMA = (0.114, 0.587, 0.299)
# The luminance table of ITU-T T.81, annex K.1, for a quality of 50.
QUANTISATION = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


def moved(values, device, kind=None):
    """An array as a tensor on a device; the host doesn't wait for the copy."""
    tensor = torch.from_numpy(np.ascontiguousarray(values))
    tensor = tensor.to(kind or (torch.float32 if tensor.is_floating_point() else tensor.dtype))
    return tensor.pin_memory().to(device, non_blocking=True) if torch.device(device).type == "cuda" else tensor


def varied(pictures, rng, generator):
    """Bytes [N, H, W, 3] as float pictures [N, 3, H, W], 0...1, channels last, each with its colours changed.

    - rng: numpy's generator, decides what is done. generator: torch's, on the pictures' device, makes the noise.
    """
    device, count = pictures.device, len(pictures)

    def some(share):
        return np.flatnonzero(rng.random(count) < share)

    def strengths(chosen, low, high):
        return moved(rng.uniform(low, high, len(chosen)), device)

    matrix, shift = (moved(values, device) for values in _colour_changes(rng, count))
    x = pictures.view(count, -1, 3).float().mul_(1 / 255)
    x = torch.baddbmm(shift, x, matrix.transpose(1, 2)).clamp_(0, 1)
    x = x.view(pictures.shape).permute(0, 3, 1, 2)

    def change(share, change_of, low, high):
        chosen = some(share)
        if len(chosen):
            at = moved(chosen, device)
            x[at] = change_of(x[at], strengths(chosen, low, high))

    def noisy(part, strength):
        noise = torch.empty_like(part).normal_(generator=generator)
        return part + noise * strength[:, None, None, None]

    change(0.25, lambda part, power: part.clamp(min=1e-4) ** power.exp()[:, None, None, None], -0.5, 0.5)
    change(0.2, _blurred, 0.4, 1.3)
    change(0.1, noisy, 0.01, 0.05)
    change(0.2, _compressed, 0.6, 2.5)
    return x.clamp_(0, 1)


def _colour_changes(rng, count):
    """Matrices [N, 3, 3] and shifts [N, 1, 3]: saturation, hue, contrast, brightness; a twentieth becomes grey."""
    grey, eye = np.tile(LUMA, (3, 1)), np.eye(3)
    colour = np.where(rng.random(count) < 0.05, 0.0, rng.uniform(0.3, 1.5, count))[:, None, None]
    # Turning colours about the grey axis: Rodrigues' formula for the axis (1, 1, 1).
    angle = rng.uniform(-1, 1, (count, 1, 1)) * math.radians(16)
    cross = np.array([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    turn = np.cos(angle) * eye + np.sin(angle) * cross + (1 - np.cos(angle)) / 3
    contrast = rng.uniform(0.55, 1.4, (count, 1, 1))
    matrix = contrast * ((colour * eye + (1 - colour) * grey) @ turn)
    # One colour of light or another.
    matrix = matrix * (1 + 0.08 * rng.uniform(-1, 1, (count, 3, 1)))
    # About the middle of the range, or about black.
    shift = rng.uniform(-0.12, 0.12, (count, 1, 1)) + 0.5 * (1 - contrast) * (rng.random((count, 1, 1)) < 0.5)
    changed = rng.random((count, 1, 1)) < 0.85
    return np.where(changed, matrix, eye), np.repeat(np.where(changed, shift, 0.0), 3, 2)


def _blurred(x, sigma):
    """Gaussian blur over 5 pixels, sigma [N] in pixels."""
    count, channels = x.shape[:2]
    at = torch.arange(-2, 3, device=x.device)
    line = torch.exp(-(at**2) / (2 * sigma[:, None] ** 2))
    line = (line / line.sum(1, keepdim=True)).repeat_interleave(channels, 0)
    flat = x.reshape(1, count * channels, *x.shape[2:])
    flat = F.conv2d(F.pad(flat, (2, 2, 0, 0), "replicate"), line[:, None, None, :], groups=count * channels)
    flat = F.conv2d(F.pad(flat, (0, 0, 2, 2), "replicate"), line[:, None, :, None], groups=count * channels)
    return flat.view(x.shape)


def _compressed(x, strength):
    """What JPEG leaves of x: 8 x 8 blocks, their cosine transform rounded to steps; strength [N] times the table."""
    at = np.arange(8)
    line = np.cos((2 * at[None] + 1) * at[:, None] * math.pi / 16) * 0.5
    line[0] /= math.sqrt(2)
    # Of a block's 64 values, as one product for all blocks.
    basis = moved(np.kron(line, line), x.device)
    count, channels, height, width = x.shape
    blocks = x.reshape(count, channels, height // 8, 8, width // 8, 8).permute(0, 1, 2, 4, 3, 5)
    step = moved(np.ravel(QUANTISATION) / 255, x.device) * strength[:, None]
    step = step[:, None, None, None, :]
    spectrum = blocks.flatten(4) @ basis.T
    restored = ((spectrum / step).round() * step) @ basis
    return restored.view(count, channels, height // 8, width // 8, 8, 8).permute(0, 1, 2, 4, 3, 5).reshape(x.shape)
