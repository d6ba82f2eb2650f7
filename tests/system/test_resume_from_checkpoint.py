"""Resuming a run from its checkpoint: inside an epoch, from damaged files, or not at all."""

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

pytestmark = pytest.mark.stress
LONG_EPOCHS = (
    *("optimizer=momentum", "epochs=2", "batch_size=1"),
    *("dataset.train_size=40000", "dataset.validation_size=500", NOT_TRACKED),
)
"""An epoch takes half a second or more, so that a signal arrives inside of an epoch."""
SHORT_EPOCHS = (
    *("optimizer=nesterov", "epochs=6", "batch_size=1"),
    *("dataset.train_size=2000", "dataset.validation_size=500", NOT_TRACKED),
)
NEWEST, PREVIOUS, JOURNAL = "checkpoint.npz", "checkpoint.previous.npz", "journal.jsonl"
WORK = 0.2
"""Seconds of processor time."""
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@dataclass(frozen=True)
class Stopped:
    """A run that was stopped by SIGINT, resumed, stopped by SIGTERM, and resumed again."""

    folder: Path
    undisturbed: Path  # the same run, never stopped
    outputs: list[str]  # the text that each of its three processes printed


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    base = tmp_path_factory.mktemp("stopped")
    folder, undisturbed = base / "stopped", base / "undisturbed"
    outputs = []
    with harness.start(undisturbed, *LONG_EPOCHS) as reference:
        for signum, first_event in ((signal.SIGINT, "start"), (signal.SIGTERM, "resume")):
            with harness.start(folder, *LONG_EPOCHS) as program:
                harness.wait_for_events(first_event, 1, folder)
                _wait_for_work(program.process.pid)
                program.send(signum)
                assert program.wait() == EXIT_CODES[signum], program.output
                outputs.append(program.output)
        outputs.append(harness.run(folder, *LONG_EPOCHS))
        assert reference.wait() == 0
    return Stopped(folder, undisturbed, outputs)


def _wait_for_work(pid: int) -> None:
    """Wait until a process has used some processor time, however busy the machine is."""

    def ticks() -> int:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])  # user and system time

    enough = ticks() + WORK * os.sysconf("SC_CLK_TCK")
    harness.wait_for(lambda: ticks() >= enough, "progress of the process")


def test_a_signal_stops_a_run_inside_of_an_epoch(stopped: Stopped) -> None:
    folder, outputs = stopped.folder, stopped.outputs
    ends = [event for event in harness.events(folder, "end") if event["status"] == "interrupted"]
    assert len(ends) == 2
    for end, output, name in zip(ends, outputs, ("SIGINT", "SIGTERM"), strict=False):
        assert end["message"].startswith(f"stopped by {name} after epoch ")
        assert f"interrupted: {end['message']}; the same command resumes it" in output
        assert "Traceback" not in output
    assert harness.events(folder, "resume")[0]["batches"] in range(1, 40_000)


def test_a_stopped_run_resumes_from_the_mini_batch_where_it_was(stopped: Stopped) -> None:
    resumes = harness.events(stopped.folder, "resume")
    places = [(event["epoch"], event["batches"]) for event in resumes]
    assert len(places) == 2
    assert places[0] < places[1]
    for event, output in zip(resumes, stopped.outputs[1:], strict=True):
        place = f"epoch {event['epoch']}" if event["epoch"] else "the beginning"
        place += f" and {event['batches']} mini-batches" if event["batches"] else ""
        assert f"resumes from {place}\n" in output
    assert harness.results(stopped.folder) == harness.results(stopped.undisturbed)
    assert [event["epoch"] for event in harness.events(stopped.folder, "epoch")] == [1, 2]


def test_the_working_time_of_all_processes_is_added(stopped: Stopped) -> None:
    events = harness.events(stopped.folder)
    elapsed = [event["elapsed"] for event in events if "elapsed" in event]
    assert elapsed == sorted(elapsed)
    assert elapsed[0] > 0


def _flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 1
    path.write_bytes(contents)


def _cut(run: Path, lines: int, torn: int = 0) -> None:
    """Keep some lines of the journal, and some bytes of the next line."""
    journal = run / JOURNAL
    contents = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(contents[:lines]) + contents[lines][:torn])


def _damage_both(run: Path) -> None:
    (run / NEWEST).write_bytes(b"")
    _flip(run / PREVIOUS)


@dataclass(frozen=True)
class Damage:
    """Damage to the files of a halted run, and what happens when the run is resumed."""

    apply: Callable[[Path], None]
    remark: str = ""
    from_the_beginning: bool = False


DAMAGES = {
    "none": Damage(lambda run: None),
    "newest checkpoint damaged": Damage(lambda run: _flip(run / NEWEST), f"{NEWEST} is damaged"),
    "both checkpoints damaged": Damage(
        _damage_both, f"{NEWEST} is damaged, {PREVIOUS} is damaged", from_the_beginning=True
    ),
    "journal cut after an epoch": Damage(
        lambda run: _cut(run, 2, torn=100),
        f"{NEWEST} has more epochs than the journal, {PREVIOUS} has more epochs than the journal",
        from_the_beginning=True,
    ),
}


@pytest.fixture(scope="module")
def halted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two runs that were stopped when they had two checkpoints, and one that has finished."""
    base = tmp_path_factory.mktemp("halted")
    commands = {"seed 0": SHORT_EPOCHS, "seed 1": (*SHORT_EPOCHS, "seed=1")}
    with harness.start(base / "undisturbed", *SHORT_EPOCHS) as undisturbed:
        for name, command in commands.items():
            with harness.start(base / name, *command) as program:
                harness.wait_for_events("epoch", 2, base / name)
                program.send(signal.SIGINT)
                assert program.wait() == EXIT_CODES[signal.SIGINT], program.output
        assert undisturbed.wait() == 0
    return {name: base / name for name in (*commands, "undisturbed")}


@pytest.fixture(scope="module")
def resumed(halted: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The outputs folders of copies of a halted run, each damaged and then resumed."""
    base = tmp_path_factory.mktemp("resumed")
    for name, damage in DAMAGES.items():
        shutil.copytree(halted["seed 0"], base / name)
        damage.apply(harness.run_folder(base / name))
        harness.run(base / name, *SHORT_EPOCHS)
    return {name: base / name for name in DAMAGES}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_run_skips_damaged_files_says_so_and_computes_the_same_bits(
    halted: dict[str, Path], resumed: dict[str, Path], name: str
) -> None:
    damage = DAMAGES[name]
    (resume,) = harness.events(resumed[name], "resume")
    assert resume["remark"] == damage.remark
    assert (resume["epoch"] == 0) == damage.from_the_beginning
    output = resumed[name].with_suffix(".log").read_text(encoding="utf-8")
    place = "the beginning" if damage.from_the_beginning else f"epoch {resume['epoch']}"
    place += f" and {resume['batches']} mini-batches" if resume["batches"] else ""
    assert f"resumes from {place}{f' ({damage.remark})' if damage.remark else ''}\n" in output

    assert harness.results(resumed[name]) == harness.results(halted["undisturbed"])
    epochs = [event["epoch"] for event in harness.events(resumed[name], "epoch")]
    assert epochs == list(range(1, 7))


def test_the_newest_checkpoint_is_where_the_run_was_stopped(resumed: dict[str, Path]) -> None:
    (newest,) = harness.events(resumed["none"], "resume")
    (previous,) = harness.events(resumed["newest checkpoint damaged"], "resume")
    assert (previous["epoch"], previous["batches"]) == (newest["epoch"], 0)


def _refusal(folder: Path, **variables: str) -> str:
    """Return the error message of the command in a folder where it cannot resume the run."""
    recorded = harness.events(folder)
    with harness.start(folder, *SHORT_EPOCHS, **variables) as program:
        assert program.wait() == 1
        (error,) = harness.errors(program.output)
    assert harness.events(folder) == recorded  # where the checkpoint was made, it is still usable
    return error


def test_a_checkpoint_of_another_run_is_refused_with_the_differences(
    halted: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "foreign"
    shutil.copytree(halted["seed 0"], folder)
    run = harness.run_folder(folder)
    shutil.copy(harness.run_folder(halted["seed 1"]) / NEWEST, run)
    assert _refusal(folder) == (
        f"error: {run / NEWEST}: this run cannot continue from the checkpoint:"
        " seed was 1, is 0. rerun=true starts the run again"
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
    assert "this run cannot continue from the checkpoint: processor was " in error
    assert "blas=Nehalem" in error
    harness.run(folder, *SHORT_EPOCHS, "rerun=true", OPENBLAS_CORETYPE="Nehalem")
    run, aside = sorted((folder / "runs").iterdir())
    assert aside.name == f"{run.name}.1"
    assert harness.events(aside) == harness.events(halted["seed 0"])
    assert [event["epoch"] for event in harness.events(run, "epoch")] == list(range(1, 7))
