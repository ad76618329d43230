"""The simulation of many machines against what can be computed: sums, bounds, closed forms."""

import math
import random
import unittest

import numpy as np

from scale_simulation import Cluster, Piece, Result, simulate
from scale_video import AWAY, played

HOUR, DAY = 3600, 86400
# Everything that can happen does, often.
ROUGH = Cluster(
    machines=40, cores=4, start_up=1.5, start_rate=3, requeue=60, failure=4 * HOUR, repair=HOUR, detection=300, kill=8 * HOUR,
    preemption=3 * HOUR, preempted=HOUR / 2, slow_share=0.05, slow=3, bandwidth=1e8,
)  # fmt: skip


def pieces(count: int, seed: int = 1) -> list[tuple[Piece, ...]]:
    source = random.Random(seed)
    return [(Piece(source.uniform(50, 500), source.uniform(0, 20), source.uniform(1e7, 1e9)),) for _ in range(count)]


class SimulationTests(unittest.TestCase):
    def test_one_machine_takes_the_sum(self):
        work = pieces(100)
        result = simulate(work, Cluster(1, start_up=2, bandwidth=1e12))
        self.assertAlmostEqual(result.makespan, sum(piece.work for (piece,) in work) + 200, places=6)
        self.assertAlmostEqual(result.idle, 0, places=6)
        self.assertEqual(result.starts, 100)

    def test_equal_pieces_go_in_rounds(self):
        self.assertAlmostEqual(simulate([(Piece(10),)] * 120, Cluster(6, 2)).makespan, 100)
        self.assertAlmostEqual(simulate([(Piece(10),)] * 121, Cluster(6, 2)).makespan, 110)

    def test_pieces_of_one_process_start_it_once(self):
        result = simulate([(Piece(10),) * 5] * 4, Cluster(2, start_up=3))
        self.assertAlmostEqual(result.makespan, 2 * 53)
        self.assertAlmostEqual(result.start_up, 12)

    def test_the_scheduler_bounds_the_starts(self):
        self.assertAlmostEqual(simulate([(Piece(0.01),)] * 1001, Cluster(1000, start_rate=20)).makespan, 50.01, places=6)

    def test_the_file_system_bounds_the_reading(self):
        work = pieces(2000)
        moved = sum(piece.moved for (piece,) in work)
        result = simulate(work, Cluster(100, bandwidth=1e7))
        self.assertGreater(result.makespan, moved / 1e7)
        self.assertLess(result.makespan, moved / 1e7 * 1.02)
        self.assertGreater(result.reading, 0.9 * result.busy - result.useful - result.overlap)

    def test_no_list_takes_longer_than_the_ideal_and_the_longest_piece(self):
        work = pieces(333)
        ideal = sum(piece.work for (piece,) in work) / 50
        makespan = simulate(work, Cluster(10, 5)).makespan
        self.assertGreater(makespan, ideal)
        self.assertLess(makespan, ideal + max(piece.work for (piece,) in work))

    def test_no_work_is_lost_or_done_twice(self):
        work = pieces(1500)
        result = simulate(work, ROUGH, seed=3)
        self.assertEqual(result.pieces, 1500)
        self.assertAlmostEqual(result.useful, sum(piece.seconds for (piece,) in work), places=4)
        self.assertAlmostEqual(result.overlap, sum(piece.overlap for (piece,) in work), places=4)
        self.assertEqual(result.starts, 1500 + result.interruptions)
        for happened in [result.interruptions, result.lost, result.slow, result.reading, result.away]:
            self.assertGreater(happened, 0)

    def test_every_second_of_every_core_is_accounted_for(self):
        result = simulate(pieces(1500), ROUGH, seed=4)
        self.assertAlmostEqual(self.parts(result), result.busy, delta=1e-6 * result.busy)
        self.assertGreater(result.idle, 0)
        self.assertAlmostEqual(sum(result.share(160).values()), 1, places=6)

    def parts(self, result: Result) -> float:
        return result.useful + result.overlap + result.start_up + result.slow + result.reading + result.lost

    def test_only_the_piece_at_work_is_lost(self):
        # Killed once an hour on average, a process of a hundred pieces goes on where it was.
        work = [(Piece(60),) * 100] * 20
        result = simulate(work, Cluster(20, kill=HOUR), seed=5)
        self.assertEqual(result.pieces, 2000)
        self.assertLess(result.lost, 60 * result.interruptions)

    def test_restarts_take_what_theory_says(self):
        # A piece of t, interrupted at the rate l, and r until it starts anew, takes (1/l + r)(exp(lt) - 1) on average.
        rate, length, again = 1 / 1000, 1200, 100
        expected = (1 / rate + again) * (math.exp(rate * length) - 1)
        result = simulate([(Piece(length),)] * 4000, Cluster(1, kill=1 / rate, requeue=again), seed=6)
        # One core: others run while one waits to be tried again, so what it waits is not in the time.
        busy = expected - again * (math.exp(rate * length) - 1)
        self.assertAlmostEqual(result.busy / 4000 / busy, 1, delta=0.06)
        machines = [simulate([(Piece(length),)], Cluster(1, failure=1 / rate, repair=again), seed=seed).makespan for seed in range(4000)]
        self.assertAlmostEqual(sum(machines) / 4000 / expected, 1, delta=0.06)

    def test_slow_machines_are_as_slow_as_said(self):
        result = simulate([(Piece(100),)] * 10, Cluster(10, slow_share=0.2, slow=4))
        self.assertAlmostEqual(result.makespan, 400)
        self.assertAlmostEqual(result.slow, 600)

    def test_the_same_seed_gives_the_same_result(self):
        self.assertEqual(simulate(pieces(800), ROUGH, seed=7), simulate(pieces(800), ROUGH, seed=7))
        self.assertNotEqual(simulate(pieces(800), ROUGH, seed=7), simulate(pieces(800), ROUGH, seed=8))


class LongVideoTests(unittest.TestCase):
    def test_the_truth_goes_forwards_and_backwards(self):
        # One person in all three frames of a clip, another in the last only; forwards, backwards, forwards, from frame 10 on.
        rows = np.array([[1, 7, 0, 0, 1, 1, 1, 1, 1], [2, 7, 2, 0, 1, 1, 1, 1, 1], [3, 7, 4, 0, 1, 1, 1, 1, 1], [3, 8, 9, 0, 1, 1, 1, 1, 1]])
        found, next_person = played(rows, 3, 3, 10, 1)
        lefts = [row[2] for row in found if row[1] == 1]
        self.assertEqual(lefts, [0, 2, 4, 4, 2, 0, 0, 2, 4])
        self.assertEqual([row[0] for row in found if row[1] == 1], list(range(11, 20)))
        self.assertEqual([row[0] for row in found if row[1] == 2], [13, 14, 19])
        self.assertEqual(next_person, 3)

    def test_who_comes_back_is_somebody_else(self):
        rows = np.array([[1, 7, 0, 0, 1, 1, 1, 1, 1]])
        found, next_person = played(rows, AWAY, 3, 0, 1)
        self.assertEqual([(row[0], row[1]) for row in found], [(1, 1), (2 * AWAY, 2), (2 * AWAY + 1, 2)])
        self.assertEqual(next_person, 3)


if __name__ == "__main__":
    unittest.main()
