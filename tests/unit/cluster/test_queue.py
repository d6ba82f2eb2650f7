"""Queue systems: their options, and what is said where there is none."""

import shutil
import signal
import sys
from pathlib import Path

import pytest

from experiments.cluster.queue import SYSTEMS, Queue, QueueCluster
from experiments.errors import ConfigError
from experiments.interruption import SIGNALS


def test_an_unknown_system_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"system must be one of slurm, pbs.*, not lpr$"):
        QueueCluster(Queue("lpr", 1, 1, "1GiB"), tmp_path / "logs")


def test_a_machine_without_the_system_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dask_jobqueue")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="system=pbs: qsub is not on this machine"):
        QueueCluster(Queue("pbs", 1, 1, "1GiB"), tmp_path / "logs")
    assert not (tmp_path / "logs").exists()


def test_a_job_that_cannot_be_submitted_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program `sbatch` that fails as SLURM's does without a controller."""
    pytest.importorskip("dask_jobqueue")
    sbatch = tmp_path / "sbatch"
    sbatch.write_text("#!/bin/sh\necho 'Unable to contact slurm controller' >&2; exit 1\n")
    sbatch.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ConfigError, match=r"=slurm: no job was submitted: Unable to contact slurm"):
        QueueCluster(Queue("slurm", 1, 1, "1GiB"), tmp_path / "logs")


def test_signals_keep_their_handlers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dask_jobqueue")
    for module in [name for name in sys.modules if name.startswith("dask_jobqueue")]:
        monkeypatch.delitem(sys.modules, module)
    before = [signal.getsignal(each) for each in SIGNALS]
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ConfigError):
        QueueCluster(Queue("slurm", 1, 1, "1GiB"), tmp_path / "logs")
    assert [signal.getsignal(each) for each in SIGNALS] == before


def test_every_system_is_one_of_dask_jobqueue() -> None:
    dask_jobqueue = pytest.importorskip("dask_jobqueue")
    for name, (kind, program) in SYSTEMS.items():
        assert getattr(dask_jobqueue, kind).job_cls.submit_command.split()[0] == program, name


def test_each_run_at_a_time_has_a_worker() -> None:
    queue = Queue("slurm", 2, 4, "8GiB", queue="all", directives=["--nice"])
    options = queue.options()
    assert options["processes"] == options["cores"] == 4
    assert options["queue"] == "all"
    assert options["job_extra_directives"] == ["--nice"]
    assert "walltime" not in options
