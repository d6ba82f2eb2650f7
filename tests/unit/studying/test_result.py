"""The result of a run: its accuracy on validation, and the epochs that it has cost."""

import records

from experiments.recording import Status
from experiments.studying import Result
from experiments.studying.result import ACCURACY

EPOCHS = records.START.config.epochs
CLASSES = records.START.config.architecture.sizes[-1]


def test_a_finished_run_has_the_accuracy_after_its_last_epoch() -> None:
    epochs = [
        records.epoch(number, **{ACCURACY: accuracy}) for number, accuracy in ((1, 0.9), (2, 0.82))
    ]
    result = Result.of(records.record(*epochs, records.closed_end()))
    assert result == Result(records.START.identity, 0.82, 2)


def test_a_diverged_run_has_the_accuracy_of_guessing_and_costs_all_its_epochs() -> None:
    record = records.record(records.epoch(1), records.end(Status.DIVERGED))
    assert EPOCHS > 1
    assert Result.of(record) == Result(records.START.identity, 1 / CLASSES, EPOCHS)
