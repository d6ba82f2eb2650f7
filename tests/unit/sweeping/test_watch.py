"""The progress of a whole sweep, shown while its processes work."""

import os
from contextlib import suppress
from pathlib import Path

import jobs
import pytest
import records

from experiments.sweeping.sweep import do_jobs
from experiments.sweeping.watch import Watch, expected
from experiments.sweeping.workers import Workers
from experiments.terminal import Display
from nn import StopOnPlateau

pytestmark = pytest.mark.forks


def workers(tmp_path: Path, *, n: int = 3, lockstep: int = 1, **changes: object) -> Workers:
    made = [jobs.job(tmp_path, name=f"seed={seed}", seed=seed, **changes) for seed in range(n)]
    return Workers(made, processes=1, lockstep=lockstep)


def test_a_log_says_after_each_run_how_many_are_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Display() as display:
        do_jobs(workers(tmp_path), display, lambda: None, settled=1)
    lines = [line for line in capsys.readouterr().out.splitlines() if "sweep: " in line]
    assert [line.partition(" done")[0] for line in lines] == ["sweep: 2 of 4", "sweep: 3 of 4"]
    assert all(line.endswith(" left") for line in lines)


@pytest.mark.parametrize("lockstep", [1, 3])
def test_on_a_terminal_the_time_is_known_before_the_first_epoch_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lockstep: int
) -> None:
    reader, writer = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(writer, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        with Display() as display:
            watch = Watch(workers(tmp_path, lockstep=lockstep), display, settled=0)
            watch.estimate()
    shown = ""
    with os.fdopen(reader, "rb", buffering=0) as screen, suppress(OSError):  # EIO at the end
        while chunk := screen.read(10_000):
            shown += chunk.decode()
    first, second = (part.partition("\x1b")[0].rstrip() for part in shown.split("sweep: ")[1:3])
    assert first == "0 of 3 done, 0 running, 3 queued"
    assert second == f"{first}, about 0:00 left"


def test_a_training_that_its_schedule_has_ended_has_no_epochs_left(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=9, schedule=StopOnPlateau(patience=2))
    new = expected(job)
    assert (new.complete, new.epochs, new.may_end) == (0, 9, True)
    records.write_journal(job.folder, job.start(), *records.epochs(2))
    half = expected(job)
    assert (half.complete, half.epochs, half.may_end) == (2, 9, True)
    records.write_journal(job.folder, records.epoch(3))  # with the same accuracy
    trained = expected(job)
    assert (trained.complete, trained.epochs, trained.may_end) == (3, 3, False)


def test_runs_that_were_done_in_part_have_the_other_epochs_left(tmp_path: Path) -> None:
    half = workers(tmp_path, n=2)
    records.write_journal(half.jobs[0].folder, half.jobs[0].start(), *records.epochs(2))
    with Display() as display:
        whole = Watch(half, display, settled=0)._whole
    job = half.jobs[1]
    whole.show(job.identity, records.epoch(1, seconds=10.0))
    assert whole.seconds_left() == pytest.approx((1 + 2) * 10.0, rel=0.2)
