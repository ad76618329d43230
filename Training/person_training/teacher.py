"""A stronger network whose features and rows the trained one learns to have, read from ONNX and run by PyTorch.

Two kinds are understood, both of strides 8, 16 and 32: what YOLOX (Ge et al. 2021) exports without decoding, for each
stride a concatenation of box, objectness and scores of classes, person first; and what `Training/export` writes.
"""

import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper
from torch import nn

from .losses import overlaps
from .network import STRIDES, boxes_of


class Teacher:
    """Gives features [N, C, h, w] for each stride, and of all cells scores [N, A] and boxes [N, A, 4] in pixels."""

    def __init__(self, path, device):
        graph = onnx.load(path).graph
        self.device = device
        self.weights = {}
        self.indices = {}
        for tensor in graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy()).to(device)
            if value.ndim == 4:
                value = value.contiguous(memory_format=torch.channels_last)
            if value.is_floating_point():
                self.weights[tensor.name] = value
            else:
                self.indices[tensor.name] = value.tolist()
        for node in graph.node:
            # The exporter writes equal weights once.
            if node.op_type == "Identity" and node.input[0] in self.weights:
                self.weights[node.output[0]] = self.weights[node.input[0]]
        self.input = next(entry.name for entry in graph.input if entry.name not in self.weights)
        producers = {output: node for node in graph.node for output in node.output}
        self.predictions, self.features, self.read = self._ends(graph, producers)
        if len(self.predictions) != len(STRIDES):
            raise ValueError(f"{path}: is neither a YOLOX network without decoding nor one of Training/export")
        self.nodes = self._needed(graph.node)
        with torch.no_grad():
            features, _ = self._levels(torch.zeros(1, 3, 64, 64, device=device))
        self.channels = [feature.shape[1] for feature in features]

    @staticmethod
    def _ends(graph, producers):
        """Names of the predictions [N, ?, h, w] and of what their heads take, and how predictions are read."""
        heads = [name for node in graph.node for name in node.output if _is_yolox_prediction(node, producers)]
        if heads:
            return heads, [_yolox_level(name, producers) for name in heads], _yolox_rows
        last = producers[graph.output[0].name]
        if last.op_type != "Concat" or any(producers[name].op_type != "Transpose" for name in last.input):
            return [], [], None
        heads = [producers[producers[name].input[0]].input[0] for name in last.input]
        return heads, [_level(name, producers) for name in heads], _rows

    def _needed(self, nodes):
        wanted, kept = {*self.predictions, *self.features}, []
        for node in reversed(nodes):
            if wanted.intersection(node.output) and node.output[0] not in self.weights:
                kept.append(node)
                # What else a Resize takes says how much larger: it is always twice.
                wanted.update(node.input[:1] if node.op_type == "Resize" else node.input)
        kept.reverse()
        steps = []
        sigmoids = {node.output[0]: node.input[0] for node in kept if node.op_type == "Sigmoid"}
        uses = {}
        for node in kept:
            for name in node.input:
                uses[name] = uses.get(name, 0) + 1
        fused = set()
        for node in kept:
            attributes = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
            kind, inputs = node.op_type, list(node.input)
            if kind == "Mul":
                for gate, other in (inputs, inputs[::-1]):
                    if sigmoids.get(gate) == other and uses[gate] == 1:
                        kind, inputs = "Silu", [other]
                        fused.add(gate)
            steps.append((kind, inputs, node.output[0], attributes))
        return [step for step in steps if step[2] not in fused]

    @torch.no_grad()
    def __call__(self, pictures, centres, strides):
        """Of pictures [N, 3, H, W], BGR, 0...1, with the cells' centres [A, 2] and strides [A]."""
        features, predictions = self._levels(pictures)
        flat = torch.cat([values.flatten(2) for values in predictions], 2).transpose(1, 2)
        return features, *self.read(flat, centres, strides)

    def _levels(self, pictures):
        values = {self.input: pictures * 255}
        for kind, inputs, output, attributes in self.nodes:
            values[output] = self._run(kind, inputs, attributes, values)
        return [values[name] for name in self.features], [values[name].float() for name in self.predictions]

    def _run(self, kind, inputs, attributes, values):
        x = values[inputs[0]]
        if kind == "Conv":
            weight, bias = self.weights[inputs[1]], self.weights[inputs[2]]
            return F.conv2d(x, weight, bias, attributes["strides"], attributes["pads"][:2], 1, attributes["group"])
        if kind == "Silu":
            return F.silu(x)
        if kind == "Relu":
            return F.relu(x)
        if kind == "Sigmoid":
            return x.sigmoid()
        if kind == "Add":
            return x + values[inputs[1]]
        if kind == "Mul":
            return x * values[inputs[1]]
        if kind == "Concat":
            return torch.cat([values[name] for name in inputs], attributes["axis"])
        if kind == "MaxPool":
            return F.max_pool2d(x, attributes["kernel_shape"], attributes["strides"], attributes["pads"][:2])
        if kind == "Resize":
            return F.interpolate(x, scale_factor=2.0)
        if kind == "Slice":
            first, last, axis, step = (self.indices[name][0] for name in inputs[1:])
            where = [slice(None)] * x.ndim
            where[axis] = slice(first, min(last, x.shape[axis]), step)
            return x[tuple(where)]
        raise ValueError(f"a teacher with {kind} isn't understood")


def _is_yolox_prediction(node, producers):
    """Box (from a convolution), objectness and classes (from sigmoids)."""
    kinds = [producers[name].op_type if name in producers else "" for name in node.input]
    return node.op_type == "Concat" and kinds == ["Conv", "Sigmoid", "Sigmoid"]


def _yolox_level(prediction, producers):
    """What the head's first convolution, 1 x 1, of a level takes: the last level of the pyramid."""
    name = producers[prediction].input[0]
    convolutions = 0
    # The box's prediction, two depthwise-separable blocks (four convolutions), and the stem: six in all.
    while convolutions < 6:
        node = producers[name]
        convolutions += node.op_type == "Conv"
        name = node.input[0]
    return name


def _yolox_rows(flat, centres, strides):
    """Scores and boxes of rows [N, A, 85]; it counts from the cell's corner, and sizes are logarithms."""
    middle = flat[..., :2] * strides[:, None] + centres - 0.5 * strides[:, None]
    half = flat[..., 2:4].exp() * strides[:, None] / 2
    return flat[..., 4] * flat[..., 5], torch.cat([middle - half, middle + half], -1)


def _level(prediction, producers):
    """What the head takes that makes a prediction of `network.PersonNetwork`."""
    name = prediction
    while producers[name].name.startswith("/heads."):
        name = producers[name].input[0]
    return name


def _rows(flat, centres, strides):
    return flat[..., 0].sigmoid(), boxes_of(flat, centres, strides)


class Distillation(nn.Module):
    """What the trained network's levels lack of the teacher's; its own weights are dropped after training."""

    def __init__(self, neck, channels):
        super().__init__()
        self.adapters = nn.ModuleList(nn.Linear(neck, count, bias=False) for count in channels)

    def forward(self, levels, features):
        """One minus the correlation of both over all cells, channel by channel (Cao et al. 2022), a mean of levels."""
        total = 0.0
        for level, feature, adapter in zip(levels, features, self.adapters):
            cells = level.permute(0, 2, 3, 1).flatten(0, 2).float()
            taught = feature.permute(0, 2, 3, 1).flatten(0, 2).float()
            total = total + 1 - (_standardised(adapter(cells)) * _standardised(taught)).mean()
        return total / len(self.adapters)


def _standardised(x):
    """Each channel [C] of rows [P, C] with mean 0 and variance 1 over all of them."""
    mean, square = x.mean(0), x.square().mean(0)
    return (x - mean) * (square - mean.square() + 1e-4).rsqrt()


# Where the teacher's score is less, its box isn't learnt.
LEAST_TEACHER_SCORE = 0.2


def row_losses(rows, wanted, theirs, centres, strides):
    """What rows [N, A, 5] lack of the teacher's scores [N, A], and of its boxes [N, A, 4] where it is sure.

    The score's is quality focal loss (Li et al. 2020): cross entropy with the teacher's score, weighted by the
    square of the difference; both are divided by the sum of the teacher's scores.
    """
    difference = rows[..., 0].detach().sigmoid() - wanted
    score = F.binary_cross_entropy_with_logits(rows[..., 0], wanted, reduction="none") * difference.square()
    sure = wanted > LEAST_TEACHER_SCORE
    total = (wanted * sure).sum().clamp(min=1)
    ours = boxes_of(rows, centres, strides)
    # Where it isn't sure its box may be anything, of which no gradient must come.
    theirs = torch.where(sure[..., None], theirs, ours.detach())
    box = ((1 - overlaps(ours, theirs)[1]) * wanted * sure).sum()
    return score.sum() / total, box / total
