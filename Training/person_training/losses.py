"""Which cells have to find whom, and what it costs when they don't; all of a batch at once, on any device."""

import torch
import torch.nn.functional as F

from .network import STRIDES, boxes_of
from .pictures import IGNORED

# A person is looked for by the cells of a 5 x 5 window about their middle, on each level.
WINDOW = 5
# At most this many cells have to find a person.
MOST_CELLS = 10
# Weight of cells that see nobody, times the square of their score (varifocal loss, Zhang et al. 2021).
BACKGROUND = 0.75
BOX_WEIGHT = 2.0


def overlaps(a, b):
    """IoU and generalised IoU (Rezatofighi et al. 2019) of boxes [..., 4] pair by pair."""
    width, height = (
        (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0).unbind(-1)
    )
    common = width * height
    both = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1) - common
    iou = common / both.clamp(min=1e-6)
    hull = (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).prod(-1).clamp(min=1e-6)
    return iou, iou - (hull - both) / hull


def candidates(boxes, size):
    """Rows [G, C] of the cells that may find each box [G, 4], and which of them may (within the box and the input)."""
    height, width = size
    device = boxes.device
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    step = torch.arange(WINDOW, device=device) - WINDOW // 2
    rows, allowed, nearest, start = [], [], [], 0
    for stride in STRIDES:
        across, down = width // stride, height // stride
        x = (middle[:, 0] / stride).floor().long()[:, None, None] + step[None, None, :]
        y = (middle[:, 1] / stride).floor().long()[:, None, None] + step[None, :, None]
        x, y = torch.broadcast_tensors(x, y)
        inside = (x >= 0) & (x < across) & (y >= 0) & (y < down)
        cx, cy = (x + 0.5) * stride, (y + 0.5) * stride
        left, top, right, bottom = (side[:, None, None] for side in boxes.unbind(1))
        in_box = (cx > left) & (cx < right) & (cy > top) & (cy < bottom)
        central = ((step == 0)[None, :, None] & (step == 0)[None, None, :]).expand_as(inside)
        rows.append((start + y * across + x).where(inside, torch.zeros_like(x)).flatten(1))
        allowed.append((inside & in_box).flatten(1))
        nearest.append((inside & central).flatten(1))
        start += across * down
    rows, allowed, nearest = torch.cat(rows, 1), torch.cat(allowed, 1), torch.cat(nearest, 1)
    # Who is smaller than any cell is found by the cells that they are in.
    return rows, torch.where(allowed.any(1, keepdim=True), allowed, nearest)


@torch.no_grad()
def assign(scores, boxes, targets, size):
    """Task-aligned assignment (Feng et al. 2021); the better a person's boxes, the more cells (Ge et al. 2021).

    Shapes don't depend on what is found, for which the host would have to wait.

    - scores [N, A] and boxes [N, A, 4] as the network has them now; targets [B, 6] as in `losses`.
    - returns: rows [B, MOST_CELLS], counted through all pictures, and how well each finds its person: 0 where it has
      not to, else 0.1...1.
    """
    owners, people = targets[:, 0].long(), targets[:, 1:5]
    rows, allowed = candidates(people, size)
    allowed = allowed & (targets[:, 5] != IGNORED)[:, None]
    found = boxes[owners[:, None], rows]
    iou = overlaps(people[:, None], found)[0] * allowed
    metric = scores[owners[:, None], rows].clamp(min=1e-4).sqrt() * iou.clamp(min=1e-3) ** 4 * allowed
    best, column = metric.topk(MOST_CELLS, 1)
    wanted = iou.topk(MOST_CELLS, 1)[0].sum(1).long().clamp(min=1)
    chosen = (torch.arange(MOST_CELLS, device=best.device) < wanted[:, None]) & (best > 0)
    metric, iou = best * chosen, iou.gather(1, column) * chosen
    at = owners[:, None] * scores.shape[1] + rows.gather(1, column)
    # A cell that several want goes to the one whom it finds best.
    most = torch.zeros(scores.numel(), device=metric.device).scatter_reduce(0, at.flatten(), metric.flatten(), "amax")
    kept = chosen & (metric >= most[at])
    metric, iou = metric * kept, iou * kept
    quality = metric / metric.amax(1, keepdim=True).clamp(min=1e-9) * iou.amax(1, keepdim=True)
    return at, quality.clamp(min=0.1) * kept


def losses(rows, targets, centres, strides, size):
    """What rows [N, A, 5] cost: for the scores, and for the boxes.

    - targets [B, 6]: picture, left, top, right, bottom in pixels, class (person or ignored).
    """
    boxes = boxes_of(rows, centres, strides)
    logits = rows[..., 0]
    scores = logits.detach().sigmoid()
    if not len(targets):
        targets = torch.zeros(1, 6, device=rows.device)
        targets[:, 5] = IGNORED
    people, owners = targets[:, 1:5], targets[:, 0].long()
    inside = ((centres > people[:, None, :2]) & (centres < people[:, None, 2:])).all(-1)
    inside = inside & (targets[:, 5] == IGNORED)[:, None]
    covered = torch.zeros_like(scores).index_add_(0, owners, inside.to(scores.dtype))
    at, good = assign(scores, boxes.detach(), targets, size)
    quality = torch.zeros(scores.numel(), device=rows.device)
    quality = quality.scatter_reduce(0, at.flatten(), good.flatten(), "amax").view_as(scores)
    weight = ((covered == 0) | (quality > 0)).to(scores.dtype)
    found = boxes.flatten(0, 1).gather(0, at.flatten()[:, None].expand(-1, 4)).view(*at.shape, 4)
    _, generalised = overlaps(found, people[:, None])
    total = good.sum().clamp(min=1)
    box_loss = ((1 - generalised) * good).sum()
    importance = torch.where(quality > 0, quality, BACKGROUND * scores**2) * weight
    score_loss = (F.binary_cross_entropy_with_logits(logits, quality, reduction="none") * importance).sum()
    return score_loss / total, box_loss / total, total
