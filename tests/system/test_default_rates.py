"""The default learning rates of conf/ are those of the committed results."""

from pathlib import Path

import pytest

from experiments.cli import tuned
from experiments.comparison import tuned_rates
from experiments.configuration import CONF, PROJECT
from experiments.configuration.rates_file import read_rates
from experiments.results import runs

STUDIES = ("learning_rates", "sgd_vs_adam")
"""The committed studies of rates. An arm that both have tuned has the rate of the last one."""


def written(folder: Path, *studies: str) -> list[Path]:
    """Write the rates of studies as `experiments tuned --write` does; return the files."""
    for study in studies:
        tuned.write(tuned_rates(runs(PROJECT / "notebooks" / study)), folder)
    return [path.relative_to(folder) for path in sorted(folder.rglob("*.yaml"))]


def test_the_rates_of_the_last_study_are_in_conf(tmp_path: Path) -> None:
    files = written(tmp_path, STUDIES[-1])
    assert files
    for path in files:
        found = read_rates(tmp_path / path)
        assert found
        assert found.items() <= read_rates(CONF / path).items()


@pytest.mark.stress
def test_every_committed_rate_is_in_conf_with_its_accuracy_and_no_other(tmp_path: Path) -> None:
    files = written(tmp_path, *STUDIES)
    assert len(files) == 4
    for path in files:
        assert read_rates(tmp_path / path) == read_rates(CONF / path)
