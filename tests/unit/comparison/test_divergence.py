"""Arms that diverge get lower learning rates, not more seeds."""

import frames
import pytest
from frames import Runs, arm, diverged, frame

from experiments.comparison import compare, verdict_sentences
from experiments.comparison.divergence import diverges, lower_rates
from experiments.comparison.power import fewest_seeds
from experiments.errors import UserError
from experiments.results import default_rate

RATE = "optimizer.learning_rate"
HUGE = f"{RATE}=1e30"


@pytest.mark.parametrize(("n_diverged", "expected"), [(10, True), (8, True), (7, False)])
def test_an_arm_diverges_if_nearly_all_of_its_runs_do(n_diverged: int, expected: bool) -> None:
    runs = diverged("loss=ce", seeds=range(n_diverged))
    runs += arm("loss=ce", seeds=range(n_diverged, 10))
    assert diverges(frame(runs)) == expected


@pytest.mark.parametrize(
    ("rate", "default", "expected"),
    [
        (1e30, 0.56, (0.056, 0.56)),
        (0.56, 0.56, (0.0056, 0.056)),
        (0.01, 0.56, (0.0001, 0.001)),
        (0.3, 0.0003, (0.00003, 0.0003)),
    ],
)
def test_two_lower_rates_begin_at_the_default_if_that_is_lower(
    rate: float, default: float, expected: tuple[float, float]
) -> None:
    assert lower_rates(rate, default) == expected


def rates(message: str) -> dict[str, set[float]]:
    """Return the learning rates that the commands of a message give to each loss."""
    found: dict[str, set[float]] = {}
    for line in frames.recommended(message):
        for job in frames.jobs(line):
            values = dict(word.split("=", 1) for word in job)
            found.setdefault(values.get("loss", "mse"), set()).add(float(values[RATE]))
    return found


@pytest.mark.parametrize("n", [2, 6, 8])
def test_if_both_arms_diverge_only_lower_learning_rates_are_advised(n: int) -> None:
    runs = frame(
        diverged("loss=ce", HUGE, seeds=range(n)) + diverged("loss=mse", HUGE, seeds=range(n))
    )
    compared = compare(runs, "loss")
    assert compared.commands == []
    assert "more seed" not in verdict_sentences(compared)
    (advice,) = compared.incomplete
    assert advice.startswith(
        f"784-30-10: ce softmax diverged in {n} of {n} runs at learning rate 1e+30 and mse sigmoid"
        f" diverged in {n} of {n} runs at learning rate 1e+30;"
        " lower learning rates may help: python run.py -m "
    )
    assert "compare loss --all" in advice
    for loss, row in (("ce", runs.iloc[0]), ("mse", runs.iloc[-1])):
        assert max(rates(advice)[loss]) == default_rate(row)
    assert advice in verdict_sentences(compared)


def test_an_arm_that_loses_because_it_diverges_gets_lower_learning_rates_too() -> None:
    runs = diverged("loss=ce", HUGE, seeds=range(8)) + arm("loss=mse", seeds=range(8))
    (advice,) = compare(frame(runs), "loss").incomplete
    assert "ce softmax diverged in 8 of 8 runs" in advice
    assert "mse" not in advice.partition(" may: ")[0]
    assert set(rates(advice)) == {"ce"}


def test_an_arm_that_diverges_sometimes_gets_seeds_that_decide_the_rates() -> None:
    runs = diverged("loss=ce", seeds=[0]) + arm("loss=ce", seeds=[1, 2])
    compared = compare(frame(runs + arm("loss=mse", seeds=range(3))), "loss")
    assert (compared.incomplete, compared.rows[0].more_seeds) == ([], 3 * 3)


def test_an_arm_is_named_once_per_condition() -> None:
    runs = diverged("optimizer=adam", HUGE, seeds=range(3))
    runs += arm("optimizer=sgd", seeds=range(3)) + arm("optimizer=rmsprop", seeds=range(3))
    (advice,) = compare(frame(runs), "optimizer").incomplete
    assert advice.count("adam diverged") == 1


@pytest.mark.parametrize(
    "others",
    [diverged("loss=mse", HUGE, seeds=[0]), arm("loss=mse", seeds=[0])],
    ids=["both", "one"],
)
def test_a_refusal_for_too_few_seeds_names_the_arms_that_diverged(others: Runs) -> None:
    with pytest.raises(UserError) as caught:
        compare(frame(diverged("loss=ce", HUGE, seeds=[0]) + others), "loss")
    message = str(caught.value)
    assert "784-30-10: ce softmax diverged in 1 of 1 run at learning rate 1e+30" in message
    assert "so lower learning rates are needed, too; run python run.py" in message
    jobs = [job for line in frames.recommended(message) for job in frames.jobs(line)]
    assert len({*jobs}) == fewest_seeds() * (4 if others[0]["status"] == "diverged" else 3)
    assert "1e+30" not in " ".join(word for job in jobs for word in job)
