"""What the programs here share: real daemons on loopback in a folder of their own, and how their cases are told.

FOOTPATH is the program, FOOTPATH_RUNTIME the folder of Scripts/setup.
"""

import atexit
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = pathlib.Path(os.environ.get("FOOTPATH_RUNTIME", ROOT / ".runtime"))
PROGRAM = os.environ.get("FOOTPATH", str(ROOT / ".build-tests/release/footpath"))
SAMPLE = ROOT / "SampleVideos/crossing.mp4"
# An analysis that takes little time.
QUICK = ["--input-size", "320x192", "--scales", "1", "--face-fps", "0"]


class Skipped(Exception):
    """A case that something is missing for."""


def tool(name, package):
    """Where a program lies; Debian has daemons where not everybody's PATH leads."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise Skipped(f"no {name}: Debian's package {package}")
    return found


def free_ports(count):
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def wait_until(condition, seconds=120, what="it"):
    """What the condition gives once that is true."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} took more than {seconds} s")
        time.sleep(0.05)


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
        for process in reversed(self.daemons):
            if process.poll() is None:
                process.terminate()
        for process in self.daemons:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
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
    """Runs functions as cases and prints as JSON how they ended; the arguments name those to run."""
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
    for place in Place.made:
        if place.folder.exists() or list(place.processes()):
            told["failed"]["what is left"] = str(place.folder)
    print(json.dumps(told))
