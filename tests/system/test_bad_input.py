"""`python run.py` with mistakes: each ends with one line on stderr, before anything is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from forked import RUN, Forks
from harness import NOT_TRACKED, PROJECT, read_only, start

from experiments.configuration import sqlite_uri

MISTAKES = [
    (["epochz=3"], "epochz"),
    (["epochs=abc"], "epochs"),
    (["optimizer=adamm"], "optimizer/adamm"),
    (["optimizer.beta1=0.5"], "optimizer.beta1"),
    (["optimizer.learning_rate=-1"], "optimizer.learning_rate"),
    (["activation._target_=nn.Softsign"], "nn.Softsign"),
    (["dataset.root=nowhere"], "nowhere: the folder does not exist"),
    (["dataset.first_label=1"], "dataset.first_label=0 makes them classes 0 to 9"),
    (["dataset.train_size=60000"], "dataset.train_size=60000"),
    (["seed=1,2"], "several values need -m"),
    (["outputs=~/x"], f"outputs=~/x: write {Path.home()}/x; the shell expands ~ only at the"),
    (["dataset=folder", 'dataset.root="~/x"'], f"dataset.root=~/x: write {Path.home()}/x"),
    (["tracking.uri=sqlite:///~/m.db"], f"write sqlite:///{Path.home()}/m.db"),
    (["outputs=w#1"], "as text it is written 'outputs=\"w#1\"'"),
    (["-m", "seed=range(5,1)"], "seed=range(5,1): it has no values"),
    (["-m", "seed=range(3),range(4)"], "seed=range(3),range(4): several values cannot stand in"),
    (["-m", "loss=glob([1,2])"], "loss=glob([1,2]): glob needs names or patterns"),
    (["dataset=cut"], "there are emnist_balanced, emnist_digits, "),
    (["tracking.uri=gopher://store"], "MLflow has no stores of the kind gopher"),
    (["tracking.uri=file:/mlruns"], "folders are no MLflow stores any more"),
    (["tracking.uri=sqlite:////proc/a.db"], "no file can be created in /proc"),
    (["hydra.run.dir=elsewhere"], "this option of Hydra does nothing here"),
    (["--config-dir", "nowhere"], "there is no folder"),
    (["--package", "loss"], "--package does nothing without --cfg"),
    (["hydra.launcher.processes=2"], "a sweep needs -m"),
    (["record_weights.x=[]"], "the elements of a list have numbers as keys, not x"),
    (["-m", "++hydra.launcher.x=1"], "hydra.launcher.x: no such option"),
    (["+hydra.callbacks.x._target_=no.Such"], "hydra.callbacks.x._target_: no.Such cannot be"),
    (["-m", "hydra.sweeper.params=x"], "hydra.sweeper.params=x: must be a dictionary"),
    (["-m", "hydra.launcher=null"], "hydra.launcher=null: choose a file with hydra/launcher=NAME"),
    (["-m", "hydra.sweeper._target_=x.y"], "hydra.sweeper._target_=x.y: this is no sweeper"),
    (["-m", "hydra/launcher=basic", "seed=1,2"], "no other launcher records a sweep"),
    (["~hydra.callbacks.early_checks"], "~hydra.callbacks.early_checks: early_checks checks"),
    (["-m", "hydra.mode=RUN"], "hydra.mode=RUN contradicts -m; leave one out"),
    (["hydra/job_logging=default"], "this program writes no log of Hydra"),
    (["--experimental-rerun", "nowhere"], "--experimental-rerun does nothing here"),
    (["-m", "optimizer.learning_rate=0.1,-1", "epochs=1"], "optimizer.learning_rate=-1"),
    (["-m", "dataset.train_size=100,60000", "epochs=1"], "dataset.train_size=60000"),
]


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """A process that executes `python run.py` in a folder of its own."""
    with Forks(RUN, tmp_path_factory.mktemp("here"), PROJECT) as forks:
        yield forks


@pytest.mark.parametrize(
    "mistakes",
    [MISTAKES[::4], pytest.param(MISTAKES, marks=pytest.mark.stress)],
    ids=["some", "all"],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    forks: Forks, tmp_path: Path, mistakes: list[tuple[list[str], str]]
) -> None:
    for words, expected in mistakes:
        outputs = f"outputs={tmp_path / 'outputs'}"
        forks.execute([*words, NOT_TRACKED, outputs]).check_one_line(expected)
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("words", [["epochz=3"], ["-m", "seed=1,-1"]])
def test_a_mistake_in_a_process_of_its_own(tmp_path: Path, words: list[str]) -> None:
    with start(tmp_path / "outputs", *words, NOT_TRACKED) as program:
        assert program.wait() == 1
        (line,) = program.output.splitlines()
    assert line.startswith("error: ")


def test_a_file_of_the_user_with_a_mistake_makes_no_folder(forks: Forks, tmp_path: Path) -> None:
    """Hydra makes the folder `hydra.run.dir` before it calls this program."""
    files = {
        "a": f"hydra:\n  run:\n    dir: {tmp_path}/made\n",
        "b": "defaults:\n  - override /hydra/launcher: basic\n",
        "c": "epoch: 3\n",
    }
    expected = {
        "a": f"hydra.run.dir={tmp_path}/made: this option of Hydra does nothing here",
        "b": "experiment/b.yaml: its choice hydra/launcher=basic does nothing",
        "c": "experiment/c.yaml: epoch: no such option; did you mean epochs?",
    }
    folder = tmp_path / "conf" / "experiment"
    folder.mkdir(parents=True)
    for name, text in files.items():
        path = folder / f"{name}.yaml"
        path.write_text(f"# @package _global_\n{text}", encoding="utf-8")
    for name in files:
        words = ["--config-dir", str(folder.parent), f"+experiment={name}", NOT_TRACKED]
        forks.execute(words).check_one_line(expected[name])
        forks.execute(["-m", *words, "seed=1,2"]).check_one_line(expected[name])
    assert not (tmp_path / "made").exists()


def test_a_main_file_without_defaults_makes_no_folder(forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("epochs: 2\n", encoding="utf-8")
    words = ["--config-dir", str(tmp_path), "--config-name", "mine", "plan=true"]
    path = tmp_path / "mine.yaml"
    expected = f"error: {path}: as the main file it needs `defaults: [config, _self_]`"
    for more in ([], [NOT_TRACKED], ["hydra.mode=MULTIRUN", "seed=1,2"]):
        forks.execute([*words, *more]).check_one_line(expected)
    for folder in (tmp_path, forks.folder):
        assert not [path for path in folder.iterdir() if path.is_dir()]


def test_a_file_with_the_name_of_another_or_in_a_circle_is_refused(
    forks: Forks, tmp_path: Path
) -> None:
    (tmp_path / "loss").mkdir()
    (tmp_path / "loss" / "ce.yaml").write_text("_target_: nn.Mine\n", encoding="utf-8")
    words = ["--config-dir", str(tmp_path), "loss=ce", NOT_TRACKED]
    path = tmp_path / "loss" / "ce.yaml"
    expected = f"error: {path}: conf/loss/ce.yaml has the same name and is used; rename it"
    circle = ["--config-dir", str(tmp_path), "loss=circle"]
    (tmp_path / "loss" / "circle.yaml").write_text("defaults: [circle]\n", encoding="utf-8")
    forks.execute(words).check_one_line(expected)
    forks.execute(["-m", *words]).check_one_line(expected)
    forks.execute(circle).check_one_line("loss/circle.yaml: its defaults list chooses the file")


def test_a_store_that_cannot_be_written_is_refused_before_training(
    forks: Forks, tmp_path: Path
) -> None:
    folder = tmp_path / "stores"
    folder.mkdir()
    (folder / "a.db").touch()
    uri = sqlite_uri(folder / "a.db")
    words = [f"tracking.uri={uri}", f"outputs={tmp_path / 'outputs'}", "epochs=1"]
    with read_only(folder):
        forks.execute(words).check_one_line(f"{uri}: {folder / 'a.db'} cannot be written")
    assert not (tmp_path / "outputs").exists()
