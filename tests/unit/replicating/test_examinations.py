"""Sentences that trained networks decide, on real networks."""

from pathlib import Path
from typing import Any

import jobs
import pandas as pd
import pytest

from experiments import results
from experiments.configuration import Preset
from experiments.configuration.preset import EXAMINATIONS
from experiments.replicating import examinations
from experiments.replicating.examinations import SAYS, examined
from experiments.replicating.hypotheses import Answer
from experiments.replicating.replicas import replicas

FEW = ("dataset.train_size=1000", "dataset.validation_size=100", "tracking=none")


def trained(outputs: Path, *words: str, **settings: Any) -> pd.DataFrame:
    """Train two networks of 784-5-10, and return the frame of their runs."""
    numbers = [{"metric": "test/accuracy"}]
    sizes = {"architecture.sizes": [784, 5, 10], "epochs": 3, **settings}
    preset = Preset.of({"title": "t", "source": "s", "settings": sizes, "numbers": numbers})
    for replica in replicas("p", preset, [0, 1], [*FEW, *words, f"outputs={outputs}"]):
        jobs.do(replica.job)
    return results.runs(outputs)


def test_every_name_of_a_preset_has_an_examination() -> None:
    assert tuple(examinations.EXAMINATIONS) == EXAMINATIONS == tuple(examinations.SAYS)


def test_neighbouring_weights_are_alike_after_training(tmp_path: Path) -> None:
    runs = trained(tmp_path, **{"optimizer.learning_rate": 3.0})
    (found,) = examined(["strokes"], tmp_path, runs)
    assert found.says == SAYS["strokes"]
    assert found.answer is Answer.HOLDS
    assert "2 seeds" in found.reason
    (one,) = examined(["strokes"], tmp_path, runs[:1])
    assert (one.answer, one.reason) == (Answer.UNDECIDED, "finished runs: 1, 2 are needed")


def test_initial_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    (found,) = examined(["strokes"], tmp_path, trained(tmp_path, "record_weights=[]"))
    assert found.answer is Answer.UNDECIDED
    assert found.reason.startswith("the initial weights are not recorded")


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_layers_without_activations_are_affine_up_to_rounding(
    tmp_path: Path, precision: str
) -> None:
    runs = trained(tmp_path, activation="identity", dtype=precision)
    (found,) = examined(["affine"], tmp_path, runs)
    assert found.answer is Answer.HOLDS
    assert found.reason.startswith("the largest difference of the logits of 2 networks is ")


def test_other_networks_are_not_examined_for_it(tmp_path: Path) -> None:
    (found,) = examined(["affine"], tmp_path, trained(tmp_path))
    assert found.answer is Answer.UNDECIDED
    assert "only networks with the identity are affine" in found.reason


def test_runs_that_did_not_finish_are_left_out(tmp_path: Path) -> None:
    runs = trained(tmp_path).assign(status="interrupted")
    assert examined(["affine"], tmp_path, runs)[0].reason == "no run has finished"


def frame(confused: dict[str, list[int]]) -> pd.DataFrame:
    """Return runs of architectures at two rates, with the confused images as their identity."""
    rows = [
        {
            "identity": count if rate == 1.0 else 999,
            "architecture": name,
            "seed": seed,
            "status": "finished",
            "optimizer.learning_rate": rate,
            "validation/accuracy": 0.9 + (rate == 1.0) * 0.01,
        }
        for name, counts in confused.items()
        for seed, count in enumerate(counts)
        for rate in (0.1, 1.0)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("confused", "answer"),
    [
        ({"784-10": [30, 33, 31], "784-20-10": [10, 12, 11]}, Answer.HOLDS),
        ({"784-10": [10, 12, 11], "784-20-10": [30, 33, 31]}, Answer.FAILS),
        ({"784-10": [30, 10, 31], "784-20-10": [10, 12, 41]}, Answer.UNDECIDED),
        (
            {
                "784-10": [30, 33, 31],
                "784-20-10": [10, 12, 11],
                "784-20-10-10": [30, 33, 32],
            },
            Answer.UNDECIDED,
        ),
        ({"784-10": [30, 33, 31]}, Answer.UNDECIDED),
        ({"784-10": [30], "784-20-10": [10]}, Answer.UNDECIDED),
    ],
)
def test_a_network_without_hidden_layers_is_compared_with_each_other_one(
    confused: dict[str, list[int]], answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each at its best learning rate: at the other one 999 images are confused."""
    monkeypatch.setattr(examinations, "_confused", lambda _, run: run["identity"])
    (found,) = examined(["overlapping_digits"], Path(), frame(confused))
    assert found.answer is answer
    if answer is Answer.HOLDS:
        assert "31.3 (784-10), 11.0 (784-20-10)" in found.reason


def test_confused_digits_are_those_that_a_network_mistakes(tmp_path: Path) -> None:
    runs = trained(tmp_path, **{"optimizer.learning_rate": 3.0})
    described = results.experiment(runs.iloc[0])
    test = described.dataset.load(described.dtype).test
    predicted = results.network(tmp_path, runs.iloc[0]).predict(test.images).argmax(axis=1)
    pairs = list(zip(test.labels.tolist(), predicted.tolist(), strict=True))
    expected = pairs.count((3, 8)) + pairs.count((8, 3))
    assert 0 < expected < 2000
    assert examinations._confused(tmp_path, runs.iloc[0]) == expected
