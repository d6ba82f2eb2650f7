"""The figures of the runs of a preset."""

from pathlib import Path

import jobs
import matplotlib.pyplot as plt
import pytest

from experiments import results
from experiments.configuration import Preset
from experiments.configuration.preset import FIGURES as NAMES
from experiments.replicating.replicas import replicas
from experiments.replicating.run_figures import FIGURES, Trained, figures_of

PRESET = Preset.of(
    {
        "title": "t",
        "source": "s",
        "settings": {"architecture.sizes": [784, 5, 10], "epochs": 2},
        "cases": [{"settings": {"l2": l2}, "numbers": [{"metric": "x"}]} for l2 in (0.0, 1.0)],
    }
)
FEW = ("dataset.train_size=200", "dataset.validation_size=100", "tracking=none")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    outputs = tmp_path_factory.mktemp("runs")
    found = replicas("p", PRESET, [1, 0], [*FEW, f"outputs={outputs}"])
    for replica in found:
        jobs.do(replica.job)
    settings = {each.job.identity: PRESET.all_cases[each.case].name for each in found}
    return Trained(outputs, results.runs(outputs), results.history(outputs), settings)


def test_every_name_of_a_preset_has_a_figure() -> None:
    assert set(FIGURES) == set(NAMES)


def test_the_first_run_of_a_setting_is_that_of_the_lowest_seed(trained: Trained) -> None:
    first = trained.first_of_each_setting
    assert {name: run["seed"] for name, run in first.items()} == {"l2=0.0": 0, "l2=1.0": 0}


def test_each_figure_shows_every_setting(trained: Trained) -> None:
    drawn = dict(figures_of(NAMES, trained))
    assert list(drawn) == list(NAMES)
    assert [axes.get_title() for axes in drawn["weights"].axes] == ["l2=0.0", "l2=1.0"]
    assert [axes.get_title() for axes in drawn["error_norms"].axes] == ["l2=0.0", "l2=1.0"]
    for axes in drawn["error_norms"].axes:
        lines = [line.get_xdata() for line in axes.get_lines() if len(line.get_xdata())]
        assert [list(x) for x in lines] == [[0, 1, 2]] * 2  # two layers
    (below,) = drawn["error_norms"].legends
    assert [text.get_text() for text in below.get_texts()] == ["layer 1", "layer 2"]
    assert not any(axes.get_legend() for axes in drawn["error_norms"].axes)
    for axes, l2 in zip(drawn["error_norms"].axes, (0.0, 1.0), strict=True):
        own = trained.runs[trained.runs["l2"] == l2]
        first = [line.get_ydata()[0] for line in axes.get_lines() if len(line.get_xdata())]
        norms = [own[f"certificate/error_norm/{layer}"].mean() for layer in (1, 2)]
        assert first == pytest.approx(norms)  # of the initial networks
    left, right = drawn["curves"].axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("accuracy", "cost per image")
    legend = left.get_legend()
    assert legend is not None
    shown = [text.get_text() for text in legend.get_texts()]
    assert shown == ["l2=0.0", "l2=1.0", "validation", "training"]
    plt.close("all")


def test_a_figure_without_its_records_is_left_out(trained: Trained, tmp_path: Path) -> None:
    gone = Trained(tmp_path, trained.runs, trained.epochs, trained.settings)
    assert [name for name, _ in figures_of(["strokes", "curves"], gone)] == ["curves"]
    plt.close("all")
