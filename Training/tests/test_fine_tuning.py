"""Fine-tuning from beginning to end on drawn figures, in about a minute, and going on after a stop."""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

import torch

from person_training import checkpoints, detectors
from person_training.evaluating import held_out, measured
from person_training.exporting import export
from person_training.training import Options, Training
from tests import figures
from tests.test_parts import Folder

TRAINING = Path(__file__).resolve().parent.parent
CHECKPOINT = TRAINING / "checkpoint.pt"


def quiet(_):
    pass


class FineTuningTests(Folder):
    def options(self, name, **others):
        settings = {"pixels": 250_000, "cache": self.folder / "cache", "data": [self.folder / "data"]}
        return Options(output=self.folder / name, **{**settings, **others})

    def setUp(self):
        super().setUp()
        torch.set_num_threads(1)

    @unittest.skipUnless(CHECKPOINT.exists(), "no Training/checkpoint.pt")
    def test_a_network_learns_what_it_has_not_seen(self):
        figures.write(self.folder / "data", 60, 20)
        before = self.precision(checkpoints.expanded(checkpoints.load(CHECKPOINT)))
        Training(self.options("tuned.pt", start=CHECKPOINT, minutes=0.8, decay_samples=600)).run(quiet)
        after = self.precision(checkpoints.load(self.folder / "tuned.pt"))
        self.assertLess(before, 0.5)
        self.assertGreater(after, before + 0.3)

    def precision(self, values):
        export(checkpoints.network_of(values), self.folder / "network.onnx")
        detector = detectors.Detector(self.folder / "network.onnx")
        return measured(detector, held_out(self.folder / "data", 20))["all"][0]

    def test_a_stopped_training_goes_on_as_if_it_had_not(self):
        figures.write(self.folder / "data", 8, 1)
        through = Training(self.options("through.pt"))
        for _ in range(6):
            through.step()
        stopped = Training(self.options("stopped.pt"))
        for _ in range(3):
            stopped.step()
        stopped.save()
        resumed = Training(self.options("stopped.pt"))
        for _ in range(3):
            resumed.step()
        self.assertEqual(resumed.samples, through.samples)
        for name, value in through.network.state_dict().items():
            torch.testing.assert_close(resumed.network.state_dict()[name], value, msg=name)
        for name, value in through.average.values.items():
            torch.testing.assert_close(resumed.average.values[name], value, msg=name)

    def test_processes_stop_on_a_signal_and_save(self):
        figures.write(self.folder / "data", 8, 1)
        output = self.folder / "signalled.pt"
        command = [sys.executable, "-m", "person_training.commands", str(output), "--data", str(self.folder / "data")]
        options = ["--cache", str(self.folder / "cache"), "--processes", "2", "--pixels", "100000", "--log-every", "0"]
        environment = os.environ | {"PYTHONPATH": str(TRAINING)}
        program = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(program.kill)
        self.assertIn("samples/s", program.stdout.readline())
        program.send_signal(signal.SIGTERM)
        self.assertEqual(program.wait(60), 0)
        program.stdout.close()
        self.assertGreater(checkpoints.load(output)["samples"], 0)


if __name__ == "__main__":
    unittest.main()
