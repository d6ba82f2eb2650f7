"""A run whose test set stays closed, and is opened later, without training, to the same bits."""

import signal
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

SMALL = ("epochs=3", "checkpoint_every=2", "optimizer=adam", *harness.TINY)
CLOSED = "score_test=false"


def _kinds(folder: Path) -> list[str]:
    return [event["event"] for event in harness.events(folder)]


def test_the_test_set_is_opened_later_with_the_numbers_of_a_run_that_opened_it_at_once(
    tmp_path: Path,
) -> None:
    later, at_once = tmp_path / "later", tmp_path / "at once"
    output = harness.run(later, CLOSED, *SMALL, NOT_TRACKED)
    assert "finished: the test set is closed" in output
    before = harness.events(later)
    names = {name for event in before for name in event.get("metrics", {})}
    assert not any("test" in name for name in names)
    assert "done before" in harness.run(later, CLOSED, *SMALL, NOT_TRACKED)
    assert harness.events(later) == before

    output = harness.run(later, *SMALL, NOT_TRACKED)
    assert "resumes from epoch 3" in output
    after = harness.events(later)
    assert after[: len(before)] == before
    assert _kinds(later) == ["start", "certificate", *["epoch"] * 3, "end", "resume", "end"]

    harness.run(at_once, *SMALL, NOT_TRACKED)
    assert after[-1]["metrics"].keys() == harness.events(at_once, "end")[0]["metrics"].keys()
    found, expected = harness.results(later), harness.results(at_once)
    assert found.pop("best_epoch/epoch") == 2 * expected.pop("best_epoch/epoch")  # of both ends
    assert found == expected
    assert not list(harness.run_folder(later).glob("checkpoint*"))


@pytest.mark.stress
def test_two_processes_open_the_test_set_once(tmp_path: Path) -> None:
    harness.run(tmp_path, CLOSED, *SMALL, NOT_TRACKED)
    programs = [
        harness.start(tmp_path, *SMALL, NOT_TRACKED, log=tmp_path / f"log {number}")
        for number in range(2)
    ]
    for program in programs:
        with program:
            assert program.wait() == 0, program.output
    assert _kinds(tmp_path).count("end") == 2


@pytest.mark.stress
def test_a_process_that_is_killed_while_the_test_set_is_opened_is_no_loss(tmp_path: Path) -> None:
    """SIGKILL at the first sign of the resumption, wherever the process then is."""
    harness.run(tmp_path, CLOSED, *SMALL, NOT_TRACKED)
    with harness.start(tmp_path, *SMALL, NOT_TRACKED, log=tmp_path / "log") as program:
        harness.wait_for_events("resume", 1, tmp_path)
        program.send(signal.SIGKILL)
        program.wait()
    harness.run(tmp_path, *SMALL, NOT_TRACKED)
    kinds = _kinds(tmp_path)
    assert kinds.count("epoch") == 3
    assert kinds[-1] == "end"
    assert "test/accuracy" in harness.events(tmp_path)[-1]["metrics"]


@pytest.mark.stress
def test_a_sweep_in_mlflow_gets_the_test_set_when_it_is_opened(tmp_path: Path) -> None:
    sweep = ("-m", "seed=0,1", *SMALL, *harness.store(tmp_path))
    folder, address = tmp_path / "outputs", harness.uri(tmp_path)
    harness.run(folder, *sweep, CLOSED)
    closed = harness.by_name(address)
    for name in ("seed=0", "seed=1"):
        assert not any("test" in metric for metric in closed[name].metrics)
        assert not any(tag.startswith("test/") for tag in closed[name].tags)
        assert closed[name].status == "FINISHED"
    harness.run(folder, *sweep)
    opened = harness.by_name(address)
    assert opened.keys() == closed.keys()
    for name in ("seed=0", "seed=1"):
        before, after = closed[name], opened[name]
        assert (after.id, after.status) == (before.id, "FINISHED")
        assert after.models == before.models
        assert len(after.models) == 1
        end = harness.events(harness.jobs(folder)[name], "end")[-1]
        assert after.metrics == {
            **before.metrics,
            **{metric: [(3, value)] for metric, value in end["metrics"].items()},
        }
        assert "test/correct/1" in after.tags
        assert after.tags["mlflow.note.content"].startswith("finished: test accuracy ")
