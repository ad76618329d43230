"""Decides what the pictures of a batch show: which parts of which pictures, how large, and where.

All of a batch is drawn at once; nothing here touches a pixel. `rendering` draws what was decided.
"""

from dataclasses import dataclass

import numpy as np

from .pictures import IGNORED, PERSON

# Shares of pictures made of one, four and nine; the last part of a training uses one (Ge et al. 2021).
MOSAICS = {1: 0.45, 4: 0.40, 9: 0.15}
# Share of cells whose scale is chosen so that one person gets a height drawn from PERSON_HEIGHTS.
FOLLOWS_PERSON = 0.4
# Heights that people get, in pixels and in heights of the input.
PERSON_HEIGHTS = (12.0, 1.5)
# Pictures aren't enlarged more than this: they'd be blurred as no camera is.
GREATEST_SCALE = 3.0
# A person of whom less is in the picture is neither person nor background.
LEAST_VISIBLE = 0.2
# Smaller boxes can't be told from anything else, in pixels.
LEAST_SIDES = (3.0, 6.0)


@dataclass
class Batch:
    """What to draw: N pictures of up to K cells, cell by cell.

    `cells` [C, 5] are the sample and the rectangle left, top, right, bottom in pixels; `sources` [C] pictures of the
    data set; `scales` [C, 2] pixels drawn for a pixel of the source, x negative where it is mirrored; `offsets`
    [C, 2] where the source's corner lies. `boxes` [B, 6]: sample, left, top, right, bottom in pixels, class.
    """

    size: tuple
    samples: int
    cells: np.ndarray
    sources: np.ndarray
    scales: np.ndarray
    offsets: np.ndarray
    boxes: np.ndarray


def compose(pictures, samples, size, rng, mosaics=True, zoom=True):
    """A batch of `samples` pictures of a size (height, width).

    - mosaics: whether some are made of several pictures.
    - zoom: whether scales vary widely; where not, pictures are shown nearly whole, as the program shows them.
    """
    cells, alone = _cells(samples, size, rng, mosaics)
    count = len(cells)
    sources = rng.integers(len(pictures), size=count)
    height = pictures.sizes[sources, 0, 0].astype(np.float64)
    width = pictures.sizes[sources, 0, 1].astype(np.float64)
    aspect = _aspects(pictures.stretched[sources], rng)
    cell_width, cell_height = cells[:, 3] - cells[:, 1], cells[:, 4] - cells[:, 2]
    across, down = cell_width / (width * aspect), cell_height / height
    if zoom:
        scale = np.where(
            alone,
            np.minimum(across, down) * np.exp(rng.uniform(-0.4, 1.0, count)),
            np.maximum(across, down) * np.exp(rng.uniform(-0.25, 0.6, count)),
        )
    else:
        scale = np.minimum(across, down) * np.exp(rng.uniform(-0.15, 0.1, count))
    mirrored = rng.random(count) < 0.5

    # Where the picture's corner may lie: it covers the cell, or lies wholly in it.
    followed = _followed(pictures, sources, rng)
    if zoom:
        follows = (followed >= 0) & (rng.random(count) < FOLLOWS_PERSON)
        person_height = (pictures.boxes[followed, 3] - pictures.boxes[followed, 1]) * height
        least, greatest = np.log(PERSON_HEIGHTS[0]), np.log(PERSON_HEIGHTS[1] * size[0])
        wanted = np.exp(rng.uniform(least, greatest, count)) / np.maximum(person_height, 1)
        smallest = np.where(alone, 0.7, 1.0) * np.minimum(across, down)
        scale = np.where(follows, np.clip(wanted, smallest, np.maximum(smallest, GREATEST_SCALE)), scale)
    else:
        follows = np.zeros(count, bool)
    drawn_width, drawn_height = width * scale * aspect, height * scale
    spare = np.stack([cell_width - drawn_width, cell_height - drawn_height], 1)
    corner = rng.random((count, 2)) * spare
    # The followed person's middle anywhere in the cell or a little outside.
    box = pictures.boxes[followed]
    middle_x, middle_y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    middle = np.stack([np.where(mirrored, 1 - middle_x, middle_x) * drawn_width, middle_y * drawn_height], 1)
    at = rng.uniform(-0.1, 1.1, (count, 2)) * np.stack([cell_width, cell_height], 1)
    wanted_corner = np.clip(at - middle, np.minimum(spare, 0), np.maximum(spare, 0))
    corner = np.where(follows[:, None], wanted_corner, corner) + cells[:, 1:3]

    scales = np.stack([np.where(mirrored, -1, 1) * scale * aspect, scale], 1)
    offsets = np.stack([np.where(mirrored, corner[:, 0] + drawn_width, corner[:, 0]), corner[:, 1]], 1)
    boxes = _boxes(pictures, cells, sources, scales, offsets, width, height)
    return Batch(size, samples, cells, sources, scales, offsets, boxes)


def _cells(samples, size, rng, mosaics):
    """Cells [C, 5] (sample, rectangle) and whether each is its sample's only one."""
    height, width = size
    kinds = rng.choice(list(MOSAICS), size=samples, p=list(MOSAICS.values())) if mosaics else np.ones(samples, int)
    cuts = rng.uniform(0.3, 0.7, (samples, 2))
    rows, alone = [], []
    for sample, kind in enumerate(kinds):
        if kind == 1:
            across, down = (0, width), (0, height)
        elif kind == 4:
            across, down = (0, int(width * cuts[sample, 0]), width), (0, int(height * cuts[sample, 1]), height)
        else:
            across, down = (0, width // 3, 2 * width // 3, width), (0, height // 3, 2 * height // 3, height)
        for top, bottom in zip(down, down[1:]):
            for left, right in zip(across, across[1:]):
                rows.append((sample, left, top, right, bottom))
                alone.append(kind == 1)
    return np.array(rows), np.array(alone)


def _aspects(stretched, rng):
    """How much wider each picture is drawn: one that was squashed gets back a shape that it may have had."""
    count = len(stretched)
    wider = np.where(rng.random(count) < 0.85, rng.uniform(-0.05, 0.5, count), rng.uniform(-0.4, 0.0, count))
    return np.exp(np.where(stretched, wider, rng.uniform(-0.15, 0.15, count)))


def _followed(pictures, sources, rng):
    """A random box of each source; -1 where it has none, or the box isn't a person's."""
    firsts, counts = pictures.firsts[sources], pictures.firsts[sources + 1] - pictures.firsts[sources]
    chosen = firsts + (rng.random(len(sources)) * counts).astype(np.int64)
    chosen = np.where(counts > 0, chosen, 0)
    if len(pictures.boxes) == 0:
        raise ValueError("the data set has no boxes")
    return np.where((counts > 0) & (pictures.boxes[chosen, 4] == PERSON), chosen, -1)


def _boxes(pictures, cells, sources, scales, offsets, width, height):
    counts = pictures.firsts[sources + 1] - pictures.firsts[sources]
    cell = np.repeat(np.arange(len(sources)), counts)
    within = np.arange(len(cell)) - np.repeat(np.cumsum(counts) - counts, counts)
    box = pictures.boxes[pictures.firsts[sources][cell] + within].astype(np.float64)
    kind = box[:, 4]
    side = np.stack([width, height], 1)[cell]
    one = box[:, 0:2] * side * scales[cell] + offsets[cell]
    other = box[:, 2:4] * side * scales[cell] + offsets[cell]
    low, high = np.minimum(one, other), np.maximum(one, other)
    whole = np.maximum((high - low).prod(1), 1e-6)
    low = np.clip(low, cells[cell, 1:3], cells[cell, 3:5])
    high = np.clip(high, cells[cell, 1:3], cells[cell, 3:5])
    visible = (high - low).prod(1) / whole
    kind = np.where(visible < LEAST_VISIBLE, IGNORED, kind)
    keep = ((high - low) > LEAST_SIDES).all(1)
    boxes = np.concatenate([cells[cell, :1], low, high, kind[:, None]], 1)
    return boxes[keep].astype(np.float32)
