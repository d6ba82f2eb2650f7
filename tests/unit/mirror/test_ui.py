"""The server of `experiments ui`: its port, and its last words. The browser has system tests."""

import socket
from pathlib import Path

import msgspec
import pytest
import records
from empty_store import write_empty_store

from experiments.errors import UserError
from experiments.mirror.store import find_experiment, open_store
from experiments.mirror.ui import (
    HOSTS,
    free_hosts,
    last_line,
    newest_experiment,
    newest_sweep,
    pages,
)


def test_a_port_that_another_program_uses_is_refused() -> None:
    with socket.socket() as other:
        other.bind((HOSTS[-1], 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=rf"^port {port}: .*; choose another with --port$"):
            free_hosts(port)


def test_a_free_port_is_accepted() -> None:
    with socket.socket() as probe:
        probe.bind((HOSTS[-1], 0))
        port = probe.getsockname()[1]
    assert free_hosts(port)
    assert [host for host in HOSTS if host in free_hosts(port)] == free_hosts(port)


@pytest.mark.parametrize("port", [-1, 0, 65536, 10**10])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(UserError, match=f"^port {port}: "):
        free_hosts(port)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (b"starting\nError: no such store\n\n  \n", "Error: no such store"),
        (b"one line", "one line"),
        (b"\xff broken", "\ufffd broken"),
        (b"", "no message"),
        (b"\n\n", "no message"),
    ],
)
def test_the_last_line_of_a_server_says_why_it_did_not_start(output: bytes, expected: str) -> None:
    assert last_line(output) == expected


def test_the_newest_sweep_with_a_view_is_opened_first(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    write_empty_store(tmp_path / "mlflow.db")
    client = open_store(uri)
    tracking = msgspec.structs.replace(records.NOT_TRACKED, uri=uri, artifacts=str(tmp_path / "a"))
    experiment_id = find_experiment(client, uri, tracking)
    for time, sweep in enumerate(("newest", "oldest")):
        client.create_run(experiment_id, 2 - time, {"sweep": sweep})
    assert newest_sweep(uri, newest_experiment(uri)) == ""  # of an earlier version
    client.set_experiment_tag(experiment_id, "mlflow.sharedViewState.newest", "{}")
    experiment = newest_experiment(uri)
    assert newest_sweep(uri, experiment) == "newest"
    first, second = pages("http://server", experiment, "newest").items()
    assert (first[0], second[0]) == ("Newest sweep", "All runs")
    assert "viewStateShareKey=newest&compareRunsMode=CHART" in first[1]
    assert list(pages("http://server", experiment, "")) == ["All runs"]
