"""int8 of an exported network."""

import os
import platform
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import openvino
import torch

from person_training.exporting import export
from person_training.network import PersonNetwork
from person_training.quantizing import IN_FLOAT, inputs, main
from tests import figures
from tests.test_parts import Folder

# Writes what a network gives for an input, run as the program runs it.
RUN = """
import sys, numpy, openvino
settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
model = openvino.Core().read_model(sys.argv[1])
model.reshape([1, 3, 192, 320])
numpy.save(sys.argv[3], openvino.Core().compile_model(model, "CPU", settings)([numpy.load(sys.argv[2])])[0])
"""


class QuantizingTests(Folder):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.made = Path(folder.name)
        cls.float, cls.int8 = cls.made / "float.onnx", cls.made / "int8.onnx"
        torch.manual_seed(1)
        figures.write(cls.made / "data", 6, 1)
        export(PersonNetwork(8, 16), cls.float)
        main([str(cls.float), str(cls.int8), "--data", str(cls.made / "data"), "--size", "320x192"])
        np.save(cls.made / "input.npy", next(inputs([cls.made / "data"], 1, 320 * 192)))

    def rows(self, network, instructions="DEFAULT"):
        output = self.folder / "rows.npy"
        command = [sys.executable, "-c", RUN, network, self.made / "input.npy", output]
        subprocess.run(command, check=True, env=os.environ | {"ONEDNN_MAX_CPU_ISA": instructions})
        return np.load(output)

    def test_rows_are_nearly_the_same(self):
        wanted, found = self.rows(self.float), self.rows(self.int8)
        self.assertEqual(found.shape, wanted.shape)
        self.assertLess(np.abs(found - wanted).mean(), 0.1 * wanted.std())

    @unittest.skipUnless(platform.machine() == "x86_64", "names of x86-64's kernels")
    def test_convolutions_run_in_int8_but_for_the_last_of_each_head(self):
        model = openvino.Core().read_model(self.int8)
        model.reshape([1, 3, 192, 320])
        program = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        convolutions = 0
        for node in program.get_runtime_model().get_ordered_ops():
            name, info = node.get_friendly_name(), node.get_rt_info()
            if info["layerType"].astype(str) == "Convolution":
                convolutions += 1
                kind = "f32" if re.match(IN_FLOAT, name) else "I8"
                self.assertTrue(info["primitiveType"].astype(str).endswith(kind), name)
        self.assertGreater(convolutions, 50)

    def test_weights_have_seven_bits(self):
        values = [onnx.numpy_helper.to_array(value) for value in onnx.load(self.int8).graph.initializer]
        # Depthwise ones have eight: their products aren't added in pairs.
        weights = [value.astype(int) for value in values if value.dtype == np.int8 and value.ndim == 4 and value.shape[1] > 1]
        self.assertGreater(len(weights), 50)
        self.assertLessEqual(max(np.abs(value).max() for value in weights), 64)

    def test_rows_are_the_same_without_vnni(self):
        if "avx2" not in Path("/proc/cpuinfo").read_text().split():
            self.skipTest("needs AVX2")
        for network in (self.float, self.int8):
            np.testing.assert_array_equal(self.rows(network), self.rows(network, "AVX2"))


if __name__ == "__main__":
    unittest.main()
