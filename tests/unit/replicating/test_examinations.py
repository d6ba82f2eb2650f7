"""Sentences that the weights of trained networks decide, on real networks."""

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
    assert found.reason.endswith("2 seeds")
    (one,) = examined(["strokes"], tmp_path, runs[:1])
    assert (one.answer, one.reason) == (Answer.UNDECIDED, "1 finished runs, 2 are needed")


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
