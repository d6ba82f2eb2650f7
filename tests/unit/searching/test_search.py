"""A search: it has the same trials wherever it was stopped."""

from collections.abc import Callable
from pathlib import Path

import optuna
import pytest

from experiments.errors import DataError
from experiments.recording import Status
from experiments.searching import Choice, Interval, Options, Search, search_id
from experiments.searching.space import Part
from experiments.terminal import RunSummary

RATE = Interval("rate", 0.001, 1.0, log=True)
PARTS: list[Part] = [RATE, "epochs=9", Choice("loss", ("loss=mse", "loss=ce"))]
N = 14
"""More trials than those that the sampler draws at random."""


def options(n_trials: int = N, *, seed: int = 0, sampler: str = "tpe") -> Options:
    return Options(n_trials, seed, sampler, pruning=True)


def result(words: list[str] | tuple[str, ...]) -> RunSummary:
    """Return the result of a run: the larger the rate, the better; stopped as it is asked for."""
    given = dict(word.split("=") for word in words)
    accuracies = tuple(float(given["rate"]) * epoch / 9 for epoch in range(1, 10))
    least = [float(each) for each in given.get("stop_below", "[]")[1:-1].split(",") if each]
    for epoch, accuracy in enumerate(least, 1):
        if accuracies[epoch - 1] < accuracy:
            return RunSummary("", Status.INTERRUPTED, epoch, accuracies[:epoch], None, 1.0)
    return RunSummary("", Status.FINISHED, 9, accuracies, 0.5, 1.0)


class KilledError(Exception):
    """The process of a search is killed."""


def search(
    folder: Path | None,
    settings: Options,
    *,
    size: int = 4,
    alive: Callable[[], None] = lambda: None,
) -> list[tuple[int, list[str], object, object]]:
    """Do a search; call ``alive`` before each step. Return each trial, and its result."""
    done = {}
    with Search.opened(folder, "name", PARTS, settings) as study:
        while batch := study.next_batch(size):
            alive()
            for trial in batch:
                done[trial.number] = list(trial.overrides)
                study.tell(trial.number, result(list(trial.overrides)))
                alive()
        return [
            (each.number, list(study.trial(each).overrides), each.state, each.value)
            for each in study.trials
        ]


def test_the_same_search_has_the_same_trials() -> None:
    first = search(None, options())
    assert first == search(None, options())
    assert [number for number, *_ in first] == list(range(N))
    assert first != search(None, options(seed=1))
    assert first != search(None, options(sampler="random"))
    assert {state for *_, state, _ in first} == {
        optuna.trial.TrialState.COMPLETE,
        optuna.trial.TrialState.PRUNED,
    }


def test_a_sampler_learns_from_the_trials_before() -> None:
    rates = [float(words[0].partition("=")[2]) for _, words, *_ in search(None, options(40))]
    assert sum(rates[20:]) > 2 * sum(rates[:20])


def test_a_search_that_is_stopped_anywhere_ends_as_one_that_is_not(tmp_path: Path) -> None:
    whole = search(None, options())
    for fatal in range(1, N + 4, 3):
        steps = iter(range(fatal))

        def alive(steps: object = steps) -> None:
            if next(steps, None) is None:  # type: ignore[call-overload]
                raise KilledError

        folder = tmp_path / str(fatal)
        with pytest.raises(KilledError):
            search(folder, options(), alive=alive)
        assert search(folder, options()) == whole


def test_a_search_that_was_killed_while_values_were_drawn_draws_the_same(tmp_path: Path) -> None:
    whole = search(tmp_path / "whole", options(6))
    lines = (tmp_path / "whole" / "optuna.log").read_bytes().splitlines(keepends=True)
    for number in range(1, len(lines), 5):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "optuna.log").write_bytes(b"".join(lines[:number]) + lines[number][:-5])
        assert search(folder, options(6)) == whole


def test_a_search_continues_with_more_trials(tmp_path: Path) -> None:
    assert len(search(tmp_path, options(4))) == 4
    assert search(tmp_path, options(8)) == search(None, options(8))
    assert len(search(tmp_path, options(4))) == 8


def test_a_damaged_search_is_named(tmp_path: Path) -> None:
    search(tmp_path, options(4))
    path = tmp_path / "optuna.log"
    path.write_bytes(b"x" + path.read_bytes())
    with pytest.raises(DataError, match=r"optuna\.log: is damaged .*delete the folder"):
        search(tmp_path, options(4))


def test_a_diverged_run_counts_as_the_worst() -> None:
    with Search.opened(None, "name", PARTS, options(1)) as study:
        (trial,) = study.next_batch(1)
        study.tell(trial.number, RunSummary("", Status.DIVERGED, 1, (0.9,), None, 1.0))
        assert [each.value for each in study.trials] == [0.0]
        assert study.next_batch(1) == []


def test_the_id_of_a_search_depends_on_its_space_and_its_sampler_but_not_on_its_length() -> None:
    first = search_id(["a", "b"], PARTS, options())
    assert first == search_id(["a", "b"], PARTS, options(99))
    others = [
        search_id(["a", "c"], PARTS, options()),
        search_id(["a", "b"], [Interval("rate", 0.001, 1.0), *PARTS[1:]], options()),
        search_id(["a", "b"], PARTS, options(seed=1)),
        search_id(["a", "b"], PARTS, options(sampler="random")),
    ]
    assert len({first, *others}) == 5
