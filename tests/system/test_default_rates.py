"""The default learning rates of conf/ are those of the committed results."""

from pathlib import Path

from experiments.cli import tuned
from experiments.comparison import tuned_rates
from experiments.configuration import CONF, PROJECT
from experiments.configuration.rates_file import read_rates
from experiments.results import runs

STUDIES = ("learning_rates", "sgd_vs_adam")
"""The committed studies of rates. An arm that both have tuned has the rate of the last one."""


def test_every_committed_rate_is_in_conf_with_its_accuracy_and_no_other(tmp_path: Path) -> None:
    for study in STUDIES:
        tuned.write(tuned_rates(runs(PROJECT / "notebooks" / study)), tmp_path)
    written = [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*.yaml"))]
    assert len(written) == 4
    for path in written:
        assert read_rates(tmp_path / path) == read_rates(CONF / path)
