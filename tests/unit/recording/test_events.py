"""Events: each kind is recognised by its tag, and a note knows if it is recorded."""

import base64
import json
import typing
from pathlib import Path

import msgspec
import pytest
import records

from experiments.recording import End, Event, Journal, Note, Start, Status, decode, encode
from experiments.recording.events import RecordedDataset

TAGS = {
    "start": records.START,
    "certificate": records.certificate(),
    "resume": records.resume(1),
    "epoch": records.epoch(1),
    "note": records.note("hello"),
    "end": records.end(),
}


@pytest.mark.parametrize("tag", TAGS)
def test_an_event_is_recognised_by_its_tag(tag: str) -> None:
    line = encode(TAGS[tag])
    assert json.loads(line)["event"] == tag
    assert decode(line, Event) == TAGS[tag]


def test_every_kind_of_event_has_a_tag_of_its_own() -> None:
    assert {type(event) for event in TAGS.values()} == set(typing.get_args(Event))


def test_a_certificate_names_the_wrong_layer_that_is_nearest_to_the_output() -> None:
    right, wrong = records.certificate(1e-9, 1e-5), records.certificate(0.5, 0.25, 1e-9)
    assert (right.passed, right.wrong_layer, right.largest_error) == (True, None, 1e-5)
    assert (wrong.passed, wrong.wrong_layer, wrong.largest_error) == (False, 2, 0.5)
    unchecked = records.certificate(errors=[])
    assert (unchecked.passed, unchecked.wrong_layer) == (True, None)


def test_the_status_is_recorded_as_a_word() -> None:
    line = encode(records.end(Status.DIVERGED))
    assert json.loads(line)["status"] == "diverged"
    end = decode(line, Event)
    assert isinstance(end, End)
    assert end.status is Status.DIVERGED


def test_the_correct_images_are_text_in_a_journal() -> None:
    line = encode(records.end())
    assert json.loads(line)["correct"] == base64.b64encode(b"\x07\xdf\x80").decode()
    end = decode(line, Event)
    assert isinstance(end, End)
    assert end.correct_images == records.CORRECT_IMAGES


def test_the_end_of_an_older_record_does_not_know_the_correct_images() -> None:
    fields = json.loads(encode(records.end()))
    older = {name: fields[name] for name in ("event", "time", "status", "elapsed", "metrics")}
    end = msgspec.convert(older, Event)
    assert isinstance(end, End)
    assert end.metrics == records.TEST_METRICS
    assert end.correct_images == {}
    assert end.ended_after == 0


def test_a_run_that_failed_before_its_data_were_loaded_has_no_dataset() -> None:
    start = decode(encode(records.start(dataset=None)), Event)
    assert isinstance(start, Start)
    assert start.dataset is None
    start = decode(encode(records.start()), Event)
    assert isinstance(start, Start)
    assert isinstance(start.dataset, RecordedDataset)


def test_a_note_is_recorded_once_a_journal_has_set_its_time(tmp_path: Path) -> None:
    note = Note(message="hello")
    assert not note.recorded
    with Journal(tmp_path) as journal:
        appended = journal.append(note)
    assert isinstance(appended, Note)
    assert appended.recorded
