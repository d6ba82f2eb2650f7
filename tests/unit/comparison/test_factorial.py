"""Main effects and interactions: against statsmodels, by simulation, with failures and refusals."""

import dataclasses
import itertools
import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from frames import Runs, arm, diverged, frame, jobs, run
from made_runs import made_by
from scipy import stats
from statsmodels.stats.anova import AnovaRM

from experiments.comparison import Effect, Factorial, Verdict, compare, factorial
from experiments.comparison.contrasts import INTERACTION
from experiments.comparison.mixture_t import half_width
from experiments.comparison.power import ALPHA, alpha_of_means, fewest_seeds
from experiments.comparison.statistics import PairedStatistics, paired_statistics
from experiments.errors import UserError

LOSSES, OUTPUTS = ("ce", "mse"), ("sigmoid", "softmax")
CELLS = tuple(itertools.product(LOSSES, OUTPUTS))
EFFECTS = ("loss", "loss.output", INTERACTION)
CONFIDENCE = 0.999


def runs_of(values: np.ndarray, *overrides: str) -> Runs:
    """Return runs with accuracies ``values [4, n]``, a row for each of `CELLS`."""
    return [
        run(
            f"loss={loss}",
            f"loss.output={output}",
            *overrides,
            f"seed={seed}",
            accuracy=float(value),
        )
        for (loss, output), row in zip(CELLS, values, strict=True)
        for seed, value in enumerate(row)
    ]


def drawn(
    rng: np.random.Generator, n: int, *, main: float = 0, interaction: float = 0
) -> np.ndarray:
    """Return accuracies [4, n] with effects of seeds, of loss, and an interaction."""
    moved = np.array([main / 2 + interaction, main / 2, -main / 2, -main / 2])
    return 0.9 + moved[:, None] + rng.normal(0, 0.003, n) + rng.normal(0, 0.001, (4, n))


def of(runs: Runs, **options: object) -> Factorial:
    return factorial(frame(runs), "loss", "loss.output", **options)  # type: ignore[arg-type]


def by_effect(result: Factorial) -> dict[str, Effect]:
    assert [row.contrast.effect for row in result.rows] == [*EFFECTS]
    return {row.contrast.effect: row for row in result.rows}


def known(effect: Effect) -> PairedStatistics:
    assert effect.statistics is not None
    return effect.statistics


# ---- statistics


@cache
def balanced() -> tuple[pd.DataFrame, Factorial]:
    """Return balanced data with a row per run, and its effects."""
    values = drawn(np.random.default_rng(0), 9, main=0.002, interaction=0.003)
    data = pd.DataFrame(
        [
            (loss, output, seed, 100 * value)
            for (loss, output), row in zip(CELLS, values, strict=True)
            for seed, value in enumerate(row)
        ],
        columns=["loss", "output", "seed", "y"],
    )
    return data, of(runs_of(values))


def test_estimates_are_those_of_a_mixed_model_with_seeds_as_groups() -> None:
    data, result = balanced()
    model = smf.mixedlm("y ~ C(loss, Sum) * C(output, Sum)", data, groups=data["seed"]).fit()
    main_loss, main_output, both = model.params.iloc[1:4]
    found = [100 * known(each).difference for each in by_effect(result).values()]
    assert found == pytest.approx([2 * main_loss, 2 * main_output, 4 * both], rel=1e-6)


def test_estimates_are_those_of_least_squares_with_a_term_for_each_seed() -> None:
    data, result = balanced()
    model = smf.ols("y ~ C(loss, Sum) * C(output, Sum) + C(seed)", data).fit()
    found = [100 * known(each).difference for each in by_effect(result).values()]
    terms = ["C(loss, Sum)[S.ce]", "C(output, Sum)[S.sigmoid]"]
    terms.append(":".join(terms))
    expected = np.array([2, 2, 4]) * model.params[terms].to_numpy()
    assert found == pytest.approx([*expected], rel=1e-9)


def test_errors_are_those_of_the_analysis_of_variance_with_repeated_measures() -> None:
    data, result = balanced()
    table = AnovaRM(data, "y", "seed", within=["loss", "output"]).fit().anova_table
    found = [
        (each.difference / each.standard_deviation) ** 2 * each.n
        for each in map(known, by_effect(result).values())
    ]
    assert found == pytest.approx([*table["F Value"]], rel=1e-9)


@pytest.mark.parametrize("one_look", [True, False])
def test_each_effect_is_treated_as_a_pair_of_its_sides(one_look: bool) -> None:
    result = of(runs_of(drawn(np.random.default_rng(0), 9)), one_look=one_look)
    rng = np.random.default_rng(0)
    for row in result.rows:
        expected = paired_statistics(*row.contrast.sides, rng=rng, family=3, one_look=one_look)
        assert str(row.statistics) == str(expected)  # NaN is not equal to itself


def test_the_family_is_the_whole_table() -> None:
    values = drawn(np.random.default_rng(1), 8)
    one, two = of(runs_of(values)), of([*runs_of(values), *runs_of(values, "l2=1")])
    assert len(two.rows) == 2 * len(one.rows) == 6
    for row, result in ((one.rows[2], one), (two.rows[2], two)):
        statistics = known(row)
        error = statistics.standard_deviation / math.sqrt(statistics.n)
        half = half_width(statistics.n, alpha_of_means(len(result.rows))) * error
        assert statistics.high - statistics.difference == pytest.approx(half)
    six = of(runs_of(values), family=6)  # as an earlier table had
    assert (six.family, known(six.rows[2]).high) == (6, known(two.rows[2]).high)


@pytest.mark.parametrize("simulations", [4000, pytest.param(40_000, marks=pytest.mark.stress)])
@pytest.mark.parametrize("interaction", [0.0, 0.004])
def test_all_intervals_are_right_together_at_every_look(
    interaction: float, simulations: int
) -> None:
    """Somebody looks after each seed from 5 to 40; the weights are those of the contrasts."""
    _, result = balanced()
    contrasts = [row.contrast for row in result.rows]
    levels = [cell.levels for cell in result.cells]
    weights = np.array(
        [
            [each.side_a.weights.get(cell, 0) - each.side_b.weights.get(cell, 0) for cell in levels]
            for each in contrasts
        ]
    )
    rng = np.random.default_rng(2)
    n, wrong = np.arange(5, 41), 0
    widths = np.array([half_width(int(each), alpha_of_means(3)) for each in n])
    truth = weights @ np.array([interaction, 0, 0, 0])
    for _ in range(simulations):
        y = weights @ drawn(rng, 40, interaction=interaction)
        means = np.cumsum(y, axis=1)[:, 4:] / n
        squares = np.cumsum(y**2, axis=1)[:, 4:] / n
        errors = np.sqrt((squares - means**2) / (n - 1))
        wrong += bool((np.abs(means - truth[:, None]) > widths * errors).any())
    assert wrong <= stats.binom.ppf(CONFIDENCE, simulations, ALPHA)


# ---- verdicts


def test_an_interaction_and_both_main_effects_are_found() -> None:
    values = drawn(np.random.default_rng(3), 20, main=0.01, interaction=0.02)
    rows = by_effect(of(runs_of(values)))
    assert [row.verdict for row in rows.values()] == [Verdict.A_BETTER] * 3
    assert [row.result for row in rows.values()] == ["A better", "A better", "interaction"]
    assert known(rows["loss"]).difference == pytest.approx(0.02, abs=0.002)
    assert known(rows["loss.output"]).difference == pytest.approx(0.01, abs=0.002)
    interaction = known(rows[INTERACTION])
    assert interaction.difference == pytest.approx(0.02, abs=0.002)
    assert interaction.mean_a == pytest.approx(0.03, abs=0.002)  # the effect of loss at sigmoid
    assert interaction.mean_b == pytest.approx(0.01, abs=0.002)


def test_effects_within_the_margin_are_ties_and_no_interaction() -> None:
    rows = by_effect(of(runs_of(drawn(np.random.default_rng(4), 20)), margin=0.01))
    assert [row.verdict for row in rows.values()] == [Verdict.TIE] * 3
    assert [row.result for row in rows.values()] == ["tie", "tie", "no interaction"]


def test_the_same_simple_effects_are_those_of_one_group() -> None:
    runs = runs_of(drawn(np.random.default_rng(5), 8))
    interaction = known(by_effect(of(runs))[INTERACTION])
    simple = [row.statistics for row in compare(frame(runs), "loss").rows]
    assert [each.difference for each in simple if each] == pytest.approx(
        [interaction.mean_a, interaction.mean_b]
    )


# ---- failures


def test_a_run_that_failed_decides_nothing() -> None:
    runs = runs_of(drawn(np.random.default_rng(6), 20, main=0.02))
    failing = [each for each in runs if (each["loss"], each["seed"]) != ("mse", 3)]
    failing += diverged("loss=mse", "loss.output=sigmoid", seeds=[3])
    failing += [each for each in runs if (each["loss"], each["seed"]) == ("mse", 3)][1:]
    result = of(failing)
    for row in result.rows:
        assert (row.verdict, row.more_seeds, row.failed) == (Verdict.UNDECIDED, 0, True)
        assert (row.seeds, known(row).n) == (20, 19)
    assert list(result.cell_means["failed"]) == [0, 0, 1, 0]
    assert result.commands == []


def test_a_cell_that_always_diverges_gets_lower_learning_rates() -> None:
    runs = [each for each in runs_of(drawn(np.random.default_rng(7), 6)) if each["loss"] == "ce"]
    runs += diverged("loss=mse", "loss.output=sigmoid", seeds=range(6))
    runs += arm("loss=mse", "loss.output=softmax", seeds=range(6))
    result = of(runs)
    assert {row.statistics for row in result.rows} == {None}
    assert {row.more_seeds for row in result.rows} == {0}
    (advice,) = result.incomplete
    assert advice.startswith("784-30-10: mse sigmoid diverged in 6 of 6 runs at learning rate")
    assert result.table["difference"].isna().all()


# ---- the whole result


def test_the_tables_have_a_row_for_each_cell_and_effect() -> None:
    _, result = balanced()
    assert list(result.cell_means.columns) == [
        "condition",
        "loss",
        "loss.output",
        "learning_rate",
        "seeds",
        "failed",
        "mean",
    ]
    assert list(zip(result.cell_means["loss"], result.cell_means["loss.output"], strict=True)) == [
        *CELLS
    ]
    fields = [field.name for field in dataclasses.fields(PairedStatistics)]
    assert list(result.table.columns) == [
        *("condition", "effect", "side_a", "side_b", "seeds", "failed"),
        *fields,
        *("verdict", "more_seeds", "chance", "commands"),
    ]
    assert list(result.table["effect"]) == [*EFFECTS]
    assert list(result.table["side_a"]) == ["ce", "sigmoid", "ce - mse at sigmoid"]


def test_the_commands_run_the_seeds_that_are_recommended_in_each_cell() -> None:
    runs = runs_of(drawn(np.random.default_rng(8), 5))
    result = of(runs)
    most = max(row.more_seeds for row in result.rows)
    assert most > 0
    made = made_by(result.commands)
    assert len(made) == 4 * (5 + most)
    assert set(made.values()) == {1}
    new = [
        run(*job, accuracy=0.9 + 0.001 * np.sin(place))
        for line in result.commands
        for place, job in enumerate(jobs(line))
    ]
    present = {each["identity"] for each in runs}
    again = of([*runs, *(each for each in new if each["identity"] not in present)])
    assert {row.seeds for row in again.rows} == {5 + most}


def test_the_order_of_the_runs_does_not_matter() -> None:
    runs = frame(runs_of(drawn(np.random.default_rng(9), 5)))
    shuffled = runs.sample(frac=1, random_state=0, ignore_index=True)
    result, other = (factorial(each, "loss", "loss.output") for each in (runs, shuffled))
    pd.testing.assert_frame_equal(other.table, result.table, check_exact=True)


# ---- refusals


def test_a_factor_is_not_crossed_with_itself() -> None:
    with pytest.raises(UserError, match=r"^loss: the two factors are the same; name two$"):
        factorial(frame([*arm("loss=ce"), *arm("loss=mse")]), "loss", "loss")


@pytest.mark.parametrize("groups", [("loss", "lose"), ("lose", "loss")])
def test_only_what_can_be_compared_is_a_factor(groups: tuple[str, str]) -> None:
    with pytest.raises(UserError, match=r"^lose: this cannot be compared; choose one of "):
        factorial(frame([*arm("loss=ce"), *arm("loss=mse")]), *groups)


def test_nothing_is_compared_before_a_run_has_ended() -> None:
    runs = [
        run(f"loss={loss}", f"optimizer={name}", "seed=0", status="running")
        for loss in LOSSES
        for name in ("sgd", "adam")
    ]
    with pytest.raises(UserError, match="no run has finished or diverged yet"):
        factorial(frame(runs), "loss", "optimizer")


def test_one_seed_is_too_few() -> None:
    with pytest.raises(UserError) as caught:
        of(runs_of(drawn(np.random.default_rng(10), 1)))
    message = str(caught.value)
    assert message.startswith(
        "the arms of loss and loss.output have one seed in common, but a comparison needs at least"
        f" {fewest_seeds(3)}; run python run.py -m "
    )
