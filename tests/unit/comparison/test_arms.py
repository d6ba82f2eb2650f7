"""Arms and conditions of runs, and the example runs that are shown for them."""

from collections.abc import Sequence

import pytest
from frames import Runs, arm, frame, run

from experiments.comparison import examples, named, title
from experiments.comparison.arms import comparable, crossed, level_columns
from experiments.errors import UserError


def names(runs: Runs, *groups: str) -> list[tuple[str, str]]:
    """Return the different pairs of arm and condition, in the order of the runs."""
    table = named(frame(runs), *groups)[["arm", "condition"]]
    return list(dict.fromkeys(tuple(row) for row in table.to_numpy()))


def of_losses(*overrides: Sequence[str]) -> Runs:
    return [run(f"loss={loss}", *each) for each in overrides for loss in ("ce", "mse")]


def test_the_condition_is_the_architecture_if_nothing_else_varies() -> None:
    assert names(of_losses(()), "loss") == [
        ("ce softmax", "784-30-10"),
        ("mse sigmoid", "784-30-10"),
    ]


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
    assert found[2:] == [("ce softmax", words), ("mse sigmoid", words)]
    assert found[0][1] != words


def test_learning_rate_and_seed_are_in_no_name() -> None:
    runs = of_losses(("seed=1", "optimizer.learning_rate=0.1"), ("optimizer.learning_rate=0.2",))
    assert names(runs, "loss") == [("ce softmax", "784-30-10"), ("mse sigmoid", "784-30-10")]


def test_an_arm_contains_its_own_options_if_they_vary() -> None:
    runs = [
        run("optimizer=sgd"),
        run("optimizer=adam"),
        run("optimizer=adam", "optimizer.beta1=0.5"),
    ]
    found = [arm for arm, _ in names(runs, "optimizer")]
    assert found == ["sgd", "adam beta1=0.9", "adam beta1=0.5"]


def test_losses_are_compared_at_the_same_output_function_if_they_were_run_with_it() -> None:
    runs = of_losses(("loss.output=sigmoid",), ("loss.output=softmax",))
    assert names(runs, "loss") == [
        (loss, f"784-30-10 {output}") for output in ("sigmoid", "softmax") for loss in ("ce", "mse")
    ]
    assert names([*of_losses(()), run("loss=ce", "loss.output=sigmoid")], "loss") == [
        ("ce", "784-30-10 softmax"),
        ("mse", "784-30-10 sigmoid"),
        ("ce", "784-30-10 sigmoid"),
    ]


def test_options_are_shared_among_runs_that_differ_in_the_group_only() -> None:
    crossed = of_losses(("loss.output=sigmoid",), ("loss.output=softmax",))
    defaults = of_losses(("optimizer=adam",))
    assert names([*crossed, *defaults], "loss") == [
        ("ce", "784-30-10 sgd sigmoid"),
        ("mse", "784-30-10 sgd sigmoid"),
        ("ce", "784-30-10 sgd softmax"),
        ("mse", "784-30-10 sgd softmax"),
        ("ce softmax", "784-30-10 adam"),
        ("mse sigmoid", "784-30-10 adam"),
    ]


def test_one_choice_with_two_values_of_an_option_is_one_arm_if_every_choice_has_the_option() -> (
    None
):
    runs = [run("loss=ce", f"loss.output={output}") for output in ("sigmoid", "softmax")]
    assert {arm for arm, _ in names(runs, "loss")} == {"ce"}
    own = [run("optimizer=adam", f"optimizer.beta1={beta}") for beta in (0.5, 0.9)]
    assert [arm for arm, _ in names(own, "optimizer")] == ["adam beta1=0.5", "adam beta1=0.9"]


def test_an_option_can_be_compared() -> None:
    runs = of_losses(("loss.output=sigmoid",), ("loss.output=softmax",))
    assert names(runs, "loss.output") == [
        (output, f"784-30-10 {loss}") for output in ("sigmoid", "softmax") for loss in ("ce", "mse")
    ]
    assert comparable(frame(runs))[-1] == "loss.output"
    assert "loss.output" in comparable(frame(of_losses(())))
    assert "l2" not in comparable(frame(runs))


def test_an_arm_can_be_a_choice_in_several_groups() -> None:
    runs = of_losses(("optimizer=sgd",), ("optimizer=adam",))
    found = names(runs, "loss", "optimizer")
    assert [arm for arm, _ in found] == [
        "ce sgd softmax",
        "mse sgd sigmoid",
        "ce adam softmax",
        "mse adam sigmoid",
    ]
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
    assert list(found["arm"]) == ["ce softmax", "mse sigmoid"]
    assert set(found["seed"]) == {2}
    assert set(found["condition"]) == {"784-30-10"}


def test_there_are_no_examples_if_no_run_has_finished() -> None:
    runs = [run("loss=ce", status="diverged"), run("loss=mse", status="failed")]
    with pytest.raises(UserError, match=r"^no run has finished"):
        examples(named(frame(runs), "loss"))


def test_the_title_of_a_run_is_its_condition_arm_and_seed() -> None:
    row = named(frame([run("loss=mse", "seed=3")]), "loss").iloc[0]
    assert title(row) == "784-30-10 mse, seed 3"


# ---- two factors


def levels(runs: Runs, first: str, second: str) -> list[tuple[str, ...]]:
    """Return the different levels, arms and conditions, in the order of the runs."""
    columns = ["level_1", "level_2", "arm", "condition"]
    table = crossed(frame(runs), first, second)[columns]
    return list(dict.fromkeys(tuple(row) for row in table.to_numpy()))


def test_a_level_is_a_choice_with_its_options_that_vary() -> None:
    runs = of_losses((), ("optimizer=adam",), ("optimizer=adam", "optimizer.beta1=0.5"))
    assert levels(runs, "loss", "optimizer")[::2] == [
        ("ce softmax", "sgd", "ce softmax sgd", "784-30-10"),
        ("ce softmax", "adam beta1=0.9", "ce softmax adam beta1=0.9", "784-30-10"),
        ("ce softmax", "adam beta1=0.5", "ce softmax adam beta1=0.5", "784-30-10"),
    ]


def test_an_option_that_is_a_factor_is_no_part_of_the_other_level() -> None:
    assert levels(of_losses((), ("l2=1",)), "loss", "loss.output") == [
        ("ce", "softmax", "ce softmax", "784-30-10 l2=0.0"),
        ("mse", "sigmoid", "mse sigmoid", "784-30-10 l2=0.0"),
        ("ce", "softmax", "ce softmax", "784-30-10 l2=1.0"),
        ("mse", "sigmoid", "mse sigmoid", "784-30-10 l2=1.0"),
    ]


def test_an_option_that_all_choices_share_is_in_the_condition_of_two_factors() -> None:
    runs = of_losses(("loss.output=sigmoid",), ("loss.output=softmax", "optimizer=adam"))
    assert [each[0] for each in levels(runs, "loss", "optimizer")] == ["ce", "mse"] * 2


def test_runs_without_a_factor_are_left_out() -> None:
    runs = of_losses((), ("optimizer=adam",), ("optimizer=adam", "optimizer.beta1=0.5"))
    found = {each[:2] for each in levels(runs, "loss", "optimizer.beta1")}
    assert {level for _, level in found} == {"beta1=0.5", "beta1=0.9"}


def test_the_columns_of_a_level_are_its_group_and_own_options() -> None:
    runs = frame(of_losses((), ("optimizer=adam",)))
    of_loss, of_optimizer = level_columns(runs, "loss", "optimizer")
    assert of_loss == ["loss", "loss.output"]
    assert of_optimizer == [
        *("optimizer", "optimizer.beta1", "optimizer.beta2", "optimizer.epsilon")
    ]
    assert level_columns(runs, "loss", "loss.output") == (["loss"], ["loss.output"])
