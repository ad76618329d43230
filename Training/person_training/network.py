"""The person network: a CSP backbone, a feature pyramid run down and up again, and a light head on each level.

It takes pictures [N, 3, H, W], BGR, 0...1, H and W multiples of 32, and gives rows [N, A, 5] for the cells of strides
8, 16 and 32 in turn: logit, then the logarithms of the distances left, top, right and bottom from the cell's centre,
divided by the stride. The exported network takes 0...255 (see `exporting`).
"""

import torch
import torch.nn.functional as F
from torch import nn

STRIDES = (8, 16, 32)
# exp(6) strides are more than any picture: keeps half-trained weights from overflowing.
MAX_LOG_DISTANCE = 6.0


class Conv(nn.Sequential):
    """Convolution, normalisation over the batch, ReLU."""

    def __init__(self, inputs, outputs, kernel=3, stride=1, groups=1):
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
            nn.ReLU(inplace=True),
        )


class Stage(nn.Module):
    """A cross-stage partial block (Wang et al. 2020): one half goes through residual blocks, the other past them."""

    def __init__(self, inputs, outputs, depth=1):
        super().__init__()
        half = outputs // 2
        self.a = Conv(inputs, half, 1)
        self.b = Conv(inputs, half, 1)
        self.m = nn.ModuleList(nn.Sequential(Conv(half, half, 1), Conv(half, half, 3)) for _ in range(depth))
        self.o = Conv(2 * half, outputs, 1)

    def forward(self, x):
        a = self.a(x)
        for block in self.m:
            a = a + block(a)
        return self.o(torch.cat([a, self.b(x)], 1))


class PyramidPooling(nn.Module):
    """The greatest values within 5, 9 and 13 cells beside the cell's own (spatial pyramid pooling, in series)."""

    def __init__(self, channels):
        super().__init__()
        self.a = Conv(channels, channels // 2, 1)
        self.b = Conv(channels * 2, channels, 1)

    def forward(self, x):
        pooled = [self.a(x)]
        for _ in range(3):
            pooled.append(F.max_pool2d(pooled[-1], 5, 1, 2))
        return self.b(torch.cat(pooled, 1))


class Head(nn.Module):
    """One level's rows: a common first block, then one block for the score and one for the box."""

    def __init__(self, channels):
        super().__init__()

        def block():
            return nn.Sequential(Conv(channels, channels, 5, groups=channels), Conv(channels, channels, 1))

        self.common, self.score, self.box = block(), block(), block()
        self.logit = nn.Conv2d(channels, 1, 1)
        self.distances = nn.Conv2d(channels, 4, 1)
        for last in (self.logit, self.distances):
            nn.init.normal_(last.weight, std=0.01)
            nn.init.zeros_(last.bias)
        # A cell in a hundred shows a person at the beginning (the prior of focal loss, Lin et al. 2017).
        nn.init.constant_(self.logit.bias, -4.6)

    def forward(self, x):
        x = self.common(x)
        return torch.cat([self.logit(self.score(x)), self.distances(self.box(x))], 1)


class PersonNetwork(nn.Module):
    """See the module. `width` is the number of channels after the first convolution, `neck` that of the pyramid."""

    def __init__(self, width=16, neck=48):
        super().__init__()
        self.settings = {"width": width, "neck": neck}
        c = [width, width * 2, width * 4, width * 6, width * 10]
        self.stem = Conv(3, c[0], 3, 2)
        self.s2 = nn.Sequential(Conv(c[0], c[1], 3, 2), Stage(c[1], c[1], 1))
        self.s3 = nn.Sequential(Conv(c[1], c[2], 3, 2), Stage(c[2], c[2], 2))
        self.s4 = nn.Sequential(Conv(c[2], c[3], 3, 2), Stage(c[3], c[3], 3))
        self.s5 = nn.Sequential(Conv(c[3], c[4], 3, 2), PyramidPooling(c[4]), Stage(c[4], c[4], 2))
        self.l5, self.l4, self.l3 = Conv(c[4], neck, 1), Conv(c[3], neck, 1), Conv(c[2], neck, 1)
        self.f4, self.f3 = Stage(2 * neck, neck, 1), Stage(2 * neck, neck, 1)
        self.d4, self.n4 = Conv(neck, neck, 3, 2), Stage(2 * neck, neck, 1)
        self.d5, self.n5 = Conv(neck, neck, 3, 2), Stage(2 * neck, neck, 1)
        self.heads = nn.ModuleList(Head(neck) for _ in STRIDES)

    def pyramid(self, x):
        """The neck's levels [N, neck, H / stride, W / stride] for each stride."""
        c3 = self.s3(self.s2(self.stem(x)))
        c4 = self.s4(c3)
        p5 = self.l5(self.s5(c4))
        p4 = self.f4(torch.cat([self.l4(c4), F.interpolate(p5, scale_factor=2.0)], 1))
        p3 = self.f3(torch.cat([self.l3(c3), F.interpolate(p4, scale_factor=2.0)], 1))
        p4 = self.n4(torch.cat([self.d4(p3), p4], 1))
        return p3, p4, self.n5(torch.cat([self.d5(p4), p5], 1))

    def rows(self, levels):
        """The rows [N, A, 5] of the neck's levels."""
        return torch.cat([head(level).flatten(2).transpose(1, 2) for level, head in zip(levels, self.heads)], 1)

    def forward(self, x):
        return self.rows(self.pyramid(x))


def cells(height, width, device="cpu"):
    """Centres [A, 2] in pixels (x, y) and strides [A] of the cells of an input, in the order of the rows."""
    centres, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(
            torch.arange(height // stride, device=device), torch.arange(width // stride, device=device), indexing="ij"
        )
        centres.append((torch.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((centres[-1].shape[0],), float(stride), device=device))
    return torch.cat(centres), torch.cat(strides)


def boxes_of(rows, centres, strides):
    """Boxes [..., 4] (left, top, right, bottom in pixels) of rows [..., 5]."""
    distances = rows[..., 1:].clamp(-MAX_LOG_DISTANCE, MAX_LOG_DISTANCE).exp() * strides[..., None]
    return torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], -1)


def extended(weights, network):
    """Weights of version 2, as this network's: both give nearly the same rows.

    Version 2 had one branch in each head and fewer blocks; the box's branch starts as a copy of it, and an added
    residual block ends in a normalisation so small that it changes nothing (nought would stay nought behind a ReLU).
    """
    own = network.state_dict()
    for name in own:
        if name in weights:
            own[name] = weights[name].clone()
    for level in range(len(STRIDES)):
        for block, source in (("common", (0, 1)), ("score", (2, 3)), ("box", (2, 3))):
            for part in (0, 1):
                prefix = f"heads.{level}.{source[part]}."
                for name, value in weights.items():
                    if name.startswith(prefix):
                        own[f"heads.{level}.{block}.{part}.{name[len(prefix) :]}"] = value.clone()
        for kind in ("weight", "bias"):
            value = weights[f"out.{level}.{kind}"]
            own[f"heads.{level}.logit.{kind}"] = value[:1].clone()
            own[f"heads.{level}.distances.{kind}"] = value[1:].clone()
    for stage, added in (("s4.1", 2), ("s5.2", 1)):
        own[f"{stage}.m.{added}.1.1.weight"].fill_(0.01)
    return own


def widened(weights, network):
    """Weights of a network with a narrower neck, as this one's: both give the same rows.

    What is new is seen by nothing that was there before (Chen et al. 2016), until training makes it useful.
    """
    own = network.state_dict()
    for name, value in own.items():
        old = weights[name]
        if old.shape == value.shape:
            own[name] = old.clone()
            continue
        outputs = old.shape[0]
        if old.ndim < 2 or old.shape[1] == value.shape[1]:
            value[:outputs] = old
            continue
        inputs = _kept_inputs(name, old.shape[1], value.shape[1])
        value[:outputs] = 0
        value[:outputs, inputs] = old
    return own


def _kept_inputs(name, old, new):
    """Which of a convolution's inputs were there before: of both parts, where it takes two."""
    stage, *path = name.split(".")
    takes_two = stage in ("f4", "f3", "n4", "n5") and path[0] in ("a", "b", "o")
    parts = 2 if takes_two else 1
    return [part * new // parts + channel for part in range(parts) for channel in range(old // parts)]
