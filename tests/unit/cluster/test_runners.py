"""The runners of a worker are kept between runs, unless they have died."""

import os
import signal
from pathlib import Path

import pytest

from experiments.cluster.runners import RunnerError, Runners


def test_runners_are_kept_for_one_client(tmp_path: Path) -> None:
    runners = Runners()
    with runners.one("a", tmp_path) as first:
        pass
    with runners.one("a", tmp_path) as second:
        assert second is first
    with runners.one("b", tmp_path) as third:
        assert third is not first
        assert third.alive
        assert not first.alive
    runners.close()


def test_a_runner_that_died_is_not_kept(tmp_path: Path) -> None:
    runners = Runners()
    with runners.one("a", tmp_path) as first:
        os.kill(first.pid, signal.SIGKILL)
        with pytest.raises(RunnerError, match="exit code -9"):
            first.answer(10)
    with runners.one("a", tmp_path) as second:
        assert second.alive
    runners.close()


def test_threads_have_runners_of_their_own(tmp_path: Path) -> None:
    runners = Runners()
    with runners.one("a", tmp_path) as first, runners.one("a", tmp_path) as second:
        assert first is not second
    runners.close()
    assert not first.alive
    assert not second.alive
