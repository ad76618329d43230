"""Benchmarks/scale: how far `footpath batch` goes. See Benchmarks/README.md."""

import argparse
import os
import tempfile
import time
from pathlib import Path

import scale_pieces
import scale_reach
import scale_tables
from scale_parts import ROOT


def main() -> None:
    parts = {
        "pieces": lambda options, folder: scale_pieces.measure(options.footpath, folder, options.quick, options.record),
        "capacity": lambda *_: scale_tables.print_capacity(),
        "simulate": lambda options, _: scale_tables.print_tables(options.quick),
        **{name: getattr(scale_reach, name) for name in ["slurm", "cut", "merge", "plan", "kill"]},
    }
    parser = argparse.ArgumentParser(
        prog="Benchmarks/scale",
        description="How far `footpath batch` goes: pieces on one core, a simulation of many machines, Slurm's two nodes beside one core, a video in "
        "pieces beside the whole, merge beside cat, plans of many files, pieces that are killed.",
    )
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", metavar="BIN")
    parser.add_argument("--only", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--quick", action="store_true", help="small versions, to see that they work")
    parser.add_argument("--record", action="store_true", help=f"what `pieces` measures becomes {scale_tables.SAMPLE.relative_to(ROOT)}")
    parser.add_argument("--folder", type=Path, help="for what is made on the way (TMPDIR); `merge` needs 10 GB")
    options = parser.parse_args()
    options.footpath = options.footpath.resolve()
    os.environ.setdefault("FOOTPATH_RUNTIME", str(ROOT / ".runtime"))
    for name in options.only:
        print(f"{name} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores):", flush=True)
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="scale-", dir=options.folder) as folder:
            parts[name](options, Path(folder))
        print(f"  {time.monotonic() - begin:.0f} s\n", flush=True)


if __name__ == "__main__":
    main()
