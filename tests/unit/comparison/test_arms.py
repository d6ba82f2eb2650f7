"""Arms and conditions of runs, and the example runs that are shown for them."""

from collections.abc import Sequence

import pytest
from frames import Runs, arm, frame, run

from experiments.comparison import examples, named, title
from experiments.errors import UserError


def names(runs: Runs, *groups: str) -> list[tuple[str, str]]:
    """Return the different pairs of arm and condition, in the order of the runs."""
    table = named(frame(runs), *groups)[["arm", "condition"]]
    return list(dict.fromkeys(tuple(row) for row in table.to_numpy()))


def of_losses(*overrides: Sequence[str]) -> Runs:
    return [run(f"loss={loss}", *each) for each in overrides for loss in ("ce", "mse")]


def test_the_condition_is_the_architecture_if_nothing_else_varies() -> None:
    assert names(of_losses(()), "loss") == [("ce", "784-30-10"), ("mse", "784-30-10")]


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("optimizer=adam", "784-30-10 adam"),
        ("l2=0.25", "784-30-10 l2=0.25"),
        ("architecture=784-20-10-10", "784-20-10-10"),
        ("epochs=2", "784-30-10 epochs=2"),
        ("dataset.train_size=300", "784-30-10 train_size=300.0"),
    ],
)
def test_the_condition_contains_everything_else_that_varies(override: str, words: str) -> None:
    found = names(of_losses((), (override,)), "loss")
    assert found[2:] == [("ce", words), ("mse", words)]
    assert found[0][1] != words


def test_learning_rate_and_seed_are_in_no_name() -> None:
    runs = of_losses(("seed=1", "optimizer.learning_rate=0.1"), ("optimizer.learning_rate=0.2",))
    assert names(runs, "loss") == [("ce", "784-30-10"), ("mse", "784-30-10")]


def test_an_arm_contains_its_own_options_if_they_vary() -> None:
    runs = [
        run("optimizer=sgd"),
        run("optimizer=adam"),
        run("optimizer=adam", "optimizer.beta1=0.5"),
    ]
    found = [arm for arm, _ in names(runs, "optimizer")]
    assert found == ["sgd", "adam beta1=0.9", "adam beta1=0.5"]


def test_an_arm_can_be_a_choice_in_several_groups() -> None:
    runs = of_losses(("optimizer=sgd",), ("optimizer=adam",))
    found = names(runs, "loss", "optimizer")
    assert [arm for arm, _ in found] == ["ce sgd", "mse sgd", "ce adam", "mse adam"]
    assert {condition for _, condition in found} == {"784-30-10"}


def test_if_architectures_are_compared_the_condition_is_the_dataset() -> None:
    runs = [run(), run("architecture=784-20-10-10")]
    assert names(runs, "architecture") == [("784-30-10", "mnist"), ("784-20-10-10", "mnist")]


def test_different_images_are_different_conditions() -> None:
    runs = [run(data="a" * 64), run(data="b" * 64)]
    conditions = [condition for _, condition in names(runs, "loss")]
    assert conditions == [f"784-30-10 data={digit * 8}" for digit in "ab"]


def test_names_can_be_replaced() -> None:
    runs = frame(of_losses(()))
    twice = named(named(runs, "loss"), "optimizer")
    assert set(twice["arm"]) == {"sgd"}
    assert list(twice.columns).count("arm") == 1


def test_examples_are_one_run_of_each_arm_with_the_same_condition_and_seed() -> None:
    runs = [
        run("loss=ce", "architecture=784-20-10-10", "seed=1"),
        *arm("loss=ce", seeds=[1, 2, 3]),
        *arm("loss=mse", seeds=[2, 3]),
        run("loss=mse", "seed=1", status="diverged"),
    ]
    found = examples(named(frame(runs), "loss"))
    assert list(found["arm"]) == ["ce", "mse"]
    assert set(found["seed"]) == {2}
    assert set(found["condition"]) == {"784-30-10"}


def test_there_are_no_examples_if_no_run_has_finished() -> None:
    runs = [run("loss=ce", status="diverged"), run("loss=mse", status="failed")]
    with pytest.raises(UserError, match=r"^no run has finished"):
        examples(named(frame(runs), "loss"))


def test_the_title_of_a_run_is_its_condition_arm_and_seed() -> None:
    row = named(frame([run("loss=mse", "seed=3")]), "loss").iloc[0]
    assert title(row) == "784-30-10 mse, seed 3"
