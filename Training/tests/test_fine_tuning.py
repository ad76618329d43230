"""Fine-tuning from beginning to end on drawn figures, in about a minute, and going on after a stop."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
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


def end(program):
    """Kills a program, the leader of its group, with its processes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)


class FineTuningTests(Folder):
    def options(self, name, **others):
        settings = {"pixels": 250_000, "cache": self.folder / "cache", "data": [self.folder / "data"]}
        return Options(output=self.folder / name, **{**settings, **others})

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
        program = self.started(self.folder / "signalled.pt")
        program.send_signal(signal.SIGTERM)
        program.stdout.read()
        self.assertEqual(program.wait(), 0)
        self.assertGreater(checkpoints.load(self.folder / "signalled.pt")["samples"], 0)

    def test_a_second_signal_ends_a_process_that_hangs(self):
        program = self.started(self.folder / "hung.pt")
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        hung = next(int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes())
        os.kill(hung, signal.SIGSTOP)
        program.send_signal(signal.SIGTERM)
        with self.assertRaises(subprocess.TimeoutExpired):
            program.wait(2)
        program.send_signal(signal.SIGTERM)
        program.stdout.read()
        self.assertGreater(program.wait(), 0)

    def started(self, output):
        """A training by two processes that has begun; where it hangs it is ended, with all that it began."""
        figures.write(self.folder / "data", 8, 1)
        command = [sys.executable, "-m", "person_training.commands", str(output), "--data", str(self.folder / "data")]
        options = ["--cache", str(self.folder / "cache"), "--processes", "2", "--pixels", "100000", "--log-every", "0"]
        environment = os.environ | {"PYTHONPATH": str(TRAINING)}
        program = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        self.addCleanup(program.wait)
        self.addCleanup(program.stdout.close)
        self.addCleanup(end, program)
        limit = threading.Timer(180, end, [program])
        limit.start()
        self.addCleanup(limit.cancel)
        self.assertIn("samples/s", program.stdout.readline())
        return program


if __name__ == "__main__":
    unittest.main()
