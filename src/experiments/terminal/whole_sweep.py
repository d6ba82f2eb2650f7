"""The line of a whole sweep: how many runs are done, and about how long the others take."""

import statistics
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from experiments.recording import End, Epoch, Event, Resume, Start, Status
from experiments.terminal.style import duration

RECENT = 15
"""A pace is the median of so many measured epochs."""
MOST_OF_AN_EPOCH = 0.95
"""An epoch that takes longer than expected counts as done to this part, until it ends."""
ENOUGH = 5
"""So many runs have to end before it is said how many do in a minute."""
PARTS = 10
"""In a file, the line comes whenever another tenth of the runs has ended."""


@dataclass(frozen=True)
class Expected:
    """A run that a sweep has to do: ``epochs`` in total, of which ``complete`` are recorded.

    Runs of the same ``kind`` take about the same time for an epoch. With ``may_end`` a schedule may
    end the run before it has all its epochs.
    """

    identity: str
    kind: Hashable
    epochs: int
    complete: int = 0
    may_end: bool = False


@dataclass
class _Running:
    """A run that has begun. ``together`` is the number of runs that its process trains."""

    expected: Expected
    together: int
    complete: int
    since: float  # when the current epoch began, on the clock of the sweep
    elapsed: float | None = None  # at the end of the last epoch, on the clock of the run


class WholeSweep:
    """The progress of a sweep, from the events of its runs and from the time.

    ``runs`` are those to do, ``settled`` is the number of the others. The processors do ``at_once``
    of the ``processes`` at the same time. If these are the runs of one part of a study or a search,
    ``stage`` says where in the whole they are. The pace of a kind of run is the processor seconds
    of an epoch, measured in other epochs or guessed.
    """

    def __init__(
        self,
        runs: Sequence[Expected],
        *,
        settled: int,
        processes: int,
        at_once: int,
        stage: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stage = stage
        self._total = settled + len(runs)
        self._queued = {each.identity: each for each in runs}
        self._running: dict[str, _Running] = {}
        self._epochs_queued: Counter[Hashable] = Counter()
        self._examples: dict[Hashable, str] = {}  # a run of each kind
        for each in runs:
            self._epochs_queued[each.kind] += each.epochs - each.complete
            self._examples.setdefault(each.kind, each.identity)
        self._unfinished = 0
        self._crowd = processes / min(processes, at_once)  # processes that share a processor
        self._at_once = min(processes, at_once)
        self._clock = clock
        self._guesses: dict[Hashable, float | None] = {}
        self._first: defaultdict[Hashable, deque[float]] = defaultdict(_recent)
        self._later: defaultdict[Hashable, deque[float]] = defaultdict(_recent)
        self._ends: deque[float] = _recent()
        self._said = self._part

    def unknown(self) -> str | None:
        """Return the identity of a run about whose kind nothing is known; None if there is none."""
        known = self._guesses.keys() | self._first.keys() | self._later.keys()
        return next((self._examples[kind] for kind in self._examples if kind not in known), None)

    def guess(self, kind: Hashable, pace: float | None) -> None:
        """Take an estimate of the pace of a kind of run; None if it cannot be estimated."""
        self._guesses[kind] = pace

    def begin(self, groups: Sequence[Sequence[str]]) -> None:
        """Take the identities of the runs that each process does now."""
        for group in groups:
            for identity in group:
                run = self._queued.pop(identity, None)
                if run is not None:
                    self._epochs_queued[run.kind] -= run.epochs - run.complete
                    now = self._clock()
                    self._running[identity] = _Running(run, len(group), run.complete, now)

    def show(self, identity: str, event: Event) -> None:
        """Take an event of a run. A run that has ended is ignored."""
        self.begin([[identity]])
        run = self._running.get(identity)
        if run is None:
            return
        if isinstance(event, Start | Resume):
            run.complete = event.epoch if isinstance(event, Resume) else 0
            run.since = self._clock()
        elif isinstance(event, Epoch):
            self._measure(run, event)
            run.complete, run.elapsed, run.since = event.epoch, event.elapsed, self._clock()
        elif isinstance(event, End):
            stopped = event.status is Status.INTERRUPTED and not event.early
            self._ends.append(self._clock())
            self._unfinished += event.status is Status.FAILED or stopped
            del self._running[identity]

    def seconds_per_epoch(self, identity: str) -> float | None:
        """Return the seconds that an epoch of a running run takes; None while that is unknown."""
        run = self._running.get(identity)
        pace = None if run is None else self._pace(run.expected.kind)
        return None if run is None or pace is None else pace * self._waiting(run)

    def seconds_left(self) -> float | None:
        """Return the seconds until all runs have ended; None while nothing is known about them.

        A kind of run of which nothing is known has the median pace of the others.
        """
        paces = {kind: self._pace(kind) for kind in self._examples}
        known = [pace for pace in paces.values() if pace is not None]
        if not known:
            return None
        usual = statistics.median(known)
        pace_of = {kind: usual if pace is None else pace for kind, pace in paces.items()}
        work = sum(n * pace_of[kind] for kind, n in self._epochs_queued.items())
        longest = 0.0
        for run in self._running.values():
            pace = pace_of[run.expected.kind]
            epochs = self._epochs_left(run, pace)
            work += epochs * pace
            longest = max(longest, epochs * pace * self._waiting(run))
        return max(work / self._at_once, longest)

    def runs_per_minute(self) -> float | None:
        """Return how many of the last runs ended in a minute; None if they are too few to tell."""
        if len(self._ends) < ENOUGH or self._ends[-1] == self._ends[0]:
            return None
        return 60 * (len(self._ends) - 1) / (self._ends[-1] - self._ends[0])

    def lines(self) -> list[str]:
        """Return the lines about the whole: where it is, if that is known, and its runs."""
        return [*filter(None, [self._stage]), self.line()]

    def line(self) -> str:
        """Return the line: runs that are done, running and queued, and the time that is left."""
        what = "these runs" if self._stage else "sweep"
        parts = [f"{what}: {self._ended - self._unfinished} of {self._total} done"]
        if self._unfinished:
            parts.append(f"{self._unfinished} unfinished")
        if self._left:
            parts += [f"{len(self._running)} running", f"{len(self._queued)} queued"]
            rate = self.runs_per_minute()
            parts += [] if rate is None else [f"{rate:.{0 if rate >= 10 else 1}f} per minute"]
            seconds = self.seconds_left()
            parts += [] if seconds is None else [f"{self._about} {duration(seconds)} left"]
        return ", ".join(parts)

    def milestone(self) -> bool:
        """Return whether another tenth of the runs has ended since the last call, but not all."""
        before, self._said = self._said, self._part
        return self._said > before and self._left > 0

    @property
    def _about(self) -> str:
        """The word before the time that is left, which is the longest if a run may end earlier."""
        left = [*self._queued.values(), *(run.expected for run in self._running.values())]
        return "up to" if any(each.may_end for each in left) else "about"

    @property
    def _left(self) -> int:
        return len(self._queued) + len(self._running)

    @property
    def _ended(self) -> int:
        return self._total - self._left

    @property
    def _part(self) -> int:
        return PARTS * self._ended // max(1, self._total)

    def _measure(self, run: _Running, event: Epoch) -> None:
        """Take the pace of a run from an epoch that has ended.

        The first epoch of a run includes its start, as the last one does if it is the only one.
        """
        kind, waiting = run.expected.kind, self._waiting(run)
        if run.elapsed is not None:
            self._later[kind].append((event.elapsed - run.elapsed) / waiting)
        elif event.epoch == 1:
            measured = self._first if run.expected.epochs > 1 else self._later
            measured[kind].append(event.elapsed / waiting)

    def _pace(self, kind: Hashable) -> float | None:
        """Return the pace of a kind of run. First epochs count if nothing else is known."""
        if kind in self._later:
            return statistics.median(self._later[kind])
        guess = self._guesses.get(kind)
        if guess is None and kind in self._first:
            return statistics.median(self._first[kind])
        return guess

    def _waiting(self, run: _Running) -> float:
        """Return how many seconds one waits for a processor second of a run."""
        return run.together * self._crowd

    def _epochs_left(self, run: _Running, pace: float) -> float:
        """Return the epochs that are left, without the part of the current one that is done."""
        left = run.expected.epochs - run.complete
        seconds = pace * self._waiting(run)
        part = (self._clock() - run.since) / seconds if seconds else 0.0
        return left - min(part, MOST_OF_AN_EPOCH) if left else 0.0


def _recent() -> "deque[float]":
    return deque(maxlen=RECENT)
