"""Plots made of images: misclassified digits, and the weights of the first layer by epoch."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.errors import UserError
from experiments.plotting import first_layer_weights, worst_classified
from experiments.results import Predictions

SIDE = 4
EPOCHS = (0, 1, 5)


def images(figure: Figure) -> list[tuple[Axes, npt.NDArray[np.float32]]]:
    """Return the axes and the pixels of each image, from left to right and top to bottom."""
    return [(axes, np.asarray(axes.images[0].get_array())) for axes in figure.axes if axes.images]


def weights(n_hidden: int = 3) -> dict[int, npt.NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    return {
        epoch: rng.normal(size=(SIDE * SIDE, n_hidden)).astype(np.float32)
        for epoch in reversed(EPOCHS)
    }


def test_weights_have_a_row_for_each_epoch_and_a_column_for_each_neuron() -> None:
    given = weights()
    figure = first_layer_weights(given, of="a network")
    shown = images(figure)
    expected = [
        given[epoch][:, neuron].reshape(SIDE, SIDE) for epoch in EPOCHS for neuron in range(3)
    ]
    for (_, image), of_neuron in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(image, of_neuron)
    labels = [axes.get_ylabel() for axes, _ in shown]
    assert labels == ["epoch 0", "", "", "epoch 1", "", "", "epoch 5", "", ""]
    figure.canvas.draw()
    assert "red" in figure.get_suptitle()
    assert figure.get_suptitle().endswith("\na network")


def test_the_images_of_a_neuron_share_a_scale_with_zero_in_the_middle() -> None:
    given = weights()
    for place, (axes, _) in enumerate(images(first_layer_weights(given))):
        largest = float(abs(given[5][:, place % 3]).max())
        assert axes.images[0].get_clim() == pytest.approx((-largest, largest))


@pytest.mark.parametrize(("n_hidden", "n", "columns"), [(12, 10, 10), (12, 2, 2), (1, 10, 1)])
def test_no_more_neurons_are_shown_than_there_are(n_hidden: int, n: int, columns: int) -> None:
    shown = images(first_layer_weights(weights(n_hidden), n))
    assert len(shown) == columns * len(EPOCHS)


def test_weights_of_one_epoch_are_one_row() -> None:
    (axes, _), *others = images(first_layer_weights({7: weights()[5]}))
    assert axes.get_ylabel() == "epoch 7"
    assert len(others) == 2


def test_weights_of_images_that_are_not_square_are_refused() -> None:
    with pytest.raises(UserError, match=r"^20 pixels "):
        first_layer_weights({0: np.zeros((20, 3), np.float32)})


def predictions(n_wrong: int, n: int = 40) -> Predictions:
    """Return predictions with ``n_wrong`` mistakes. All pixels of image i are i / n."""
    wrong = np.isin(np.arange(n), np.random.default_rng(1).permutation(n)[:n_wrong])
    labels = np.arange(n) % 10
    table = pd.DataFrame(
        {
            "label": labels,
            "predicted": np.where(wrong, (labels + 1) % 10, labels),
            "correct": ~wrong,
            "output": 0.9,
            "output_of_label": np.random.default_rng(2).permutation(n) / n,
        }
    )
    return Predictions(table, np.broadcast_to(np.arange(n)[:, None, None] / n, (n, 4, 4)))


@pytest.mark.parametrize(("n_wrong", "n"), [(25, 12), (7, 30), (1, 30)])
def test_the_worst_classified_have_the_smallest_output_for_their_label(
    n_wrong: int, n: int
) -> None:
    given = predictions(n_wrong)
    wrong = given.table[~given.table["correct"]].sort_values("output_of_label")
    figure = worst_classified(given, n)
    shown = images(figure)
    assert [round(40 * image[0, 0]) for _, image in shown] == list(wrong.index[:n])
    for (axes, _), (_, row) in zip(shown, wrong.iterrows(), strict=False):
        assert axes.get_title() == f"{row['label']} predicted as {row['predicted']}\noutput 0.90"
        assert not axes.axison
    assert figure.get_suptitle() == "Worst classified of 40 images"


def test_long_names_of_classes_are_in_lines_of_their_own() -> None:
    given = predictions(1)
    names = [f"class {n}" for n in range(10)]
    table = given.table.copy()
    for column in ("label", "predicted"):
        table[column] = pd.Categorical.from_codes(table[column], names, ordered=True)
    ((axes, _),) = images(worst_classified(Predictions(table, given.images)))
    row = table[~table["correct"]].iloc[0]
    assert axes.get_title() == f"{row['label']}\nas {row['predicted']}\noutput 0.90"


def test_a_network_without_mistakes_has_no_worst_classified() -> None:
    figure = worst_classified(predictions(0))
    assert images(figure) == []
    assert figure.get_suptitle() == "Worst classified of 40 images"
