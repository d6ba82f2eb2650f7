"""What the end-to-end tests share: running programs, waiting for them, reading what they leave.

Nothing is simulated: a test starts `python run.py` as a user does, with its output in a folder of
its own, waits for what the program writes, and reads MLflow's store through MLflow's client.
"""

import contextlib
import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parents[2]
EXPERIMENTS = Path(sys.executable).with_name("experiments")  # the command
PATIENCE = 150  # seconds until a wait is given up, on a machine busy with other things
POLL = 0.02
SMALL = ("epochs=2", "dataset.train_size=300")
ENDLESS = ("epochs=100000", "dataset.train_size=300", "dataset.validation_size=1000")
NOT_TRACKED = "tracking=none"
CLOCK = ("seconds", "images_per_second")  # metrics that differ from one time to the next

T = TypeVar("T")


class Program:
    """A command under way, its output in a file; leaving the context ends what is left of it."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, *, cwd: Path = PROJECT, **variables: str
    ) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._mark = f"END_TO_END_TEST={uuid.uuid4().hex}"
        name, _, value = self._mark.partition("=")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**environment(), **variables, name: value},
                start_new_session=True,
            )

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    @property
    def output(self) -> str:
        """What it has printed so far, on both of its channels."""
        return self.log.read_text(encoding="utf-8")

    def wait(self) -> int:
        """Return the exit code."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"no end after {PATIENCE} s; so far:\n{self.output}") from error

    def send(self, signum: int) -> None:
        """Send a signal to the main process alone."""
        self.process.send_signal(signum)

    def ctrl_c(self) -> None:
        """Send SIGINT as a terminal does: to every process in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def processes(self) -> dict[int, str]:
        """Return id and command line of the main process and of all that descend from it.

        Found by a variable that they inherit, so that none escapes by leaving the session.
        """
        found = {}
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):  # ended meanwhile, or another user's
                variables = (folder / "environ").read_bytes().split(b"\0")
                if folder.name.isdigit() and self._mark.encode() in variables:
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode(errors="replace").strip()
        return found

    def wait_until_gone(self) -> None:
        """Wait until no process is left."""
        wait_for(lambda: not self.processes(), f"the end of {self.processes()}")


def environment() -> dict[str, str]:
    """Return this process's variables without those that change what is tested."""
    ours = ("MLFLOW_", "HYDRA_", "OPENBLAS_", "PYTHONUNBUFFERED", "COLUMNS", "FORCE_COLOR")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def wait_for(condition: Callable[[], T], what: str) -> T:
    """Return what ``condition`` returns as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"no {what} after {PATIENCE} s"
        time.sleep(POLL)
    return value


def start(
    folder: Path,
    *arguments: str,
    options: Sequence[str] = (),
    cwd: Path = PROJECT,
    **variables: str,
) -> Program:
    """Start `python run.py`, recording in ``folder``; ``options`` are the interpreter's."""
    command = [sys.executable, *options, PROJECT / "run.py", *arguments, f"outputs={folder}"]
    return Program(command, folder.with_suffix(".log"), cwd=cwd, **variables)


def run(folder: Path, *arguments: str, **settings: Any) -> str:
    """Run `python run.py` to its end, which has to be a good one; return its output."""
    with start(folder, *arguments, **settings) as program:
        assert program.wait() == 0, program.output
        return program.output


def run_together(commands: Mapping[Path, Sequence[str]], **settings: Any) -> None:
    """Run several `python run.py` at once, each recording in its folder, to their good ends."""
    with ExitStack() as stack:
        programs = [
            stack.enter_context(start(folder, *arguments, **settings))
            for folder, arguments in commands.items()
        ]
        for program in programs:
            assert program.wait() == 0, program.output


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount something on a folder meanwhile; skip the test where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nothing be written to a folder meanwhile, by root either; skip where that cannot be."""
    if not os.geteuid():
        with mounted(folder, "--bind", "-o", "ro", str(folder)):
            yield
        return
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for each in folders:
        each.chmod(0o555)
    try:
        yield
    finally:
        for each in folders:
            each.chmod(0o755)


def uri(folder: Path) -> str:
    """Return the address of the store in a folder."""
    return f"sqlite:///{folder / 'mlflow.db'}"


def store(folder: Path) -> tuple[str, str]:
    """Return the overrides that keep everything tracked in a folder."""
    return f"tracking.uri={uri(folder)}", f"tracking.artifacts={folder / 'artifacts'}"


def run_folder(folder: Path) -> Path:
    """Return the folder of a run, given that or an outputs folder with just one run."""
    found = list((folder / "runs").glob("*"))
    assert len(found) <= 1, f"more than one run: {found}"
    return found[0] if found else folder


def events(folder: Path, kind: str = "") -> list[dict[str, Any]]:
    """Return the events of a run's journal, or those of one kind; none if there is no journal."""
    try:
        lines = (run_folder(folder) / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    return [event for event in map(json.loads, lines) if kind in ("", event["event"])]


def wait_for_epoch(*folders: Path) -> None:
    """Wait until every one of the runs has recorded an epoch."""
    wait_for(lambda: all(events(folder, "epoch") for folder in folders), "epoch in a journal")


def sweep_folder(outputs: Path) -> Path:
    """Return the folder of the only sweep."""
    (folder,) = (outputs / "sweeps").iterdir()
    return folder


def jobs(outputs: Path) -> dict[str, Path]:
    """Return the folders of the only sweep's jobs by name, in the order of the command line."""
    record = json.loads((sweep_folder(outputs) / "sweep.json").read_text(encoding="utf-8"))
    return {run["name"]: outputs / "runs" / run["identity"] for run in record["runs"]}


def wait_for_jobs(outputs: Path) -> dict[str, Path]:
    """Return the folders of the only sweep's jobs as soon as it has recorded what they are."""
    wait_for(lambda: list(outputs.glob("sweeps/*/sweep.json")), "record of a sweep")
    return jobs(outputs)


def histories(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Return every metric of a run's journal as MLflow has to show it: (step, value) pairs."""
    found: dict[str, list[tuple[int, float]]] = {}
    epochs = events(folder, "epoch")
    for event in [*epochs, *events(folder, "end")]:
        for name, value in event.get("metrics", {}).items():
            found.setdefault(name, []).append((event.get("epoch", len(epochs)), value))
    return found


def results(folder: Path) -> dict[str, Any]:
    """Return all that came of a finished run, to the last bit, but for what a clock decides."""
    end = events(folder)[-1]
    assert end["status"] == "finished", end
    metrics = {
        name: [(step, float(value).hex()) for step, value in values]
        for name, values in histories(folder).items()
        if name not in CLOCK
    }
    contents = {path.name: path.read_bytes() for path in run_folder(folder).glob("weights/*")}
    with np.load(run_folder(folder) / "network.npz") as saved:
        contents[str(saved["parameters"].dtype)] = saved["parameters"].tobytes()
    digests = {name: hashlib.sha256(each).hexdigest() for name, each in contents.items()}
    return {**metrics, "confusion": end["confusion_matrix"], **digests}


def table(output: str) -> list[list[str]]:
    """Return the rows of the table that ends a sweep."""
    lines = output.splitlines()
    header = next(i for i, line in enumerate(lines) if re.match(r"run +outcome +epochs", line))
    cells = [re.split(r" {2,}", line.strip()) for line in lines[header + 1 :]]
    width = len(re.split(r" {2,}", lines[header].strip()))
    end = next(i for i, row in enumerate([*cells, []]) if len(row) < 3 or len(row) > width)
    return cells[:end]


def advice(output: str, subcommand: str) -> list[str]:
    """Return the command `experiments SUBCOMMAND ...` that an output recommends, as typed there."""
    found = re.search(rf"(\S*experiments {subcommand} .+)$", output, re.MULTILINE)
    assert found, f"no advice in: {output}"
    program, *arguments = shlex.split(found[1])
    assert (PROJECT / program).samefile(EXPERIMENTS)
    return [str(EXPERIMENTS), *arguments]


@dataclass(frozen=True)
class Tracked:
    """A run as MLflow has it."""

    id: str
    name: str
    status: str
    start: int
    end: int | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, list[tuple[int, float]]]  # (step, value), in the order of steps
    datasets: Mapping[str, Mapping[str, Any]]  # by context
    models: tuple[str, ...]  # ids
    artifacts: Mapping[str, Path]


def tracked(address: str) -> list[Tracked]:
    """Return all runs in an SQLite store, the first started first."""
    assert Path(address.removeprefix("sqlite:///")).is_file(), f"there is no store at {address}"
    client = connect(address)
    ids = [each.experiment_id for each in client.search_experiments()]
    found = client.search_runs(ids, order_by=["attributes.start_time"], max_results=1000)
    return [_tracked(client, run) for run in found]


def by_name(address: str) -> dict[str, Tracked]:
    """Return all runs in a store by name; there must not be two of one name."""
    runs = tracked(address)
    named = {run.name: run for run in runs}
    assert len(named) == len(runs), f"two runs of one name: {[run.name for run in runs]}"
    return named


def recorded_in(folder: Path, runs: Sequence[Tracked]) -> Tracked:
    """Return the run whose journal is in a folder."""
    (run,) = (run for run in runs if run.tags.get("folder") == str(run_folder(folder)))
    return run


@cache
def connect(address: str) -> Any:
    """Return MLflow's client, imported here where its dependencies' warnings can be let pass."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The ``noload`` loader strategy is deprecated")
        from mlflow import MlflowClient

        return MlflowClient(address)


def _tracked(client: Any, run: Any) -> Tracked:
    key = run.info.run_id
    metrics = {
        name: sorted((m.step, m.value) for m in client.get_metric_history(key, name))
        for name in run.data.metrics
    }
    datasets = {
        tag.value: {
            "name": each.dataset.name,
            "digest": each.dataset.digest,
            **json.loads(each.dataset.profile),
        }
        for each in run.inputs.dataset_inputs
        for tag in each.tags
        if tag.key == "mlflow.data.context"
    }
    outputs = run.outputs.model_outputs if run.outputs else []
    return Tracked(
        id=key,
        name=run.info.run_name,
        status=run.info.status,
        start=run.info.start_time,
        end=run.info.end_time,
        params=run.data.params,
        tags=run.data.tags,
        metrics=metrics,
        datasets=datasets,
        models=tuple(each.model_id for each in outputs),
        artifacts={
            each.path: Path(run.info.artifact_uri) / each.path
            for each in client.list_artifacts(key)
        },
    )


@dataclass(frozen=True)
class Sweep:
    """The sweep of the README on a few images, which several modules look at."""

    folder: Path
    uri: str
    decoy: Path  # where the environment said to track, which the command line overrode
    output: str
    commit: str | None  # of the project when it ran

    @property
    def names(self) -> list[str]:
        """The names of its runs, in the order of the command line."""
        return ["mse sgd", "mse adam", "ce sgd", "ce adam"]


@cache
def four_runs(base: Path) -> Sweep:
    """Run the sweep, once per session: ``base`` is the session's own temporary folder."""
    folder = base / "four"
    folder.mkdir()
    decoy = folder / "decoy.db"
    commit = _commit()
    output = run(
        folder / "sweep",
        *("-m", "loss=mse,ce", "optimizer=sgd,adam", *SMALL, *store(folder)),
        MLFLOW_TRACKING_URI=f"sqlite:///{decoy}",
    )
    return Sweep(folder / "sweep", uri(folder), decoy, output, commit)


def _commit() -> str | None:
    """Return the commit that is checked out, None outside a checkout."""
    command = ["git", "rev-parse", "HEAD"]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return None if found.returncode else found.stdout.strip()
