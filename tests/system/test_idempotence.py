"""The same command again does what is left to do, and nothing twice."""

import json
import math
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import harness
import numpy as np
import pytest
from harness import EXPERIMENTS, NOT_TRACKED, PROJECT, Program

from experiments.recording import journal

FEW = ("epochs=2", "dataset.train_size=300", "dataset.validation_size=500")
QUICK = (*FEW, NOT_TRACKED)
LONGER = ("epochs=40", *QUICK[1:])


def _snapshot(folder: Path) -> dict[str, bytes]:
    """Return the contents of every file in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _journals(folder: Path) -> dict[str, bytes]:
    """Return the journals in an outputs folder by the identity of the run."""
    return {path.parent.name: path.read_bytes() for path in folder.glob("runs/*/journal.jsonl")}


class Again:
    """A sweep, and what the same command and some like it do after it."""

    def __init__(self, base: Path) -> None:
        folder = base / "sweep"
        self.output: dict[str, str] = {}
        self.journals: dict[str, dict[str, bytes]] = {}
        (base / "link").symlink_to(PROJECT / "data" / "mnist")
        commands = {
            "first": ("-m", "seed=0,1", "l2=0", *QUICK),
            "again": ("-m", "seed=0,1", "l2=0", *QUICK),
            "otherwise": ("-m", *reversed(QUICK), "checkpoint_every=3", "l2=0.0", "seed=1,0"),
            "linked": ("seed=1", f"dataset.root={base / 'link'}", *QUICK),
            "planned": ("-m", "seed=range(4)", "plan=true", *QUICK),
            "bigger": ("-m", "seed=0,1,2", *QUICK),
            "twice": ("-m", "seed=0,3,0", "l2=0,0.0", *QUICK),
            "rerun": ("seed=3", "rerun=true", *QUICK),
            "rerun again": ("seed=3", "rerun=true", *QUICK),
        }
        for name, command in commands.items():
            self.output[name] = harness.run(folder, *command)
            self.journals[name] = _journals(folder)
        self.folder = folder

    def table(self, name: str) -> list[list[str]]:
        """Return run, outcome and epochs from the table of a command."""
        return [row[:3] for row in harness.table(self.output[name])]


class Together:
    """Two processes for the same run at once: the first is halted until the second waits, then it
    goes on, or it is killed.
    """

    def __init__(self, folder: Path, signum: signal.Signals) -> None:
        self.folder = folder
        with harness.start(folder, *LONGER) as first:
            harness.wait_for((folder / "runs").is_dir, "folder of runs")
            harness.wait_for_epoch(folder)
            first.send(signal.SIGSTOP)
            with _second(folder, *LONGER) as second:
                harness.wait_for(lambda: "waiting for it" in second.output, "message of the wait")
                first.send(signum)
                self.exit_codes = (first.wait(), second.wait())
                self.outputs = (first.output, second.output)


def _second(folder: Path, *arguments: str) -> Program:
    """Start the same command with a log of its own."""
    command = [sys.executable, PROJECT / "run.py", *arguments, f"outputs={folder}"]
    return Program(command, folder.with_suffix(".second.log"))


class Tasks:
    """What the tests look at, done two at a time."""

    def __init__(self, base: Path, pool: ThreadPoolExecutor) -> None:
        self.again: Future[Again] = pool.submit(Again, base)
        self.together: Future[Together] = pool.submit(Together, base / "together", signal.SIGCONT)
        self.taken_over = pool.submit(Together, base / "taken over", signal.SIGKILL)
        self.undisturbed = pool.submit(harness.run, base / "undisturbed", *LONGER)
        self.tracked = pool.submit(_two_tracked_sweeps, base / "tracked")
        self.base = base


def _two_tracked_sweeps(folder: Path) -> Path:
    """Start the same tracked sweep twice at the same time, and let both finish."""
    command = ("-m", "seed=0,1", *FEW)
    with harness.start(folder, *command) as first, _second(folder, *command) as second:
        assert (first.wait(), second.wait()) == (0, 0), first.output + second.output
    return folder


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tasks]:
    with ThreadPoolExecutor(2) as pool:
        yield Tasks(tmp_path_factory.mktemp("idempotence"), pool)


@pytest.fixture(scope="module")
def again(tasks: Tasks) -> Again:
    return tasks.again.result()


@pytest.mark.parametrize("name", ["again", "otherwise"])
def test_the_same_sweep_again_trains_nothing_and_shows_its_results(again: Again, name: str) -> None:
    assert again.journals[name] == again.journals["first"]
    assert len(again.journals[name]) == 2
    done, rows = again.output[name], again.table(name)
    assert rows == [[row[0], "finished", "2"] for row in rows]
    names = [row[0] for row in rows]
    assert sorted(names) == ["seed=0", "seed=1"]
    assert f"2 runs, {os.cpu_count()} at a time; 2 done before: {', '.join(names)}" in done
    results = {row[0]: row[1:] for row in harness.table(again.output["first"])}
    assert {row[0]: row[1:] for row in harness.table(done)} == results


def test_a_bigger_sweep_does_only_what_is_new(again: Again) -> None:
    before, after = again.journals["first"], again.journals["bigger"]
    assert len(after) == 3
    assert {key: after[key] for key in before} == before
    assert again.table("bigger") == [[f"seed={n}", "finished", "2"] for n in range(3)]
    lines = again.output["bigger"].splitlines()
    assert f"3 runs, {os.cpu_count()} at a time; 2 done before: seed=0, seed=1" in lines
    assert {line.split()[0] for line in lines if re.match(r"seed=\d  \d/2", line)} == {"seed=2"}


def test_a_run_of_a_sweep_is_done_before_on_its_own_with_the_data_elsewhere(again: Again) -> None:
    assert again.journals["linked"] == again.journals["first"]
    (line,) = (line for line in again.output["linked"].splitlines() if "done before" in line)
    assert "done before; finished: test accuracy " in line
    assert line.endswith(" (rerun=true does it again)")


def test_a_plan_names_every_run_and_leaves_nothing_behind(again: Again) -> None:
    assert again.journals["planned"] == again.journals["first"]
    lines = again.output["planned"].splitlines()
    rows = [re.split(r" {2,}", line) for line in lines if line.startswith("seed=")]
    assert [row[0] for row in rows] == ["seed=0", "seed=1", "seed=2", "seed=3"]
    assert [row[2:4] for row in rows[:2]] == [["finished", "2/2"]] * 2
    assert [row[2:4] for row in rows[2:]] == [["planned", "0/2"]] * 2
    assert {row[1] for row in rows[:2]} == again.journals["first"].keys()
    assert {row[1] for row in rows[2:]} < again.journals["twice"].keys() | {rows[2][1]}
    assert re.search(r"^2 of 4 runs to do, \d+ at a time: about \d+:\d\d", lines[-1])
    assert lines[-1].endswith("Nothing was trained.")


def test_a_plan_of_what_was_never_run_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "planned"
    long = "optimizer.beta1=0.95,0.91234567890123456789"
    output = harness.run(folder, "-m", "optimizer=adam,adamw", long, "plan=true", *FEW)
    assert "4 of 4 runs to do" in output
    assert len(re.findall(r"  [0-9a-f]{16}  planned  +0/2  +0:0\d$", output, re.MULTILINE)) == 4
    assert not folder.exists() or _snapshot(folder) == {}


def test_a_run_asked_for_twice_is_done_once_and_named(again: Again) -> None:
    output = again.output["twice"]
    assert "seed=0 l2=0.0 is the same run as seed=0 l2=0\n" in output
    assert "seed=3 l2=0.0 is the same run as seed=3 l2=0\n" in output
    assert "seed=0 l2=0 is asked for more than once\n" in output
    assert [row[0] for row in again.table("twice")] == ["seed=0 l2=0", "seed=3 l2=0"]
    assert len(again.journals["twice"]) == 4


def test_a_rerun_keeps_the_old_record_aside(again: Again) -> None:
    (new,) = again.journals["twice"].keys() - again.journals["bigger"].keys()
    before, once = again.journals["twice"], again.journals["rerun"]
    twice = again.journals["rerun again"]
    assert once.keys() == before.keys() | {f"{new}.1"}
    assert once[f"{new}.1"] == before[new] != once[new]
    assert twice.keys() == once.keys() | {f"{new}.2"}
    assert (twice[f"{new}.1"], twice[f"{new}.2"]) == (before[new], once[new])
    runs = again.folder / "runs"
    results = [harness.results(runs / name) for name in (new, f"{new}.1", f"{new}.2")]
    assert results[0] == results[1] == results[2]


def test_two_processes_with_the_same_run_train_it_once(tasks: Tasks) -> None:
    together = tasks.together.result()
    assert together.exit_codes == (0, 0)
    first, second = together.outputs
    assert "another process is doing this run; waiting for it" in second
    assert "done before; finished" in second
    assert "waiting" not in first
    kinds = [event["event"] for event in harness.events(together.folder)]
    assert kinds == ["start", *["epoch"] * 40, "end"]


def test_the_second_takes_over_when_the_first_is_killed(tasks: Tasks) -> None:
    taken_over = tasks.taken_over.result()
    tasks.undisturbed.result()
    assert taken_over.exit_codes == (-signal.SIGKILL, 0)
    (resume,) = harness.events(taken_over.folder, "resume")
    assert resume["remark"] == ""
    epochs = [event["epoch"] for event in harness.events(taken_over.folder, "epoch")]
    assert epochs == list(range(1, 41))
    undisturbed = tasks.base / "undisturbed"
    assert harness.results(taken_over.folder) == harness.results(undisturbed)


MOODY = """
from pathlib import Path
from nn import Sigmoid

class Moody(Sigmoid):
    def apply(self, z):
        if Path("bad mood").exists():
            raise RuntimeError("not today")
        super().apply(z)
"""
"""An activation of the user's that fails at times."""


def test_what_failed_is_left_alone_until_it_is_to_be_tried_again(tmp_path: Path) -> None:
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
        assert kinds == ["start", "end", "resume", "epoch", "epoch", "end"]


def test_a_sweep_of_the_same_runs_is_one_sweep(again: Again) -> None:
    sweeps = [json.loads(path.read_text()) for path in again.folder.glob("sweeps/*/sweep.json")]
    sizes = sorted(len(sweep["runs"]) for sweep in sweeps)
    assert sizes == [2, 2, 3]  # first, again and otherwise; twice; bigger


def test_two_sweeps_of_the_same_runs_at_once_train_and_track_each_once(tasks: Tasks) -> None:
    folder = tasks.tracked.result()
    runs = harness.by_name(harness.uri(folder))
    jobs = harness.jobs(folder)
    assert list(jobs) == ["seed=0", "seed=1"]
    (parent,) = runs.keys() - jobs.keys()
    assert runs[parent].status == "FINISHED"
    for name, job in jobs.items():
        assert [event["event"] for event in harness.events(job)] == ["start", *["epoch"] * 2, "end"]
        assert runs[name].tags["mlflow.parentRunId"] == runs[parent].id
        assert (runs[name].status, runs[name].tags["outcome"]) == ("FINISHED", "finished")
        assert runs[name].metrics == harness.histories(job)
        assert len(runs[name].models) == 1


def _rerun(run: str | Path, outputs: Path) -> tuple[int, str]:
    """Return exit code and output of `experiments rerun`."""
    command = [EXPERIMENTS, "rerun", run, "--outputs", outputs, "--uri", harness.uri(outputs)]
    with Program(command, outputs.with_suffix(".rerun.log")) as program:
        return program.wait(), program.output


@pytest.mark.parametrize("by", ["identity", "folder", "MLflow"])
def test_a_rerun_says_that_the_same_bits_come_of_it(tasks: Tasks, by: str) -> None:
    outputs = tasks.tracked.result()
    folder = harness.jobs(outputs)["seed=1"]
    before = _journals(outputs)
    names = {
        "identity": lambda: folder.name[:8],
        "folder": lambda: folder,
        "MLflow": lambda: harness.by_name(harness.uri(outputs))["seed=1"].id,
    }
    code, output = _rerun(names[by](), outputs)
    assert code == 0, output
    last = output.splitlines()[-1]
    assert last == "bit-identical: every metric of 2 epochs and of the test set"
    assert _journals(outputs) == before


def test_a_rerun_says_what_differs(tasks: Tasks, tmp_path: Path) -> None:
    """Of a journal with another cost in the last place, and another version of NumPy."""
    run = tmp_path / "altered"
    shutil.copytree(harness.jobs(tasks.tracked.result())["seed=0"], run)
    start, first, second, end = harness.events(run)
    second["metrics"]["train/cost"] = math.nextafter(second["metrics"]["train/cost"], 1)
    end["metrics"]["test/accuracy"] += 0.5
    start["environment"]["version.numpy"] = "1.0"
    start["origin"]["code"] = "0123456789abcdef"
    lines = [journal.encode(_without_checksum(event)) for event in (start, first, second, end)]
    (run / "journal.jsonl").write_bytes(b"".join(lines))
    code, output = _rerun(run, tmp_path / "outputs")
    assert code == 1
    *_, verdict, epoch, test, since, code_was, numpy_was = output.splitlines()
    assert verdict == "not identical:"
    assert epoch.strip() == "from epoch 2: train/cost"
    assert test.strip() == "at the end: test/accuracy"
    assert since == "changed since:"
    assert code_was.strip().startswith("code was 0123456789abcdef, is ")
    assert numpy_was.strip() == f"version.numpy was 1.0, is {np.__version__}"


def _without_checksum(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "crc32"}


def test_a_run_that_begins_anew_for_changed_code_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *LONGER) as program:
        harness.wait_for_epoch(folder)
        program.send(signal.SIGTERM)
        assert program.wait() == 143
    run = harness.run_folder(folder)
    start, *others = harness.events(folder)
    for event in (start, *others):
        del event["crc32"]
    start["origin"]["code"] = "0123456789abcdef"
    lines = b"".join(journal.encode(event) for event in (start, *others))
    (run / "journal.jsonl").write_bytes(lines)
    former = run.rename(run.with_name("fedcba9876543210"))
    output = harness.run(folder, *LONGER)
    assert f"begins anew; {former.name} was begun, but code was 0123456789abcdef, is " in output
    assert "goes on from" not in output


@pytest.mark.parametrize("key", ["rerun", "retry", "plan"])
def test_what_is_for_a_whole_sweep_cannot_be_swept_over(tmp_path: Path, key: str) -> None:
    with harness.start(tmp_path / "outputs", "-m", f"{key}=true,false", *QUICK) as program:
        assert program.wait() == 1
        assert "are the same for a whole sweep" in program.output.splitlines()[-1]
    assert not (tmp_path / "outputs" / "runs").exists()


def test_a_failed_run_alone_is_left_alone_with_exit_code_1(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(PROJECT / "data" / "mnist", data)
    folder = tmp_path / "outputs"
    harness.run(folder, *QUICK, f"dataset.root={data}")
    path = harness.run_folder(folder) / "journal.jsonl"
    *lines, _ = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(
        b"".join(lines)
        + journal.encode({"event": "end", "time": 1e10, "status": "failed", "message": "broken"})
    )
    with harness.start(folder, *QUICK, f"dataset.root={data}") as program:
        assert program.wait() == 1
        assert "failed: broken (retry=true tries again)" in program.output
    output = harness.run(folder, *QUICK, "retry=true", f"dataset.root={data}")
    assert "finished: test accuracy" in output
