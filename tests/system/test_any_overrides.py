"""Words of all kinds give `python run.py` a plan or one line that says what is wrong.

The words are made from the schema of conf/, so new options are tried without a change here.
"""

from collections.abc import Iterator, Sequence

import any_overrides
import pytest
from forked import RUN, Ended, Forks
from harness import NOT_TRACKED, PROJECT
from hypothesis import example, given
from hypothesis import strategies as st
from planned import check_named, check_plan
from properties import trials

PLAN = ("plan=true", "dataset.train_size=100", "epochs=1", NOT_TRACKED)
"""Nothing is trained, and little is measured for the estimate of the time."""
NO_PACKAGE = "package '"
"""The beginning of Hydra's own line about a package that --cfg does not find."""


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """A process that executes `python run.py` in a folder that stays empty."""
    with Forks(RUN, tmp_path_factory.mktemp("overrides"), PROJECT) as forks:
        yield forks


def check(forks: Forks, words: Sequence[str]) -> Ended:
    """Execute a command, and check that its answer is a plan or an error, and writes nothing."""
    ended = forks.execute(words)
    assert {path.name for path in forks.folder.iterdir()} == {"answer.out", "answer.err"}, ended
    if ended.code == 0:
        assert ended.stderr == "", ended
        assert "Nothing was trained" in ended.stdout or "--cfg" in words, ended
    elif ended.stderr.startswith(NO_PACKAGE):
        assert ended.stderr.count("\n") == 1, ended
    else:
        ended.check_one_line()
    return ended


def check_overrides(forks: Forks, words: Sequence[str], *, sweep: bool) -> None:
    ended = check(forks, [*(["-m"] if sweep else []), *PLAN, *words])
    if ended.code == 0:
        check_plan(words, ended.stdout, sweep=sweep)
    else:
        check_named(words, ended.stderr)


lists = st.lists(any_overrides.words, min_size=1, max_size=3)
mistaken = st.tuples(any_overrides.fitting(), any_overrides.refused).flatmap(st.permutations)
options = st.sampled_from(any_overrides.OPTIONS)


@trials(60)
@given(words=lists, sweep=st.booleans())
@example(words=["architecture=[784,10]"], sweep=False)
@example(words=["optimizer._target_=[784,10]"], sweep=False)
def test_words_give_a_plan_or_an_error(forks: Forks, words: Sequence[str], *, sweep: bool) -> None:
    check_overrides(forks, words, sweep=sweep)


@pytest.mark.stress
@pytest.mark.parametrize("sweep", [False, True])
def test_all_words_about_hydra_give_a_plan_or_an_error(forks: Forks, *, sweep: bool) -> None:
    for word in any_overrides.ALL_OF_HYDRA[sweep::2]:  # each word once
        check_overrides(forks, [word], sweep=sweep)


@trials(60)
@given(words=mistaken)
def test_mistakes_are_errors(forks: Forks, words: Sequence[str]) -> None:
    ended = check(forks, [*PLAN, *words])
    assert ended.code == 1
    check_named(words, ended.stderr)


@trials(50)
@given(option=options, value=any_overrides.option_values | st.text(max_size=8))
def test_options_of_hydra_give_an_error(forks: Forks, option: str, value: str) -> None:
    ended = check(forks, [option, value, *PLAN])
    assert ended.code or (option, value) == ("--cfg", "job"), ended
