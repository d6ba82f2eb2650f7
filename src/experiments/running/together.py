"""Several runs in one process: their networks are trained in lockstep, all else is per run."""

import itertools
import math
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from experiments.interruption import Interruption
from experiments.recording import Event
from experiments.running.job import Job
from experiments.running.run import HELD, run_parts
from experiments.training import Descent, descend

MOST_PARAMETERS, MOST_EXAMPLES = 40_000, 64
"""A network with more parameters, or more examples per mini-batch, is no faster in lockstep."""


def lockstep_kind(job: Job) -> Hashable:
    """Return the kind of a job: jobs of the same kind are faster in lockstep than one by one.

    They may differ in seed, optimizer, schedule, penalty and number of epochs. Return None for a
    job that is faster alone, as all with compiled code are, or whose activation or loss is not from
    `nn`: only these are known to compute the same bits for several networks at once.
    """
    experiment = job.experiment
    layers = itertools.pairwise(experiment.sizes)
    parameters = sum((n_in + 1) * n_out for n_in, n_out in layers)
    parts = (experiment.activation, experiment.loss)
    ours = all(type(part).__module__.partition(".")[0] == "nn" for part in parts)
    if experiment.backend != "numpy":
        return None
    if not ours or parameters > MOST_PARAMETERS or experiment.batch_size > MOST_EXAMPLES:
        return None
    sizes = tuple(experiment.sizes)
    return (repr(experiment.dataset), sizes, *parts, experiment.batch_size, experiment.dtype)


def lockstep_groups(jobs: Sequence[Job], *, processes: int, most: int) -> list[list[Job]]:
    """Return the jobs in groups of at most ``most``, one per process, so that all have work."""
    kinds: dict[Hashable, list[Job]] = {}
    for job in jobs:
        kind = lockstep_kind(job)
        kinds.setdefault(job.identity if kind is None else kind, []).append(job)
    most = min(most, math.ceil(len(jobs) / processes))
    return [group for alike in kinds.values() for group in _parts(alike, most, processes)]


def _parts(jobs: Sequence[Job], most: int, processes: int) -> Iterator[list[Job]]:
    """Yield ``most`` jobs at a time; if they are several times, the processes get equal shares."""
    n = math.ceil(len(jobs) / most)
    if n > 1:
        n = min(len(jobs), math.ceil(n / processes) * processes)
    size, larger = divmod(len(jobs), n)
    left = iter(jobs)
    for number in range(n):
        yield list(itertools.islice(left, size + (number < larger)))


@dataclass
class _Run:
    """A run that is under way: the rest of its parts, and the descent that it waits for."""

    job: Job
    parts: Generator[Event | Descent, None, None]
    descent: Descent | None = None
    held: bool = False
    ended: bool = False
    error: BaseException | None = field(default=None, repr=False)

    def advance(self, enter: Callable[[Job], object]) -> Iterator[Event]:
        """Yield events until the run needs a descent, ends, or would wait for another process."""
        self.descent, self.held = None, False
        try:
            enter(self.job)
            for part in self.parts:
                if isinstance(part, Descent):
                    self.descent = part
                    return
                yield part
                if part is HELD:
                    self.held = True
                    return
        except (Exception, KeyboardInterrupt) as error:
            self.error = error
        self.ended = True


def run_together(
    jobs: Sequence[Job], *, interruption: Interruption, enter: Callable[[Job], object]
) -> Iterator[tuple[Job, Event | BaseException]]:
    """Do runs in lockstep; yield their events, and the error that ends a run.

    An error ends only its own run. ``enter`` is called before each part of a run that is not
    shared. A run that another process does is waited for when all others have ended.
    """
    left = [_Run(job, run_parts(job, interruption=interruption)) for job in jobs]
    try:
        while left:
            able = [run for run in left if not run.held] or left[:1]
            for run in able:
                for event in run.advance(enter):
                    yield run.job, event
                if run.error is not None:
                    yield run.job, run.error
            _descend([run.descent for run in able if run.descent], interruption)
            left = [run for run in left if not run.ended]
    finally:
        for run in left:
            run.parts.close()  # which records its end


def _descend(descents: Sequence[Descent], interruption: Interruption) -> None:
    """Do descents, those of the same kind in lockstep."""
    kinds: dict[Hashable, list[Descent]] = {}
    for each in descents:
        kinds.setdefault(each.kind, []).append(each)
    for alike in kinds.values():
        descend(alike, stop=interruption.requested)
