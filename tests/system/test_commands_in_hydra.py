"""Hydra composes the commands that make given runs: they make all of them, and no others."""

from itertools import product

import frames
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from made_runs import Overrides, frame_of, grid, identities, made_by, seeds
from properties import trials

from experiments.configuration import compose
from experiments.results import commands

CHOICES = (
    ("architecture.sizes=[784,5,10]", "architecture=784-20-10-10"),
    ("loss=mse", "loss=ce"),
    ("optimizer.learning_rate=0.03", "optimizer.learning_rate=0.0001"),
)
POOL = tuple(product(*CHOICES[1:]))
"""The choices of runs in properties. They are few, because composing each of them takes 0.1 s."""
WITH_TRIALS = trials(8, allowed=[HealthCheck.too_slow])


runs_with_holes = st.lists(
    st.tuples(st.sampled_from(POOL), st.integers(0, 4)), min_size=1, max_size=24, unique=True
).map(lambda found: [(*choices, f"seed={seed}") for choices, seed in found])


@WITH_TRIALS
@given(runs_with_holes)
def test_any_runs_are_made_once_each_and_no_others(runs: list[Overrides]) -> None:
    assert made_by(commands(frame_of(runs))) == identities(runs)


dimensions = [st.lists(st.sampled_from(each), min_size=1, unique=True) for each in CHOICES]
whole_grids = st.tuples(
    *dimensions, st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True)
)


@WITH_TRIALS
@given(whole_grids, st.randoms(use_true_random=False))
def test_a_whole_grid_is_one_command(chosen: tuple[list[str], ...], random: object) -> None:
    runs = grid(*chosen[:-1], seeds(*chosen[-1]))
    random.shuffle(runs)  # type: ignore[attr-defined]
    (line,) = commands(frame_of(runs))
    assert made_by([line]) == identities(runs)


OPTIONS = [
    ("architecture=784-128-64-10",),
    ("architecture.sizes=[784,7,10]",),
    ("architecture.sizes=[784,30,10]",),
    ("architecture.sizes=[784,10]",),
    ("activation=relu",),
    ("activation=leaky_relu", "activation.slope=0.2"),
    ("initializer=he_normal", "initializer.bias_std=0.5"),
    ("loss=ce", "loss.output=sigmoid"),
    ("loss=mse", "loss.output=softmax"),
    ("optimizer.learning_rate=3",),
    ("optimizer.learning_rate=1e-7",),
    ("optimizer.learning_rate=0.1234567890123456789",),
    ("optimizer=adam", "optimizer.beta1=0.8", "optimizer.epsilon=1e-6"),
    ("optimizer=adamw", "optimizer.weight_decay=0"),
    ("optimizer=nesterov", "optimizer.momentum=0.5"),
    ("schedule=step", "schedule.every=3"),
    ("schedule=cosine", "schedule.epochs=7"),
    ("schedule=cosine", "epochs=7"),
    ("schedule=halve_on_plateau", "schedule.patience=2"),
    ("dataset.train_size=300", "dataset.subset=leading"),
    ("dataset.validation_size=500", "dataset.split_seed=3"),
    ("epochs=1", "batch_size=7", "l2=0.1", "dtype=float64"),
]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_every_option_is_given(options: Overrides) -> None:
    runs = grid(*([each] for each in options), seeds(0, 7))
    lines = commands(frame_of(runs))
    assert len(lines) == 1
    assert made_by(lines) == identities(runs)


@pytest.mark.parametrize(
    "options",
    [
        options if number % 4 == 0 else pytest.param(options, marks=pytest.mark.stress)
        for number, options in enumerate(OPTIONS)
    ],
    ids=" ".join,
)
def test_an_option_of_some_runs_does_not_change_the_others(options: Overrides) -> None:
    runs = [("seed=1",), ("seed=2",), (*options, "seed=1")]
    assert made_by(commands(frame_of(runs))) == identities(runs)


def outputs_of(line: str) -> list[str]:
    """Return the outputs folder of each run that a command makes, as Hydra reads it."""
    return [compose(job).outputs for job in frames.jobs(line)]


FOLDERS = ["my runs", "a,b", "it's", 'the "best"', "ends in \\", "x=1", "w#1", "[1]", "${seed}"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_hydra_reads_any_outputs_folder_as_it_was_recorded(folder: str) -> None:
    (line,) = commands(frame_of([()]).assign(outputs=folder))
    assert outputs_of(line) == [folder]


def test_runs_of_several_outputs_folders_have_several_commands() -> None:
    runs = pd.concat([frame_of([()]).assign(outputs=each) for each in ("/first", "/second, two")])
    folders = [folder for line in commands(runs) for folder in outputs_of(line)]
    assert sorted(folders) == ["/first", "/second, two"]
