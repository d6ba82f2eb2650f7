"""The same command, given again, does only what is left to do."""

import json
import re
import signal
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, PROJECT

from experiments.processors import usable_processors

FEW = ("epochs=2", "dataset.train_size=300", "dataset.validation_size=500")
QUICK = (*FEW, NOT_TRACKED)


def _journals(folder: Path) -> dict[str, bytes]:
    """Return the journals in an outputs folder by the identity of the run."""
    return {path.parent.name: path.read_bytes() for path in folder.glob("runs/*/journal.jsonl")}


class Again:
    """A sweep, and similar commands after it: what they printed, and the journals after each."""

    def __init__(self, base: Path) -> None:
        folder = base / "sweep"
        self.output: dict[str, str] = {}
        self.journals: dict[str, dict[str, bytes]] = {}
        (base / "link").symlink_to(PROJECT / "data" / "mnist")
        commands = {
            "first": ("-m", "seed=0,1", "l2=0", *QUICK),
            "again": ("-m", "seed=0,1", "l2=0", *QUICK),
            "reordered": ("-m", *reversed(QUICK), "checkpoint_every=3", "l2=0.0", "seed=1,0"),
            "single": ("seed=1", f"dataset.root={base / 'link'}", *QUICK),
            "planned": ("-m", "seed=range(4)", "plan=true", *QUICK),
            "larger": ("-m", "seed=0,1,2", *QUICK),
            "duplicates": ("-m", "seed=0,3,0", "l2=0,0.0", *QUICK),
            "rerun": ("seed=3", "rerun=true", *QUICK),
            "second rerun": ("seed=3", "rerun=true", *QUICK),
        }
        for name, command in commands.items():
            self.output[name] = harness.run(folder, *command)
            self.journals[name] = _journals(folder)
        self.folder = folder

    def table(self, name: str) -> list[list[str]]:
        """Return name, status and epochs of each run from the table of a command."""
        return [row[:3] for row in harness.table(self.output[name])]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Again:
    return Again(tmp_path_factory.mktemp("again"))


@pytest.mark.parametrize("name", ["again", "reordered"])
def test_the_same_sweep_again_trains_nothing_and_shows_its_results(again: Again, name: str) -> None:
    assert again.journals[name] == again.journals["first"]
    assert len(again.journals[name]) == 2
    output, rows = again.output[name], again.table(name)
    assert rows == [[row[0], "finished", "2"] for row in rows]
    names = [row[0] for row in rows]
    assert sorted(names) == ["seed=0", "seed=1"]
    assert (
        f"2 runs, {usable_processors()} processes at a time; 2 done before: {', '.join(names)}"
        in output
    )
    results = {row[0]: row[1:] for row in harness.table(again.output["first"])}
    assert {row[0]: row[1:] for row in harness.table(output)} == results


def test_a_larger_sweep_trains_only_the_new_runs(again: Again) -> None:
    before, after = again.journals["first"], again.journals["larger"]
    assert len(after) == 3
    assert {key: after[key] for key in before} == before
    assert again.table("larger") == [[f"seed={n}", "finished", "2"] for n in range(3)]
    lines = again.output["larger"].splitlines()
    assert (
        f"3 runs, {usable_processors()} processes at a time; 2 done before: seed=0, seed=1" in lines
    )
    assert {line.split()[0] for line in lines if re.match(r"seed=\d  \d/2", line)} == {"seed=2"}


def test_a_run_of_a_sweep_is_not_repeated_as_a_single_run_with_a_copy_of_the_data(
    again: Again,
) -> None:
    assert again.journals["single"] == again.journals["first"]
    (line,) = (line for line in again.output["single"].splitlines() if "done before" in line)
    assert "  done before; finished: test accuracy " in line
    assert line.endswith(" (rerun=true does it again)")


def test_a_plan_names_every_run_and_changes_nothing(again: Again) -> None:
    assert again.journals["planned"] == again.journals["first"]
    lines = again.output["planned"].splitlines()
    rows = [re.split(r" {2,}", line) for line in lines if line.startswith("seed=")]
    assert [row[0] for row in rows] == ["seed=0", "seed=1", "seed=2", "seed=3"]
    assert [row[2:4] for row in rows[:2]] == [["finished", "2/2"]] * 2
    assert [row[2:4] for row in rows[2:]] == [["planned", "0/2"]] * 2
    assert {row[1] for row in rows[:2]} == again.journals["first"].keys()
    assert {row[1] for row in rows} == again.journals["duplicates"].keys()
    assert re.search(r"^2 of 4 runs to do, \d+ processes? at a time: about \d+:\d\d", lines[-1])
    assert lines[-1].endswith("Nothing was trained.")


def test_a_plan_of_new_runs_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "planned"
    long = "optimizer.beta1=0.95,0.91234567890123456789"
    output = harness.run(folder, "-m", "optimizer=adam,adamw", long, "plan=true", *FEW)
    assert "4 of 4 runs to do" in output
    assert len(re.findall(r"  [0-9a-f]{16}  planned  +0/2  +0:0\d$", output, re.MULTILINE)) == 4
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_run_that_is_in_a_sweep_twice_is_done_once_with_a_message(again: Again) -> None:
    output = again.output["duplicates"]
    assert "seed=0 l2=0.0 is the same run as seed=0 l2=0\n" in output
    assert "seed=3 l2=0.0 is the same run as seed=3 l2=0\n" in output
    assert "seed=0 l2=0 is in the sweep more than once\n" in output
    assert [row[0] for row in again.table("duplicates")] == ["seed=0 l2=0", "seed=3 l2=0"]
    assert len(again.journals["duplicates"]) == 4


def test_a_rerun_sets_the_old_record_aside(again: Again) -> None:
    before = again.journals["duplicates"]
    once, twice = again.journals["rerun"], again.journals["second rerun"]
    (new,) = before.keys() - again.journals["larger"].keys()
    assert once.keys() == before.keys() | {f"{new}.1"}
    assert once[f"{new}.1"] == before[new] != once[new]
    assert twice.keys() == once.keys() | {f"{new}.2"}
    assert (twice[f"{new}.1"], twice[f"{new}.2"]) == (before[new], once[new])
    runs = again.folder / "runs"
    results = [harness.results(runs / name) for name in (new, f"{new}.1", f"{new}.2")]
    assert results[0] == results[1] == results[2]


def test_a_sweep_of_the_same_runs_is_one_sweep(again: Again) -> None:
    sweeps = [json.loads(path.read_text()) for path in again.folder.glob("sweeps/*/sweep.json")]
    sizes = sorted(len(sweep["runs"]) for sweep in sweeps)
    assert sizes == [2, 2, 3]  # "first", "again" and "reordered"; "duplicates"; "larger"


MOODY = """
from pathlib import Path
from nn import Sigmoid

class Moody(Sigmoid):
    def apply(self, z):
        if Path("bad mood").exists():
            raise RuntimeError("not today")
        super().apply(z)
"""
"""An activation of the user that fails while a file exists."""


def test_a_failed_run_is_not_repeated_without_retry(tmp_path: Path) -> None:
    (tmp_path / "moody.py").write_text(MOODY, encoding="utf-8")
    (tmp_path / "bad mood").touch()
    folder = tmp_path / "outputs"
    command = ("-m", "seed=0,1", "activation._target_=moody.Moody", *QUICK)
    settings = {"cwd": tmp_path, "PYTHONPATH": str(tmp_path)}
    with harness.start(folder, *command, **settings) as program:
        assert program.wait() == 1
        assert "failed: RuntimeError: not today" in program.output
    failed = _journals(folder)
    assert len(failed) == 2

    (tmp_path / "bad mood").unlink()
    with harness.start(folder, *command, **settings) as program:
        assert program.wait() == 1
        assert [row[1] for row in harness.table(program.output)] == ["failed", "failed"]
        last = program.output.splitlines()[-1]
    assert last == "error: 2 of 2 runs failed (retry=true tries again): seed=0, seed=1"
    assert _journals(folder) == failed

    output = harness.run(folder, *command, "retry=true", **settings)
    assert [row[1] for row in harness.table(output)] == ["finished", "finished"]
    for run in harness.jobs(folder).values():
        kinds = [event["event"] for event in harness.events(run)]
        assert kinds == ["start", "end", "resume", "certificate", "epoch", "epoch", "end"]


def test_a_failed_single_run_is_not_repeated_without_retry(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    harness.run(folder, *QUICK)
    *events, end = harness.events(folder)
    failed = {"event": "end", "time": end["time"], "status": "failed", "message": "broken"}
    harness.write_events(folder, [*events, failed])
    with harness.start(folder, *QUICK) as program:
        assert program.wait() == 1
        (error,) = harness.errors(program.output)
        assert error.endswith(": done before; failed: broken (retry=true tries again)")
    assert "finished: test accuracy" in harness.run(folder, *QUICK, "retry=true")


def test_a_run_that_starts_again_because_the_code_changed_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    command = ("epochs=40", *QUICK[1:])
    with harness.start(folder, *command) as program:
        harness.wait_for_epoch(folder)
        program.send(signal.SIGTERM)
        assert program.wait() == 143
    run = harness.run_folder(folder)
    start, *others = harness.events(run)
    start["origin"]["code"] = "0123456789abcdef"
    harness.write_events(run, [start, *others])
    old = run.rename(run.with_name("fedcba9876543210"))
    output = harness.run(folder, *command)
    message = f"starts from the beginning: {old.name} is unfinished, but code was 0123456789abcdef"
    assert f"{message}, is " in output
    assert "resumes from" not in output


@pytest.mark.parametrize(
    "key", ["rerun", *(pytest.param(key, marks=pytest.mark.stress) for key in ("retry", "plan"))]
)
def test_an_option_of_the_whole_sweep_cannot_differ_between_its_runs(
    tmp_path: Path, key: str
) -> None:
    with harness.start(tmp_path / "outputs", "-m", f"{key}=true,false", *QUICK) as program:
        assert program.wait() == 1
        (error,) = harness.errors(program.output)
        assert f" {key}" in error
        assert error.endswith("cannot differ between the runs of a sweep")
    assert not (tmp_path / "outputs" / "runs").exists()
