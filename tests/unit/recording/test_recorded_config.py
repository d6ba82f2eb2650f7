"""The recorded configuration: it is read back, and an unknown version of it is refused."""

import json

import msgspec
import pytest
import records

from experiments.recording import RecordedConfig


def test_a_recorded_configuration_is_read_back() -> None:
    text = json.dumps(msgspec.to_builtins(records.CONFIG))
    assert msgspec.convert(json.loads(text), RecordedConfig) == records.CONFIG


def test_a_whole_number_is_read_as_a_float_where_that_is_meant() -> None:
    fields = {**msgspec.to_builtins(records.CONFIG), "l2": 5}
    assert repr(msgspec.convert(fields, RecordedConfig).l2) == "5.0"


@pytest.mark.parametrize("key", ["dataset", "tracking", "epochs", "seed"])
def test_a_missing_value_is_an_error_that_names_it(key: str) -> None:
    fields = msgspec.to_builtins(records.CONFIG)
    del fields[key]
    with pytest.raises(msgspec.ValidationError, match=key):
        msgspec.convert(fields, RecordedConfig)


def test_a_value_of_another_type_is_an_error_that_names_it() -> None:
    fields = {**msgspec.to_builtins(records.CONFIG), "epochs": "three"}
    with pytest.raises(msgspec.ValidationError, match=r"\$.epochs"):
        msgspec.convert(fields, RecordedConfig)
