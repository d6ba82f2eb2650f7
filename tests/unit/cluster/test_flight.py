"""The state of a run on the scheduler: written by workers, read by clients."""

from typing import Any

import pytest

from experiments.cluster.flight import Flight, key_of
from experiments.cluster.snapshot import Snapshot

FIRST = Snapshot(journal=b"1\n", checkpoint=b"c1", files={"weights/0000.npy": b"w0"})
SECOND = Snapshot(journal=b"1\n2\n", checkpoint=b"c2", files={**FIRST.files, "output.log": b"said"})


@pytest.fixture
def flight(client: Any) -> Flight:
    return Flight(client, "0123")


def test_a_state_is_read_as_it_was_written(flight: Flight, client: Any) -> None:
    other = Flight(client, "0123")
    assert other.read() == Snapshot()
    for snapshot in (FIRST, SECOND):
        flight.write("token", snapshot)
        assert other.read("token") == snapshot
        assert other.read(have=FIRST.files) == snapshot


def test_a_state_of_another_submission_does_not_count(flight: Flight) -> None:
    flight.write("token", FIRST)
    assert flight.read("another") == Snapshot()


def test_a_file_that_has_changed_is_fetched_again(flight: Flight) -> None:
    flight.write("token", SECOND)
    assert flight.read(have={"output.log": b"old"}) == SECOND


def test_attempts_are_counted_for_each_submission(flight: Flight) -> None:
    assert flight.begin("token", "w0") == []
    assert flight.is_attempt("token", 1)
    assert flight.begin("token", "w1") == ["w0"]
    assert not flight.is_attempt("token", 1)
    assert flight.is_attempt("token", 2)
    assert flight.begin("another", "w2") == []


def test_an_attempt_is_taken_back_unless_another_has_begun(flight: Flight) -> None:
    flight.begin("token", "w0")
    flight.begin("token", "w1")
    flight.retract("token", 1)
    flight.retract("token", 2)
    assert flight.begin("token", "w2") == ["w0"]


def test_nothing_is_left_of_a_state_that_is_deleted(flight: Flight, client: Any) -> None:
    Flight(client, "4567").write("token", FIRST)
    flight.begin("token", "w0")
    flight.write("token", SECOND)
    flight.delete()
    key = key_of("4567")
    assert set(client.list_datasets()) == {f"{key}/state", f"{key}/weights/0000.npy"}
