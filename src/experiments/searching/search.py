"""A search: its trials, kept by Optuna in a file, asked and told in a fixed order."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import optuna
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, TrialState

from experiments.configuration import override
from experiments.errors import DataError
from experiments.recording import SEARCHES_FOLDER, Status
from experiments.searching.options import Options
from experiments.searching.pruning import accuracies_to_reach
from experiments.searching.space import Part
from experiments.terminal import RunSummary

OVERRIDES = "overrides"
"""The attribute of a trial in Optuna with the overrides of its dimensions, set after all."""
JOURNAL = "optuna.log"
LOCK = "lock"


@dataclass(frozen=True)
class Trial:
    """A trial: its number, counted from 0, its values, and all overrides of its run."""

    number: int
    values: Sequence[str]
    overrides: Sequence[str]


def search_id(identities: Sequence[str], parts: Sequence[Part], options: Options) -> str:
    """Return the id of a search: a hash of its space, of its sampler, and of what its runs compute.

    ``identities`` are those of its probes. The number of trials is no part of it.
    """
    space = [repr(each) for each in parts if not isinstance(each, str)]
    sampler = [options.seed, options.sampler, options.pruning]
    text = json.dumps([list(identities), space, sampler])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def search_folder(outputs: Path, search: str) -> Path:
    """Return the folder of a search."""
    return outputs / SEARCHES_FOLDER / search


class Search:
    """The trials of a search. The same search, opened again, continues with its trials.

    Trials are told in the order of their numbers, and a trial is asked when all trials of earlier
    batches have been told. Each value of a trial is drawn with a seed of its own. So the trials do
    not depend on where the search was stopped.
    """

    def __init__(
        self,
        storage: optuna.storages.BaseStorage,
        search: str,
        parts: Sequence[Part],
        options: Options,
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            storage=storage, study_name=search, direction="maximize", load_if_exists=True
        )
        self._parts = parts
        self._dimensions = [each for each in parts if not isinstance(each, str)]
        self._options = options

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path | None, search: str, parts: Sequence[Part], options: Options
    ) -> Iterator["Search"]:
        """Open the study in a folder, while no other process has it; in memory without a folder.

        Raise DataError if its file is damaged.
        """
        if folder is None:
            yield cls(optuna.storages.InMemoryStorage(), search, parts, options)
            return
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as lock:
            _lock(lock.fileno())
            path = folder / JOURNAL
            _cut_incomplete_line(path)
            try:
                backend = JournalFileBackend(str(path), _Held(str(path)))
                study = cls(optuna.storages.JournalStorage(backend), search, parts, options)
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(
                    f"{path}: is damaged ({error}); delete the folder {folder.name}: the search"
                    " starts again, and trains no finished run again"
                ) from None
            yield study

    @property
    def trials(self) -> list[FrozenTrial]:
        """The trials of Optuna, by number."""
        return self._study.get_trials(deepcopy=False)

    def next_batch(self, size: int) -> list[Trial]:
        """Return the next trials to do, those under way before new ones; none if all are done.

        A batch ends at a multiple of ``size``, wherever the search was stopped. With pruning, its
        trials are compared with those of earlier batches.
        """
        trials = self.trials
        done = sum(each.state.is_finished() for each in trials)
        start = done - done % size
        end = min(start + size, self._options.n_trials)
        for number in range(done, end):
            if number >= len(trials):
                self._study.ask()
            self._complete(self.trials[number])
        least = accuracies_to_reach(trials[:start]) if self._options.pruning else []
        words = [override("stop_below", least)] if least else []
        batch = map(self.trial, self.trials[done:end])
        return [replace(each, overrides=[*each.overrides, *words]) for each in batch]

    def trial(self, kept: FrozenTrial) -> Trial:
        """Return a trial that Optuna has kept, with the other overrides of this command."""
        values: list[str] = kept.user_attrs[OVERRIDES]
        left = iter(values)
        words = [each if isinstance(each, str) else next(left) for each in self._parts]
        return Trial(kept.number, values, words)

    def _complete(self, trial: FrozenTrial) -> None:
        """Draw the values of a trial that have not been drawn yet."""
        if OVERRIDES in trial.user_attrs:
            return
        self._study.sampler = self._sampler(trial.number, 0)
        drawn = optuna.Trial(self._study, trial._trial_id)
        values = []
        for place, dimension in enumerate(self._dimensions, 1):
            self._study.sampler = self._sampler(trial.number, place)
            values.append(dimension.suggest(drawn))
        drawn.set_user_attr(OVERRIDES, values)

    def _sampler(self, number: int, place: int) -> optuna.samplers.BaseSampler:
        """Return the sampler of one value of a trial; ``place`` 0 draws values together."""
        source = np.random.SeedSequence(self._options.seed, spawn_key=(number, place))
        seed = int(source.generate_state(1)[0])
        if self._options.sampler == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        return optuna.samplers.TPESampler(seed=seed)

    def tell(self, number: int, run: RunSummary) -> None:
        """Tell the result of a trial, the accuracy on the validation set; 0 if it diverged.

        A run that did not finish was stopped early: the launcher raises all other reasons.
        """
        kept = self.trials[number]
        told = optuna.Trial(self._study, kept._trial_id)
        for epoch, accuracy in enumerate(run.validation_accuracies, 1):
            if epoch not in kept.intermediate_values:
                told.report(accuracy, epoch)
        if run.status is Status.INTERRUPTED:
            self._study.tell(number, state=TrialState.PRUNED)
        else:
            diverged = run.status is Status.DIVERGED
            self._study.tell(number, 0.0 if diverged else run.validation_accuracy)


class _Held(JournalFileOpenLock):
    """The lock of Optuna's file: this process has the study for itself already."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass


def _lock(file: int) -> None:
    """Lock a file. While another process has it, wait."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("another process is doing this search; waiting for it", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)


def _cut_incomplete_line(path: Path) -> None:
    """Remove an incomplete last line, which a crash can leave; Optuna would append to it."""
    if not path.exists():
        return
    contents = path.read_bytes()
    complete = contents.rfind(b"\n") + 1
    if complete < len(contents):
        os.truncate(path, complete)
