"""The training loop, in one process of several or on one device."""

import contextlib
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from . import checkpoints, composing, pictures, rendering
from .averaging import Average
from .colours import moved, varied
from .losses import BOX_WEIGHT, losses
from .network import PersonNetwork, cells
from .schedule import phase, samples_of
from .teacher import Distillation, Teacher, row_losses

WEIGHT_DECAY = 0.02
GREATEST_GRADIENT = 10.0
# Samples a second in a decay, of those before it: its pictures are larger. The rest is so that it ends in time.
DECAY_PACE = 0.86
# On a CUDA device the first steps compile kernels, and say nothing of the pace; then it is measured for so many seconds.
FIRST_STEPS, FIRST_SECONDS = 10, 5.0
# Weights of what is learnt from the teacher, beside the labels' 1 for scores and 2 for boxes.
FEATURE_WEIGHT, SCORE_WEIGHT, TEACHER_BOX_WEIGHT = 1.0, 1.0, 0.5


@dataclass
class Options:
    """What `Training/train` is told."""

    data: list
    output: Path
    cache: Path
    start: Path | None = None
    teacher: Path | None = None
    device: str = "cpu"
    samples: int | None = None
    minutes: float | None = None
    decay_samples: int | None = None
    decay_minutes: float | None = None
    rate: float = 1e-3
    pixels: int = 1_000_000
    save_every: float = 120.0
    seed: int = 1
    log_every: float = 30.0


class Training:
    """Everything that a step changes; saved and restored whole."""

    def __init__(self, options, rank=0, world=1):
        self.options, self.rank, self.world = options, rank, world
        self.device = torch.device(options.device)
        self.stopping = False
        self.pictures = pictures.load(options.data, options.cache)
        self.renderer = (
            rendering.OpenCVRenderer(self.pictures)
            if self.device.type == "cpu"
            else rendering.DeviceRenderer(self.pictures, self.device)
        )
        self.teacher = Teacher(options.teacher, self.device) if options.teacher else None
        self.samples = self.steps = self.run_steps = 0
        self.decay_from = None
        self.rng = np.random.default_rng([options.seed, rank])
        self.generator = torch.Generator(self.device).manual_seed(options.seed * 1000 + rank)
        torch.manual_seed(options.seed)
        self._restore()
        self.parameters = [*self.network.parameters(), *self.distillation_parameters()]
        self.cells = {}

    def distillation_parameters(self):
        return self.distillation.parameters() if self.distillation else ()

    def _restore(self):
        """What the output holds, if it is there: all of a training. Of `start`, the averaged weights."""
        options = self.options
        resumed = options.output.exists()
        source = options.output if resumed else options.start
        values = checkpoints.expanded(checkpoints.load(source)) if source else None
        self.network = checkpoints.network_of(values, averaged=not resumed) if values else PersonNetwork()
        self.network.to(self.device, memory_format=torch.channels_last)
        self.distillation = None
        if self.teacher:
            self.distillation = Distillation(self.network.settings["neck"], self.teacher.channels).to(self.device)
        self.average = Average(self.network)
        weights = [*self.network.parameters(), *self.distillation_parameters()]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": [p for p in weights if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
                {"params": [p for p in weights if p.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=options.rate,
            foreach=True,
        )
        if values:
            self.samples, self.steps = values.get("samples", 0), values.get("steps", 0)
        if resumed:
            self._go_on(values)
        if options.decay_samples and self.decay_from is None:
            self._begin_decay(options.decay_samples)

    def _begin_decay(self, samples):
        self.decay_from, self.options.decay_samples = self.samples, samples
        # What was averaged at the full rate would outweigh a short decay.
        self.average = Average(self.network)

    def _go_on(self, values):
        """All that a stopped training had, down to its random numbers."""
        if bool(self.distillation) != bool(values["distillation"]):
            taught = "with" if values["distillation"] else "without"
            raise ValueError(f"{self.options.output} was trained {taught} a teacher: go on so")
        if self.distillation:
            self.distillation.load_state_dict(values["distillation"])
        self.optimiser.load_state_dict(values["optimiser"])
        self.average.values = {name: value.to(self.device) for name, value in values["average"].items()}
        self.average.steps = values["average_steps"]
        self.run_steps, self.decay_from = values["run_steps"], values["decay_from"]
        if self.decay_from is not None and not self.options.decay_samples:
            # After a decay at the full rate again: slowly at first.
            self.run_steps, self.decay_from = 0, None
        random = values["random"]
        if self.rank < len(random) and random[self.rank]["device"] == self.device.type:
            self.rng.bit_generator.state = random[self.rank]["numpy"]
            self.generator.set_state(random[self.rank]["torch"])

    def save(self, path=None):
        """Writes the checkpoint (`output`, where no path is given); all processes take part, the first writes."""
        own = {
            "device": self.device.type,
            "numpy": self.rng.bit_generator.state,
            "torch": self.generator.get_state(),
        }
        random = [None] * self.world
        if self.world > 1:
            dist.all_gather_object(random, own)
        else:
            random = [own]
        if self.rank:
            return
        checkpoints.save(
            path or self.options.output,
            {
                "settings": self.network.settings,
                "network": self.network.state_dict(),
                "average": self.average.values,
                "average_steps": self.average.steps,
                "optimiser": self.optimiser.state_dict(),
                "distillation": self.distillation.state_dict() if self.distillation else None,
                "samples": self.samples,
                "steps": self.steps,
                "run_steps": self.run_steps,
                "decay_from": self.decay_from,
                "random": random,
            },
        )

    def step(self):
        """One batch; returns its losses."""
        options = self.options
        now = phase(self.steps, self.run_steps, self.samples, self.decay_from, options.decay_samples)
        self.rate = options.rate * now.rate
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate
        count = samples_of(now.size, options.pixels)
        batch = composing.compose(self.pictures, count, now.size, self.rng, now.mosaics, now.zoom)
        with torch.no_grad():
            seen = varied(self.renderer.draw(batch), self.rng, self.generator)
        parts = self._learn(seen, moved(batch.boxes, self.device), now.size)
        self.average.update(self.network)
        self.samples += count * self.world
        self.steps += 1
        self.run_steps += 1
        return parts

    def _learn(self, seen, targets, size):
        """Changes the weights by what is seen [N, 3, H, W]; returns the losses."""
        if size not in self.cells:
            self.cells[size] = cells(*size, device=self.device)
        centres, strides = self.cells[size]
        with torch.autocast(self.device.type, torch.bfloat16):
            levels = self.network.pyramid(seen)
            rows = self.network.rows(levels).float()
            taught = self.teacher(seen, centres, strides) if self.teacher else None
        score, box, _ = losses(rows, targets, centres, strides, size)
        loss = score + BOX_WEIGHT * box
        parts = [score.detach(), box.detach()]
        if taught:
            features, scores, boxes = taught
            feature = self.distillation(levels, features)
            teacher_score, teacher_box = row_losses(rows, scores, boxes, centres, strides)
            loss = loss + FEATURE_WEIGHT * feature + SCORE_WEIGHT * teacher_score + TEACHER_BOX_WEIGHT * teacher_box
            parts += [feature.detach(), teacher_score.detach(), teacher_box.detach()]
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._share_gradients()
        torch.nn.utils.clip_grad_norm_(self.parameters, GREATEST_GRADIENT, foreach=True)
        self.optimiser.step()
        return torch.stack(parts)

    def _share_gradients(self):
        if self.world == 1:
            return
        gradients = [p.grad for p in self.parameters]
        flat = torch._utils._flatten_dense_tensors(gradients)
        dist.all_reduce(flat)
        flat /= self.world
        for gradient, shared in zip(gradients, torch._utils._unflatten_dense_tensors(flat, gradients)):
            gradient.copy_(shared)

    def _agreed(self, *values):
        """The first process's values, so that all stop and save at the same step."""
        if self.world == 1:
            return values
        shared = torch.tensor(values, dtype=torch.float64)
        dist.broadcast(shared, 0)
        return tuple(shared.tolist())

    def goal(self):
        """At how many samples training ends; None where only time or a signal ends it."""
        options = self.options
        if options.decay_samples:
            return self.decay_from + options.decay_samples
        return options.samples

    def run(self, report=print):
        """Trains until the goal, the time or SIGTERM; saves at the end and every so often."""
        with self._stopped_by_signals():
            self._run(report)

    @contextlib.contextmanager
    def _stopped_by_signals(self):
        def stop(*_):
            self.stopping = True

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _run(self, report):
        options = self.options
        began = saved = logged = time.monotonic()
        first = logged_samples = self.samples
        first_step, settled, settled_samples = self.steps, None, first
        sums, count = 0.0, 0
        goal = self.goal()
        ends = False
        while not ends and (goal is None or self.samples < goal):
            sums, count = sums + self.step(), count + 1
            now = time.monotonic()
            over = options.minutes is not None and now - began > options.minutes * 60
            if settled is None and self.steps - first_step >= FIRST_STEPS:
                settled, settled_samples = now, self.samples
            decays = 0.0
            if options.decay_minutes and self.decay_from is None and settled and now - settled > FIRST_SECONDS:
                left = options.minutes * 60 - (now - began)
                if left < options.decay_minutes * 60:
                    decays = left * (self.samples - settled_samples) / (now - settled) * DECAY_PACE
            ends, saves, decays = self._agreed(
                float(self.stopping or over), float(now - saved > options.save_every), decays
            )
            if decays:
                self.save(options.output.with_suffix(".before-decay.pt"))
                self._begin_decay(max(1, int(decays)))
                goal = self.goal()
            if saves:
                self.save()
                saved = now
            if self.rank == 0 and now - logged > options.log_every:
                rate = (self.samples - logged_samples) / (now - logged)
                report(self._line(sums / count, rate, (self.samples - first) / (now - began), began))
                logged, logged_samples, sums, count = now, self.samples, 0.0, 0
        self.save()
        if self.rank == 0:
            report(f"{self.samples} samples, saved as {options.output}")

    def _line(self, means, rate, mean_rate, began):
        names = ("score", "box", "features", "teacher's scores", "teacher's boxes")
        parts = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, means.tolist()))
        goal, left = self.goal(), []
        if goal is not None and mean_rate > 0:
            left.append((goal - self.samples) / mean_rate)
        if self.options.minutes is not None:
            left.append(self.options.minutes * 60 - (time.monotonic() - began))
        text = f", {max(0, min(left)) / 60:.0f} min left" if left else ""
        return (
            f"{time.strftime('%H:%M:%S')} {self.samples} samples, {rate:.1f} samples/s, rate {self.rate:.6f}: "
            f"{parts}{text}"
        )
