"""A study as a user starts it: it may be killed at any time; its verdicts are those of compare."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
from forked import RUN, Forks
from harness import NOT_TRACKED, PROJECT

STUDY = """
name: tiny
arms: {optimizer: [sgd, adam]}
settings: {epochs: 2, loss: ce, dataset.train_size: 300, dataset.validation_size: 500}
tune:
  optimizer.learning_rate: {low: 0.01, high: 1, points: 3}
metric: test/accuracy
margin: 0.1
budget: small
budgets:
  small: {tuning_epochs: 10, tuning_seeds: 1, most_seeds: 5}
"""
RATE = "optimizer.learning_rate: {low: 0.01, high: 1, points: 3}"
TWO_OPTIONS = (
    STUDY.replace("[sgd, adam]", "[momentum, nesterov]")
    .replace(
        RATE, f"{RATE}\n  optimizer.momentum: {{low: 0.5, high: 0.9, points: 3, scale: linear}}"
    )
    .replace("margin: 0.1", "margin: 0.5")
    .replace("tuning_epochs: 10", "tuning_epochs: 20")
    .replace("name: tiny", "name: two_options")
)
POINTS = 5
"""Points that the budget pays for."""


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a user with studies, among them some with mistakes."""
    folder = tmp_path_factory.mktemp("conf")
    contents = {
        "tiny": STUDY,
        "two_options": TWO_OPTIONS,
        "misspelled": STUDY.replace("tune:", "tunes:"),
        "without_arms": STUDY.replace("arms: {optimizer: [sgd, adam]}", ""),
        "of_epochs": STUDY.replace("{optimizer: [sgd, adam]}", "{epochs: [1, 2]}").replace(
            "epochs: 2,", ""
        ),
        "no_option": STUDY.replace("optimizer.learning_rate", "optimizer.learning_rat"),
        "of_batches": STUDY.replace(RATE, "batch_size: {low: 10, high: 40, points: 3}"),
        "twice": STUDY.replace("[sgd, adam]", "[sgd, sgd]"),
    }
    for name, text in contents.items():
        path = folder / "study" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def command(conf: Path, study: str = "tiny") -> tuple[str, ...]:
    return ("-m", "--config-dir", str(conf), f"+study={study}", NOT_TRACKED)


@pytest.fixture(scope="module")
def finished(conf: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The outputs folder of a study that nobody has disturbed, and what it has printed."""
    folder = tmp_path_factory.mktemp("finished") / "outputs"
    return folder, harness.run(folder, *command(conf))


def results(outputs: Path) -> dict[str, bytes]:
    """Return the tables of a study."""
    folder = harness.sweep_folder(outputs) / "results"
    names = ("verdicts.csv", "verdicts.md", "tuning.csv", "tuning.md")
    return {name: (folder / name).read_bytes() for name in names}


def stages(outputs: Path) -> dict[str, list[Path]]:
    """Return the folders of the runs of a study by their stage."""
    found: dict[str, list[Path]] = {"tuning": [], "confirmation": []}
    for path in outputs.glob("sweeps/*/sweep.json"):
        for run in json.loads(path.read_text(encoding="utf-8"))["runs"]:
            found[run["tags"]["stage"]].append(outputs / "runs" / run["identity"])
    return found


def opened_test(folder: Path) -> bool:
    """Return whether the test set was scored in a run."""
    return any("test/accuracy" in end["metrics"] for end in harness.events(folder, "end"))


def test_the_test_set_is_opened_once_and_only_in_the_runs_that_are_compared(
    finished: tuple[Path, str],
) -> None:
    outputs, printed = finished
    folders = stages(outputs)
    assert len(folders["tuning"]) == 2 * POINTS
    assert not any(map(opened_test, folders["tuning"]))
    assert all(map(opened_test, folders["confirmation"]))
    (opening,) = (outputs / "openings.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(opening)["runs"] == sorted(each.name for each in folders["confirmation"])
    assert "The study tiny has opened the test set of these data once." in printed


def test_each_run_is_trained_once(finished: tuple[Path, str]) -> None:
    outputs, _ = finished
    for folder in outputs.glob("runs/*"):
        assert [event["epoch"] for event in harness.events(folder, "epoch")] == [1, 2]


def compared(log: Path, *words: str | Path) -> str:
    """Return what `experiments compare optimizer` prints."""
    code, output = harness.experiments(log, "compare", "optimizer", *words)
    assert code == 0, output
    return output


def test_compare_gives_the_verdict_of_the_study(finished: tuple[Path, str], tmp_path: Path) -> None:
    outputs, printed = finished
    output = compared(tmp_path / "log", "--all", "--outputs", outputs, "--format", "csv")
    assert output.encode() == results(outputs)["verdicts.csv"]
    (row,) = csv.DictReader(output.splitlines())
    assert row["verdict"] in printed


@pytest.mark.stress
def test_compare_gives_the_table_of_a_study_with_two_tuned_options_or_names_it(
    conf: Path, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    harness.run(outputs, *command(conf, "two_options"))
    output = compared(tmp_path / "csv", "--outputs", outputs, "--format", "csv")
    assert output.encode() == results(outputs)["verdicts.csv"]
    output = compared(tmp_path / "table", "--outputs", outputs)
    assert "optimizer.momentum=" not in output  # no command makes other runs
    assert "A tie is within 0.5 points." in " ".join(output.split())
    words = ("compare", "optimizer", "--outputs", outputs, "--all")
    _, output = harness.experiments(tmp_path / "all", *words)
    sweep = harness.sweep_folder(outputs).name
    assert "he study two_options (small) has a table of its own: " in output
    assert f"compare optimizer --sweep {sweep} --outputs {outputs}" in output


def test_a_finished_study_does_nothing_and_prints_the_same(
    conf: Path, finished: tuple[Path, str]
) -> None:
    outputs, printed = finished
    before = results(outputs)
    runs = {path: path.stat().st_mtime_ns for path in outputs.glob("runs/*/*")}
    again = harness.run(outputs, *command(conf), log=outputs.parent / "again.log")
    assert results(outputs) == before
    assert {path: path.stat().st_mtime_ns for path in outputs.glob("runs/*/*")} == runs
    begin = "sweep "
    assert again[again.index(begin) :] == printed[printed.index(begin) :]
    assert len((outputs / "openings.jsonl").read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.stress
def test_a_study_that_is_killed_in_both_stages_ends_with_the_same_verdicts(
    conf: Path, finished: tuple[Path, str], tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    for stage, ended in (("tuning", 2), ("tuning", 7), ("confirmation", 3), ("confirmation", 8)):
        with harness.start(outputs, *command(conf)):

            def enough(stage: str = stage, ended: int = ended) -> bool:
                runs = stages(outputs)[stage]
                return sum(bool(harness.events(folder, "end")) for folder in runs) >= ended

            harness.wait_for(enough, f"{ended} runs of {stage}")
        assert not list(outputs.glob("sweeps/*/results"))
    harness.run(outputs, *command(conf))
    assert results(outputs) == results(finished[0])
    assert {path.name for path in outputs.glob("runs/*")} == {
        path.name for path in finished[0].glob("runs/*")
    }


def openings(outputs: Path) -> list[list[str]]:
    """Return the runs of each opening that was counted."""
    path = outputs / "openings.jsonl"
    return [json.loads(line)["runs"] for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.stress
@pytest.mark.parametrize("scored", [1, 10])
def test_a_study_that_is_killed_while_the_test_set_is_scored_counts_the_opening_once(
    conf: Path, tmp_path: Path, scored: int
) -> None:
    outputs = tmp_path / "outputs"
    with harness.start(outputs, *command(conf)):
        harness.wait_for(
            lambda: sum(map(opened_test, stages(outputs)["confirmation"])) >= scored,
            f"{scored} runs that have opened the test set",
        )
    (counted,) = openings(outputs)
    assert counted == sorted(each.name for each in stages(outputs)["confirmation"])
    harness.run(outputs, *command(conf))
    assert openings(outputs) == [counted]


@pytest.mark.stress
def test_a_tracked_study_is_one_sweep_that_grows_in_mlflow(conf: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    words = [word for word in command(conf) if word != NOT_TRACKED]
    harness.run(outputs, *words, *harness.store(tmp_path))
    runs = harness.tracked(harness.uri(tmp_path))
    (parent,) = (run for run in runs if "mlflow.parentRunId" not in run.tags)
    assert (parent.name.partition(" ")[2], parent.status) == ("tiny (small)", "FINISHED")
    assert {"verdicts.csv", "verdicts.md", "tuning.csv", "rounds.png"} <= set(parent.artifacts)
    assert {"best_arm/test/accuracy", "mean_of_arms/test/accuracy"} <= set(parent.metrics)
    assert "Shown are the arms of the study" in parent.tags["mlflow.note.content"]
    folders = stages(outputs)
    assert len(runs) == 1 + sum(map(len, folders.values()))
    for stage, of_stage in folders.items():
        for folder in of_stage:
            (run,) = (each for each in runs if each.tags.get("folder") == str(folder))
            assert run.tags["mlflow.parentRunId"] == parent.id
            assert run.tags["stage"] == stage
            assert run.tags["arm"] in ("optimizer=sgd", "optimizer=adam")
            assert run.status == "FINISHED"
            assert ("test/accuracy" in run.metrics) == (stage == "confirmation")


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """A process that executes `python run.py`."""
    with Forks(RUN, tmp_path_factory.mktemp("forks"), PROJECT) as forks:
        yield forks


MISTAKES = (
    (["-m", "+study=tiny", "seed=3"], "seed=3: the study tiny chooses it itself"),
    (["-m", "+study=misspelled"], "study.tunes: no such key"),
    (["-m", "+study=no_option"], "optimizer.learning_rat: no such option"),
    (["+study=tiny"], "+study=...: a study needs -m"),
)
MORE_MISTAKES = (
    (["-m", "+study=tiny", "study.budget=large"], "study.budget=large: there is none; choose"),
    (["-m", "+study=tiny", "optimizer=sgd"], "optimizer=sgd: the study tiny chooses it"),
    (["-m", "+study=tiny", "score_test=true"], "score_test=true: the study tiny chooses it"),
    (["-m", "+study=tiny", "l2=0,1"], "l2=0,1: a study chooses its own values; give one"),
    (["-m", "+study=of_epochs"], "study: epochs is the same for all arms; write it in"),
    (["-m", "+study=without_arms"], "study.arms is missing"),
    (["-m", "+study=twice"], "study.arms.optimizer: one value or more, each of them once"),
    (["-m", "+study=no_option", "plan=true"], "optimizer.learning_rat: no such option"),
    (["-m", "+study=of_batches"], "batch_size"),
    (["-m", "+study=tiny", "study.budgets.small.tuning_epochs=5"], "study.budgets.small.tuni"),
    (["-m", "+study=tiny", "study.budgets.small.most_seeds=4"], "study.budgets.small.most_s"),
    (
        ["-m", "+study=nothing"],
        "no study/nothing; there are architectures, learning_rates, misspelled",
    ),
)


@pytest.mark.parametrize(
    ("words", "message"),
    [*MISTAKES, *(pytest.param(*each, marks=pytest.mark.stress) for each in MORE_MISTAKES)],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    forks: Forks, conf: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    check_refused(forks, tmp_path / "outputs", message, "--config-dir", str(conf), *words)


def check_refused(forks: Forks, outputs: Path, message: str, *words: str) -> None:
    """Check that a command ends with a message, and writes nothing."""
    ended = forks.execute([*words, NOT_TRACKED, f"outputs={outputs}"])
    assert ended.code == 1
    ended.check_one_line()
    assert ended.stderr.startswith(f"error: {message}")
    assert not outputs.exists()


@pytest.mark.stress
def test_a_plan_trains_nothing(conf: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    printed = harness.run(outputs, *command(conf), "plan=true")
    assert "Nothing was trained." in printed
    assert not outputs.exists()


@pytest.mark.stress
@pytest.mark.parametrize("word", ["rerun=true", "stop_below=[0.5]", "test_curve=true"])
def test_an_option_that_changes_runs_that_are_done_is_refused(
    forks: Forks, conf: Path, tmp_path: Path, word: str
) -> None:
    message = word.partition("=")[0]
    check_refused(forks, tmp_path / "outputs", message, *command(conf), word)


@pytest.mark.stress
def test_a_study_whose_runs_all_exist_has_its_own_verdicts(
    conf: Path, finished: tuple[Path, str], tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    shutil.copytree(finished[0], outputs)
    harness.run(outputs, *command(conf), "study.margin=5")
    assert len(list(outputs.glob("sweeps/*/results/verdicts.csv"))) == 2
    assert len(list(outputs.glob("runs/*"))) == len(list(finished[0].glob("runs/*")))
