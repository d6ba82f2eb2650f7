"""The mirror's process with a store that cannot be opened. Other stores are in the system tests."""

import socket
from pathlib import Path

import pytest
import records
from mirror_parent import PlayedParent

from experiments.mirror import follow as module
from experiments.mirror.follow import LAST_TRIES, PAUSES, follow, pause_after
from experiments.tracking import StoreWarning


def test_pauses_between_tries_become_longer_up_to_a_limit() -> None:
    pauses = [pause_after(failures) for failures in range(10)]
    assert pauses == sorted(pauses)
    assert pauses[0] == PAUSES[0]
    assert pauses[-1] == PAUSES[-1]


def test_after_the_end_of_the_parent_a_failing_store_is_tried_a_few_times(
    tmp_path: Path, process: PlayedParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSES", (0,))
    (tmp_path / "file").touch()
    folder = records.write_run(tmp_path, "1", records.end())
    process.end_signal.close()
    assert not follow(folder, f"sqlite:///{tmp_path}/file/mlflow.db", process.parent)
    messages = process.messages.read()
    assert len(messages) == LAST_TRIES
    for message in messages:
        assert isinstance(message, StoreWarning)
        assert str(tmp_path / "file") in message.message


def test_after_the_end_of_the_parent_a_silent_server_is_asked_once(
    tmp_path: Path, process: PlayedParent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "0.2")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = records.write_run(tmp_path, "1", records.end())
    process.end_signal.close()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        uri = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert not follow(folder, uri, process.parent)
        listener.accept()[0].close()
    (message,) = process.messages.read()
    assert message == StoreWarning("the server does not answer (no answer within 0.2 s)")
