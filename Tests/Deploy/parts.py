"""Real daemons on loopback in a folder of their own, work for them, and how their cases are told."""

import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import *

# An analysis that takes little time.
QUICK = ["--input-size", "320x192", "--scales", "1", "--face-fps", "0"]


def tool(name, package):
    """Where a program lies; Debian has daemons where not everybody's PATH leads."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise Skipped(f"no {name}: Debian's package {package}")
    return found


class Place:
    """A folder of its own, with daemons whose command lines or working folders are in it; all of it goes at the end."""

    made = []

    def __init__(self):
        Place.made.append(self)
        # Short, since sockets' paths may have 107 bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fp-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.daemons = []
        atexit.register(self.close)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def daemon(self, command, is_up, environment=None):
        name = pathlib.Path(command[0]).name
        log = self.folder / f"{name}-{len(self.daemons)}.out"
        with open(log, "w") as output:
            # Where the tests are killed, no daemon stays.
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.folder, env=environment)
        self.daemons.append(process)
        wait_until(lambda: process.poll() is not None or is_up(), what=name)
        assert process.poll() is None, f"{command} ended with {process.returncode}: {log.read_text()[-2000:]}"
        return process

    def processes(self):
        """Whatever runs in here, whoever started it: by command line and working folder."""
        mark = str(self.folder)
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                at = os.readlink(entry / "cwd")
                if mark in (entry / "cmdline").read_text(errors="replace") or at == mark or at.startswith(mark + "/"):
                    yield int(entry.name)
            except OSError:
                pass

    def close(self):
        end_all(self.daemons)
        self.daemons = []
        for left in self.processes():
            try:
                os.kill(left, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def run(command, status=0, seconds=300, **more):
    """What a command prints; it must end with the status."""
    ran = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL, **more)
    assert ran.returncode == status, f"{command} ended with {ran.returncode}: {ran.stdout[-1000:]}{ran.stderr[-2000:]}"
    return ran.stdout


class Work:
    """A folder of recordings as an operator has it, its plan, and what analyze says of the videos.

    `videos` has names and seconds; each is the sample from another moment on, those over 12 s go round."""

    def __init__(self, folder, videos, *settings, environment=None):
        self.folder = folder / "work"
        self.environment = (environment or os.environ) | {
            "FOOTPATH_RUNTIME": str(RUNTIME), "PATH": f"{pathlib.Path(PROGRAM).parent}:{os.environ['PATH']}"}
        self.settings = [*QUICK, *settings]
        for number, (name, seconds) in enumerate(videos.items()):
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            run(["ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "-1", "-ss", str(number % 3 * 2), "-i", SAMPLE,
                 "-t", str(seconds), "-c", "copy", path])
        self.videos = list(videos)

    def footpath(self, *arguments, status=0, **more):
        return run([PROGRAM, *arguments], status, cwd=self.folder, env=self.environment, **more)

    def plan(self, *options):
        """The number of pieces."""
        self.footpath("batch", "plan", *self.videos, "-o", "plan.json", *options, *self.settings)
        return json.loads((self.folder / "plan.json").read_text())["pieces_count"]

    def status(self):
        return json.loads(self.footpath("batch", "status", "plan.json", "--json"))

    def merged(self):
        self.footpath("batch", "merge", "plan.json", "-o", "merged.jsonl")
        return (self.folder / "merged.jsonl").read_bytes()

    def undisturbed(self):
        """The merged records of pieces that one process did one after the other."""
        pieces = ["--results", "undisturbed"]
        last = json.loads((self.folder / "plan.json").read_text())["pieces_count"] - 1
        self.footpath("batch", "run", "plan.json", "--piece", f"0-{last}", *pieces)
        self.footpath("batch", "merge", "plan.json", "-o", "undisturbed.jsonl", *pieces)
        return (self.folder / "undisturbed.jsonl").read_bytes()

    def analyzed(self):
        self.footpath("analyze", *self.videos, "-o", "analyzed.jsonl", *self.settings)
        return (self.folder / "analyzed.jsonl").read_bytes()


def run_cases(cases, at_once=1):
    """Runs functions as cases and prints as JSON how they ended, and what they left."""
    told = outcomes(cases, at_once)
    for place in Place.made:
        if place.folder.exists() or list(place.processes()):
            told["failed"]["what is left"] = str(place.folder)
    print(json.dumps(told))
