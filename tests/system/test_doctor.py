"""`experiments doctor` as a user executes it: nothing broken, and things that prevent runs."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import harness
import pytest
from harness import EXPERIMENTS, Program

WIDTH = 80
ROWS = ("processor", "cores", "BLAS", "sgemm", "versions", "outputs", "MLflow", "data")
NO_PROXY = {"NO_PROXY": "127.0.0.1"}


def examined(folder: Path, *words: str, **variables: str) -> tuple[int, str]:
    """Return the exit code of the command and its output, for records in a folder."""
    words = ("doctor", "--outputs", str(folder), *words)
    return harness.experiments(folder.with_suffix(".doctor.log"), *words, **variables)


def test_a_machine_without_records_can_do_runs_and_gets_no_files(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    code, output = examined(folder)
    assert code == 0, output
    for row in ROWS:
        assert f"\n{row.ljust(10)} " in f"\n{output}"
    assert "\n           can be written, " in output
    assert "\n           not there yet; the first run makes it\n" in output
    assert "\n           all four files are there\n" in output
    assert not folder.exists()
    without_paths = [line for line in output.splitlines() if str(tmp_path) not in line]
    assert max(map(len, without_paths)) <= WIDTH


def test_the_store_of_runs_answers(four: harness.Sweep) -> None:
    code, output = examined(four.folder, "--uri", four.uri)
    assert code == 0, output
    assert "\n           answers in " in output


def test_a_dead_server_is_named_with_the_command_that_starts_it(tmp_path: Path) -> None:
    with socket.socket() as taken:  # nothing listens there
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        uri = f"http://127.0.0.1:{port}"
        code, output = examined(tmp_path / "outputs", "--uri", uri, **NO_PROXY)
    assert code == 1
    assert "Traceback" not in output
    assert f"\nMLflow     {uri}\n           cannot be used\n" in output
    assert f"\n- {uri}: the server does not answer " in output
    assert f"mlflow server --host 127.0.0.1 --port {port} " in output


def test_a_server_that_never_answers_in_the_environment_is_left(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        uri = f"http://127.0.0.1:{listener.getsockname()[1]}"
        variables = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_HTTP_REQUEST_TIMEOUT": "0.2", **NO_PROXY}
        code, output = examined(tmp_path / "outputs", **variables)
    assert code == 1
    assert "(no answer within 0.2 s)" in " ".join(output.split())


def test_a_file_in_the_place_of_the_outputs_folder_prevents_runs(tmp_path: Path) -> None:
    file = tmp_path / "outputs"
    file.touch()
    code, output = examined(file)
    assert code == 1
    assert "\n           cannot be written\n" in output
    assert f"- outputs={file}: this is a file;" in " ".join(output.split())


@pytest.mark.skipif(len(os.sched_getaffinity(0)) == 1, reason="BLAS uses one thread on one core")
def test_more_threads_of_blas_are_advised_against(tmp_path: Path) -> None:
    command = [EXPERIMENTS, "doctor", "--outputs", tmp_path / "outputs"]
    with Program(command, tmp_path / "log", OPENBLAS_NUM_THREADS="2") as program:
        assert program.wait() == 0, program.output
        output = program.output
    assert "BLAS uses 2 threads" in output
    assert "OPENBLAS_NUM_THREADS=1" in " ".join(output.split())


@pytest.mark.parametrize("words", [["--uri", "gopher://host"], ["--outputs", ""], ["x"]])
def test_bad_input_is_one_line(tmp_path: Path, words: Sequence[str]) -> None:
    code, output = examined(tmp_path / "outputs", *words)
    assert code == 2
    (line,) = output.splitlines()
    assert line.startswith("error: ")


def test_a_bad_address_in_the_environment_is_one_line(tmp_path: Path) -> None:
    code, output = examined(tmp_path / "outputs", MLFLOW_TRACKING_URI="file:/x")
    assert code == 1
    assert output.startswith("error: the environment variable MLFLOW_TRACKING_URI: file:/x")
    assert output.count("\n") == 1
