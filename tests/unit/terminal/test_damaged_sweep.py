"""`experiments status` with a damaged sweep record."""

from pathlib import Path

import pytest
import records
from damage import NOT_JSON, Damage, check_message, damages, many_examples
from hypothesis import given
from hypothesis import strategies as st

from experiments.errors import UserError
from experiments.recording import SWEEP_RECORD
from experiments.terminal import show_status


@pytest.mark.usefixtures("capsys")
@many_examples
@given(st.binary(max_size=100) | st.sampled_from(NOT_JSON) | damages())
def test_a_damaged_sweep_record_is_shown_or_refused_in_one_line(
    tmp_path: Path, contents: bytes | Damage
) -> None:
    record = records.sweep_record(["1" * 16, "2" * 16])
    folder = records.write_sweep_record(tmp_path, record)
    if not isinstance(contents, bytes):
        contents = contents((folder / SWEEP_RECORD).read_bytes())
    (folder / SWEEP_RECORD).write_bytes(contents)
    for chosen in (None, str(folder)):
        try:
            show_status(tmp_path, chosen)
        except UserError as error:
            check_message(error)
