"""The test curve: recorded, tracked and read, said in one sentence, and used for no choice."""

from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

from experiments.comparison import tuned
from experiments.results import history, options, runs

SENTENCE = "The test set is looked at after each epoch (test_curve=true): choose nothing by it."
NAMES = ("test_curve/accuracy", "test_curve/cost", "test_curve/loss")
RUN = ("epochs=3", *harness.TINY)
SWEEP = ("-m", "seed=0,1", *RUN)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep with test curves, after the same sweep without them."""
    folder = tmp_path_factory.mktemp("curves") / "outputs"
    for words in ((), ("test_curve=true",)):
        printed = harness.run(folder, *SWEEP, *words, NOT_TRACKED)
        assert printed.count(SENTENCE) == len(words)
        assert "done before" not in printed
    harness.sync(folder.parent, "--outputs", folder, "--uri", harness.uri(folder.parent))
    return folder


def test_the_curve_is_in_the_journal_and_in_mlflow(outputs: Path) -> None:
    tracked = harness.tracked(harness.uri(outputs.parent))
    curves = [run for run in tracked if run.params.get("test_curve") == "True" and run.models]
    assert len(curves) == 2
    for run in curves:
        assert run.metrics == harness.histories(Path(run.tags["folder"]))
        for name in NAMES:
            assert [epoch for epoch, _ in run.metrics[name]] == [1, 2, 3]
            assert run.metrics[name][-1] == run.metrics[name.replace("test_curve", "test")][0]


def test_results_have_the_curve_from_every_source(outputs: Path) -> None:
    for source in (outputs, harness.uri(outputs.parent)):
        found = history(source, metrics=NAMES, test_curve=True)
        assert len(found) == 2 * 3 * len(NAMES)
        without = runs(source, test_curve=False)
        assert without["test_curve/accuracy"].isna().all()


def test_the_same_runs_with_and_without_a_curve_count_once(outputs: Path) -> None:
    frame = runs(outputs)
    assert len(frame) == 4
    assert "test_curve" not in options(frame)
    assert len(tuned(frame)) == 2


def test_a_single_run_and_a_plan_say_that_the_test_set_is_looked_at(tmp_path: Path) -> None:
    command = (*RUN, "test_curve=true", NOT_TRACKED)
    assert SENTENCE in harness.run(tmp_path, *command, "plan=true")
    assert SENTENCE in harness.run(tmp_path, *command)
    assert SENTENCE not in harness.run(tmp_path, *RUN, NOT_TRACKED)
    assert len(list(tmp_path.glob("runs/*"))) == 2


def test_a_closed_test_set_has_no_curve(tmp_path: Path) -> None:
    command = (*RUN, "test_curve=true", "score_test=false", NOT_TRACKED)
    with harness.start(tmp_path / "outputs", *command) as program:
        assert program.wait() == 1
    (line,) = program.output.splitlines()
    assert line.startswith("error: test_curve=true looks at the test set, which score_test=false")
    assert not (tmp_path / "outputs").exists()
