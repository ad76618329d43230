"""Changes colours, sharpness and noise of drawn pictures, on the device where they lie, each picture in its own way."""

import math

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


def varied(pictures, generator):
    """Bytes [N, H, W, 3] as float pictures [N, 3, H, W], 0...1, channels last, each with its colours changed."""
    device = pictures.device
    count = len(pictures)

    def uniform(low, high):
        return torch.empty(count, device=device).uniform_(low, high, generator=generator)

    def some(share):
        return (uniform(0, 1) < share).nonzero()[:, 0]

    matrix, shift = _colour_changes(uniform, count, device)
    x = pictures.view(count, -1, 3).float().mul_(1 / 255)
    x = torch.baddbmm(shift, x, matrix.transpose(1, 2)).clamp_(0, 1)
    x = x.view(pictures.shape).permute(0, 3, 1, 2)

    chosen = some(0.25)
    if len(chosen):
        exponent = torch.exp(uniform(-0.5, 0.5))[chosen, None, None, None]
        x[chosen] = x[chosen].clamp(min=1e-4) ** exponent
    chosen = some(0.2)
    if len(chosen):
        x[chosen] = _blurred(x[chosen], uniform(0.4, 1.3)[chosen])
    chosen = some(0.1)
    if len(chosen):
        noise = torch.empty(x[chosen].shape, device=device).normal_(generator=generator)
        x[chosen] += noise * uniform(0.01, 0.05)[chosen, None, None, None]
    chosen = some(0.2)
    if len(chosen):
        x[chosen] = _compressed(x[chosen], uniform(0.6, 2.5)[chosen])
    return x.clamp_(0, 1)


def _colour_changes(uniform, count, device):
    """Matrices [N, 3, 3] and shifts [N, 1, 3]: saturation, hue, contrast, brightness; a twentieth becomes grey."""
    luma = torch.tensor(LUMA, device=device)
    grey = luma.expand(3, 3)
    eye = torch.eye(3, device=device)
    saturation = torch.where(uniform(0, 1) < 0.05, torch.zeros(count, device=device), uniform(0.3, 1.5))
    # Turning colours about the grey axis: Rodrigues' formula for the axis (1, 1, 1).
    angle = uniform(-1, 1) * math.radians(16)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=device) / math.sqrt(3)
    axis = torch.full((3, 3), 1 / 3, device=device)
    cosine, sine = angle.cos()[:, None, None], angle.sin()[:, None, None]
    turn = cosine * eye + sine * cross + (1 - cosine) * axis
    contrast = uniform(0.55, 1.4)[:, None, None]
    colour = saturation[:, None, None]
    matrix = contrast * ((colour * eye + (1 - colour) * grey) @ turn)
    # One colour of light or another.
    matrix = matrix * (1 + 0.08 * torch.stack([uniform(-1, 1) for _ in range(3)], 1))[:, :, None]
    shift = uniform(-0.12, 0.12)[:, None, None] + 0.5 * (1 - contrast) * (uniform(0, 1) < 0.5)[:, None, None]
    changed = (uniform(0, 1) < 0.85)[:, None, None]
    return torch.where(changed, matrix, eye), torch.where(changed, shift, torch.zeros_like(shift)).expand(-1, 1, 3)


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
    at = torch.arange(8, device=x.device)
    basis = torch.cos((2 * at[None] + 1) * at[:, None] * math.pi / 16) * 0.5
    basis[0] /= math.sqrt(2)
    count, channels, height, width = x.shape
    blocks = x.reshape(count, channels, height // 8, 8, width // 8, 8).permute(0, 1, 2, 4, 3, 5)
    step = torch.tensor(QUANTISATION, device=x.device) * strength[:, None, None] / 255
    step = step[:, None, None, None]
    spectrum = basis @ blocks @ basis.T
    restored = basis.T @ ((spectrum / step).round() * step) @ basis
    return restored.permute(0, 1, 2, 4, 3, 5).reshape(x.shape)
