"""Contrasts of cells: against their definition."""

from itertools import combinations

import numpy as np
import pytest
from frames import Runs, frame, run

from experiments.comparison import tuned
from experiments.comparison.cells import designs
from experiments.comparison.contrasts import INTERACTION, Contrast, contrasts
from experiments.recording import pack_correct

OPTIMIZERS = ("adam", "momentum", "sgd")
LOSSES = ("ce", "mse")
SEEDS = 5


def random_runs(rng: np.random.Generator) -> tuple[Runs, dict[tuple[str, str], np.ndarray]]:
    """Return a run of each cell and seed, and the accuracies of the cells."""
    values = {(loss, name): rng.uniform(0.8, 0.9, SEEDS) for loss in LOSSES for name in OPTIMIZERS}
    runs = [
        run(f"loss={loss}", f"optimizer={name}", f"seed={seed}", accuracy=value)
        for (loss, name), accuracies in values.items()
        for seed, value in enumerate(accuracies)
    ]
    return runs, values


def of(runs: Runs, first: str = "loss", second: str = "optimizer") -> list[Contrast]:
    return contrasts(designs(tuned(frame(runs)), first, second), first, second)


def differences(contrast: Contrast) -> np.ndarray:
    return np.subtract(*contrast.sides)


def test_two_by_three_levels_have_all_main_effects_and_interactions() -> None:
    runs, y = random_runs(np.random.default_rng(0))
    y = {(("ce softmax", "mse sigmoid")[loss == "mse"], name): y[loss, name] for loss, name in y}
    a, b = "ce softmax", "mse sigmoid"
    found = {(each.effect, each.name): differences(each) for each in of(runs)}
    expected = {("loss", f"{a} - {b}"): sum(y[a, each] - y[b, each] for each in OPTIMIZERS) / 3}
    for c, d in combinations(OPTIMIZERS, 2):
        expected["optimizer", f"{c} - {d}"] = (y[a, c] + y[b, c] - y[a, d] - y[b, d]) / 2
        name = f"{a} - {b} at {c} minus at {d}"
        expected[INTERACTION, name] = (y[a, c] - y[b, c]) - (y[a, d] - y[b, d])
    assert list(found) == sorted(expected, key=lambda key: [*"loi"].index(key[0][0]))
    for key, values in expected.items():
        assert found[key] == pytest.approx(values)


def test_swapped_factors_have_the_same_effects() -> None:
    runs, _ = random_runs(np.random.default_rng(1))
    found, swapped = of(runs), of(runs, "optimizer", "loss")
    for effect in ("loss", "optimizer", INTERACTION):
        these, those = (
            [differences(each) for each in every if each.effect == effect]
            for every in (found, swapped)
        )
        assert np.array(these) == pytest.approx(np.array(those))


def test_a_contrast_needs_all_of_its_cells() -> None:
    runs, _ = random_runs(np.random.default_rng(2))
    runs = [each for each in runs if (each["loss"], each["optimizer"]) != ("mse", "sgd")]
    assert [(each.effect, each.name) for each in of(runs)] == [
        ("optimizer", "adam - momentum"),
        (INTERACTION, "ce softmax - mse sigmoid at adam minus at momentum"),
    ]


def test_a_seed_counts_if_all_cells_have_it() -> None:
    runs, _ = random_runs(np.random.default_rng(3))
    runs = [each for each in runs if (each["optimizer"], each["seed"]) != ("sgd", 1)]
    seeds = {each.name: list(each.values.index) for each in of(runs)}
    assert seeds["ce softmax - mse sigmoid"] == seeds["adam - sgd"] == [0, 2, 3, 4]
    assert seeds["adam - momentum"] == [0, 1, 2, 3, 4]
    for each in of(runs):
        assert {arm.common for arm in each.arms} == {tuple(seeds[each.name])}


def test_one_level_of_a_factor_has_no_effect() -> None:
    runs, _ = random_runs(np.random.default_rng(4))
    assert of([each for each in runs if each["loss"] == "ce"]) == []


def test_images_that_move_all_cells_alike_make_no_error() -> None:
    """Hard images are no error of a difference; images that one cell alone gets right are."""
    rng = np.random.default_rng(5)
    easy, own = rng.random(1000) < 0.8, rng.random(1000) < 0.1
    runs = []
    for loss in LOSSES:
        for name in ("adam", "sgd"):
            correct = easy | own if (loss, name) == ("ce", "sgd") else easy
            for seed in range(3):
                row = run(f"loss={loss}", f"optimizer={name}", f"seed={seed}", accuracy=0.9)
                runs.append({**row, "test/correct": pack_correct(correct)})
    contrast = {each.effect: each.image_error for each in of(runs)}
    gained = (easy | own) & ~easy
    error = gained.std() / 1000**0.5
    assert contrast["loss"] == pytest.approx(error / 2, rel=0.01)
    assert contrast["optimizer"] == pytest.approx(error / 2, rel=0.01)
    assert contrast[INTERACTION] == pytest.approx(error, rel=0.01)
    same = [{**each, "test/correct": pack_correct(easy)} for each in runs]
    assert {each.image_error for each in of(same)} == {0.0}
