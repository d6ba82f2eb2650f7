"""Trainings that their schedule ends: killed and resumed, tracked, listed, compared."""

import re
import signal
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

LAST = 7
"""The epoch after which the training ends: the weights hardly change, so the first is the best."""
ENDING = ("schedule=stop_on_plateau", f"schedule.patience={LAST - 1}", "epochs=40")
STILL = ("optimizer.learning_rate=1e-9", "checkpoint_every=2", "record_weights=[0,7,8]")
SMALL = ("dataset.train_size=2000", "batch_size=2", "dataset.validation_size=500")
RUN = (*ENDING, *STILL, *SMALL)
SENTENCE = f"; its schedule ended the training after epoch {LAST}"


def _printed(*command: str | Path, log: Path) -> str:
    code, output = harness.experiments(log, *command)
    assert code == 0, output
    return output


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs folder of `RUN`, in MLflow, too."""
    folder = tmp_path_factory.mktemp("whole") / "outputs"
    output = harness.run(folder, *RUN, *harness.store(folder.parent))
    assert SENTENCE in output
    assert "ETA up to " in output
    return folder


def test_a_schedule_ends_the_training_and_the_journal_says_so(whole: Path) -> None:
    (end,) = harness.events(whole, "end")
    assert (end["status"], end["ended_after"]) == ("finished", LAST)
    assert len(harness.events(whole, "epoch")) == LAST
    weights = {path.name for path in harness.run_folder(whole).glob("weights/*")}
    assert len(weights) == 2  # before the first epoch, and after epoch 7


@pytest.mark.stress
def test_after_kills_it_ends_at_the_same_epoch_with_the_same_bits(
    whole: Path, tmp_path: Path
) -> None:
    for epochs in (3, LAST):
        with harness.start(tmp_path, *RUN, NOT_TRACKED, "score_test=false") as program:
            harness.wait_for(
                lambda n=epochs: len(harness.events(tmp_path, "epoch")) >= n, f"{epochs} epochs"
            )
            program.send(signal.SIGKILL)
            program.wait()
    assert harness.events(tmp_path, "resume")
    harness.run(tmp_path, *RUN, NOT_TRACKED)
    assert len(harness.events(tmp_path, "epoch")) == LAST
    found, expected = harness.results(tmp_path), harness.results(whole)
    ends = harness.events(tmp_path, "end")
    expected["best_epoch/epoch"] *= len(ends)
    assert found == expected


def test_more_epochs_with_the_same_command_train_no_further(whole: Path, tmp_path: Path) -> None:
    harness.run(tmp_path, *RUN, "epochs=80", NOT_TRACKED)
    assert harness.results(tmp_path) == harness.results(whole)


def test_mlflow_says_that_the_schedule_ended_the_training(whole: Path) -> None:
    (run,) = harness.tracked(harness.uri(whole.parent))
    assert (run.status, run.params["epochs"]) == ("FINISHED", "40")
    assert run.tags["mlflow.note.content"].endswith(SENTENCE)
    assert run.metrics == harness.histories(whole)
    assert run.metrics["test/accuracy"][0][0] == LAST


@pytest.mark.stress
def test_the_commands_show_the_epochs_that_were_done(whole: Path, tmp_path: Path) -> None:
    status = _printed("status", "--outputs", whole, log=tmp_path / "status.log")
    assert re.search(rf"finished +{LAST}/{LAST} ", status)
    assert "1 finished" in status
    plan = harness.run(whole, *RUN, *harness.store(whole.parent), "plan=true")
    assert re.search(rf"finished +{LAST}/{LAST} *\n", plan)
    assert "0 of 1 runs to do" in plan
    identity = harness.run_folder(whole).name
    repeated = _printed("repeat", identity, "--outputs", whole, log=tmp_path / "repeat.log")
    assert f"bit-identical: every metric of {LAST} epochs and of the test set" in repeated
    assert SENTENCE in repeated


def test_results_have_the_number_of_epochs_that_were_done(whole: Path, tmp_path: Path) -> None:
    from experiments.results import runs

    for source in (whole, harness.uri(whole.parent)):
        (row,) = runs(source).to_dict("records")
        assert (row["epochs"], row["epochs_done"], row["schedule.patience"]) == (40, LAST, 6)


def test_halving_ends_below_the_smallest_factor(tmp_path: Path) -> None:
    halving = ("schedule=halve_on_plateau", "schedule.patience=1", "schedule.smallest=0.0078125")
    output = harness.run(tmp_path, *halving, "epochs=40", *STILL, *SMALL, NOT_TRACKED)
    assert "its schedule ended the training after epoch 9" in output
    rates = [rate for _, rate in harness.histories(tmp_path)["learning_rate"]]
    assert rates == [1e-9 * 0.5**n for n in (0, 0, 1, 2, 3, 4, 5, 6, 7)]
