"""Draws cells of a batch on a device: one kernel, a tile of a cell for each program of it."""

import triton
import triton.language as tl

TILE = (16, 64)


@triton.jit
def _draw(
    pixels,
    out,
    cells,
    starts,
    sizes,
    scales,
    offsets,
    height,
    width,
    FILL: tl.constexpr,
    TALL: tl.constexpr,
    WIDE: tl.constexpr,
):
    cell = tl.program_id(0)
    sample = tl.load(cells + cell * 5)
    left, top = tl.load(cells + cell * 5 + 1), tl.load(cells + cell * 5 + 2)
    right, bottom = tl.load(cells + cell * 5 + 3), tl.load(cells + cell * 5 + 4)
    top += tl.program_id(1) * TALL
    left += tl.program_id(2) * WIDE
    # Cells are smaller than the picture, of which there are programs for all tiles.
    if (top < bottom) & (left < right):
        y = top + tl.arange(0, TALL)[:, None]
        x = left + tl.arange(0, WIDE)[None, :]
        drawn = (y < bottom) & (x < right)
        across, down = tl.load(scales + cell * 2), tl.load(scales + cell * 2 + 1)
        u = (x + 0.5 - tl.load(offsets + cell * 2)) / across - 0.5
        v = (y + 0.5 - tl.load(offsets + cell * 2 + 1)) / down - 0.5
        u0, v0 = tl.floor(u), tl.floor(v)
        fu, fv = u - u0, v - v0
        column, row = u0.to(tl.int32), v0.to(tl.int32)
        tall, wide = tl.load(sizes + cell * 2), tl.load(sizes + cell * 2 + 1)
        source = pixels + tl.load(starts + cell)
        to = out + (sample.to(tl.int64) * height * width + y * width + x) * 3
        for colour in tl.static_range(3):
            value = tl.zeros((TALL, WIDE), tl.float32)
            for corner in tl.static_range(4):
                weight = (fu if corner % 2 else 1 - fu) * (fv if corner // 2 else 1 - fv)
                c, r = column + corner % 2, row + corner // 2
                inside = drawn & (c >= 0) & (c < wide) & (r >= 0) & (r < tall)
                value += weight * tl.load(source + (r * wide + c) * 3 + colour, inside, FILL).to(tl.float32)
            tl.store(to + colour, tl.floor(value + 0.5).to(tl.uint8), drawn)


def draw(pixels, out, cells, starts, sizes, scales, offsets, fill):
    """Draws into `out` [N, H, W, 3], bytes; all tensors lie on one device.

    - pixels: bytes of all pictures, rows of BGR. cells [C, 5], int32: sample, left, top, right, bottom.
    - starts [C], int64, and sizes [C, 2], int32: where a cell's picture begins, its height and width.
    - scales and offsets [C, 2], float32: from the picture's pixels to the sample's, x and y.
    """
    _, height, width, _ = out.shape
    grid = (len(cells), triton.cdiv(height, TILE[0]), triton.cdiv(width, TILE[1]))
    _draw[grid](
        pixels, out, cells, starts, sizes, scales, offsets, height, width, FILL=fill, TALL=TILE[0], WIDE=TILE[1]
    )
    return out

