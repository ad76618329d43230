"""Tests of the measuring itself: Benchmarks/python -m unittest discover Benchmarks"""

import unittest

from count_truth import Layout, Point, compare, crossings, entries

SIZE = (1000, 1000)
LAYOUT = Layout({"door": ((0.5, 0.1), (0.5, 0.9))}, {"hall": (0.5, 0.1, 0.9, 0.9)})


def walk(*places: tuple[float, float, float], step: float = 0.04) -> dict[int, list[Point]]:
    """Somebody of 200 pixels who is at places (seconds, x, y) and walks straight from one to the next."""
    way = []
    for (time, x, y), (until, to_x, to_y) in zip(places, places[1:]):
        count = round((until - time) / step)
        way += [
            Point(time + index * step, x + (to_x - x) * index / count, y + (to_y - y) * index / count, 200)
            for index in range(count)
        ]
    return {1: way}


class CountingTestCase(unittest.TestCase):
    def test_a_crossing_is_demanded_between_the_times_at_which_somebody_is_clear(self) -> None:
        truth = crossings(walk((0, 300, 500), (4, 700, 500)), LAYOUT, SIZE)
        ((name, direction, first, last),) = truth.demanded
        self.assertEqual((name, direction, truth.allowed), ("door", "out", []))
        self.assertTrue(1.7 <= first <= 1.9 and 2.1 <= last <= 2.3)
        back = crossings(walk((0, 700, 500), (4, 300, 500)), LAYOUT, SIZE)
        self.assertEqual([event[1] for event in back.demanded], ["in"])

    def test_nothing_is_demanded_past_the_end_or_of_who_only_touches(self) -> None:
        past = crossings(walk((0, 300, 950), (4, 700, 950)), LAYOUT, SIZE)
        self.assertEqual((past.demanded, past.allowed), ([], []))
        touch = crossings(walk((0, 300, 500), (2, 505, 500), (4, 300, 500)), LAYOUT, SIZE)
        self.assertEqual((touch.demanded, len(touch.allowed)), ([], 2))

    def test_a_stop_on_the_line_is_one(self) -> None:
        truth = crossings(
            walk((0, 300, 500), (2, 505, 500), (3, 495, 500), (4, 505, 500), (6, 700, 500)), LAYOUT, SIZE
        )  # fmt: skip
        self.assertEqual([event[1] for event in truth.demanded], ["out"])
        self.assertEqual(len(truth.allowed), 3)

    def test_a_zone_is_entered_and_left(self) -> None:
        truth = entries(walk((0, 300, 500), (2, 700, 500), (4, 700, 500)), LAYOUT, SIZE)
        self.assertEqual([event[1] for event in truth.demanded], ["in", "out"])

    def test_errors_are_as_few_as_can_be(self) -> None:
        truth = crossings(walk((0, 300, 500), (4, 700, 500)), LAYOUT, SIZE)
        self.assertEqual(compare(truth, [("door", "out", 2.1)]).wrong, 0)
        self.assertEqual(compare(truth, []).missed, 1)
        false = compare(truth, [("door", "out", 2.1), ("door", "out", 2.2), ("door", "in", 2.0)])
        self.assertEqual((false.missed, false.false), (0, 2))
        late = compare(truth, [("door", "out", 3.9)])
        self.assertEqual((late.missed, late.false), (1, 1))


if __name__ == "__main__":
    unittest.main()
