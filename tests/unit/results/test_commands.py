"""The commands that make given runs make them all, and no others."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

import frames
import harness
import pandas as pd
import pytest
from harness import NOT_TRACKED, PROJECT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.results import results
from experiments.results.commands import commands, default_rate, with_choices, with_seeds

Overrides = tuple[str, ...]
CHOICES = (
    ("architecture.sizes=[784,5,10]", "architecture=784-20-10-10"),
    ("loss=mse", "loss=ce"),
    ("optimizer=sgd", "optimizer=adam"),
    ("optimizer.learning_rate=0.03", "optimizer.learning_rate=0.0001"),
)
POOL = tuple(product(*CHOICES[1:]))
"""What the runs of a property are chosen from: few, as each takes a tenth of a second to compose.
"""
WITH_TRIALS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def frame_of(runs: Iterable[Overrides]) -> pd.DataFrame:
    return frames.frame([frames.run(*each) for each in runs])


def made_by(lines: Sequence[str]) -> Counter[str]:
    """Return the identities of the runs that commands do, and how often each is asked for."""
    return Counter(frames.identity_of(job) for line in lines for job in frames.jobs(line))


def identities(runs: Iterable[Overrides]) -> Counter[str]:
    return Counter(set(map(frames.identity_of, runs)))


def grid(*values: Sequence[str]) -> list[Overrides]:
    return list(product(*values))


def seeds(*numbers: int) -> list[str]:
    return [f"seed={number}" for number in numbers]


runs_with_holes = st.lists(
    st.tuples(st.sampled_from(POOL), st.integers(0, 4)), min_size=1, max_size=24, unique=True
).map(lambda found: [(*choices, f"seed={seed}") for choices, seed in found])


@WITH_TRIALS
@given(runs_with_holes)
def test_any_runs_are_made_each_once_and_no_others(runs: list[Overrides]) -> None:
    assert made_by(commands(frame_of(runs))) == identities(runs)


dimensions = [st.lists(st.sampled_from(each), min_size=1, unique=True) for each in CHOICES]
grids = st.tuples(*dimensions, st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True))


@WITH_TRIALS
@given(grids, st.randoms(use_true_random=False))
def test_a_whole_grid_is_one_command(chosen: tuple[list[str], ...], random: object) -> None:
    runs = grid(*chosen[:-1], seeds(*chosen[-1]))
    random.shuffle(runs)  # type: ignore[attr-defined]
    (line,) = commands(frame_of(runs))
    assert made_by([line]) == identities(runs)


@pytest.mark.parametrize(
    ("runs", "n_commands"),
    [
        (grid(["loss=mse", "loss=ce"], seeds(0, 1, 2)), 1),
        (grid(["loss=mse"], seeds(0, 1, 2)) + grid(["loss=ce"], seeds(0, 1)), 2),
        # a grid with a corner missing is two grids
        (grid(["loss=mse", "loss=ce"], ["l2=0", "l2=5"], seeds(0))[:-1], 2),
        # each cost at a rate of its own
        (
            grid(["loss=mse"], ["optimizer.learning_rate=0.3"], seeds(0, 1))
            + grid(["loss=ce"], ["optimizer.learning_rate=0.03"], seeds(0, 1)),
            2,
        ),
        # an option that only one of the arms has
        (
            grid(["optimizer=sgd"], seeds(0, 1))
            + grid(["optimizer=adam"], ["optimizer.beta1=0.8"], seeds(0, 1)),
            2,
        ),
    ],
)
def test_no_more_commands_than_grids(runs: list[Overrides], n_commands: int) -> None:
    lines = commands(frame_of(runs))
    assert len(lines) == n_commands
    assert made_by(lines) == identities(runs)


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
def test_every_option_is_said(options: Overrides) -> None:
    runs = grid(*([each] for each in options), seeds(0, 7))
    lines = commands(frame_of(runs))
    assert len(lines) == 1
    assert made_by(lines) == identities(runs)


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_an_option_of_some_runs_leaves_the_others_as_they_are(options: Overrides) -> None:
    runs = [("seed=1",), ("seed=2",), (*options, "seed=1")]
    assert made_by(commands(frame_of(runs))) == identities(runs)


def test_what_is_usual_is_not_said() -> None:
    runs = grid(["loss=mse", "loss=ce"], ["optimizer=sgd", "optimizer=adam"], seeds(0, 1, 2))
    assert commands(frame_of(runs)) == [
        "python run.py -m loss=mse,ce optimizer=sgd,adam 'seed=range(3)'"
    ]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0,), "seed=0"),
        ((3, 4), "seed=3,4"),
        ((0, 1, 2, 3), "seed=range(4)"),
        ((2, 3, 4), "seed=range(2,5)"),
        ((4, 0, 2), "seed=0,2,4"),
    ],
)
def test_seeds_are_written_in_short(numbers: tuple[int, ...], words: str) -> None:
    (line,) = commands(frame_of([(each,) for each in seeds(*numbers)]))
    assert words in line.replace("'", "").split()
    assert made_by([line]) == identities((each,) for each in seeds(*numbers))


@pytest.mark.parametrize("other", ["optimizer=adam", "architecture.sizes=[784,5,10]", "epochs=2"])
def test_more_seeds_of_runs_are_the_same_runs_with_these_seeds(other: str) -> None:
    runs = grid(["loss=mse", "loss=ce"], [other], seeds(5))
    found = made_by(commands(with_seeds(frame_of(runs), [0, 1, 8])))
    assert found == identities(grid(["loss=mse", "loss=ce"], [other], seeds(0, 1, 8)))


def test_other_choices_have_the_options_and_rates_that_are_theirs() -> None:
    run = ("optimizer=adam", "optimizer.beta1=0.8", "optimizer.learning_rate=0.5", "epochs=3")
    found = made_by(with_choices(frame_of([run]).iloc[0], "optimizer", [0, 1]))
    known = sorted(path.stem for path in (PROJECT / "conf" / "optimizer").glob("*.yaml"))
    assert found == identities(
        grid([f"optimizer={each}" for each in known], ["epochs=3"], seeds(0, 1))
    )


@pytest.mark.parametrize(
    ("overrides", "rate"),
    [
        ((), 0.56),
        (("loss=ce", "optimizer.learning_rate=7"), 0.056),
        (("optimizer=adam", "architecture.sizes=[784,5,10]"), 0.00056),
        (("activation=relu", "loss=ce"), 0.1),
    ],
)
def test_the_default_rate_is_that_of_the_choices(overrides: Overrides, rate: float) -> None:
    assert default_rate(frame_of([overrides]).iloc[0]) == rate


TINY = ("dataset.train_size=50", "dataset.validation_size=100", "epochs=1")


@pytest.fixture(scope="module")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of images with a name that a shell and Hydra would take for something else."""
    folder = tmp_path_factory.mktemp("data") / "my own, digits (1)"
    folder.mkdir()
    for path in (PROJECT / "data" / "mnist").glob("*.gz"):
        (folder / path.name).symlink_to(path)
    return folder


def test_runs_that_were_really_made_are_found_done(own_data: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    root = f"dataset.root='{own_data}'"
    sizes = "architecture.sizes=[784,2,2,10]"
    rates = "optimizer.learning_rate=0.3,3"
    chosen = ("dataset=folder", root, sizes, rates, "seed=0,2", "loss=ce")
    harness.run(outputs, "-m", *chosen, *TINY, NOT_TRACKED)
    runs = results.runs(outputs)
    (line,) = commands(runs)
    _, _, *words = shlex.split(line)
    plan = harness.run(outputs, *words, "plan=true")
    planned = re.findall(r"\b[0-9a-f]{16}\b", plan)
    assert sorted(planned) == sorted(runs["identity"])
    assert "0 of 4 runs to do" in plan
