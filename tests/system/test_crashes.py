"""A run that is killed before any one of its changes of the disk computes the same bits."""

import sys
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, PROJECT, Program

pytestmark = pytest.mark.stress

OPTIONS = (
    "epochs=3",
    "optimizer=adam",
    "l2=0.5",
    "dataset.train_size=300",
    "dataset.validation_size=500",
)

CRASH = """
import dataclasses, os, runpy, signal, sys
from pathlib import Path

program, outputs, repeated, *arguments = sys.argv[1:]
run_py = runpy.run_path(program)

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig
from experiments.configuration import compose
from experiments.running import Job

config = compose(arguments)
job = Job.of(config, DictConfig(HydraConfig.get()))


def kill_at(fatal):
    calls = 0

    def counted(function):
        def call(*arguments, **options):
            nonlocal calls
            calls += 1
            if calls == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)
        return call

    for name in ("fsync", "replace", "rename", "unlink"):
        setattr(os, name, counted(getattr(os, name)))


def killed(folder, fatal):
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), code
        return code != 0
    try:
        kill_at(fatal)
        run_py["train"](dataclasses.replace(job, outputs=folder))
        sys.stdout.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


fatal = 1
while killed(folder := Path(outputs, f"once-{fatal}"), fatal):
    assert not killed(folder, None)
    fatal += 1
for fatal in map(int, repeated.split()):
    lives = (killed(Path(outputs, f"always-{fatal}"), fatal) for life in range(30))
    assert not all(lives)
"""
"""Does a run in a process that kills itself before its n-th call that changes the disk for good.

Then lets the run be resumed. Repeats that for n = 1, 2, ... until the run has no n-th call. Finally
does runs in which every process kills itself at its n-th call, until one has fewer calls left.
"""
REPEATED = "14 15 16 17 18"
"""Calls that are enough to come from one checkpoint to the next."""


@pytest.fixture(scope="module", params=[1, 2], ids="every {}".format)
def every(request: pytest.FixtureRequest) -> int:
    """The number of epochs from checkpoint to checkpoint."""
    return int(request.param)


@pytest.fixture(scope="module")
def crashed(every: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with outputs folders of runs that were killed at different calls."""
    base = tmp_path_factory.mktemp("crashed")
    options = (*OPTIONS, f"checkpoint_every={every}", NOT_TRACKED)
    command = [sys.executable, "-c", CRASH, PROJECT / "run.py", base, REPEATED, *options]
    with Program(command, base / "log") as program:
        assert program.wait() == 0, program.output
    return base


def test_a_run_killed_before_any_one_change_of_the_disk_computes_the_same_bits(
    crashed: Path, every: int
) -> None:
    once = sorted(crashed.glob("once-*"), key=lambda path: int(path.name.split("-")[1]))
    undisturbed = once.pop()  # the run has no more calls to be killed at
    assert harness.events(undisturbed, "resume") == []
    expected = harness.results(undisturbed)
    assert {"0000.npy", "0001.npy", "0002.npy"} <= expected.keys()
    resumed_from = set()
    for folder in once:
        assert harness.results(folder) == expected, folder.name
        assert [event["epoch"] for event in harness.events(folder, "epoch")] == [1, 2, 3]
        resumed_from.update(event["epoch"] for event in harness.events(folder, "resume"))
        files = sorted(path.name for path in harness.run_folder(folder).iterdir())
        assert files == ["journal.jsonl", "network.npz", "weights"]
    assert resumed_from == {0, *range(every, 4, every)}


def test_a_run_killed_again_and_again_computes_the_same_bits(crashed: Path) -> None:
    expected = harness.results(crashed / "once-1")
    lives = []
    for folder in crashed.glob("always-*"):
        assert harness.results(folder) == expected, folder.name
        assert [event["epoch"] for event in harness.events(folder, "epoch")] == [1, 2, 3]
        lives.append(1 + len(harness.events(folder, "resume")))
    assert len(lives) == len(REPEATED.split())
    assert sum(lives) >= 8
