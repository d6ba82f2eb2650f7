"""Conduct a replication: do the runs of a preset that are not done yet, and measure its numbers."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.configuration import (
    REPLICATE,
    Preset,
    choosable,
    compose,
    group_of,
    load_presets,
    override,
    run_command,
)
from experiments.errors import ConfigError, UserError
from experiments.processors import usable_processors
from experiments.recording import Status
from experiments.replicating.examinations import examined
from experiments.replicating.hypotheses import Hypothesis, hypotheses
from experiments.replicating.measures import measure, measure_neurons, of_experiment
from experiments.replicating.neuron_sentences import neuron_sentences
from experiments.replicating.replicas import Replica, replicas
from experiments.replicating.run_figures import Trained
from experiments.replicating.table import HARMLESS
from experiments.results import recorded
from experiments.running import Job
from experiments.sweeping import Series, plan

UNTRACKED = "tracking=none"
"""The runs are not copied to MLflow, unless the command says so: some have 15,000 epochs."""


def known_presets(config_dir: Path | None = None) -> dict[str, Preset]:
    """Return all presets by name: those in ``config_dir``, a folder of the user, and of conf/."""
    own = [] if config_dir is None else choosable(REPLICATE, config_dir)
    return load_presets([*own, *choosable(REPLICATE)], config_dir)


def chosen_presets(
    names: Sequence[str],
    known: Mapping[str, Preset],
    *,
    quick: bool,
    config_dir: Path | None = None,
) -> dict[str, Preset]:
    """Return the presets of these names among the ``known`` ones, only quick ones if ``quick``.

    The name of a folder, such as `nielsen`, stands for all of its presets. By default they are all
    of conf/, or all of ``config_dir``. Raise ConfigError, which names the presets, if one does not
    exist, or if ``quick`` leaves none of the names.
    """
    own = [] if config_dir is None else choosable(REPLICATE, config_dir)
    named = [each for name in names for each in _named(name, list(known))]
    found = {name: known[name] for name in named or own or known}
    if not quick:
        return found
    if named and not any(each.quick for each in found.values()):
        raise ConfigError(f"--quick: {', '.join(names)}: no quick preset is among them")
    return {name: each for name, each in found.items() if each.quick}


def _named(name: str, known: Sequence[str]) -> list[str]:
    """Return the preset of a name, or all of a folder's."""
    found = [each for each in known if each == name or each.startswith(f"{name.rstrip('/')}/")]
    if not found:
        raise ConfigError(f"{name}: no such preset; there are {', '.join(known)}")
    return found


def with_tracking(own: Sequence[str]) -> list[str]:
    """Return the overrides of all runs: untracked if they do not choose a tracking."""
    tracked = any(group_of(word) == "tracking" for word in own)
    return list(own) if tracked else [UNTRACKED, *own]


@dataclass(frozen=True)
class Outcome:
    """The numbers of a preset, measured in our runs, and the verdicts about its sentences.

    ``trained`` are the runs, None of a preset that trains no networks.
    """

    measured: pd.DataFrame
    hypotheses: list[Hypothesis]
    trained: Trained | None = None

    @property
    def all_done(self) -> bool:
        """Whether all runs have finished."""
        if self.trained is None:
            return True
        finished = self.trained.runs["status"] == Status.FINISHED.value
        return int(finished.sum()) == len(self.trained.settings)


def conduct(
    name: str,
    replicated: Preset,
    seeds: Sequence[int],
    own: Sequence[str],
    *,
    say: Callable[[str], None],
    train: bool = True,
) -> Outcome | float | None:
    """Do the runs of a preset that are not done, and return what all of them say.

    ``own`` are the other overrides of all runs. With `plan=true` among them print what would be
    done, and return the seconds that it would take. A run that fails is a line, and its numbers are
    missing. So are those of runs that are not done if ``train`` is false. Return None if none of
    the runs is recorded.
    """
    if not replicated.trains:
        if compose(own).plan:
            return 0.0
        if vain := [word for word in of_experiment(own) if group_of(word) not in HARMLESS]:
            say(f"{name} trains no network: {' '.join(vain)} changes nothing there")
        return Outcome(measure_neurons(name, replicated), neuron_sentences(replicated))
    found = replicas(name, replicated, seeds, own)
    jobs = [replica.job for replica in found]
    launcher = compose().hydra.launcher
    processes = launcher.processes or usable_processors()
    if any(job.plan for job in jobs):
        return plan(jobs, processes=processes)
    if not train:
        return _outcome(name, replicated, found, own)
    words = [f"+{override(REPLICATE, name)}", *own, override("seed", *seeds)]
    say(run_command(words))
    with _series(name, jobs, words, say) as series:
        try:
            series.do(jobs, processes=processes, lockstep=launcher.lockstep)
        except UserError as error:
            say(f"{name}: {error}")
    return _outcome(name, replicated, found, own)


def _series(
    name: str, jobs: Sequence[Job], words: Sequence[str], say: Callable[[str], None]
) -> Series:
    """Return the sweep that the runs of a preset are."""
    identities = " ".join(sorted(job.identity for job in jobs))
    series_id = hashlib.sha256(identities.encode()).hexdigest()[:16]
    return Series(series_id, name=f"{REPLICATE}={name}", overrides=words, say=say)


def _outcome(
    name: str, replicated: Preset, found: Sequence[Replica], own: Sequence[str]
) -> Outcome | None:
    outputs = found[0].job.outputs
    frames = recorded(outputs, {replica.job.identity for replica in found})
    if frames is None:
        return None
    runs, epochs = frames
    measured = measure(name, replicated, found, own=own, runs=runs, epochs=epochs)
    sentences = [
        *hypotheses(replicated.claims, runs),
        *examined(replicated.examine, outputs, runs),
    ]
    settings = {each.job.identity: replicated.all_cases[each.case].name for each in found}
    return Outcome(measured, sentences, Trained(outputs, runs, epochs, settings))
