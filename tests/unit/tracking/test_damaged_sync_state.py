"""A damaged sync state counts as missing, or has values of the right types."""

from pathlib import Path

import msgspec
from damage import NOT_JSON, Damage, damages, many_examples
from hypothesis import given
from hypothesis import strategies as st

from experiments.recording import SYNC_STATE
from experiments.tracking import SyncState, read_sync_state, up_to_date

URI = "sqlite:////x.db"
WHOLE = msgspec.json.encode(SyncState(store=URI, sizes=[7]))


@many_examples
@given(st.binary(max_size=100) | st.sampled_from(NOT_JSON) | damages())
def test_a_damaged_sync_state_stops_nothing(tmp_path: Path, contents: bytes | Damage) -> None:
    damaged = contents if isinstance(contents, bytes) else contents(WHOLE)
    (tmp_path / SYNC_STATE).write_bytes(damaged)
    state = read_sync_state(tmp_path)
    if state is not None:
        assert isinstance(state.store, str)
        assert all(isinstance(size, int) for size in state.sizes)
    assert not up_to_date(tmp_path, URI)
