"""An MLflow server that dies: runs continue, and MLflow has everything when it is back.

Whoever reads results from a server that is dead, or that is not MLflow's, is told so in one line
before the patience of these tests ends. MLflow's own client would wait many minutes.
"""

import contextlib
import http.server
import json
import os
import signal
import socket
import socketserver
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import harness
import pytest
import records
from forked import EXPERIMENTS, Forks
from harness import Program, Tracked


class Server:
    """MLflow's own server on an SQLite store, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = harness.uri(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._program: Program | None = None

    def start(self) -> None:
        """Start the server and wait for its first answer."""
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-serve-artifacts"]
        command += ["--backend-store-uri", self.store]
        command += ["--default-artifact-root", str(self.folder / "artifacts")]
        settings = {
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        self._program = Program(command, self.folder / "server.log", **settings)
        harness.wait_for(self._answers, "answer of the server")

    def kill(self) -> None:
        """Kill the server, as a crash does."""
        if self._program is not None:
            self._program.__exit__()
            self._program = None

    def tracked(self, outputs: Path) -> list[Tracked]:
        """Return the tracked runs whose records are in an outputs folder."""
        runs = harness.tracked(self.store)
        return [run for run in runs if run.tags.get("folder", "").startswith(str(outputs))]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=1):
                return True
        except OSError:
            return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs. Each test leaves it running."""
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.kill()


@pytest.mark.stress
def test_a_sweep_continues_while_the_server_is_dead_and_catches_up_later(server: Server) -> None:
    folder = server.folder / "sweep"
    arguments = ("-m", "seed=1,2", "hydra.launcher.processes=2", *harness.SLOW_AND_ENDLESS)
    with harness.start(folder, *arguments, f"tracking.uri={server.address}") as program:
        jobs = harness.wait_for_jobs(folder).values()
        harness.wait_for(lambda: harness.latest_step(server.store), "epoch in the store")
        server.kill()
        harness.wait_for(lambda: harness.STORE_WARNING in program.output, "warning")
        dead_at = min(map(harness.n_epochs, jobs))
        harness.wait_for(lambda: min(map(harness.n_epochs, jobs)) > dead_at + 10, "more epochs")
        server.start()
        again_at = max(map(harness.n_epochs, jobs))
        harness.wait_for(
            lambda: harness.latest_step(server.store) > again_at, "later epoch in the store"
        )
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.output.count(harness.STORE_WARNING) == 1
        assert "and in MLflow" in program.output
    harness.assert_complete(server.tracked(folder), "KILLED", *jobs)


@pytest.mark.stress
def test_a_run_finishes_without_the_server_and_is_synced_later(server: Server) -> None:
    folder = server.folder / "run"
    arguments = ("epochs=50", *harness.SLOW, f"tracking.uri={server.address}")
    with harness.start(folder, *arguments) as program:
        harness.wait_for_epoch(folder)
        server.kill()
        assert program.wait() == 0
        output = program.output
    assert output.count(harness.STORE_WARNING) == 1
    assert "MLflow is not up to date: " in output
    assert harness.n_epochs(folder) == 50

    server.start()
    advised = harness.advice(output, "sync")[2:]
    harness.sync(server.folder, *advised)
    runs = server.tracked(folder)
    harness.assert_complete(runs, "FINISHED", harness.run_folder(folder))
    harness.sync(server.folder, *advised)
    assert server.tracked(folder) == runs


# ---- reading results


READ = """
import json, sys
from pathlib import Path
import frames
from experiments import results

row = frames.run("seed=0")
row["data"] = results.experiment(row).dataset.load("float32").sha256
row["epochs_done"] = 1
readers = {
    "runs": results.runs,
    "history": results.history,
    "sweeps": results.sweeps,
    "find_sweep": lambda uri: results.find_sweep(uri, None),
    "export": lambda uri: results.export(uri, Path(sys.argv[1])),
    "files": lambda uri: results.files(uri, row["identity"]),
    "network": lambda uri: results.network(uri, row),
    "first_layer": lambda uri: results.first_layer(uri, row),
    "predictions": lambda uri: results.predictions(uri, row),
}
for each in sys.argv[2:]:
    name, _, uri = each.partition("=")
    try:
        print(json.dumps([name, "no error", repr(readers[name](uri))]), flush=True)
    except Exception as error:
        print(json.dumps([name, type(error).__name__, str(error)]), flush=True)
"""
"""A program that reads results from stores and prints the errors."""
READERS = (
    *("runs", "history", "sweeps", "find_sweep", "export"),
    *("files", "network", "first_layer", "predictions"),
)


def errors(folder: Path, *words: str, **variables: str) -> list[list[str]]:
    """Return the function, the type of its error and the message for each `FUNCTION=ADDRESS`."""
    command = [sys.executable, "-W", "ignore", "-c", READ, folder / "exported", *words]
    support = os.pathsep.join(str(harness.PROJECT / each) for each in ("src", "tests/support"))
    with Program(command, folder / "read.log", PYTHONPATH=support, **variables) as program:
        assert program.wait() == 0, program.output
        return [json.loads(line) for line in program.output.splitlines()]


def test_every_reader_says_in_one_line_that_the_server_is_dead(tmp_path: Path) -> None:
    with socket.socket() as taken:  # nothing listens there
        taken.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}"
        found = errors(tmp_path, *(f"{name}={uri}" for name in READERS))
    message = f"{uri}: the server does not answer ([Errno 111] Connection refused)"
    assert found == [[name, "UserError", message] for name in READERS]


@contextlib.contextmanager
def _listening(*, closing: bool) -> Iterator[str]:
    """Yield the address of a server that never answers, or that closes each connection at once."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def close_each() -> None:
            with contextlib.suppress(OSError):  # the listener was closed
                while True:
                    listener.accept()[0].close()

        if closing:
            threading.Thread(target=close_each, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def _website(status: int) -> Iterator[str]:
    """Yield the address of a web server whose answers are HTML, and ask to come back tomorrow."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Retry-After", "86400")
            self.end_headers()
            self.wfile.write(b"<html>\n<body>Hello</body></html>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.stress
def test_a_server_that_is_not_mlflows_is_described_in_one_line(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        addresses = [
            stack.enter_context(each)
            for each in (
                _listening(closing=False),
                _listening(closing=True),
                *map(_website, (200, 404, 500, 503)),
            )
        ]
        found = errors(tmp_path, *(f"runs={uri}" for uri in addresses))
    said = [
        "the server does not answer (no answer within 5 s)",
        "the server does not answer (it closed the connection)",
        "its answer is not in JSON: this is not the address of an MLflow server",
        "the server answers with error 404",
        "the server answers with error 500",
        "the server answers with error 503",
    ]
    assert found == [
        ["runs", "UserError", f"{uri}: {message}"]
        for uri, message in zip(addresses, said, strict=True)
    ]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
PAUSE = 0.3
"""Seconds between two parts of an answer."""


@contextlib.contextmanager
def _slow(at_once: bytes, *parts: bytes) -> Iterator[str]:
    """Yield the address of a server that sends an answer in parts, with a pause before each."""
    ended = threading.Event()

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):  # the client has gone
                self.request.recv(65536)
                self.request.sendall(at_once)
                for part in parts:
                    if ended.wait(PAUSE):
                        return
                    self.request.sendall(part)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        ended.set()
        server.shutdown()


def single_bytes(text: bytes) -> list[bytes]:
    return [bytes([each]) for each in text]


@pytest.mark.stress
def test_a_server_that_answers_byte_by_byte_is_left_at_the_limit(tmp_path: Path) -> None:
    """The limit is the user's. It ends the program long before the answer would end."""
    names = ("runs", "sweeps")
    with _slow(b"", *single_bytes(HEAD)) as head, _slow(HEAD, *single_bytes(b" " * 1000)) as body:
        words = [f"{name}={uri}" for name in names for uri in (head, body)]
        begin = time.monotonic()
        found = errors(tmp_path, *words, MLFLOW_HTTP_REQUEST_TIMEOUT="1")
        seconds = time.monotonic() - begin
    late = "the server does not answer (no answer within 1 s)"
    slow = "the server answers too slowly (less than 10,000 bytes in 1 s)"
    assert found == [
        [name, "UserError", f"{uri}: {message}"]
        for name in names
        for uri, message in ((head, late), (body, slow))
    ]
    assert seconds < PAUSE * len(HEAD)


@pytest.mark.stress
def test_a_long_answer_over_a_slow_line_is_read_to_its_end(tmp_path: Path) -> None:
    with _slow(HEAD, *[b"{" + b" " * 9_999, *[b" " * 10_000] * 4, b" " * 9_999 + b"}"]) as uri:
        found = errors(tmp_path, f"runs={uri}", MLFLOW_HTTP_REQUEST_TIMEOUT="1")
    assert found == [["runs", "UserError", f"{uri}: no runs are tracked there"]]


@pytest.mark.stress
@pytest.mark.parametrize("at_once", [b"", HEAD])
def test_nobody_waits_much_longer_than_ten_seconds(tmp_path: Path, at_once: bytes) -> None:
    with _slow(at_once, *single_bytes(b"HTTP/1.1 200 " + b" " * 1000)) as uri:
        command = [harness.EXPERIMENTS, "compare", "loss", "--uri", uri]
        begin = time.monotonic()
        with Program(command, tmp_path / "compare.log") as program:
            assert program.wait() == 1
            (line,) = program.output.splitlines()
    assert line.startswith(f"error: {uri}: the server ")
    assert time.monotonic() - begin < 20  # with the import of MLflow; two tries took 22


COMMANDS = (["export", "exported"], ["repeat", "ab"], ["report"], ["ui", "--no-browser"])


@pytest.mark.parametrize(
    ("commands", "limit"),
    [
        ((["compare", "loss"], ["sync"]), "1"),
        pytest.param(COMMANDS, "5", marks=pytest.mark.stress),
    ],
    ids=["two commands", "the others"],
)
def test_every_command_leaves_a_server_that_never_answers_within_seconds(
    tmp_path: Path, commands: Sequence[Sequence[str]], limit: str
) -> None:
    """The command is ended after ten seconds, which is no line."""
    outputs = tmp_path / "outputs"
    records.write_run(outputs, "1" * 16, records.end())
    variables = {"MLFLOW_HTTP_REQUEST_TIMEOUT": limit}
    with _listening(closing=False) as uri, Forks(EXPERIMENTS, tmp_path, **variables) as forks:
        for words in commands:
            chosen = ["--outputs", str(outputs)] * (words[0] != "ui")
            message = f"{uri}: the server does not answer (no answer within {limit} s)"
            forks.execute([*words, *chosen, "--uri", uri]).check_one_line(message)


@pytest.mark.stress
def test_a_run_that_was_done_before_asks_a_silent_server_once(tmp_path: Path) -> None:
    words = [*harness.SMALL, "seed=1"]
    harness.run(tmp_path, *words, harness.NOT_TRACKED)
    with _listening(closing=False) as uri:
        output = harness.run(tmp_path, *words, f"tracking.uri={uri}")
    assert output.count("the server does not answer (no answer within 5 s)") == 2
    assert "MLflow is not up to date: the server does not answer" in output
