"""The default learning rates of conf/ are those of the committed studies."""

from pathlib import Path

from experiments.cli import tuned
from experiments.comparison import tuned_rates
from experiments.configuration import CONF, PROJECT
from experiments.results import runs

STUDIES = ("learning_rates", "sgd_vs_adam")
"""The folders of notebooks/ from which the rates were written, in this order (docs/tuning.md)."""


def texts(conf: Path) -> dict[str, str]:
    """Return the files of default rates in a folder like conf/."""
    files = [conf / "learning_rates.yaml", *(conf / "learning_rates").glob("*.yaml")]
    return {str(path.relative_to(conf)): path.read_text(encoding="utf-8") for path in files}


def test_the_files_are_those_that_the_documented_commands_write(tmp_path: Path) -> None:
    for study in STUDIES:
        tuned.write(tuned_rates(runs(PROJECT / "notebooks" / study)), tmp_path)
    assert texts(tmp_path) == texts(CONF)
