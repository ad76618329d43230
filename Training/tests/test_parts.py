"""Tests of the parts of a training, without training."""

import json
import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np
import torch

from person_training import checkpoints, colours, composing, converting, pictures, rendering
from person_training.averaging import Average
from person_training.detectors import Detector, fitted_size, halved, suppressed
from person_training.exporting import export
from person_training.losses import assign, losses
from person_training.network import PersonNetwork, boxes_of, cells, widened
from person_training.precision import Measure
from person_training.schedule import SIZES_OF_USE, phase
from person_training.teacher import Teacher
from tests import figures


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def pictures(self, count=6):
        figures.write(self.folder / "data", count, 2)
        return pictures.load([self.folder / "data"], self.folder / "cache")


class DataTests(Folder):
    def test_decoded_once_and_read_again(self):
        first = self.pictures()
        again = pictures.load([self.folder / "data"], self.folder / "cache")
        self.assertEqual(len(again), 6)
        np.testing.assert_array_equal(first.pixels, again.pixels)
        self.assertEqual(again.level(5, 0).shape, (192, 320, 3))
        self.assertEqual(again.level(5, 1).shape, (96, 160, 3))

    def test_coco_and_yolo_give_the_same_boxes(self):
        (self.folder / "yolo/images").mkdir(parents=True)
        (self.folder / "yolo/labels").mkdir()
        cv2.imwrite(str(self.folder / "yolo/images/a.png"), np.zeros((100, 200, 3), np.uint8))
        (self.folder / "yolo/labels/a.txt").write_text("0 0.5 0.5 0.2 0.4\n3 0.1 0.1 0.1 0.1\n")
        coco = {
            "images": [{"id": 7, "file_name": "a.png"}],
            "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "dog"}],
            "annotations": [
                {"image_id": 7, "category_id": 1, "bbox": [80, 30, 40, 40], "iscrowd": 0},
                {"image_id": 7, "category_id": 2, "bbox": [0, 0, 5, 5], "iscrowd": 0},
            ],
        }
        (self.folder / "coco.json").write_text(json.dumps(coco))
        images, yolo, out = self.folder / "yolo/images", self.folder / "yolo", self.folder
        self.assertEqual(converting.convert(["coco", str(out / "coco.json"), str(images), str(out / "a")]), 0)
        self.assertEqual(converting.convert(["yolo", str(yolo), str(out / "b")]), 0)
        for name in ("a", "b"):
            (line,) = pictures.lines(self.folder / name)
            self.assertEqual(line["boxes"], [[0, 0.4, 0.3, 0.6, 0.7]])


class CompositionTests(Folder):
    def test_boxes_lie_where_the_pixels_are(self):
        data = self.pictures(1)
        batch = composing.compose(data, 8, (192, 320), np.random.default_rng(1), mosaics=False)
        drawn = rendering.OpenCVRenderer(data).draw(batch).numpy()
        striped = 0
        for sample, left, top, right, bottom, kind in batch.boxes.astype(int):
            part = drawn[sample, top:bottom, left:right]
            if kind == 0 and bottom - top > 40:
                # Stripes are nearly black and white; the ground is neither.
                striped += 1
                self.assertLess(part[len(part) // 3 :].min(), 45)
        self.assertGreater(striped, 2)

    def test_a_device_draws_what_opencv_draws(self):
        data = self.pictures()
        for mosaics in (False, True):
            # Few and small: the interpreter takes 15 ms of processor time for each tile of each cell.
            batch = composing.compose(data, 3, (96, 160), np.random.default_rng(2), mosaics=mosaics)
            ours = rendering.OpenCVRenderer(data).draw(batch).int()
            others = rendering.DeviceRenderer(data, torch.device("cpu")).draw(batch).int()
            # OpenCV rounds positions to 1/32 of a pixel.
            self.assertLess((ours - others).abs().float().mean(), 1.0)

    def test_colours_stay_in_range(self):
        drawn = torch.randint(0, 256, (40, 32, 64, 3), dtype=torch.uint8)
        seen = colours.varied(drawn, np.random.default_rng(1), torch.Generator().manual_seed(1))
        self.assertEqual(seen.shape, (40, 3, 32, 64))
        self.assertGreaterEqual(float(seen.min()), 0)
        self.assertLessEqual(float(seen.max()), 1)


class LossTests(unittest.TestCase):
    size = (64, 96)

    def test_people_get_cells_within_them_and_nobody_a_cell_twice(self):
        centres, strides = cells(*self.size)
        rows = torch.zeros(1, len(centres), 5)
        targets = torch.tensor([[0, 8.0, 8, 40, 60, 0], [0, 30.0, 8, 70, 60, 0], [0, 0.0, 0, 96, 64, 9]])
        boxes = boxes_of(rows, centres, strides)
        row, quality = assign(torch.full((1, len(centres)), 0.1), boxes, targets, self.size)
        person, column = (quality > 0).nonzero(as_tuple=True)
        row, quality = row[person, column], quality[person, column]
        self.assertEqual(len(set(row.tolist())), len(row))
        self.assertEqual(set(person.tolist()), {0, 1})
        for at, who in zip(centres[row], targets[person, 1:5]):
            self.assertTrue((at > who[:2]).all() and (at < who[2:]).all())
        self.assertTrue(((quality >= 0.1) & (quality <= 1)).all())

    def test_somebody_smaller_than_a_cell_is_looked_for(self):
        centres, strides = cells(*self.size)
        target = torch.tensor([[0.0, 17, 17, 19, 19, 0]])
        rows = torch.zeros(1, len(centres), 5, requires_grad=True)
        score, box, _ = losses(rows, target, centres, strides, self.size)
        (score + box).backward()
        self.assertGreater(box.item(), 0)
        self.assertGreater(int((rows.grad[0, :, 1:].abs().sum(1) > 0).sum()), 0)

    def test_ignored_regions_cost_nothing(self):
        centres, strides = cells(*self.size)
        rows = torch.zeros(1, len(centres), 5)
        nothing = losses(rows, torch.zeros(0, 6), centres, strides, self.size)[0]
        everything = torch.tensor([[0.0, -1, -1, 97, 65, 9]])
        self.assertGreater(float(nothing), 0)
        self.assertEqual(float(losses(rows, everything, centres, strides, self.size)[0]), 0)


class NetworkTests(Folder):
    def test_a_wider_neck_begins_as_the_narrow_one(self):
        torch.manual_seed(1)
        narrow, wide = PersonNetwork(8, 16).eval(), PersonNetwork(8, 24).eval()
        wide.load_state_dict(widened(narrow.state_dict(), wide))
        x = torch.rand(1, 3, 64, 96)
        with torch.no_grad():
            torch.testing.assert_close(wide(x), narrow(x), atol=1e-5, rtol=1e-5)

    def test_what_is_exported_is_what_the_program_reads(self):
        network = PersonNetwork(8, 16).eval()
        export(network, self.folder / "a.onnx")
        detector = Detector(self.folder / "a.onnx", scales=2)
        boxes, scores = detector(np.zeros((540, 960, 3), np.uint8), 0.0)
        self.assertEqual(boxes.shape[1], 4)
        self.assertEqual(len(boxes), len(scores))

    def test_an_exported_network_teaches_its_own_rows(self):
        network = PersonNetwork(8, 16).eval()
        export(network, self.folder / "a.onnx")
        seen, (centres, strides) = torch.rand(2, 3, 64, 96), cells(64, 96)
        features, scores, boxes = Teacher(self.folder / "a.onnx", "cpu")(seen, centres, strides)
        with torch.no_grad():
            rows = network(seen)
            torch.testing.assert_close(features[1], network.pyramid(seen)[1], atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(scores, rows[..., 0].sigmoid(), atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(boxes, boxes_of(rows, centres, strides), atol=1e-2, rtol=1e-4)

    def test_a_compact_checkpoint_is_nearly_the_same(self):
        network = PersonNetwork(8, 16)
        optimiser = torch.optim.AdamW(network.parameters())
        average = Average(network)
        network(torch.rand(2, 3, 64, 64)).square().sum().backward()
        optimiser.step()
        values = {
            "network": network.state_dict(),
            "average": average.values,
            "optimiser": optimiser.state_dict(),
        }
        again = checkpoints.expanded(checkpoints.compact(values))
        for name, value in values["network"].items():
            torch.testing.assert_close(again["network"][name], value, atol=1e-3, rtol=1e-2)
        self.assertEqual(set(again), set(values))


class ScheduleTests(unittest.TestCase):
    def test_the_rate_stays_until_a_decay_and_then_falls(self):
        self.assertEqual(phase(5000, 5000, 10**6, None, None).rate, 1)
        self.assertAlmostEqual(phase(5000, 5000, 1500, 1000, 1000).rate, 0.51)
        last = phase(5000, 5000, 1990, 1000, 1000)
        self.assertLess(last.rate, 0.05)
        self.assertFalse(last.mosaics)
        self.assertIn(last.size, SIZES_OF_USE)


class MeasuringTests(unittest.TestCase):
    def test_inputs_are_the_programs(self):
        self.assertEqual(fitted_size((1080, 1920), 448 * 256), (256, 448))
        self.assertEqual(fitted_size((480, 640), 448 * 256), (288, 384))
        small, content = halved(np.full((256, 448, 3), 9, np.uint8), (252, 448))
        self.assertEqual((small.shape, content), ((128, 224, 3), (126, 224)))

    def test_suppression_keeps_the_better(self):
        boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [20, 0, 30, 10]], float)
        self.assertEqual(suppressed(boxes, np.array([0.5, 0.9, 0.1])).tolist(), [1, 2])

    def test_average_precision_by_hand(self):
        measure = Measure()
        truth = np.array([[0, 0, 10, 50, 0], [50, 0, 60, 50, 0], [80, 0, 100, 60, 9]], float)
        # Right, wrong, ignored, right: precision 1 up to half the people, then 2/3.
        found = np.array([[0, 0, 10, 50], [20, 0, 30, 50], [82, 2, 98, 58], [50, 0, 60, 50]], float)
        measure.add(found, np.array([0.9, 0.8, 0.7, 0.6]), truth, 100)
        result = measure.result()
        self.assertAlmostEqual(result["all"][0], 0.5 + 0.5 * 2 / 3)
        self.assertEqual(result["large"][2], 2)
        self.assertEqual(result["small"][2], 0)


if __name__ == "__main__":
    unittest.main()
