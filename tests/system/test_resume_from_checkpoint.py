"""Going on with a run: from the middle of an epoch, from damaged files, or not at all."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

LONG_EPOCHS = (
    *("optimizer=momentum", "epochs=2", "batch_size=1"),
    *("dataset.train_size=20000", "dataset.validation_size=500", NOT_TRACKED),
)
"""A second or more each, so that a signal finds the run in the middle of one."""
SHORT_EPOCHS = (
    *("optimizer=nesterov", "epochs=6", "batch_size=1"),
    *("dataset.train_size=2000", "dataset.validation_size=500", NOT_TRACKED),
)
NEWEST, PREVIOUS, JOURNAL = "checkpoint.npz", "checkpoint.previous.npz", "journal.jsonl"
WORK = 0.2  # seconds of the processor
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str]]:
    """A run that was stopped by SIGINT, then by SIGTERM, before it finished; one that was not;
    and what the first printed, time after time.
    """
    base = tmp_path_factory.mktemp("stopped")
    folder, undisturbed = base / "stopped", base / "undisturbed"
    outputs = []
    with harness.start(undisturbed, *LONG_EPOCHS) as reference:
        for signum, begun in ((signal.SIGINT, "start"), (signal.SIGTERM, "resume")):
            with harness.start(folder, *LONG_EPOCHS) as program:
                harness.wait_for(lambda kind=begun: _begun(folder, kind), "event of the beginning")
                _wait_for_work(program.process.pid)
                program.send(signum)
                assert program.wait() == EXIT_CODES[signum], program.output
                outputs.append(program.output)
        outputs.append(harness.run(folder, *LONG_EPOCHS))
        assert reference.wait() == 0
    return folder, undisturbed, outputs


def _wait_for_work(pid: int) -> None:
    """Wait until a process has used the processor for a while, however busy the machine is."""

    def ticks() -> int:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])  # user and system time

    enough = ticks() + WORK * os.sysconf("SC_CLK_TCK")
    harness.wait_for(lambda: ticks() >= enough, "progress of the process")


def _begun(folder: Path, kind: str, times: int = 1) -> bool:
    return (folder / "runs").is_dir() and len(harness.events(folder, kind)) >= times


def test_a_signal_stops_a_run_in_the_middle_of_an_epoch(
    stopped: tuple[Path, Path, list[str]],
) -> None:
    folder, _, outputs = stopped
    ends = [event for event in harness.events(folder, "end") if event["status"] == "interrupted"]
    for end, output, name in zip(ends, outputs, ("SIGINT", "SIGTERM"), strict=False):
        assert end["message"].startswith(f"stopped by {name} after epoch ")
        assert f"interrupted: {end['message']}; the same command goes on with it" in output
        assert "Traceback" not in output
    assert len(ends) == 2
    assert harness.events(folder, "resume")[0]["batches"] in range(1, 20_000)


def test_a_stopped_run_goes_on_from_the_mini_batch_where_it_was(
    stopped: tuple[Path, Path, list[str]],
) -> None:
    folder, undisturbed, outputs = stopped
    resumes = harness.events(folder, "resume")
    places = [(event["epoch"], event["batches"]) for event in resumes]
    assert len(places) == 2
    assert places[0] < places[1]
    for event, output in zip(resumes, outputs[1:], strict=True):
        place = f"epoch {event['epoch']}" if event["epoch"] else "the beginning"
        assert f"goes on from {place} and {event['batches']} mini-batches" in output
    assert harness.results(folder) == harness.results(undisturbed)
    assert [event["epoch"] for event in harness.events(folder, "epoch")] == [1, 2]


def test_the_time_of_all_processes_counts(stopped: tuple[Path, Path, list[str]]) -> None:
    folder, _, _ = stopped
    elapsed = [event["elapsed"] for event in harness.events(folder) if "elapsed" in event]
    assert elapsed == sorted(elapsed)
    first, *_, last = harness.events(folder)
    assert 0 < elapsed[-1] < last["time"] - first["time"] + 1


def _flip(path: Path) -> None:
    """Change one bit in the middle."""
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 1
    path.write_bytes(contents)


def _cut(run: Path, lines: int, torn: int = 0) -> None:
    """Keep that many lines of the journal, and some bytes of the next."""
    journal = run / JOURNAL
    contents = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(contents[:lines]) + contents[lines][:torn])


def _damage_both(run: Path) -> None:
    (run / NEWEST).write_bytes(b"")
    _flip(run / PREVIOUS)


BOTH_DAMAGED = f"{NEWEST} is damaged, {PREVIOUS} is damaged"
BOTH_AHEAD = f"{NEWEST} is ahead of the journal, {PREVIOUS} is ahead of the journal"
DAMAGES: dict[str, tuple[Callable[[Path], None], str, bool]] = {
    "none": (lambda run: None, "", False),
    "newest damaged": (lambda run: _flip(run / NEWEST), f"{NEWEST} is damaged", False),
    "both damaged": (_damage_both, BOTH_DAMAGED, True),
    "journal cut to an epoch": (lambda run: _cut(run, 2, torn=100), BOTH_AHEAD, True),
}
"""What is done to the files of a halted run, what is said then, and whether it begins anew."""


@pytest.fixture(scope="module")
def halted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two runs that were stopped when they had two checkpoints, and one that was let finish."""
    base = tmp_path_factory.mktemp("halted")
    commands = {"seed 0": SHORT_EPOCHS, "seed 1": (*SHORT_EPOCHS, "seed=1")}
    with harness.start(base / "undisturbed", *SHORT_EPOCHS) as undisturbed:
        for name in ("seed 0", "seed 1"):
            with harness.start(base / name, *commands[name]) as program:
                harness.wait_for(lambda run=base / name: _begun(run, "epoch", 2), "two epochs")
                program.send(signal.SIGINT)
                assert program.wait() == EXIT_CODES[signal.SIGINT], program.output
        assert undisturbed.wait() == 0
    return {name: base / name for name in (*commands, "undisturbed")}


@pytest.fixture(scope="module")
def damaged(halted: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The log of a halted run that goes on, for each of `DAMAGES`."""
    base = tmp_path_factory.mktemp("damaged")
    for name, (damage, _, _) in DAMAGES.items():
        shutil.copytree(halted["seed 0"], base / name)
        damage(harness.run_folder(base / name))
    harness.run_together({base / name: SHORT_EPOCHS for name in DAMAGES})
    return {name: base / name for name in DAMAGES}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_files_are_passed_over_which_is_said_and_the_same_bits_come(
    halted: dict[str, Path], damaged: dict[str, Path], name: str
) -> None:
    _, remark, anew = DAMAGES[name]
    (resume,) = harness.events(damaged[name], "resume")
    assert resume["remark"] == remark
    assert (resume["epoch"] == 0) == anew
    output = damaged[name].with_suffix(".log").read_text(encoding="utf-8")
    place = "the beginning" if anew else f"epoch {resume['epoch']}"
    place += f" and {resume['batches']} mini-batches" if resume["batches"] else ""
    assert f"goes on from {place}{f' ({remark})' if remark else ''}\n" in output

    assert harness.results(damaged[name]) == harness.results(halted["undisturbed"])
    epochs = [event["epoch"] for event in harness.events(damaged[name], "epoch")]
    assert epochs == list(range(1, 7))


def test_the_newest_checkpoint_is_where_the_run_was_stopped(damaged: dict[str, Path]) -> None:
    (newest,) = harness.events(damaged["none"], "resume")
    (previous,) = harness.events(damaged["newest damaged"], "resume")
    assert (previous["epoch"], previous["batches"]) == (newest["epoch"], 0)


def _refusal(folder: Path, **variables: str) -> str:
    """Return what the command says in a folder where it cannot go on."""
    recorded = harness.events(folder)
    with harness.start(folder, *SHORT_EPOCHS, **variables) as program:
        assert program.wait() == 1
        (error,) = (line for line in program.output.splitlines() if line.startswith("error: "))
        assert "Traceback" not in program.output
    assert harness.events(folder) == recorded  # where it was made, it can still go on
    return error


def test_a_checkpoint_of_another_run_is_refused_with_what_differs(
    halted: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "foreign"
    shutil.copytree(halted["seed 0"], folder)
    run = harness.run_folder(folder)
    shutil.copy(harness.run_folder(halted["seed 1"]) / NEWEST, run)
    assert _refusal(folder) == (
        f"error: {run / NEWEST}: cannot go on from it, it was made otherwise:"
        " seed was 1, is 0. rerun=true starts the run over"
    )
    shutil.copy(harness.run_folder(halted["seed 0"]) / NEWEST, run)
    harness.run(folder, *SHORT_EPOCHS)
    assert harness.results(folder) == harness.results(halted["undisturbed"])


def test_a_checkpoint_of_another_processor_is_refused(
    halted: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(halted["seed 0"], folder)
    error = _refusal(folder, OPENBLAS_CORETYPE="Nehalem")
    assert "it was made otherwise: processor was " in error
    assert "blas=Nehalem" in error
    harness.run(folder, *SHORT_EPOCHS, "rerun=true", OPENBLAS_CORETYPE="Nehalem")
    run, aside = sorted((folder / "runs").iterdir())
    assert aside.name == f"{run.name}.1"
    assert harness.events(aside) == harness.events(halted["seed 0"])
    assert [event["epoch"] for event in harness.events(run, "epoch")] == list(range(1, 7))
