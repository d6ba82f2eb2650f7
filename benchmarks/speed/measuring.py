"""Measuring one workload: contenders and probes take turns; the results are plain numbers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, stdev

import numpy as np

from benchmarks.speed.contender import Contender
from benchmarks.speed.contenders import COMPARISONS, CONTENDERS
from benchmarks.speed.probes import Probes, peak
from benchmarks.speed.workloads import Workload
from experiments.examples import Split
from nn import Adam, Loss, QuadraticCost
from nn.arrays import Array

SAME_ACCURACY = 0.02
"""A difference of the final accuracies on the training data that is allowed in any case."""
SEED_NOISE = 3.0
"""The difference that is allowed, in standard deviations of the accuracies of our own seeds."""


@dataclass(frozen=True)
class Timing:
    """One contender on one workload.

    ``seconds`` has the seconds of each epoch that counts, for one network: the time of all
    divided by ``runs``. ``costs`` and ``accuracies`` are those of each network on the training
    images at the end.
    """

    contender: str
    runs: int
    compile_seconds: float | None
    first_seconds: float
    seconds: tuple[float, ...]
    costs: tuple[float, ...]
    accuracies: tuple[float, ...]


@dataclass(frozen=True)
class Ratio:
    """Our seconds divided by theirs in each round; the median may be at most ``limit``."""

    ours: str
    theirs: str
    values: tuple[float, ...]
    limit: float | None

    @property
    def met(self) -> bool:
        """True if the median is within the limit."""
        return self.limit is None or median(self.values) <= self.limit


@dataclass(frozen=True)
class Bounds:
    """What our seconds consist of; the tuples have a value per round.

    ``peak`` is in floating-point operations per second, ``fraction`` the part of it that an epoch
    of ours reaches. ``batch_seconds`` and ``update_seconds`` are per step. Adam must read and write
    at least ``least_update_bytes`` per step: the gradient once; parameters and both moments twice.
    """

    steps: int
    step_flops: int
    parameters: int
    peak: tuple[float, ...]
    fraction: tuple[float, ...]
    batch_seconds: tuple[float, ...]
    update_seconds: tuple[float, ...]
    update_bytes: int | None
    least_update_bytes: int | None


@dataclass(frozen=True)
class Measurement:
    """Everything that was measured on one workload with ``images`` images per epoch.

    ``learns`` is that of the workload.
    """

    workload: str
    network: str
    images: int
    batch_size: int
    learns: bool
    timings: tuple[Timing, ...]
    ratios: tuple[Ratio, ...]
    bounds: Bounds

    def timing(self, contender: str) -> Timing:
        """Return the timing of a contender."""
        return next(each for each in self.timings if each.contender == contender)

    @property
    def allowed(self) -> float:
        """The largest difference of accuracies that the seeds explain: short trainings differ more.

        A contender of ours has several seeds.
        """
        noise = max(stdev(each.accuracies) for each in self.timings if each.runs > 1)
        return max(SAME_ACCURACY, SEED_NOISE * noise)

    def same_accuracy(self, timing: Timing) -> bool:
        """Return whether all networks of a contender are as accurate as that of the first.

        It is true, too, if the network learns too slowly for a comparison.
        """
        reference = self.timings[0].accuracies[0]
        return not self.learns or all(
            abs(each - reference) <= self.allowed for each in timing.accuracies
        )

    @property
    def failures(self) -> list[str]:
        """Sentences about ratios above their limits and accuracies that differ."""
        ratios = [
            f"{self.workload}: {each.ours}/{each.theirs} is {median(each.values):.2f},"
            f" above its limit {each.limit}"
            for each in self.ratios
            if not each.met
        ]
        reference = self.timings[0]
        accuracies = [
            f"{self.workload}: the accuracy of {each.contender} is"
            f" {', '.join(f'{a:.3f}' for a in each.accuracies)}, not"
            f" {reference.accuracies[0]:.3f} as that of {reference.contender}"
            for each in self.timings
            if not self.same_accuracy(each)
        ]
        return ratios + accuracies


def measure(workload: Workload, data: Split, rounds: int) -> Measurement:
    """Train all contenders for one epoch that does not count, and for ``rounds`` that do."""
    contenders = [each(workload, data) for each in CONTENDERS]
    probes = Probes(workload, data)
    first = [each.epoch() for each in contenders]
    turns = [
        (epochs(contenders, turn), (peak(), probes.batches(), probes.update()))
        for turn in range(rounds)
    ]
    seconds = list(zip(*(each for each, _ in turns), strict=True))
    timings = [
        timing(each, workload.loss, data, before / each.runs, counted)
        for each, before, counted in zip(contenders, first, seconds, strict=True)
    ]
    by_name = {each.contender: each.seconds for each in timings}
    peaks, batches, updates = zip(*(each for _, each in turns), strict=True)
    steps, flops = -(-len(data) // workload.batch_size), workload.flops(len(data))
    adam = isinstance(workload.optimizer, Adam)
    return Measurement(
        workload=str(workload),
        network=workload.network,
        images=len(data),
        batch_size=workload.batch_size,
        learns=workload.learns,
        timings=tuple(timings),
        ratios=tuple(
            Ratio(
                each.ours.NAME,
                each.theirs.NAME,
                quotients(by_name[each.ours.NAME], by_name[each.theirs.NAME]),
                each.limit(workload),
            )
            for each in COMPARISONS
        ),
        bounds=Bounds(
            steps=steps,
            step_flops=workload.flops(workload.batch_size),
            parameters=workload.parameters,
            peak=peaks,
            fraction=quotients([flops / each for each in timings[0].seconds], peaks),
            batch_seconds=tuple(each / steps for each in batches),
            update_seconds=updates,
            update_bytes=probes.update_bytes() if adam else None,
            least_update_bytes=7 * 4 * workload.parameters if adam else None,
        ),
    )


def epochs(contenders: Sequence[Contender], turn: int) -> list[float]:
    """Return the seconds of an epoch of each contender, for one network.

    Each turn has an order of its own, so that none always follows the same one.
    """
    order = random.Random(turn).sample(range(len(contenders)), len(contenders))  # noqa: S311
    seconds = {i: contenders[i].epoch() / contenders[i].runs for i in order}
    return [seconds[i] for i in range(len(contenders))]


def timing(
    contender: Contender, loss: Loss, data: Split, first: float, seconds: tuple[float, ...]
) -> Timing:
    """Return the seconds of a contender with what it has learned in them."""
    scores = [learned(each, loss, data) for each in contender.predict(data.images)]
    costs, accuracies = zip(*scores, strict=True)
    return Timing(
        contender=contender.NAME,
        runs=contender.runs,
        compile_seconds=contender.compile_seconds,
        first_seconds=first,
        seconds=seconds,
        costs=costs,
        accuracies=accuracies,
    )


def learned(a: Array, loss: Loss, data: Split) -> tuple[float, float]:
    """Return the mean cost and the accuracy of output activations ``a [n, classes]``."""
    if isinstance(loss, QuadraticCost):
        cost = 0.5 * float(np.mean(np.sum((a - data.targets) ** 2, axis=1)))
    else:
        likelihoods = np.maximum(a[np.arange(len(a)), data.labels], np.finfo(np.float32).tiny)
        cost = -float(np.mean(np.log(likelihoods)))
    return cost, float(np.mean(a.argmax(axis=1) == data.labels))


def quotients(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Return the ratio of each pair."""
    return tuple(a / b for a, b in zip(ours, theirs, strict=True))
