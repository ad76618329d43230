"""Benchmarks/cameras: what the daemon costs and carries with real RTSP cameras on loopback.

Five questions, each answered beside its bound in the same run:
- isolation: CPU time of `footpath run` on a file, whose decoding has a process of its own, over that of `footpath
  analyze`, which decodes in the program
- latency: from a picture's capture (the RTSP server's clock, by RTCP) to its records, at 25 frames/s
- capacity: how many 720p cameras at 5 frames/s go without drops, and where the CPU time goes then
- viewer: CPU time of sixteen cameras with a viewer of the live page, over that with nobody looking
- broker: frames/s, latency and memory while the MQTT broker is stopped, beside those without `mqtt:`
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tables import table

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "Tests/Servers/rtsp-server"
TICKS = os.sysconf("SC_CLK_TCK")
DROPS_ALLOWED = 0.01
PARTS = ["isolation", "latency", "capacity", "viewer", "broker"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="Benchmarks/cameras", description=__doc__)
    parser.add_argument("--footpath", type=Path, default=ROOT / ".build/release/footpath", metavar="BIN")
    parser.add_argument("--video", type=Path, default=ROOT / "SampleVideos/crossing.mp4")
    parser.add_argument("--seconds", type=float, default=20, help="of each trial (20)")
    parser.add_argument("--only", choices=PARTS)
    arguments = parser.parse_args()
    if not arguments.footpath.is_file():
        sys.exit(f"cameras: no program at {arguments.footpath}: build it (swift build -c release) or give --footpath")
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(arguments.footpath, arguments.video, Path(name), arguments.seconds)
        for part in PARTS:
            if arguments.only in (None, part):
                print(getattr(bench, part)(), flush=True)


class Bench:
    def __init__(self, footpath: Path, video: Path, folder: Path, seconds: float) -> None:
        self.footpath, self.video, self.folder, self.seconds = footpath.resolve(), video, folder, seconds
        os.environ.setdefault("FOOTPATH_RUNTIME", str(ROOT / ".runtime"))

    # Isolation

    def isolation(self) -> str:
        rows = []
        for size in ("768x432", "1920x1080"):
            clip = self.clip(f"{size}.mp4", size, "-c:v", "libx264", "-preset", "veryfast")
            longer = self.folder / f"{size}.longer.mp4"
            loop = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", "1", "-i", clip, "-c", "copy", longer]
            subprocess.run(loop, check=True)
            # In turns, so that a neighbour's load meets all; the difference leaves the programs' starts out.
            runs = [[part(film) for part in (self.analyze, self.daemon_on) for film in (clip, longer)] for _ in range(4)]
            short_in, long_in, short_apart, long_apart = (min(column) for column in zip(*runs))
            inside, apart = long_in - short_in, long_apart - short_apart
            rows.append([size, f"{inside:.2f}", f"{apart:.2f}", f"{apart / inside:.3f}"])
        head = ["picture", "analyze, CPU s", "run, CPU s", "run / analyze"]
        return f"Isolation: every frame of {self.video.name}, one worker, best of 4\n\n{table(head, rows)}\n"

    def analyze(self, clip: Path) -> float:
        command = [self.footpath, "analyze", clip, "--workers", "1", "--quiet", "--output", self.folder / "a.jsonl", "--force"]
        return cpu_of(lambda: subprocess.run(command, check=True))

    def daemon_on(self, clip: Path) -> float:
        def follow() -> None:
            with self.daemon([f"{{name: film, source: '{clip}'}}"]) as (_, records):
                wait(lambda: '"event":"session_end"' in text(records("film")), 120)

        return cpu_of(follow)

    # Latency

    def latency(self) -> str:
        with self.cameras("768x432", 1) as urls, self.daemon(
            [f"{{name: cam, source: '{urls[0]}'}}"], "stats_interval: 5s", workers=os.cpu_count() or 1
        ) as (_, records):
            time.sleep(5 + self.seconds)
            lines = [json.loads(line) for line in text(records("cam")).splitlines()]
        stats = [line for line in lines if line["event"] == "stats"][1:]
        clock = [line["clock"] for line in stats if line.get("clock")]
        rows = [
            [
                f"{stat['frames_analyzed'] * 1000 / stat['interval_ms']:.1f}", str(stat["frames_dropped"]),
                str(stat["latency_p50_ms"]), str(stat["latency_p99_ms"]),
            ]
            for stat in stats
        ]
        head = ["frames/s analysed", "dropped", "p50 ms", "p99 ms"]
        return f"Latency: one camera, 25 frames/s, 768x432, clock {clock[-1]}; each row 5 s\n\n{table(head, rows)}\n"

    # Capacity

    def capacity(self) -> str:
        rows, count = [], 4
        good, bad = 0, None
        while bad is None or bad - good > 1:
            trial = self.carry(count)
            rows.append([str(count), *trial["row"]])
            if trial["drops"] <= DROPS_ALLOWED:
                good = count
            else:
                bad = count
            count = count * 2 if bad is None else (good + bad) // 2
        rows.sort(key=lambda row: int(row[0]))
        head = ["cameras", "frames/s", "dropped", "CPU daemon", "CPU camera processes", "CPU server", "p99 ms", "MB"]
        note = f"{good} cameras go with at most {DROPS_ALLOWED:.0%} of the frames dropped; CPU in cores of {os.cpu_count()}"
        return f"Capacity: 1280x720, 25 frames/s, analysed at 5; {note}\n\n{table(head, rows)}\n"

    def carry(self, count: int) -> dict:
        with self.cameras("1280x720", count) as urls:
            lines = [f"{{name: c{index}, source: '{url}'}}" for index, url in enumerate(urls)]
            with self.daemon(lines, "stats_interval: 5s", "fps: 5", workers=os.cpu_count() or 1) as (process, records):
                wait(lambda: all('"stream_start"' in text(records(f"c{i}")) for i in range(count)), 60)
                time.sleep(8)
                begin = {kind: cpu_seconds(pids(process, kind)) for kind in ("daemon", "camera", "server")}
                sizes = [records(f"c{i}").stat().st_size for i in range(count)]
                start = time.monotonic()
                time.sleep(self.seconds)
                elapsed = time.monotonic() - start
                cores = {
                    kind: (cpu_seconds(pids(process, kind)) - begin[kind]) / elapsed
                    for kind in ("daemon", "camera", "server")
                }
                memory = sum(resident(pid) for kind in ("daemon", "camera") for pid in pids(process, kind))
            stats = []
            for index in range(count):
                lines = records(f"c{index}").read_bytes()[sizes[index] :].decode().splitlines()
                stats += [line for line in map(json.loads, lines) if line["event"] == "stats"]
        analyzed, dropped = (sum(stat[key] for stat in stats) for key in ("frames_analyzed", "frames_dropped"))
        drops = dropped / max(1, analyzed + dropped)
        rate = analyzed * 1000 / max(1, sum(stat["interval_ms"] for stat in stats)) * count
        p99 = max((stat["latency_p99_ms"] or 0 for stat in stats), default=0)
        row = [f"{rate:.1f}", f"{drops:.1%}", *(f"{cores[kind]:.2f}" for kind in ("daemon", "camera", "server"))]
        return {"drops": drops, "row": [*row, str(p99), f"{memory / 1e6:.0f}"]}

    # Viewer

    def viewer(self) -> str:
        """Stretches with and without a viewer in turns, so that both meet the same neighbours."""
        count, turns = 16, 5
        with self.cameras("384x216", count) as urls, socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            zones = "".join(f"{{name: zone-{n}, points: [[0, 0], [0.{n}, 0], [0.{n}, 1], [0, 1]]}}, " for n in range(1, 6))
            lines = [f"{{name: c{index}, source: '{url}', zones: [{zones}]}}" for index, url in enumerate(urls)]
            top = f"http: {{listen: '127.0.0.1:{port}'}}"
            with self.daemon(lines, top, "fps: 1, quality: fast, face_fps: 0") as (process, records):
                wait(lambda: all('"stream_start"' in text(records(f"c{i}")) for i in range(count)), 60)
                time.sleep(5)
                rows = []
                for _ in range(turns):
                    alone = self.watched(process, None)
                    rows.append([*alone[:1], *self.watched(process, f"http://127.0.0.1:{port}/live.json")])
        alone, viewed, page = (sum(column) for column in zip(*rows))
        figures = [f"{alone:.2f}", f"{viewed:.2f}", f"{viewed / alone:.3f}", f"{page:.3f}", f"{1 + page / alone:.4f}"]
        head = ["nobody, CPU s", "one viewer, CPU s", "ratio", "of it the page's thread", "ratio by the thread alone"]
        return f"Viewer: {count} cameras at 1 frame/s, {turns * self.seconds:.0f} s each\n\n{table(head, [figures])}\n"

    def watched(self, process: subprocess.Popen, page: str | None) -> tuple[float, float]:
        """CPU seconds of the daemon with its cameras, and of its HTTP thread, while somebody looks at a page or nobody does."""

        def spent() -> tuple[float, float]:
            # The one thread that gives way to all others.
            threads = [task for task in Path(f"/proc/{process.pid}/task").iterdir() if nice_of(task / "stat") > 0]
            everything = cpu_seconds(pids(process, "daemon")) + cpu_seconds(pids(process, "camera"))
            return everything, sum(ticks_of(task / "stat") for task in threads) / TICKS

        begin, end = spent(), time.monotonic() + self.seconds
        while time.monotonic() < end:
            if page:
                with urllib.request.urlopen(page) as answer:
                    answer.read()
            time.sleep(2)
        return tuple(after - before for after, before in zip(spent(), begin))

    # Broker

    def broker(self) -> str:
        """One camera in turns: without a broker, and with one that is connected to and then stopped."""
        (self.folder / "secret").write_text("footpath:secret\n")
        rows = []
        with self.cameras("768x432", 1) as urls, self.mosquitto() as (broker, port):
            mqtt = f"mqtt: {{broker: 'mqtt://127.0.0.1:{port}', credentials: '{self.folder}/secret'}}"
            for turn in range(3):
                rows.append(["without mqtt", *self.told(urls[0], "", lambda: None)])
                rows.append(["broker stopped", *self.told(urls[0], mqtt, lambda: broker.send_signal(signal.SIGSTOP))])
                broker.send_signal(signal.SIGCONT)
        head = ["", "frames/s analysed", "records/s", "CPU ms/frame", "dropped", "p50 ms", "p99 ms", "MB before", "MB after"]
        return f"Broker: one camera, 5 frames/s of 25, zones and a line, {self.seconds:.0f} s a row\n\n{table(head, rows)}\n"

    def told(self, url: str, mqtt: str, stop) -> list[str]:
        zone = "zones: [{name: all, points: [[0, 0], [1, 0], [1, 1], [0, 1]]}], lines: [{name: middle, points: [[0.5, 1], [0.5, 0]]}]"
        top = f"{mqtt}\nstats_interval: 5s"
        with self.daemon([f"{{name: cam, source: '{url}', {zone}}}"], top, "fps: 5") as (process, records):
            wait(lambda: '"event":"stats"' in text(records("cam")), 60)
            stop()
            size, before = records("cam").stat().st_size, resident(process.pid)
            begin, spent = time.monotonic(), -cpu_seconds(pids(process, "daemon"))
            time.sleep(self.seconds)
            elapsed, after = time.monotonic() - begin, resident(process.pid)
            spent += cpu_seconds(pids(process, "daemon"))
            lines = records("cam").read_bytes()[size:].decode().splitlines()
        stats = [line for line in map(json.loads, lines) if line["event"] == "stats"]
        rate = sum(stat["frames_analyzed"] for stat in stats) * 1000 / max(1, sum(stat["interval_ms"] for stat in stats))
        p50, p99 = (sum(stat[key] or 0 for stat in stats) / max(1, len(stats)) for key in ("latency_p50_ms", "latency_p99_ms"))
        dropped = sum(stat["frames_dropped"] for stat in stats)
        per_frame = 1000 * spent / max(1, rate * elapsed)
        start = [f"{rate:.2f}", f"{len(lines) / elapsed:.1f}", f"{per_frame:.1f}"]
        return [*start, str(dropped), f"{p50:.0f}", f"{p99:.0f}", f"{before / 1e6:.1f}", f"{after / 1e6:.1f}"]

    @contextmanager
    def mosquitto(self) -> Iterator[tuple[subprocess.Popen, int]]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        process = subprocess.Popen(["/usr/sbin/mosquitto", "-c", config], stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            yield process, port
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    # Parts

    def clip(self, name: str, size: str, *options: str) -> Path:
        path = self.folder / name
        if not path.exists():
            scale = ["-vf", f"scale={size.replace('x', ':')}"]
            command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", self.video, "-an", *scale, *options, path]
            subprocess.run(command, check=True)
        return path

    @contextmanager
    def cameras(self, size: str, count: int) -> Iterator[list[str]]:
        options = "-c:v libx264 -profile:v baseline -preset veryfast -g 25 -bf 0 -x264-params aud=1".split()
        clip = self.clip(f"{size}.h264", size, *options)
        server = subprocess.Popen([SERVER, "0", "25", f"/cam={clip}"], stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().split()[-1]
            yield [f"rtsp://127.0.0.1:{port}/cam"] * count
        finally:
            server.kill()
            server.wait()

    @contextmanager
    def daemon(self, cameras: list[str], top: str = "", defaults: str = "", workers: int = 1) -> Iterator[tuple]:
        config = self.folder / "bench.yaml"
        for old in self.folder.glob("*.records"):
            old.unlink()
        listed = "".join(f"  - {camera}\n" for camera in cameras)
        output = f"output: {{path: '{self.folder}/{{feed}}.records'}}\nlog: {{level: warning}}\n"
        config.write_text(f"{output}workers: {workers}\n{top}\ndefaults: {{{defaults}}}\ncameras:\n{listed}")
        process = subprocess.Popen([self.footpath, "run", "--config", config])
        try:
            yield process, lambda feed: self.folder / f"{feed}.records"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def wait(is_so, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"cameras: waited {seconds:.0f} s in vain")
        time.sleep(0.1)


def cpu_of(body) -> float:
    """CPU seconds, user and system, of the processes that end while `body` runs, with their children."""
    before = os.times()
    body()
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def pids(daemon: subprocess.Popen, kind: str) -> list[int]:
    if kind == "daemon":
        return [daemon.pid]
    parent, wanted = (daemon.pid, "footpath") if kind == "camera" else (os.getpid(), "rtsp-server")
    children = Path(f"/proc/{parent}/task").glob("*/children")
    found = {int(pid) for child in children for pid in text(child).split()}
    return [pid for pid in found if wanted in text(Path(f"/proc/{pid}/cmdline"))]


def cpu_seconds(processes: list[int]) -> float:
    return sum(ticks_of(Path(f"/proc/{pid}/stat")) for pid in processes) / TICKS


def ticks_of(stat: Path) -> int:
    fields = text(stat).rsplit(")", 1)[-1].split()
    return int(fields[11]) + int(fields[12])


def nice_of(stat: Path) -> int:
    return int(text(stat).rsplit(")", 1)[-1].split()[16])


def resident(pid: int) -> int:
    return int(text(Path(f"/proc/{pid}/statm")).split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
