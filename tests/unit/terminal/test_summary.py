"""The table that ends a sweep."""

import io

import pytest
import records
from rich.console import Console

from experiments.recording import Event, Status
from experiments.terminal import RunSummary, summary_table
from experiments.terminal.summary import percentage


def summary(name: str, *events: Event) -> RunSummary:
    return RunSummary.of(name, records.record(*events))


def printed(*runs: RunSummary) -> list[str]:
    """Return the lines of the table on a terminal of 80 columns."""
    file = io.StringIO()
    Console(file=file, width=80).print(summary_table(runs))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_summary_has_the_values_after_the_last_epoch() -> None:
    last = records.epoch(2, **{"validation/accuracy": 0.95})
    run = summary("sgd", records.epoch(1), last, records.end())
    assert run == RunSummary(
        name="sgd",
        status=Status.FINISHED,
        epochs=2,
        validation_accuracies=(0.9, 0.95),
        test_accuracy=records.TEST_METRICS["test/accuracy"],
        seconds=61.25,
    )
    assert run.validation_accuracy == 0.95


def test_a_run_without_epochs_has_no_accuracies() -> None:
    assert summary("sgd") == RunSummary("sgd", Status.INTERRUPTED, 0, (), None, 0.0)
    assert summary("sgd").validation_accuracy is None


def test_the_table_has_a_line_for_each_run() -> None:
    second = records.epoch(2, **{"validation/accuracy": 0.95})
    assert printed(
        summary("mse sgd", records.epoch(1), second, records.end()),
        summary("mse adam", *records.epochs(2), records.end(Status.DIVERGED, elapsed=5.5)),
        summary("ce sgd", records.end(Status.FAILED)),
        summary("ce nag", records.epoch(1), records.end(Status.FAILED)),
        summary("ce adam", records.epoch(1), records.end(Status.INTERRUPTED, elapsed=2.5)),
        summary("ce rms"),
    ) == [
        "run       status       epochs  validation    test  seconds",
        "mse sgd   finished          2      95.00%  87.50%     61.2",
        "mse adam  diverged          2      90.00%              5.5",
        "ce sgd    failed            0",
        "ce nag    failed            1      90.00%              2.0",
        "ce adam   interrupted       1      90.00%              2.5",
        "ce rms    interrupted       0",
    ]


@pytest.mark.parametrize(
    "name", ["784-128-64-10 mse nesterov", "sizes=[784,100,10] seed=1", "mirrors=[http://a]"]
)
def test_a_name_is_shown_in_full(name: str) -> None:
    _, row = printed(summary(name, records.epoch(1), records.end()))
    assert row.startswith(f"{name}  finished")


@pytest.mark.parametrize(
    ("accuracy", "shown"), [(None, ""), (0.0, "0.00%"), (0.95436, "95.44%"), (1.0, "100.00%")]
)
def test_an_accuracy_is_shown_in_per_cent(accuracy: float | None, shown: str) -> None:
    assert percentage(accuracy) == shown


def test_a_closed_test_set_is_a_word_and_no_number() -> None:
    run = summary("sgd", records.epoch(1), records.closed_end())
    assert run.test_accuracy is None
    assert printed(run)[1].split() == ["sgd", "finished", "1", "90.00%", "closed", "61.2"]
