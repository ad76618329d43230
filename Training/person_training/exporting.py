"""ONNX from a checkpoint, checked against PyTorch."""

import argparse
import copy
import hashlib
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import openvino
import torch

from . import checkpoints

# What float32 kernels that sum in another order may differ by, in logits and logarithms.
TOLERANCE = 2e-3


def export(network, path):
    """Writes `images` [1, 3, H, W], BGR, 0...255 to `out` [1, A, 5]; returns the greatest difference from PyTorch."""
    network = copy.deepcopy(network).float().eval().to("cpu", memory_format=torch.contiguous_format)
    stem = network.stem[0]
    with torch.no_grad():
        stem.weight /= 255
    with warnings.catch_warnings():
        # The exporter by tracing is called outdated; the other needs a package more and writes the same nodes.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.rand(1, 3, 192, 320) * 255,),
            str(path),
            input_names=["images"],
            output_names=["out"],
            dynamic_axes={"images": {2: "height", 3: "width"}, "out": {1: "anchors"}},
            dynamo=False,
        )
    onnx.checker.check_model(str(path))
    worst = 0.0
    for size in ((256, 448), (128, 224), (64, 96)):
        pictures = np.random.default_rng(size).integers(0, 256, (1, 3, *size)).astype(np.float32)
        model = openvino.Core().read_model(path)
        model.reshape([1, 3, *size])
        compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        with torch.no_grad():
            wanted = network(torch.from_numpy(pictures)).numpy()
        worst = max(worst, float(np.abs(compiled([pictures])[0] - wanted).max()))
    if worst > TOLERANCE:
        raise ValueError(f"the exported network differs from PyTorch's by {worst:.4f}")
    return worst


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="Training/export", description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("onnx", type=Path, help="file to write")
    parser.add_argument("--not-averaged", action="store_true", help="the last weights, not their average")
    parser.add_argument("--compact", type=Path, help="write the checkpoint, too, in as few bytes as keep its worth")
    values = parser.parse_args(arguments)
    saved = checkpoints.expanded(checkpoints.load(values.checkpoint))
    worst = export(checkpoints.network_of(saved, not values.not_averaged), values.onnx)
    if values.compact:
        checkpoints.save(values.compact, checkpoints.compact(saved))
    written = values.onnx.read_bytes()
    print(f"{values.onnx}: {len(written):,} bytes, SHA-256 {hashlib.sha256(written).hexdigest()}")
    print(f"{saved.get('samples', 'unknown')} samples; at most {worst:.1e} from PyTorch's output")


if __name__ == "__main__":
    sys.exit(main())
