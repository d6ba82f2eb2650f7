"""The line of a whole sweep: counts, and the time that is left, on a clock of the test."""

from collections.abc import Sequence

import pytest
import records

from experiments.recording import Status
from experiments.terminal import Expected, WholeSweep


class Clock:
    """A clock that the test moves on."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def whole(
    clock: Clock,
    kinds: Sequence[str] = ("a", "a", "a", "a"),
    *,
    epochs: int = 10,
    settled: int = 0,
    processes: int = 2,
    at_once: int = 2,
) -> WholeSweep:
    """Return the progress of runs of these kinds, whose identities are 0, 1, ..."""
    runs = [Expected(str(n), kind, epochs) for n, kind in enumerate(kinds)]
    return WholeSweep(runs, settled=settled, processes=processes, at_once=at_once, clock=clock)


def test_the_line_counts_runs_and_says_the_time_from_the_beginning(clock: Clock) -> None:
    sweep = whole(clock, settled=16)
    assert sweep.line() == "sweep: 16 of 20 done, 0 running, 4 queued"
    sweep.guess("a", 3.0)
    sweep.begin([["0"], ["1"]])
    assert sweep.line() == "sweep: 16 of 20 done, 2 running, 2 queued, about 1:00 left"
    sweep.show("0", records.end())
    assert sweep.line() == "sweep: 17 of 20 done, 1 running, 2 queued, about 0:45 left"
    for identity in "123":
        sweep.show(identity, records.end())
    assert sweep.line() == "sweep: 20 of 20 done"


def test_the_time_is_the_longest_while_a_schedule_may_end_one_of_the_runs(clock: Clock) -> None:
    runs = [Expected("0", "a", 10), Expected("1", "a", 10, may_end=True)]
    sweep = WholeSweep(runs, settled=0, processes=2, at_once=2, clock=clock)
    sweep.guess("a", 3.0)
    assert sweep.line().endswith("up to 0:30 left")
    sweep.begin([["0"], ["1"]])
    assert sweep.line().endswith("up to 0:30 left")
    sweep.show("1", records.end(ended_after=4))
    assert sweep.line().endswith("about 0:30 left")


@pytest.mark.parametrize(
    ("status", "early", "line"),
    [
        (Status.FINISHED, False, "sweep: 1 of 4 done, 0 running"),
        (Status.DIVERGED, False, "sweep: 1 of 4 done, 0 running"),
        (Status.INTERRUPTED, True, "sweep: 1 of 4 done, 0 running"),
        (Status.INTERRUPTED, False, "sweep: 0 of 4 done, 1 unfinished, 0 running"),
        (Status.FAILED, False, "sweep: 0 of 4 done, 1 unfinished, 0 running"),
    ],
)
def test_a_failed_or_stopped_run_is_not_done(
    clock: Clock, status: Status, early: bool, line: str
) -> None:
    sweep = whole(clock)
    sweep.show("0", records.end(status, early=early))
    assert sweep.line() == f"{line}, 3 queued"


def test_the_time_goes_down_while_an_epoch_lasts_but_not_to_its_end(clock: Clock) -> None:
    sweep = whole(clock, "a", epochs=3)
    sweep.guess("a", 10.0)
    sweep.begin([["0"]])
    assert sweep.seconds_left() == pytest.approx(30)
    clock.now += 4
    assert sweep.seconds_left() == pytest.approx(26)
    clock.now += 400
    assert sweep.seconds_left() == pytest.approx(20.5)


def test_epochs_of_runs_of_the_same_kind_take_the_place_of_the_guess(clock: Clock) -> None:
    sweep = whole(clock)
    sweep.guess("a", 100.0)
    sweep.begin([["0"], ["1"]])
    sweep.show("0", records.epoch(1, seconds=9.0))
    assert sweep.seconds_per_epoch("1") == 100, "the first epoch includes the start"
    sweep.show("0", records.epoch(2, seconds=9.0))
    assert sweep.seconds_per_epoch("1") == 9
    assert sweep.seconds_left() == pytest.approx((8 + 10 + 20) * 9 / 2)


def test_a_first_epoch_counts_if_nothing_else_is_known_or_it_is_the_only_one(clock: Clock) -> None:
    sweep = whole(clock)
    sweep.show("0", records.epoch(1, seconds=9.0))
    assert sweep.seconds_per_epoch("0") == 9
    assert sweep.unknown() is None
    short = whole(clock, epochs=1)
    short.guess("a", 100.0)
    short.show("0", records.epoch(1, seconds=9.0))
    assert short.seconds_per_epoch("0") == 9


def test_runs_that_a_process_trains_together_share_its_time(clock: Clock) -> None:
    """Four runs of ten epochs in a process: an epoch of each ends every 8 s, so it takes 2 s."""
    sweep = whole(clock, "aaaaa", processes=1)
    sweep.begin([["0", "1", "2", "3"]])
    for epoch in (1, 2):
        for identity in "0123":
            sweep.show(identity, records.epoch(epoch, seconds=8.0))
    assert sweep.seconds_per_epoch("0") == 8
    assert sweep.seconds_left() == pytest.approx(4 * 8 * 2 + 10 * 2)


def test_processes_that_share_a_processor_wait_for_each_other(clock: Clock) -> None:
    sweep = whole(clock, processes=4, at_once=2)
    sweep.begin([["0"], ["1"], ["2"], ["3"]])
    sweep.guess("a", 5.0)
    assert sweep.seconds_per_epoch("0") == 10
    assert sweep.seconds_left() == pytest.approx(4 * 10 * 5 / 2)


def test_the_longest_run_takes_its_time(clock: Clock) -> None:
    sweep = whole(clock, "ab", processes=2)
    sweep.guess("a", 1.0)
    sweep.guess("b", 30.0)
    sweep.begin([["0"], ["1"]])
    assert sweep.seconds_left() == pytest.approx(300)


def test_an_unknown_kind_has_the_pace_of_the_others(clock: Clock) -> None:
    sweep = whole(clock, "aabb")
    assert sweep.unknown() == "0"
    sweep.guess("a", 3.0)
    assert sweep.unknown() == "2"
    sweep.guess("b", None)
    assert sweep.unknown() is None
    assert sweep.seconds_left() == pytest.approx(4 * 10 * 3 / 2)


def test_a_run_that_continues_has_only_its_other_epochs_left(clock: Clock) -> None:
    runs = [Expected("0", "a", 10, complete=6), Expected("1", "a", 10, complete=6)]
    sweep = WholeSweep(runs, settled=0, processes=1, at_once=1, clock=clock)
    sweep.guess("a", 2.0)
    assert sweep.seconds_left() == pytest.approx(16)
    sweep.show("0", records.resume(5))
    assert sweep.seconds_left() == pytest.approx(18)
    sweep.show("0", records.epoch(6, seconds=50.0))
    assert sweep.seconds_per_epoch("0") == 2, "its elapsed time is that of all its processes"


def test_the_line_says_how_many_runs_end_in_a_minute_once_a_few_have(clock: Clock) -> None:
    sweep = whole(clock, 40 * "a")
    for number in range(30):
        assert ("per minute" in sweep.line()) == (number >= 5)
        sweep.show(str(number), records.end())
        clock.now += 8 if number < 10 else 4
    assert "queued, 15 per minute" in sweep.line(), "that of the last runs counts"
    assert sweep.runs_per_minute() == 15
    together = whole(clock, 40 * "a")
    for number in range(10):
        together.show(str(number), records.end())
    assert together.runs_per_minute() is None, "all ended at once"


def test_a_tenth_of_the_runs_is_a_milestone_but_the_end_is_none(clock: Clock) -> None:
    sweep = whole(clock, 40 * "a")
    said = []
    for number in range(40):
        sweep.show(str(number), records.end())
        if sweep.milestone():
            said.append(number + 1)
    assert said == [4, 8, 12, 16, 20, 24, 28, 32, 36]
    assert not whole(clock, settled=9).milestone(), "runs that were done before are not news"


def test_the_part_of_a_study_says_where_in_the_whole_it_is() -> None:
    runs = [Expected("a", "kind", 2), Expected("b", "kind", 2)]
    whole = WholeSweep(runs, settled=1, processes=1, at_once=1, stage="search: 3 of 9 trials")
    assert whole.lines() == [
        "search: 3 of 9 trials",
        "these runs: 1 of 3 done, 0 running, 2 queued",
    ]
    alone = WholeSweep(runs, settled=1, processes=1, at_once=1)
    assert alone.lines() == ["sweep: 1 of 3 done, 0 running, 2 queued"]
