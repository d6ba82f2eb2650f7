"""The default learning rates of conf/ are those of the committed results."""

from pathlib import Path

from experiments.cli import tuned
from experiments.comparison import tuned_rates
from experiments.configuration import CONF, PROJECT
from experiments.configuration.rates_file import read_rates
from experiments.results import runs

RESULTS = PROJECT / "notebooks" / "sgd_vs_adam"


def test_every_committed_tuning_is_in_conf_with_its_accuracy(tmp_path: Path) -> None:
    written = tuned.write(tuned_rates(runs(RESULTS)), tmp_path)
    assert len(written) == 4
    for path in written:
        found = read_rates(path)
        assert found
        committed = read_rates(CONF / path.relative_to(tmp_path))
        assert {arm: committed[arm] for arm in found} == found
