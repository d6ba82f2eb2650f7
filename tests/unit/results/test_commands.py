"""The commands that make given runs make all of them, and no others."""

import frames
import pandas as pd
import pytest
from made_runs import Overrides, frame_of, grid, identities, made_by, seeds

from experiments.configuration import CONF
from experiments.results import commands, commands_if_known, with_choices, with_seeds


@pytest.mark.parametrize(
    ("runs", "n_commands"),
    [
        (grid(["loss=mse", "loss=ce"], seeds(0, 1, 2)), 1),
        (grid(["loss=mse"], seeds(0, 1, 2)) + grid(["loss=ce"], seeds(0, 1)), 2),
        # a grid without one of its corners is two grids
        (grid(["loss=mse", "loss=ce"], ["l2=0", "l2=5"], seeds(0))[:-1], 2),
        # each cost has a learning rate of its own
        (
            grid(["loss=mse"], ["optimizer.learning_rate=0.3"], seeds(0, 1))
            + grid(["loss=ce"], ["optimizer.learning_rate=0.03"], seeds(0, 1)),
            2,
        ),
        # only one of the arms has the option
        (
            grid(["optimizer=sgd"], seeds(0, 1))
            + grid(["optimizer=adam"], ["optimizer.beta1=0.8"], seeds(0, 1)),
            2,
        ),
    ],
)
def test_there_are_no_more_commands_than_grids(runs: list[Overrides], n_commands: int) -> None:
    lines = commands(frame_of(runs))
    assert len(lines) == n_commands
    assert made_by(lines) == identities(runs)


def test_an_integer_option_that_some_runs_lack_is_written_as_an_integer() -> None:
    lines = commands(frame_of([("seed=1",), ("schedule=step", "schedule.every=3", "seed=1")]))
    assert any("schedule.every=3 " in line for line in lines)


def test_defaults_are_left_out() -> None:
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
def test_successive_seeds_are_written_as_a_range(numbers: tuple[int, ...], words: str) -> None:
    (line,) = commands(frame_of([(each,) for each in seeds(*numbers)]))
    assert words in line.replace("'", "").split()
    assert made_by([line]) == identities((each,) for each in seeds(*numbers))


@pytest.mark.parametrize("other", ["optimizer=adam", "architecture.sizes=[784,5,10]", "epochs=2"])
def test_runs_with_other_seeds_are_the_same_runs_with_these_seeds(other: str) -> None:
    runs = grid(["loss=mse", "loss=ce"], [other], seeds(5))
    found = made_by(commands(with_seeds(frame_of(runs), [0, 1, 8])))
    assert found == identities(grid(["loss=mse", "loss=ce"], [other], seeds(0, 1, 8)))


RUN = ("optimizer=adam", "optimizer.beta1=0.8", "optimizer.learning_rate=0.5", "epochs=3")


def test_other_choices_have_their_own_options_and_learning_rates() -> None:
    found = made_by(with_choices(frame_of([RUN]).iloc[0], "optimizer", [0, 1]))
    known = sorted(path.stem for path in (CONF / "optimizer").glob("*.yaml"))
    assert found == identities(
        grid([f"optimizer={each}" for each in known], ["epochs=3"], seeds(0, 1))
    )


def test_some_choices_can_be_asked_for() -> None:
    found = made_by(
        with_choices(frame_of([RUN]).iloc[0], "optimizer", [0], among=["sgd", "rmsprop"])
    )
    assert found == identities(grid(["optimizer=sgd", "optimizer=rmsprop"], ["epochs=3"], seeds(0)))


def test_a_closed_test_set_stays_closed_unless_it_is_to_be_opened() -> None:
    closed = frames.frame(frames.close(frames.arm("loss=ce", seeds=[0, 1])))
    runs = pd.concat([closed, frames.frame(frames.arm("loss=mse", seeds=[0, 1]))])
    left_closed, left_open = sorted(commands(with_seeds(runs, [0, 1, 2])))
    assert "loss=ce" in left_closed
    assert left_closed.endswith(" 'seed=range(3)' score_test=false")
    assert "score_test" not in left_open
    assert not any("score_test" in line for line in commands(runs, open_test=True))


def test_runs_with_a_choice_that_conf_does_not_have_have_no_command() -> None:
    runs = frames.frame(frames.arm("loss=ce"))
    assert commands_if_known(runs) == (commands(runs), "")
    found, reason = commands_if_known(runs.assign(initializer="mine"))
    assert found == []
    assert reason.startswith("No command can be given for more of these runs: no initializer/mine;")


def test_an_architecture_that_fits_other_data_is_given_by_its_name() -> None:
    (run,) = frame_of([("architecture=784-20-10-10", "seed=1")]).to_dict("records")
    letters = {**run, "architecture": "784-20-10-26", "dataset": "emnist_letters"}
    (line,) = commands(pd.DataFrame([letters]))
    words = "architecture=784-20-10-10 architecture.fit=true dataset=emnist_letters"
    assert line == f"python run.py -m {words} seed=1"
    (line,) = commands(pd.DataFrame([{**letters, "architecture": "784-21-26"}]))
    assert "'architecture.sizes=[784,21,26]'" in line


def test_the_architectures_beside_one_that_fits_other_data_fit_them_too() -> None:
    (run,) = frame_of([("seed=1",)]).to_dict("records")
    letters = pd.Series({**run, "architecture": "784-30-26", "dataset": "emnist_letters"})
    (line,) = with_choices(letters, "architecture", [1])
    names = ",".join(sorted(path.stem for path in (CONF / "architecture").glob("*.yaml")))
    words = f"architecture={names} architecture.fit=true dataset=emnist_letters"
    assert line == f"python run.py -m {words} seed=1"
