"""What the programs of Tests/Deploy and Tests/Rekognition share: where things are, and how cases are run and told.

FOOTPATH is the program, FOOTPATH_RUNTIME the folder of Scripts/setup.
"""

import concurrent.futures
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[1]
RUNTIME = pathlib.Path(os.environ.get("FOOTPATH_RUNTIME", ROOT / ".runtime"))
PROGRAM = os.environ.get("FOOTPATH", str(ROOT / ".build-tests/release/footpath"))
SAMPLE = ROOT / "SampleVideos/crossing.mp4"


class Skipped(Exception):
    """A case that something is missing for."""


# Bound as long as the program runs, so that the system gives their ports to nobody else who wants any.
held = []


def free_ports(count):
    """Ports of 127.0.0.1 at which a server may listen that sets SO_REUSEADDR, as all do here."""
    for _ in range(count):
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        held.append(holder)
    return [holder.getsockname()[1] for holder in held[-count:]]


def wait_until(condition, seconds=120, what="it"):
    """What the condition gives once that is true."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} took more than {seconds} s")
        time.sleep(0.02)


def end_all(processes):
    """Ends processes in good order, so that those end that they have started; kills who takes long."""
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def outcomes(cases, at_once=1):
    """Runs functions as cases and says how they ended; the program's arguments name those to run."""
    told = {"passed": [], "failed": {}, "skipped": {}}

    def tell(case):
        name, begin = case.__name__, time.monotonic()
        try:
            case()
            told["passed"].append(name)
        except Skipped as reason:
            told["skipped"][name] = str(reason)
        except Exception:
            told["failed"][name] = traceback.format_exc()[-3000:]
        if os.environ.get("FOOTPATH_CASES") == "loud":
            why = told["failed"].get(name, "") + told["skipped"].get(name, "")
            print(f"{time.monotonic() - begin:6.1f} s {name} {why}", file=sys.stderr)

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        list(pool.map(tell, [case for case in cases if not sys.argv[1:] or case.__name__ in sys.argv[1:]]))
    return told
