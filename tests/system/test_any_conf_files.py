"""Files of users of all kinds give `python run.py` a plan or one line that says what is wrong."""

import shutil
from collections.abc import Iterator

import any_files
import pytest
from any_files import AnyFile
from forked import RUN, Forks
from harness import NOT_TRACKED, PROJECT
from hypothesis import example, given
from properties import trials

PLAN = ("plan=true", "dataset.train_size=100", "epochs=1", NOT_TRACKED)


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """A process that executes `python run.py` in a folder that stays empty."""
    folder = tmp_path_factory.mktemp("files") / "here"
    folder.mkdir()
    with Forks(RUN, folder, PROJECT) as forks:
        yield forks


def check(forks: Forks, file: AnyFile) -> None:
    """Choose a file, and check that the answer is a plan or a line, and nothing is written."""
    folder = forks.folder.parent / "conf"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / file.path).parent.mkdir(parents=True)
    (folder / file.path).write_bytes(file.contents)
    sweep = ["-m"] if file.path.startswith(("hydra/sweeper", "study")) else []
    ended = forks.execute([*sweep, "--config-dir", str(folder), *file.words, *PLAN])
    assert {path.name for path in forks.folder.iterdir()} == {"answer.out", "answer.err"}, ended
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / file.path]
    if ended.code == 0:
        assert ended.stderr == "", ended
        assert "Nothing was trained" in ended.stdout, ended
    else:
        ended.check_one_line()


@trials(120)
@given(file=any_files.files())
@example(file=AnyFile("loss/mine.yaml", any_files.BOMB, ("loss=mine",)))
@example(file=AnyFile("loss/mine.yaml", b"defaults: [mine]", ("loss=mine",)))
@example(file=AnyFile("mine.yaml", b"epochs: 2", ("--config-name", "mine")))
def test_files_give_a_plan_or_an_error(forks: Forks, file: AnyFile) -> None:
    check(forks, file)


@pytest.mark.stress
@pytest.mark.parametrize("path", any_files.KINDS)
def test_all_fixed_contents_give_a_plan_or_an_error(forks: Forks, path: str) -> None:
    for contents in any_files.FIXED:
        check(forks, AnyFile(path, contents, any_files.KINDS[path]))
