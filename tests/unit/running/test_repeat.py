"""Repeating a recorded run: equal to the bit, or the differences and their causes."""

import dataclasses
from pathlib import Path

import jobs
import msgspec
import pytest
import records

import nn
from experiments.errors import UserError
from experiments.interruption import Interrupted, Interruption
from experiments.recording import (
    BEST_EPOCH_CORRECT,
    Epoch,
    Event,
    Record,
    Status,
    pack_correct,
)
from experiments.running import Job, Repetition, environment, repeat
from experiments.running.repeat import compare_metrics


def record_of(job: Job) -> Record:
    record = Record.of(jobs.do(job), job.folder)
    assert record is not None
    return record


def repetition_of(record: Record) -> Repetition:
    return repeat(record, show=lambda _: None, interruption=Interruption())


# The repetition of a run


def test_a_run_is_repeated_to_the_bit(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    record, events = record_of(job), []
    contents = sorted(tmp_path.rglob("*"))
    repetition = repeat(record, show=events.append, interruption=Interruption())
    assert repetition.identical
    assert str(repetition) == "bit-identical: every metric of 3 epochs and of the test set"
    assert [type(event) for event in events].count(Epoch) == 3
    assert sorted(tmp_path.rglob("*")) == contents


def test_a_divergence_is_repeated(tmp_path: Path) -> None:
    record = record_of(jobs.job(tmp_path, optimizer=nn.SGD(1e200)))
    assert record.status is Status.DIVERGED
    assert repetition_of(record).identical


def test_a_difference_is_reported_with_what_has_changed(tmp_path: Path) -> None:
    record = record_of(jobs.job(tmp_path))
    metrics = {**record.epochs[1].metrics, "train/cost": 0.5, "validation/cost": 0.5}
    record.epochs[1] = msgspec.structs.replace(record.epochs[1], metrics=metrics)
    record.start = msgspec.structs.replace(
        record.start,
        origin=msgspec.structs.replace(record.start.origin, code="c0de"),
        environment={**environment(), "host": "elsewhere", "user": "somebody"},
    )
    lines = str(repetition_of(record)).splitlines()
    assert lines[:3] == [
        "not identical:",
        "  from epoch 2: train/cost, validation/cost",
        "changed since the recorded run:",
    ]
    code, host = lines[3:]
    assert code.startswith("  code was c0de, is ")
    assert host == f"  host was elsewhere, is {environment()['host']}"


def test_a_difference_without_a_known_cause_is_reported(tmp_path: Path) -> None:
    record = record_of(jobs.job(tmp_path))
    record.epochs.append(records.epoch(4))
    assert str(repetition_of(record)).splitlines() == [
        "not identical:",
        "  the record has 4 epochs, the repetition 3",
        "changed since the recorded run:",
        "  none of code, data, configuration and versions",
    ]


def test_a_run_without_an_end_is_compared_up_to_its_last_epoch(tmp_path: Path) -> None:
    record = record_of(jobs.job(tmp_path))
    record.end = None
    del record.epochs[2]
    assert repetition_of(record).identical


def test_a_recorded_configuration_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    config = msgspec.structs.replace(job.config, optimizer={"_target_": "nn.Lost"})
    record = Record(dataclasses.replace(job, config=config).start())
    with pytest.raises(UserError, match=r"nn\.Lost"):
        repetition_of(record)


def test_a_repetition_can_be_interrupted(tmp_path: Path) -> None:
    record = record_of(jobs.job(tmp_path))
    with pytest.raises(Interrupted):
        repeat(record, show=lambda _: None, interruption=jobs.StopAfter(2))


# Comparing metrics

FINISHED: list[Event] = [*records.epochs(3), records.end()]


def changed(number: int, **metrics: float) -> Record:
    """Return a finished record in which some metrics of an epoch are other ones."""
    events = [
        records.epoch(number, **metrics) if event == records.epoch(number) else event
        for event in FINISHED
    ]
    return records.record(*events)


def test_equal_metrics_have_no_difference() -> None:
    assert compare_metrics(records.record(*FINISHED), records.record(*FINISHED)) == []


def test_clock_times_do_not_count() -> None:
    other = changed(2, seconds=99.0, images_per_second=1.0)
    assert compare_metrics(records.record(*FINISHED), other) == []


def test_only_the_first_epoch_that_differs_is_named() -> None:
    other = changed(2, **{"train/cost": 0.1, "new": 1.0})
    other.epochs[2] = records.epoch(3, minibatch_gradient_norm=9.0)
    assert compare_metrics(records.record(*FINISHED), other) == ["from epoch 2: new, train/cost"]


def test_fewer_epochs_are_a_difference_but_more_are_not() -> None:
    """A run that was interrupted has fewer epochs than its repetition."""
    long, short = records.record(*records.epochs(3)), records.record(*records.epochs(2))
    assert compare_metrics(long, short) == ["the record has 3 epochs, the repetition 2"]
    assert compare_metrics(short, long) == []


def test_the_end_is_compared_if_the_recorded_run_was_complete() -> None:
    metrics = {**records.TEST_METRICS, "test/cost": 0.1}
    other = records.record(*records.epochs(3), records.end(metrics=metrics))
    assert compare_metrics(records.record(*FINISHED), other) == ["at the end: test/cost"]
    interrupted = records.record(*records.epochs(3), records.end(Status.INTERRUPTED))
    assert compare_metrics(interrupted, other) == []


def test_one_test_image_is_a_difference() -> None:
    for field, column in (("correct", "test/correct"), ("best_epoch_correct", BEST_EPOCH_CORRECT)):
        other = records.record(*records.epochs(3), records.end(**{field: pack_correct([True])}))
        assert compare_metrics(records.record(*FINISHED), other) == [f"at the end: {column}"]


def test_another_status_is_a_difference() -> None:
    diverged = records.record(*records.epochs(2), records.end(Status.DIVERGED))
    assert compare_metrics(diverged, records.record(*FINISHED)) == [
        "at the end: " + ", ".join(sorted({**records.TEST_METRICS, **records.CORRECT_IMAGES})),
        "the record has the status diverged, the repetition finished",
    ]


def test_a_run_that_its_schedule_ended_is_repeated_to_the_bit(tmp_path: Path) -> None:
    ending = {"optimizer": nn.SGD(1e-12), "schedule": nn.StopOnPlateau(1), "epochs": 9}
    repetition = repetition_of(record_of(jobs.job(tmp_path, **ending)))
    assert str(repetition) == "bit-identical: every metric of 2 epochs and of the test set"


def test_a_test_curve_is_repeated_to_the_bit(tmp_path: Path) -> None:
    record = record_of(jobs.job(tmp_path, test_curve=True))
    assert "test_curve/cost" in record.history
    assert repetition_of(record).identical


# The test set


def test_the_test_set_of_a_run_stays_closed_in_its_repetition(tmp_path: Path) -> None:
    record, events = record_of(jobs.job(tmp_path, score_test=False)), []
    repetition = repeat(record, show=events.append, interruption=Interruption())
    assert str(repetition) == "bit-identical: every metric of 3 epochs"
    assert events[-1].untested


def test_the_test_set_of_an_unfinished_run_is_not_opened(tmp_path: Path) -> None:
    record, events = record_of(jobs.job(tmp_path)), []
    record.end = None
    repeat(record, show=events.append, interruption=Interruption())
    assert events[-1].untested
