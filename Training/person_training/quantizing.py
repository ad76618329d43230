"""`Training/quantize`: int8 of an exported network, by NNCF."""

import argparse
import hashlib
import logging
import os
import sys
from pathlib import Path

# NNCF tells Google Analytics of each use, except where this is set.
os.environ["NNCF_CI"] = "1"

import nncf
import numpy as np
import onnx
from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters, OverflowFix
from nncf.quantization.range_estimator import RangeEstimatorParametersSet

from .detectors import fitted_size, letterboxed
from .evaluating import labelled

# The last convolutions of the heads: rounding in what they give moves scores and boxes most.
IN_FLOAT = r"/heads\.\d+/(logit|distances)/.*"
INPUT = "images"

nncf.set_log_level(logging.ERROR)


def inputs(folders, most, budget):
    """Inputs [1, 3, H, W] of at most `budget` pixels, as the program sees them, of pictures that are trained with."""
    for folder in folders:
        for picture, _ in labelled(folder, "train", most):
            seen, _ = letterboxed(picture, fitted_size(picture.shape[:2], budget))
            yield seen.transpose(2, 0, 1)[None].astype(np.float32)


def quantize(network, pictures, in_float=IN_FLOAT):
    """A network whose convolutions take and give int8, ranges and biases by inputs (see `inputs`).

    Weights have seven bits: processors without VNNI add products in pairs in 16 bits, which eight would overflow (but
    in depthwise convolutions, which add none in pairs). So sums are exact, and the same everywhere. Ranges are the
    widest that were seen: NNCF's own, the mean of each picture's greatest value, cut off what tells people most clearly.
    """
    return nncf.quantize(
        network,
        nncf.Dataset(pictures, lambda picture: {INPUT: picture}),
        preset=nncf.QuantizationPreset.PERFORMANCE,
        subset_size=len(pictures),
        ignored_scope=nncf.IgnoredScope(patterns=[in_float] if in_float else [], validate=False),
        advanced_parameters=AdvancedQuantizationParameters(
            overflow_fix=OverflowFix.ENABLE, activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX
        ),
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="Training/quantize", description=__doc__.split("`: ")[1])
    parser.add_argument("network", type=Path, help="ONNX of Training/export")
    parser.add_argument("quantized", type=Path, help="file to write")
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="data sets like what it will see")
    parser.add_argument("--pictures", type=int, default=150, help="at most so many of each data set's training split")
    parser.add_argument("--size", default="448x256", help="pixels of the input, in the shape of each picture")
    parser.add_argument("--in-float", default=IN_FLOAT, help="regular expression of nodes that stay float32")
    values = parser.parse_args(arguments)
    width, height = (int(side) for side in values.size.split("x"))
    pictures = list(inputs(values.data, values.pictures, width * height))
    if not pictures:
        parser.error("no pictures of the split train in the data sets")
    quantized = quantize(onnx.load(values.network), pictures, values.in_float)
    onnx.checker.check_model(quantized)
    written = quantized.SerializeToString()
    values.quantized.write_bytes(written)
    print(f"{values.quantized}: {len(written):,} bytes, SHA-256 {hashlib.sha256(written).hexdigest()}")


if __name__ == "__main__":
    sys.exit(main())
