"""Advice about missing cells and seeds: the commands, obeyed, make a complete design."""

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import frames
import pytest
import records
from frames import Runs, arm, frame, run

from experiments import results
from experiments.comparison import Factorial, factorial
from experiments.errors import UserError

RATE = "optimizer.learning_rate"
DEEP = "architecture=784-20-10-10"


def crossed(*overrides: str, without: tuple[str, ...] = (), seeds: range = range(3)) -> Runs:
    """Return runs of both losses and outputs, except those with all overrides of ``without``."""
    return [
        each
        for loss in ("ce", "mse")
        for output in ("sigmoid", "softmax")
        if not without or not {*without} <= {f"loss={loss}", f"loss.output={output}"}
        for each in arm(f"loss={loss}", f"loss.output={output}", *overrides, seeds=seeds)
    ]


def of(runs: Runs, second: str = "loss.output") -> Factorial:
    return factorial(frame(runs), "loss", second)


def with_recommended(runs: Runs, message: str) -> Runs:
    """Return the runs together with those that a message recommends, with some accuracies."""
    new = [
        run(*job, accuracy=0.9 + zlib.crc32(" ".join(job).encode()) / 2**40)
        for line in frames.recommended(message)
        for job in frames.jobs(line)
    ]
    known = {each["identity"] for each in runs}
    return [*runs, *(each for each in new if each["identity"] not in known)]


def refusal(runs: Runs, second: str = "loss.output") -> str:
    with pytest.raises(UserError) as caught:
        of(runs, second)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_complete_design_has_nothing_incomplete() -> None:
    assert of([*crossed(), *crossed(DEEP)]).incomplete == []


@pytest.mark.parametrize("missing", [("loss=mse", "loss.output=softmax"), ("loss=mse",)])
def test_a_condition_without_a_cell_says_which_and_how_to_run_it(missing: tuple[str, ...]) -> None:
    runs = [*crossed(seeds=range(5)), *crossed(DEEP, without=missing, seeds=range(1, 4))]
    result = of(runs)
    assert {row.condition for row in result.rows} == {"784-30-10"}
    (sentence,) = result.incomplete
    cells = "mse softmax has" if len(missing) == 2 else "mse sigmoid, mse softmax have"
    assert sentence.startswith(f"784-20-10-10: {cells} not been run; run python run.py -m ")
    assert re.search(
        r", then compare with: \S*experiments compare loss loss.output --all$", sentence
    )
    complete = of(with_recommended(runs, sentence))
    assert complete.incomplete == []
    assert {row.condition: row.seeds for row in complete.rows} == {
        "784-20-10-10": 3,
        "784-30-10": 5,
    }


def test_a_seed_that_a_cell_lacks_is_named_and_left_out() -> None:
    later = arm("loss=ce", "loss.output=sigmoid", seeds=[3, 4])
    runs = [*crossed(), *later, *arm("loss=mse", "loss.output=softmax", seeds=[4])]
    result = of(runs)
    assert {row.seeds for row in result.rows} == {3}
    (sentence,) = result.incomplete
    assert sentence.startswith(
        "784-30-10: seeds that a cell lacks are left out: ce softmax lacks seeds 3, 4; mse sigmoid"
        " lacks seeds 3, 4; mse softmax lacks seed 3; run python run.py -m "
    )
    complete = of(with_recommended(runs, sentence))
    assert complete.incomplete == []
    assert {row.seeds for row in complete.rows} == {5}


@pytest.mark.parametrize(
    ("second", "runs", "words"),
    [
        (
            "loss.output",
            lambda: [*arm("loss=ce"), *arm("loss=mse")],
            "loss and loss.output are not crossed: 784-30-10 has ce softmax, mse sigmoid only; run",
        ),
        (
            "optimizer",
            lambda: [*arm("loss=ce", "optimizer=adam", f"{RATE}=0.3"), *arm("loss=mse")],
            "loss and optimizer are not crossed: 784-30-10 has ce softmax adam, mse sigmoid sgd"
            " only; run",
        ),
        (
            "optimizer",
            lambda: [*arm("loss=ce"), *arm("loss=ce", "optimizer=adam")],
            "only one loss, ce, has been run; run the others as well: ",
        ),
    ],
)
def test_factors_that_are_not_crossed_are_refused_with_a_command(
    second: str, runs: Callable[[], Runs], words: str
) -> None:
    message = refusal(runs(), second)
    assert message.startswith(words)
    result = of(with_recommended(runs(), message), second)
    assert all(row.statistics for row in result.rows)


def test_an_option_that_a_choice_lacks_cannot_be_crossed_with_its_group() -> None:
    runs = [
        *arm("optimizer=adam", "optimizer.beta1=0.5"),
        *arm("optimizer=adam"),
        *arm("optimizer=sgd"),
    ]
    with pytest.raises(UserError) as caught:
        factorial(frame(runs), "optimizer", "optimizer.beta1")
    assert str(caught.value) == (
        "optimizer and optimizer.beta1 cannot be crossed: sgd has no optimizer.beta1"
    )


def test_cells_of_another_sweep_are_not_said_to_be_missing(tmp_path: Path) -> None:
    cells = [(loss, output) for loss in ("ce", "mse") for output in ("sigmoid", "softmax")]
    names = [f"{number}{seed}" * 8 for number in range(4) for seed in (0, 1)]
    for number, (loss, output) in enumerate(cells):
        for seed in (0, 1):
            start = frames.start(f"loss={loss}", f"loss.output={output}", f"seed={seed}")
            folder = f"{number}{seed}" * 8
            records.write_run(tmp_path, folder, start, records.epoch(1), records.end())
    records.write_sweep_record(tmp_path, records.sweep_record([*names[2:4], *names[4:6]], id="5"))
    scope = results.Scope.of(tmp_path, "5")
    with pytest.raises(UserError) as caught:
        factorial(results.runs(tmp_path, sweep="5"), "loss", "loss.output", scope=scope)
    message = str(caught.value)
    assert message.startswith(
        "loss and loss.output are not crossed in sweep 5: 784-30-10 has ce softmax, mse sigmoid"
        " only; all runs together have more: compare them with "
    )
    advised, _, others = message.partition(" with ")[2].partition("; or ")
    assert advised.endswith(f"experiments compare loss loss.output --all --outputs {tmp_path}")
    assert others.startswith("run python run.py -m ")
    assert factorial(results.runs(tmp_path), "loss", "loss.output").rows  # as the message says
