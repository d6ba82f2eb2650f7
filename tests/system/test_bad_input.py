"""What is read from files and from the command line may be anything: it is understood or refused.

Refused means an error that is shown as one line.
"""

import gzip
import json
import random
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import harness
import numpy as np
import pytest
from experiments.configuration.config import CONF, DESCRIBED
from harness import NOT_TRACKED, Program
from hydra.core.hydra_config import HydraConfig
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig

from experiments.cli.main import one_line_errors
from experiments.data import read_idx
from experiments.errors import DataError, UserError
from experiments.recording.journal import JOURNAL, Follower, Journal
from experiments.recording.record import SWEEP, Record, read_sweep
from experiments.running.job import Job
from experiments.terminal.status import status

fuzz = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # a folder, written anew
)
Damage = Callable[[bytes], bytes]


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    """Return a function that damages bytes in a few places."""
    strokes = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["flip", "set", "cut", "drop", "insert", "repeat", "swap"]),
                st.floats(0, 1, exclude_max=True),
                st.integers(0, 255),
                st.binary(max_size=20),
            ),
            min_size=1,
            max_size=3,
        )
    )

    def damage(contents: bytes) -> bytes:
        for kind, where, number, data in strokes:
            place = int(where * len(contents))
            before, here, after = contents[:place], contents[place : place + 1], contents[place:]
            after = after[len(here) :]
            flipped = bytes([here[0] ^ (1 << number % 8)]) if here else b""
            contents = {
                "flip": before + flipped + after,
                "set": before + bytes([number]) + after,
                "cut": before,
                "drop": before + after[number:],
                "insert": before + data + here + after,
                "repeat": before + here + before[-number:] + here + after,
                "swap": after + here + before,
            }[kind]
        return contents

    return damage


def check(error: object, beginning: str) -> None:
    """Check that an error is shown as one line that begins so."""
    (line,) = str(error).splitlines()
    assert line.startswith(beginning)


# Data


def idx(shape: tuple[int, ...]) -> bytes:
    numbers = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    sizes = b"".join(size.to_bytes(4, "big") for size in shape)
    return bytes([0, 0, 8, len(shape)]) + sizes + numbers.tobytes()


IMAGES = idx((7, 4, 3))


def read_or_refused(path: Path, contents: bytes, dimensions: int = 3) -> np.ndarray | None:
    path.write_bytes(contents)
    try:
        return read_idx(path, dimensions)
    except DataError as error:
        check(error, f"{path}: ")
        return None


@fuzz
@given(st.binary(max_size=200) | damages().map(lambda damage: damage(IMAGES)), st.integers(1, 3))
def test_a_data_file_is_what_its_header_says_or_refused(
    tmp_path: Path, contents: bytes, dimensions: int
) -> None:
    array = read_or_refused(tmp_path / "images", contents, dimensions)
    if array is not None:
        assert array.ndim == dimensions
        assert idx(array.shape)[: 4 + 4 * dimensions] + array.tobytes() == contents


@fuzz
@given(damages())
def test_a_damaged_archive_is_never_taken_for_other_data(tmp_path: Path, damage: Damage) -> None:
    contents = damage(gzip.compress(IMAGES, mtime=0))
    array = read_or_refused(tmp_path / "images.gz", contents)
    if array is not None:
        assert idx(array.shape)[:16] + array.tobytes() == IMAGES


# Records


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a sweep of two runs, one epoch of which is enough for a journal."""
    folder = tmp_path_factory.mktemp("recorded") / "outputs"
    tiny = ("epochs=3", "dataset.train_size=50", "dataset.validation_size=50")
    harness.run(folder, "-m", "seed=1,2", *tiny, NOT_TRACKED)
    return folder


def followed(folder: Path) -> tuple[list[dict[str, Any]], bool]:
    """Return the events of a journal up to where it is refused, and whether it is."""
    events: list[dict[str, Any]] = []
    try:
        events.extend(Follower(folder).events())
    except DataError as error:
        check(error, f"{folder / JOURNAL}: ")
        return events, True
    return events, False


@fuzz
@given(damages())
def test_a_damaged_journal_never_says_what_was_not_written(
    recorded: Path, tmp_path: Path, damage: Damage
) -> None:
    (run, *_) = harness.jobs(recorded).values()
    written, _ = followed(run)
    whole = (run / JOURNAL).read_bytes()
    contents = damage(whole)
    (tmp_path / JOURNAL).write_bytes(contents)
    events, refused = followed(tmp_path)
    assert all(event in written for event in events)
    try:
        record = Record.of(events, tmp_path / JOURNAL)
    except DataError:
        refused = True
    else:
        assert (
            record.epochs
            == [each for each in written if each["event"] == "epoch"][: len(record.epochs)]
        )
    if not refused and not whole.startswith(contents):
        try:
            with Journal(tmp_path) as journal:
                assert journal.events == events
        except DataError:
            pytest.fail("refused when it is gone on with, but not when it is read")


@fuzz
@given(st.binary(max_size=300))
def test_any_bytes_for_a_journal_are_refused_or_left_out(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / JOURNAL).write_bytes(contents)
    events, _ = followed(tmp_path)
    assert events == []


NOT_JSON = [b"[" * 20_000, b"\xff\xfe", b"1e999", b"null", b'{"runs": {}}', b"NaN"]


@fuzz
@given(st.binary(max_size=100) | st.sampled_from(NOT_JSON) | damages())
def test_a_damaged_record_of_a_sweep_is_refused_in_a_line(
    recorded: Path, tmp_path: Path, contents: bytes | Damage
) -> None:
    sweep = harness.sweep_folder(recorded)
    copy = tmp_path / "sweeps" / sweep.name
    copy.mkdir(parents=True, exist_ok=True)
    whole = (sweep / SWEEP).read_bytes()
    (copy / SWEEP).write_bytes(contents if isinstance(contents, bytes) else contents(whole))
    try:
        read_sweep(copy)
        status(tmp_path, None)
        status(tmp_path, str(copy))
    except UserError as error:
        check(error, "")


MARKED = json.dumps({"uri": "sqlite:////x.db", "size": 7, "sweeps": ["0123"]}).encode()


@pytest.fixture(scope="module")
def marked() -> Callable[[Path], dict[str, Any]]:
    """What reads a marker, imported here where MLflow's own warnings can be let pass."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from experiments.mirror.tracked import marked
    return marked


@fuzz
@given(st.binary(max_size=100) | st.sampled_from(NOT_JSON) | damages().map(lambda d: d(MARKED)))
def test_a_damaged_marker_stops_nothing(
    marked: Callable[[Path], dict[str, Any]], tmp_path: Path, contents: bytes
) -> None:
    (tmp_path / "tracked.json").write_bytes(contents)
    assert isinstance(marked(tmp_path), dict)


# The command line

GROUPS = {path.name: [each.stem for each in path.glob("*.yaml")] for path in CONF.iterdir()}
PARTS = ("train_size", "validation_size", "subset", "split_seed", "root", "name")
KEYS = [
    *(key for key in DESCRIBED if key != "dataset"),  # another one could be fetched
    *(f"dataset.{part}" for part in PARTS),
    *("architecture.sizes", "loss.output", "optimizer.learning_rate", "optimizer._target_"),
    *("tracking", "tracking.uri", "tracking.artifacts", "outputs", "checkpoint_every", "retry"),
    *("no_such_key", "optimizer.no_such", "learning_rates.sigmoid", "hydra.job.name", "schema"),
]
VALUES = [
    *("0", "1", "-1", "1e400", "nan", "inf", "null", "true", "''", "[]", "{}", "???", "1e-9"),
    *("[784,10]", "[784,1,10]", "[784,99999999999,10]", "{a:1}", "sgd", "nn.optimizers.SGD"),
    *("os.system", "${epochs}", "${nothing}", "${oc.env:NOTHING}", "'a b'", "10**9", "1,2"),
    *("99999999999999999999", "0x10", "range(3)", "naïve η", r"\,", "'", '"', "[1", "a=b", ""),
]
assignments = st.builds(
    lambda prefix, key, value: f"{prefix}{key}={value}",
    st.sampled_from(["", "", "", "+", "++", "~"]),
    st.sampled_from(KEYS),
    st.sampled_from(VALUES) | st.text(max_size=8),
)
overrides = st.lists(assignments | st.text(max_size=12), min_size=1, max_size=3)


@settings(
    fuzz,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(overrides)
@example(["architecture=[784,10]"])
@example(["optimizer._target_=[784,10]"])
def test_any_overrides_are_a_run_or_an_error_of_one_line(
    composed: Callable[..., DictConfig], capsys: pytest.CaptureFixture[str], given: list[str]
) -> None:
    capsys.readouterr()
    try:
        with one_line_errors():
            job = Job.of(composed(*given), DictConfig(HydraConfig.get()))
            assert len(job.identity) == 16
            json.dumps(job.start())
    except SystemExit:
        check(capsys.readouterr().err, "error: ")


PLANS = """
import json, os, runpy, sys
sys.path.insert(0, os.getcwd())
import run
for number, overrides in enumerate(json.loads(sys.argv[1])):
    print(f"== {overrides}", flush=True)
    child = os.fork()
    if not child:
        sys.argv = ["run.py", "plan=true", *overrides]
        runpy.run_path("run.py", run_name="__main__")
        sys.exit(0)
    _, status = os.waitpid(child, 0)
    print(f"-- {os.waitstatus_to_exitcode(status)}", flush=True)
"""
"""Runs `python run.py plan=true` with each of many lists of overrides, importing once."""


def test_no_command_line_ends_in_a_traceback(tmp_path: Path) -> None:
    chance = random.Random(0)
    commands = [
        [
            f"{chance.choice(KEYS)}={chance.choice(VALUES)}"
            if chance.random() < 0.8
            else "".join(chance.choices("a=[]{},:'\"$\\ ~+@/.(0ηé\t", k=chance.randint(1, 8)))
            for _ in range(chance.randint(1, 2))
        ]
        for _ in range(30)
    ]
    command = [sys.executable, "-c", PLANS, json.dumps(commands)]
    with Program(command, tmp_path / "log", cwd=_project(tmp_path)) as program:
        assert program.wait() == 0, program.output
        output = program.output
    assert "Traceback" not in output
    endings = [line.split()[1] for line in output.splitlines() if line.startswith("-- ")]
    assert len(endings) == len(commands)
    assert set(endings) == {"0", "1"}
    assert output.count("\nerror: ") == endings.count("1")


def _project(folder: Path) -> Path:
    """Return a folder with `run.py`, where whatever a command makes does no harm."""
    shutil.copy(harness.PROJECT / "run.py", folder)
    return folder
