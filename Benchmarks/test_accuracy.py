"""Tests of the measuring itself: Benchmarks/python -m unittest discover Benchmarks"""

import json
import tempfile
import unittest
from pathlib import Path

from average_precision import average_precision
from ground_truth import GroundTruth, read_ground_truth
from records import PathPoint, Paths, read_paths
from track_metrics import track_metrics

LEFT, RIGHT, REFLECTION = (10.0, 10.0, 20.0, 40.0), (60.0, 10.0, 20.0, 40.0), (10.0, 60.0, 20.0, 40.0)


class AccuracyTestCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def truth(self, frames: int) -> GroundTruth:
        """Two people and a reflection (class 12) that stand still."""
        boxes = ((1, LEFT, 1, 1), (2, RIGHT, 1, 1), (3, REFLECTION, 0, 12))
        file = self.folder / "gt.txt"
        file.write_text(
            "".join(
                f"{frame},{person},{','.join(map(str, box))},{score},{label},1\n"
                for frame in range(1, frames + 1)
                for person, box, score, label in boxes
            )
        )
        return read_ground_truth(file)


class GroundTruthTests(AccuracyTestCase):
    def test_ten_columns_are_of_2015_where_all_are_people(self) -> None:
        file = self.folder / "gt.txt"
        file.write_text("1,1,10,10,20,40,1,-1,-1,-1\n2,1,12,10,20,40,0,-1,-1,-1\n")
        truth = read_ground_truth(file)
        self.assertEqual([list(map(len, truth.people.values())), len(truth.distractors)], [[1], 0])


class AveragePrecisionTests(AccuracyTestCase):
    def points(self, *boxes_and_confidences: tuple[tuple[float, float, float, float], float]) -> list[PathPoint]:
        return [PathPoint(0, 1, box, confidence) for box, confidence in boxes_and_confidences]

    def ap(self, *boxes_and_confidences: tuple[tuple[float, float, float, float], float]) -> float:
        return average_precision(self.truth(1), self.points(*boxes_and_confidences))

    def test_every_person_found_is_one(self) -> None:
        self.assertEqual(self.ap((LEFT, 60), (RIGHT, 90)), 1)

    def test_nothing_found_is_zero(self) -> None:
        self.assertEqual(self.ap(), 0)

    def test_a_missed_person_costs_their_share_of_the_recall(self) -> None:
        self.assertEqual(self.ap((LEFT, 60)), 0.5)

    def test_a_mistake_costs_only_the_recall_after_it(self) -> None:
        nobody = (200.0, 10.0, 20.0, 40.0)
        self.assertAlmostEqual(self.ap((LEFT, 90), (nobody, 80), (RIGHT, 70)), 0.5 * 1 + 0.5 * 2 / 3)
        self.assertEqual(self.ap((LEFT, 90), (RIGHT, 70), (nobody, 10)), 1)

    def test_a_second_box_on_a_person_is_a_mistake(self) -> None:
        self.assertAlmostEqual(self.ap((LEFT, 90), (LEFT, 80), (RIGHT, 70)), 0.5 * 1 + 0.5 * 2 / 3)

    def test_a_box_on_a_reflection_counts_neither_way(self) -> None:
        self.assertEqual(self.ap((REFLECTION, 99), (LEFT, 90), (RIGHT, 70)), 1)

    def test_a_box_must_overlap_by_half(self) -> None:
        left, top, width, height = LEFT
        self.assertEqual(self.ap(((left, top, width, height * 0.5), 90)), 0.5)
        self.assertEqual(self.ap(((left, top, width, height * 0.49), 90)), 0)


class TrackMetricsTests(AccuracyTestCase):
    def metrics(self, points: list[PathPoint], frames: int = 10):
        return track_metrics(self.truth(frames), Paths(frames, points))

    def test_exact_paths_are_perfect_and_reflections_do_not_count(self) -> None:
        points = [
            PathPoint(frame, track, box, 90)
            for frame in range(10)
            for track, box in ((1, LEFT), (2, RIGHT), (3, REFLECTION))
        ]
        metrics = self.metrics(points)
        for value in (metrics.hota, metrics.deta, metrics.assa, metrics.idf1, metrics.mota):
            self.assertAlmostEqual(value, 100)
        self.assertEqual((metrics.id_switches, metrics.fragments), (0, 0))

    def test_two_ids_exchanged_half_way_are_two_switches(self) -> None:
        points = [
            PathPoint(frame, track if frame < 5 else 3 - track, box, 90)
            for frame in range(10)
            for track, box in ((1, LEFT), (2, RIGHT))
        ]
        metrics = self.metrics(points)
        self.assertEqual(metrics.id_switches, 2)
        self.assertAlmostEqual(metrics.idf1, 50)
        self.assertAlmostEqual(metrics.mota, 90)
        self.assertAlmostEqual(metrics.deta, 100)

    def test_a_gap_is_a_fragment(self) -> None:
        points = [PathPoint(frame, 1, LEFT, 90) for frame in range(10) if frame != 5]
        points += [PathPoint(frame, 2, RIGHT, 90) for frame in range(10)]  # TrackEval passes over frames without boxes
        self.assertEqual(self.metrics(points).fragments, 1)

    def test_no_paths_are_zero(self) -> None:
        metrics = self.metrics([])
        self.assertEqual((metrics.hota, metrics.idf1, metrics.mota), (0, 0, 0))


class RecordsTests(AccuracyTestCase):
    def write(self, *records: dict) -> Path:
        file = self.folder / "clip.paths.jsonl"
        file.write_text("".join(json.dumps({"v": "1.0", **record}) + "\n" for record in records))
        return file

    def test_ratios_become_pixels_and_ids_become_numbers(self) -> None:
        box = {"left": 0.5, "top": 0.25, "width": 0.1, "height": 0.2}
        point = {"event": "path", "frame": 7, "box": box, "confidence": 81.5}
        file = self.write(
            {"event": "stream_start", "frame_width": 200, "frame_height": 100},
            {**point, "track": "b"},
            {**point, "track": "a", "frame": 8},
            {"event": "stream_end", "frames": 9},
        )
        expected = [PathPoint(7, 1, (100, 25, 20, 20), 81.5), PathPoint(8, 2, (100, 25, 20, 20), 81.5)]
        self.assertEqual(read_paths(file), Paths(9, expected))

    def test_records_without_an_end_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no stream_end"):
            read_paths(self.write({"event": "stream_start", "frame_width": 200, "frame_height": 100}))


if __name__ == "__main__":
    unittest.main()
