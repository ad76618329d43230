"""A discrete-event simulation of machines that do a plan's pieces, with failures, stragglers, preemption, a scheduler that starts so many
a second, and a file system that moves so many bytes a second. The same arguments and seed give the same result.

What is taken for granted: failures, kills and preemptions are Poisson processes; an interrupted piece is done again from its beginning, the
pieces that its process did before aren't; where more is asked of the file system than it gives, all pieces are slowed alike.
"""

import heapq
import itertools
import math
import random
from collections import deque
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Piece:
    """Seconds on one core of a usual machine: `seconds` of its own part, `overlap` of what another piece looks at, too. Bytes that are read
    and written."""

    seconds: float
    overlap: float = 0
    moved: float = 0

    @property
    def work(self) -> float:
        return self.seconds + self.overlap


Task = tuple[Piece, ...]  # what one process does, one piece after another


@dataclass(frozen=True)
class Cluster:
    """Times in seconds; a rate of infinity is no limit, a mean time of infinity is never."""

    machines: int
    cores: int = 1  # of each machine, and pieces at a time
    start_up: float = 0  # from the start of a process until its networks are loaded
    start_rate: float = math.inf  # processes that the scheduler starts, a second
    requeue: float = 0  # from an interruption until the task may start again
    failure: float = math.inf  # mean time until a machine is lost, with what runs on it
    repair: float = 0  # until it is back
    detection: float = 0  # until the scheduler knows that it was lost
    kill: float = math.inf  # mean time until a process is killed, of a busy core
    preemption: float = math.inf  # mean time until somebody else takes a machine
    preempted: float = 0  # how long they keep it
    slow_share: float = 0  # of the machines
    slow: float = 1  # how many times longer they take
    bandwidth: float = math.inf  # bytes a second, of all together


@dataclass
class Result:
    """Core-seconds but for `makespan` (seconds) and the counts."""

    makespan: float = 0
    useful: float = 0  # the pieces' own parts, as a usual machine does them
    overlap: float = 0
    start_up: float = 0
    slow: float = 0  # more than on a usual machine
    reading: float = 0  # waiting for the file system
    lost: float = 0  # work that was interrupted
    away: float = 0  # lost or taken machines
    idle: float = 0
    busy: float = 0  # by the clock: useful + overlap + start_up + slow + reading + lost
    pieces: int = 0
    starts: int = 0
    interruptions: int = 0

    def share(self, cores: int) -> dict[str, float]:
        """Parts of all the core-seconds there were."""
        total = cores * self.makespan
        return {field.name: getattr(self, field.name) / total for field in fields(self)[1:9]}


class Attempt:
    """A process at work on a task."""

    __slots__ = ("alive", "began", "computing", "machine", "place", "slowness", "task", "tenure")

    def __init__(self, task: Task, machine: int, tenure: int, slowness: float) -> None:
        self.task, self.machine, self.tenure, self.slowness = task, machine, tenure, slowness
        self.place = 0  # of the piece at work
        self.began = 0.0  # the piece, or the process while it starts
        self.computing = False
        self.alive = True

    @property
    def demand(self) -> float:
        piece = self.task[self.place]
        return piece.moved / (piece.work * self.slowness) if piece.work else 0.0


class Simulation:
    """Real time for what happens to machines, and `work_time`, which passes slower where the file system can't keep up: in it every piece
    takes what it takes."""

    def __init__(self, tasks: list[Task], cluster: Cluster, seed: int = 0) -> None:
        self.cluster, self.random, self.result = cluster, random.Random(seed), Result()
        self.now = self.work_time = self.demand = self.next_start = 0.0
        self.computing = self.running_count = self.away_count = 0
        self.order = itertools.count()
        self.events: list[tuple] = []
        self.ends: list[tuple[float, int, Attempt]] = []
        self.queue = deque(task for task in tasks if task)
        self.left = sum(map(len, tasks))
        self.tenures = [0] * cluster.machines  # counts how often the scheduler has had the machine
        self.is_away = [False] * cluster.machines
        self.running: list[dict[Attempt, None]] = [{} for _ in range(cluster.machines)]  # in the order of their starts
        slow = self.random.sample(range(cluster.machines), round(cluster.slow_share * cluster.machines))
        self.slowness = [1.0] * cluster.machines
        for machine in slow:
            self.slowness[machine] = cluster.slow
        self.free = deque((machine, 0) for _ in range(cluster.cores) for machine in range(cluster.machines))

    def run(self) -> Result:
        cluster = self.cluster
        cores = cluster.machines * cluster.cores
        self.rates = {
            self.fail: cluster.failure / cluster.machines,
            self.kill: cluster.kill / cores,
            self.preempt: cluster.preemption / cluster.machines,
        }
        for happening in self.rates:
            self.await_next(happening)
        self.dispatch()
        while self.left:
            speed = min(1.0, cluster.bandwidth / self.demand) if self.demand > 0 else 1.0
            end = self.now + (self.ends[0][0] - self.work_time) / speed if self.ends else math.inf
            event = self.events[0][0] if self.events else math.inf
            self.advance(min(end, event), speed)
            if end <= event:
                self.end_piece(heapq.heappop(self.ends)[2])
            else:
                _, _, action, *arguments = heapq.heappop(self.events)
                action(*arguments)
            self.dispatch()
        self.result.makespan = self.now
        self.result.idle = cores * self.now - self.result.busy - self.result.away
        return self.result

    def advance(self, time: float, speed: float) -> None:
        passed = time - self.now
        self.now, self.work_time = time, self.work_time + passed * speed
        self.result.busy += passed * self.running_count
        self.result.away += passed * self.away_count

    def at(self, time: float, action, *arguments) -> None:
        heapq.heappush(self.events, (time, next(self.order), action, *arguments))

    def await_next(self, happening) -> None:
        if self.rates[happening] < math.inf:
            self.at(self.now + self.random.expovariate(1 / self.rates[happening]), happening)

    # The scheduler.

    def dispatch(self) -> None:
        while self.queue and self.free:
            machine, tenure = self.free.popleft()
            if tenure != self.tenures[machine] or self.is_away[machine]:
                continue
            start = max(self.now, self.next_start)
            self.next_start = start + 1 / self.cluster.start_rate
            self.at(start, self.start, Attempt(self.queue.popleft(), machine, tenure, self.slowness[machine]))

    def start(self, attempt: Attempt) -> None:
        if attempt.tenure != self.tenures[attempt.machine]:
            self.queue.appendleft(attempt.task)
            return
        self.result.starts += 1
        self.running_count += 1
        self.running[attempt.machine][attempt] = None
        attempt.began = self.now
        self.at(self.now + self.cluster.start_up, self.started, attempt)

    def started(self, attempt: Attempt) -> None:
        if attempt.alive:
            self.result.start_up += self.now - attempt.began
            self.begin_piece(attempt)

    # A process.

    def begin_piece(self, attempt: Attempt) -> None:
        attempt.began, attempt.computing = self.now, True
        self.demand += attempt.demand
        self.computing += 1
        work = attempt.task[attempt.place].work * attempt.slowness
        heapq.heappush(self.ends, (self.work_time + work, next(self.order), attempt))

    def stop_computing(self, attempt: Attempt) -> None:
        attempt.computing = False
        self.computing -= 1
        self.demand = self.demand - attempt.demand if self.computing else 0.0

    def end_piece(self, attempt: Attempt) -> None:
        if not attempt.alive:
            return
        self.stop_computing(attempt)
        piece = attempt.task[attempt.place]
        self.result.useful += piece.seconds
        self.result.overlap += piece.overlap
        self.result.slow += piece.work * (attempt.slowness - 1)
        self.result.reading += self.now - attempt.began - piece.work * attempt.slowness
        self.result.pieces += 1
        self.left -= 1
        attempt.place += 1
        if attempt.place < len(attempt.task):
            self.begin_piece(attempt)
        else:
            self.leave(attempt)
            self.free.append((attempt.machine, attempt.tenure))

    def leave(self, attempt: Attempt) -> None:
        attempt.alive = False
        self.running_count -= 1
        del self.running[attempt.machine][attempt]

    def interrupt(self, attempt: Attempt, again: float) -> None:
        self.result.lost += self.now - attempt.began
        self.result.interruptions += 1
        if attempt.computing:
            self.stop_computing(attempt)
        self.leave(attempt)
        self.at(self.now + again, self.queue.appendleft, attempt.task[attempt.place :])

    # What happens to machines and processes: to one of them, whichever it is.

    def fail(self) -> None:
        self.await_next(self.fail)
        self.take(self.cluster.detection, self.cluster.repair)

    def preempt(self) -> None:
        self.await_next(self.preempt)
        self.take(self.cluster.requeue, self.cluster.preempted)

    def take(self, again: float, until: float) -> None:
        machine = self.random.randrange(self.cluster.machines)
        if self.is_away[machine]:
            return
        for attempt in list(self.running[machine]):
            self.interrupt(attempt, again)
        self.is_away[machine] = True
        self.tenures[machine] += 1
        self.away_count += self.cluster.cores
        self.at(self.now + until, self.give_back, machine)

    def give_back(self, machine: int) -> None:
        self.is_away[machine] = False
        self.away_count -= self.cluster.cores
        self.free.extend((machine, self.tenures[machine]) for _ in range(self.cluster.cores))

    def kill(self) -> None:
        self.await_next(self.kill)
        machine, core = self.random.randrange(self.cluster.machines), self.random.randrange(self.cluster.cores)
        attempts = list(self.running[machine])
        if core < len(attempts):
            attempt = attempts[core]
            self.interrupt(attempt, self.cluster.requeue)
            self.free.append((machine, attempt.tenure))


def simulate(tasks: list[Task], cluster: Cluster, seed: int = 0) -> Result:
    return Simulation(tasks, cluster, seed).run()
