"""Average precision of boxes in pictures, by size of person."""

import numpy as np

from .pictures import IGNORED

IOUS = np.arange(0.5, 0.96, 0.05)
# Heights of people in heights of the picture.
SIZES = {"all": (0, np.inf), "small": (0, 0.125), "medium": (0.125, 0.4), "large": (0.4, np.inf)}


class Measure:
    """Collects what a detector finds, picture by picture.

    A box is right where it overlaps a person whom no better box has; one that overlaps a person already found is
    wrong. One that lies mostly in a region to ignore counts neither way. For a range of sizes, people outside it and
    boxes of other sizes that find nobody don't count either.
    """

    def __init__(self):
        self.scores, self.heights, self.hits, self.ignored, self.matched = [], [], [], [], []
        self.people = []

    def add(self, boxes, scores, truth, frame_height):
        """boxes [N, 4], best first; truth [G, 5] with classes; all in pixels."""
        people, regions = truth[truth[:, 4] != IGNORED, :4], truth[truth[:, 4] == IGNORED, :4]
        self.people.append((people[:, 3] - people[:, 1]) / frame_height)
        count = len(boxes)
        hits = np.zeros((count, len(IOUS)), bool)
        matched = np.full((count, len(IOUS)), np.nan)
        overlap = pairwise(boxes, people)
        for turn, least in enumerate(IOUS):
            free = np.ones(len(people), bool)
            for box in np.flatnonzero((overlap >= least).any(1)) if len(people) else ():
                candidates = np.where(free, overlap[box], 0)
                best = int(candidates.argmax())
                if candidates[best] >= least:
                    free[best] = False
                    hits[box, turn] = True
                    matched[box, turn] = self.people[-1][best]
        ignored = np.zeros(count, bool)
        if len(regions) and count:
            ignored = (pairwise(boxes, regions, of_first=True) > 0.5).any(1)
        self.scores.append(scores)
        self.heights.append((boxes[:, 3] - boxes[:, 1]) / frame_height)
        self.hits.append(hits)
        self.matched.append(matched)
        self.ignored.append(ignored)

    def result(self):
        """For each range of sizes: AP50, AP50:95 and the number of people."""
        scores, heights = np.concatenate(self.scores), np.concatenate(self.heights)
        hits, matched = np.concatenate(self.hits), np.concatenate(self.matched)
        ignored, people = np.concatenate(self.ignored), np.concatenate(self.people)
        order = np.argsort(-scores, kind="stable")
        table = {}
        for name, (low, high) in SIZES.items():
            count = int(((people >= low) & (people < high)).sum())
            values = []
            for turn in range(len(IOUS)):
                height = np.where(hits[:, turn], matched[:, turn], heights)
                counts = (height >= low) & (height < high) & (hits[:, turn] | ~ignored)
                chosen = order[counts[order]]
                values.append(_area(hits[chosen, turn], count))
            table[name] = (values[0], float(np.mean(values)), count)
        return table


def pairwise(a, b, of_first=False):
    """IoU [N, M] of boxes, or the share of the first that lies in the second."""
    common = np.clip(
        np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2]), 0, None
    ).prod(-1)
    own = (a[:, 2:] - a[:, :2]).prod(-1)[:, None]
    whole = own if of_first else own + (b[:, 2:] - b[:, :2]).prod(-1)[None] - common
    return common / np.maximum(whole, 1e-9)


def _area(hits, people):
    """The area under all points of the precision-recall curve, precision made monotonic; hits best first."""
    if not people:
        return float("nan")
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[hits].sum() / people)
