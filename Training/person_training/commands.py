"""`Training/train`: options, processes."""

import argparse
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as processes

from . import pictures
from .training import Options, Training


def parsed(arguments):
    parser = argparse.ArgumentParser(prog="Training/train", description="Trains the person network.")
    parser.add_argument("output", type=Path, help="checkpoint to write, and to go on from where it is there")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="data sets (docs/training.md)")
    parser.add_argument("--cache", type=Path, default=Path(".training-cache"), help="where decoded pictures lie")
    parser.add_argument("--start", type=Path, help="checkpoint whose averaged weights to begin with")
    parser.add_argument("--teacher", type=Path, help="a network to learn from, too: ONNX of YOLOX (not decoded) or Training/export")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--processes", type=int, help="on a CPU, of one thread each (default: one for each processor)")
    parser.add_argument("--samples", type=int, help="end at so many samples in all")
    parser.add_argument("--minutes", type=float, help="end after so many minutes")
    parser.add_argument(
        "--decay-samples", type=int, help="let the learning rate fall to nothing over so many samples, and end"
    )
    parser.add_argument(
        "--decay-minutes", type=float, help="with --minutes: let the learning rate fall to nothing over the last of them"
    )
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--pixels", type=int, default=1_000_000, help="pixels in a process's batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log-every", type=float, default=30, help="seconds")
    parser.add_argument("--save-every", type=float, default=120, help="seconds")
    values = parser.parse_args(arguments)
    if values.decay_minutes and not (values.minutes and values.decay_minutes <= values.minutes):
        parser.error("--decay-minutes needs --minutes, and not more than these")
    return values


def _run(rank, world, port, options):
    # Every operation of a small network is short: threads would wait for each other.
    torch.set_num_threads(1)
    if world > 1:
        dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world)
    Training(options, rank, world).run(lambda line: print(line, flush=True))
    if world > 1:
        dist.destroy_process_group()


def train(arguments=None):
    values = vars(parsed(arguments))
    count = values.pop("processes") or len(os.sched_getaffinity(0))
    options = Options(**values)
    try:
        # Decoded before the processes begin, which then find the pictures in the cache.
        pictures.load(options.data, options.cache)
        for path in filter(None, (options.start, options.teacher)):
            path.open("rb").close()
    except (OSError, ValueError, KeyError) as error:
        return f"train: {error}"
    if options.device != "cpu" or count == 1:
        return _run(0, 1, None, options)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = processes.spawn(_run, (count, port, options), nprocs=count, join=False)

    told = []

    def forward(number, _):
        """Tells the processes to stop; the second time, which a process that hangs needs, they are killed."""
        for process in context.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL if told else number)
        told.append(number)

    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    try:
        while not context.join():
            pass
    except processes.ProcessExitedException as error:
        return f"train: {error}"


if __name__ == "__main__":
    sys.exit(train())
