"""The lines that are printed around a table."""

import math
from dataclasses import dataclass, field, replace

import frames
import pandas as pd
import pytest
from rich.console import Console

from experiments.comparison import SelectionBias, Verdict, selection_bias_sentence
from experiments.comparison.around_table import (
    image_limits,
    print_advice,
    print_title,
    sources_of_variance,
    validity,
)
from experiments.comparison.statistics import PairedStatistics
from experiments.results import SweepSummary

SWEEP = SweepSummary(
    id="abc", name="loss=mse,ce [bold]", command="", n_runs=2, time=0.0, store=None
)


@dataclass
class Advised:
    """A row with this advice."""

    more_seeds: int
    verdict: Verdict = Verdict.UNDECIDED
    chance: float = math.nan


@dataclass
class Result:
    """A comparison, as far as the lines around its table need it."""

    selection_bias: SelectionBias
    unequal_tuning: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    no_commands: str = ""
    rows: list[Advised] = field(default_factory=list)
    family: int = 1
    one_look: bool = False
    tuned: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"outputs": ["a"]}))


def statistics(image_error: float, image_limit: float = 0.0) -> PairedStatistics:
    return PairedStatistics(2, 0.9, 0.8, 0.1, 0, 0.2, 0.05, 0.1, 0.1, image_error, image_limit)


def test_the_title_names_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runs = frames.frame([*frames.arm("loss=ce", seeds=[0, 1]), *frames.diverged(seeds=[2])])
    print_title(Console(), runs, SWEEP)
    print_title(Console(), runs, None)
    counts = "2 finished, 1 diverged\n\n"
    assert capsys.readouterr().out == f"sweep abc  {SWEEP.name}\n{counts}all runs\n{counts}"


@pytest.mark.parametrize("commands", [[], ["python run.py"], ["python run.py", "python run.py -m"]])
def test_advice_has_each_sentence_and_command(
    commands: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    result = Result(SelectionBias(0.001, 0.0), ["[a] had 3"], ["b " * 100], commands)
    print_advice(Console(width=200), result)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [selection_bias_sentence(result.selection_bias), "[a] had 3", "b " * 100]
    assert [line.strip() for line in lines if line.startswith("  ")] == commands
    assert any(line.startswith("To decide it") for line in lines) == bool(commands)
    assert lines[-1].startswith("Each of these is a sweep") == (len(commands) > 1)
    print_advice(Console(width=200), replace(result, no_commands="There is none.", commands=[]))
    assert capsys.readouterr().out.splitlines()[-1] == "There is none."


@pytest.mark.parametrize("others", [[], [0], [4]])
def test_a_row_that_the_command_leaves_out_is_compared_again_with_all(
    others: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [Advised(5), *map(Advised, others)]
    print_advice(Console(width=200), Result(SelectionBias(0, 0), commands=["python"], rows=rows))
    assert ("Compare with --all afterwards" in capsys.readouterr().out) == (others == [0])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([Advised(5), Advised(0, chance=0.9)], "To decide it, run ("),
        (
            [Advised(5, chance=0.5), Advised(5)],
            "To decide it with 50% chance, run (",
        ),
        (
            [Advised(5, chance=0.5), Advised(3, chance=0.18)],
            "To decide it with 18% to 50% chance, run (",
        ),
    ],
)
def test_the_chance_that_the_advised_seeds_decide_is_said(
    rows: list[Advised], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_advice(Console(width=200), Result(SelectionBias(0, 0), commands=["python"], rows=rows))
    assert any(line.startswith(words) for line in capsys.readouterr().out.splitlines())


def test_the_length_that_the_images_leave_is_said() -> None:
    known = [statistics(0.001, 0.002), None, statistics(0.001, 0.0031), statistics(math.nan)]
    end = " points, which more seeds do not make smaller."
    assert image_limits(known) == f" The images alone leave ±0.20 to ±0.31{end}"
    assert image_limits(known[:2]) == f" The images alone leave ±0.20{end}"
    assert image_limits([None, statistics(math.nan)]) == ""


def test_the_validity_names_rows_and_looks() -> None:
    assert validity(1, family=1, one_look=False) == (
        "The intervals and verdicts hold at any number of looks (95 %)."
    )
    assert validity(3, family=3, one_look=True) == (
        "The intervals and verdicts hold for all 3 rows together, and at the one look that was"
        " planned (95 %)."
    )
    assert validity(1, family=3, one_look=False) == (
        "The intervals and verdicts hold for 3 rows together, which an earlier table had, and at"
        " any number of looks (95 %)."
    )


def test_the_images_are_a_source_of_variance_if_the_runs_know_them() -> None:
    known, unknown = statistics(0.001), statistics(math.nan)
    metric = "best_epoch/test/accuracy"
    both = "over seeds and test images"
    assert sources_of_variance(metric, [known, None]) == both
    some = sources_of_variance(metric, [known, unknown])
    assert some == f"{both}, where the runs record which are right"
    assert sources_of_variance(metric, [None]) == "over seeds, for these test images"
    validation = sources_of_variance("validation/accuracy", [unknown])
    assert validation == "over seeds, for these validation images"


@pytest.mark.parametrize(
    ("one_look", "verdict", "said"),
    [
        (True, Verdict.UNDECIDED, True),
        (False, Verdict.UNDECIDED, False),
        (True, Verdict.TIE, False),
    ],
)
def test_an_undecided_planned_look_says_how_to_go_on(
    one_look: bool, verdict: Verdict, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [Advised(0, verdict)]
    print_advice(Console(), Result(SelectionBias(0, 0), rows=rows, one_look=one_look))
    assert ("Without --looks 1, more seeds can be run" in capsys.readouterr().out) is said
