"""`experiments server`: the folder, the address and the options that it passes on."""

from pathlib import Path
from typing import Any

import pytest

from experiments import serving
from experiments.cli import server
from experiments.cli.main import parser
from experiments.interruption import Interruption


def test_the_server_has_a_folder_in_the_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []

    def serve_team(*words: object, **options: object) -> None:
        called.append((words, options))

    monkeypatch.setattr(serving, "serve_team", serve_team)
    words = ["server", "--outputs", str(tmp_path), "--port", "8080", "--upgrade"]
    arguments = parser().parse_args(words)
    arguments.interruption = Interruption()
    server.run(arguments)
    ((positional, options),) = called
    assert positional == (tmp_path / "server", "127.0.0.1", 8080)
    assert options["upgrade"] is True
