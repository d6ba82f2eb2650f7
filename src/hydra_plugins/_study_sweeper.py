"""A study as a sweep: `experiments.studying` chooses the jobs, and the launcher does them.

Hydra imports every module here whose name has no underscore first. This one imports pandas.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pandas as pd
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from experiments.comparison import print_comparison
from experiments.configuration import CONTROL, STUDY, group_of, override, override_parser
from experiments.errors import ConfigError, StorageError
from experiments.processors import usable_processors
from experiments.recording import RESULTS, Record, read_record
from experiments.results import find_sweep, runs
from experiments.running import Job
from experiments.studying import (
    SEED,
    Cell,
    Opening,
    Result,
    Study,
    StudyJob,
    Terminal,
    check_size,
    conduct,
    count_opening,
    print_plan,
    publish,
)
from experiments.sweeping import Series, run_seconds
from experiments.terminal import stage
from hydra_plugins.parallel_launcher import ParallelLauncher

SCORE_TEST = "score_test"


def sweep_study(config: DictConfig, words: Sequence[str], launcher: ParallelLauncher) -> None:
    """Conduct the study of a configuration, and print its verdicts.

    ``words`` are the overrides of the command line; those that are not about the study hold for all
    of its runs. Raise ConfigError if they leave the study no choice.
    """
    study = Study.of(OmegaConf.to_container(config[STUDY], resolve=True))
    own = [word for word in words if group_of(word) != STUDY]
    _check_words(study, own)
    _check_control(config)
    terminal = Terminal(study, Console(highlight=False))
    name = f"{study.name} ({study.budget})"
    series = Series(
        _id(study, own), name=name, overrides=words, say=terminal.say, study=study.recorded
    )
    StudySweep(study, own, launcher, series, terminal).run()


class StudySweep:
    """A study that is conducted with a launcher, and recorded as a series of sweeps."""

    def __init__(
        self,
        study: Study,
        words: Sequence[str],
        launcher: ParallelLauncher,
        series: Series,
        terminal: Terminal,
    ) -> None:
        self.study = study
        self._fixed = [*study.fixed, *words]
        self._launcher = launcher
        self._series = series
        self._terminal = terminal
        self._done: set[str] = set()
        self._outputs = Path()
        self._openings = ""

    def run(self) -> None:
        """Do all stages, and print the verdicts."""
        with stage("Checking an arm of each block"):
            first = self._first_jobs()
        epochs = next(iter(first.values())).experiment.epochs
        check_size(self.study, epochs=epochs)
        if any(job.plan for job in first.values()):
            self._plan(first)
            return
        with self._series:
            outcome = conduct(
                self.study,
                self.do,
                epochs=epochs,
                runs=self.runs,
                count_opening=self._count_opening,
                show=self._terminal,
            )
            if outcome.confirmed is not None:
                self._series.write_record()  # it has none if all runs existed
                sweep = find_sweep(self._outputs, self._series.id)
                comparison = outcome.confirmed.comparison
                print_comparison(comparison, outcome.runs, sweep, advice=False)
                self._terminal.undecided(outcome.confirmed)
                self._terminal.say(self._openings)
            folder = self._series.folder
            if folder is not None:
                publish(self.study, outcome, folder / RESULTS, openings=self._openings)

    def do(self, jobs: Sequence[StudyJob], *, score_test: bool = False) -> list[Result]:
        """Do the jobs of a part of the study; return their results."""
        prepared = self._launcher.prepare(
            [self._words(each, score_test=score_test) for each in jobs],
            names=[each.name for each in jobs],
        )
        processes, lockstep = self._launcher.limits
        scoring = f"study {self.study.name}: scoring the test set"
        self._series.stage = scoring if score_test else self._terminal.stage
        self._series.do(
            prepared,
            tags=[each.tags for each in jobs],
            processes=processes,
            lockstep=lockstep,
            begin=self._launcher.begin,
        )
        self._outputs = prepared[0].outputs
        self._done |= {job.identity for job in prepared}
        return [Result.of(_record(job.folder)) for job in prepared]

    def runs(self) -> pd.DataFrame:
        """Return the frame of the runs that were done for the study so far."""
        frame = runs(self._outputs)
        return frame[frame["identity"].isin(list(self._done))].reset_index(drop=True)

    def _count_opening(self, identities: Sequence[str]) -> None:
        runs = self.runs()
        compared = runs[runs["identity"].isin(identities)]
        self._openings = openings_sentence(self.study, compared, self._outputs)

    def _words(self, job: StudyJob, *, score_test: bool) -> list[str]:
        return [*self._fixed, *job.words, override(SCORE_TEST, score_test)]

    def _first_jobs(self) -> dict[Cell, Job]:
        """Return a checked job of every arm in every block, at values that tuning may try."""
        cells = self.study.cells
        tuned = [axis.override(name, axis.second) for name, axis in self.study.tune.items()]
        overrides = [[*self._fixed, *cell.words, *tuned] for cell in cells]
        jobs = self._launcher.prepare(overrides, names=[cell.name for cell in cells])
        first = dict(zip(cells, jobs, strict=True))
        _check_different(first)
        if any(job.experiment.test_curve for job in jobs):
            raise ConfigError(
                "test_curve=true looks at the test set in each epoch; a study opens it once, at its"
                " end"
            )
        return first

    def _plan(self, first: dict[Cell, Job]) -> None:
        processes, _ = self._launcher.limits
        print_plan(
            self.study,
            self._terminal.console,
            epochs=next(iter(first.values())).experiment.epochs,
            seconds=dict(zip(first, run_seconds(list(first.values())), strict=True)),
            processes=min(processes, usable_processors()),
            may_end=any(job.experiment.schedule.may_end for job in first.values()),
        )


def openings_sentence(study: Study, compared: pd.DataFrame, outputs: Path) -> str:
    """Count this opening of the test set; return a sentence about the data opened most often.

    ``compared`` are the runs whose test set is opened.
    """
    number = max(
        count_opening(outputs, Opening(study.name, str(data), sorted(same["identity"])))
        for data, same in compared.groupby("data")
    )
    times = "once" if number == 1 else f"{number} times"
    return f"The study {study.name} has opened the test set of these data {times}."


def _check_different(first: dict[Cell, Job]) -> None:
    """Raise ConfigError if two cells are the same runs, because an option overrules the choice."""
    cells: dict[str, Cell] = {}
    for cell, job in first.items():
        same = cells.setdefault(job.identity, cell)
        if same is not cell:
            raise ConfigError(
                f"{same.name} and {cell.name} are the same runs: another option overrules this"
                " choice, or both have the same contents"
            )


def _record(folder: Path) -> Record:
    record = read_record(folder)
    if record is None:
        raise StorageError(f"{folder}: was deleted during the study; the same command repeats it")
    return record


def _id(study: Study, words: Sequence[str]) -> str:
    """Return the id of a study: the same study with the same overrides continues."""
    settings = [word for word in words if group_of(word) not in CONTROL]
    content = msgspec.json.encode([msgspec.to_builtins(study), sorted(settings)])
    return hashlib.sha256(content).hexdigest()[:16]


def _check_control(config: DictConfig) -> None:
    """Raise ConfigError for an option under which a study is not the function of its runs."""
    if config.rerun:
        raise ConfigError(
            "rerun=true: a study does each run once; move its outputs folder away to begin anew"
        )
    if config.stop_below:
        raise ConfigError("stop_below: the runs of a study are compared after their last epoch")


def _check_words(study: Study, words: Sequence[str]) -> None:
    """Raise ConfigError if an override has several values, or one that the study chooses."""
    chosen = {*study.arms, *study.blocks, *study.tune, SEED, SCORE_TEST}
    for word in words:
        parsed: Override = override_parser().parse_override(word)
        if parsed.is_sweep_override():
            raise ConfigError(f"{word}: a study chooses its own values; give one value")
        if parsed.key_or_group in chosen:
            raise ConfigError(f"{word}: the study {study.name} chooses it itself")
