"""The mirror's process: its log, its messages, and its end."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import harness
import pytest
import records

from experiments.recording import TRACKING_LOG, RecordedTracking
from experiments.tracking import StoreWarning
from experiments.tracking.mirror_process import MirrorProcess


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a finished run that belongs to a store which does not exist yet."""
    tracking = RecordedTracking(
        experiment="tests", uri=harness.uri(tmp_path), artifacts=str(tmp_path / "artifacts")
    )
    start = records.start(config={"tracking": tracking}, environment={"user": "ada"})
    return records.write_run(tmp_path / "outputs", "1", start, *records.epochs(2), records.end())


@contextmanager
def ended(folder: Path, uri: str) -> Iterator[MirrorProcess]:
    """Yield a process that had nothing to wait for and has ended."""
    mirror = MirrorProcess(folder, uri)
    mirror.finish()
    mirror.wait(harness.PATIENCE)
    assert mirror.ended
    with closing(mirror):
        yield mirror


def test_everything_that_the_process_prints_goes_to_its_log(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatter = tmp_path / "chatter" / "sitecustomize.py"
    chatter.parent.mkdir()
    chatter.write_text("import sys; print('hello'); print('hello', file=sys.stderr)")
    monkeypatch.setenv("PYTHONPATH", str(chatter.parent))
    with ended(run, harness.uri(tmp_path)) as mirror:
        assert mirror.succeeded, (run / TRACKING_LOG).read_text()
        assert mirror.messages.read() == []
    assert (run / TRACKING_LOG).read_text().count("hello") == 2
    (tracked,) = harness.tracked(harness.uri(tmp_path))
    assert tracked.status == "FINISHED"


def test_a_process_that_cannot_start_names_its_log(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "mlflow.py").write_text("raise ImportError('broken')")
    with ended(run, harness.uri(tmp_path)) as mirror:
        assert not mirror.succeeded
        failure = mirror.describe_failure("")
        assert failure.startswith("the mirror process ended with exit code 1; see ")
        assert failure.endswith(TRACKING_LOG)
    assert "broken" in (run / TRACKING_LOG).read_text()


def test_an_unexpected_error_is_reported_with_its_name(run: Path, tmp_path: Path) -> None:
    with ended(run, f"sqlite:///{tmp_path}/mlflow.db?timeout=never") as mirror:
        assert not mirror.succeeded
        (message,) = mirror.messages.read()
        assert mirror.describe_failure("database is locked") == "database is locked"
    assert isinstance(message, StoreWarning)
    assert message.message.startswith("ValueError: could not convert string to float")
    assert "Traceback" in (run / TRACKING_LOG).read_text()


def test_a_process_that_is_killed_names_the_signal(run: Path, tmp_path: Path) -> None:
    with closing(MirrorProcess(run, harness.uri(tmp_path))) as mirror:
        assert not mirror.ended
        mirror.kill()
        assert mirror.ended
        assert not mirror.succeeded
        failure = mirror.describe_failure("database is locked")
        assert failure == "the mirror process was ended by SIGKILL"
