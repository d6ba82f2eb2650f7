"""The chapter about a trained network; that of a real one is in the system tests."""

from frames import diverged, run
from subjects import subject

from experiments.report.networks import networks


def test_a_network_that_was_not_kept_has_no_chapter() -> None:
    assert networks(subject([run("loss=ce")]), []) is None


def test_without_a_finished_run_there_is_no_chapter() -> None:
    assert networks(subject(diverged("loss=ce", seeds=[0])), []) is None
