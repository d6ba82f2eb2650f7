"""Pictures: the weights of hidden neurons by epoch, and the images that are taken for others."""

from collections.abc import Iterator

import drawn
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.errors import UserError
from experiments.plotting.pictures import hidden_weights, worst_classified
from experiments.results.networks import Predictions, as_pictures

SIDE = 4
EPOCHS = (0, 1, 5)


@pytest.fixture(autouse=True)
def _drawn_without_a_screen() -> Iterator[None]:
    with drawn.without_a_screen():
        yield


def pictures(figure: Figure) -> list[tuple[Axes, npt.NDArray[np.float32]]]:
    """Return what is drawn, in reading order: the axes of each picture and its pixels."""
    figure.canvas.draw()
    return [(axes, np.asarray(axes.images[0].get_array())) for axes in figure.axes if axes.images]


def weights(n_hidden: int = 3) -> dict[int, npt.NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    return {
        epoch: rng.normal(size=(SIDE * SIDE, n_hidden)).astype(np.float32)
        for epoch in reversed(EPOCHS)
    }


def test_weights_have_a_row_for_each_epoch_and_a_column_for_each_neuron() -> None:
    given = weights()
    figure = hidden_weights(given)
    shown = pictures(figure)
    expected = [
        given[epoch][:, neuron].reshape(SIDE, SIDE) for epoch in EPOCHS for neuron in range(3)
    ]
    assert len(shown) == len(expected)
    for (_, picture), of_neuron in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(picture, of_neuron)
    labels = [axes.get_ylabel() for axes, _ in shown]
    assert labels == ["epoch 0", "", "", "epoch 1", "", "", "epoch 5", "", ""]
    assert "red" in figure.get_suptitle()


def test_the_pictures_of_a_neuron_share_a_scale_with_nothing_at_its_middle() -> None:
    given = weights()
    for place, (axes, _) in enumerate(pictures(hidden_weights(given))):
        largest = float(abs(given[5][:, place % 3]).max())
        assert axes.images[0].get_clim() == pytest.approx((-largest, largest))


@pytest.mark.parametrize(("n_hidden", "n", "columns"), [(12, 10, 10), (12, 2, 2), (1, 10, 1)])
def test_as_many_neurons_are_shown_as_there_are_and_as_are_wanted(
    n_hidden: int, n: int, columns: int
) -> None:
    shown = pictures(hidden_weights(weights(n_hidden), n))
    assert len(shown) == columns * len(EPOCHS)


def test_weights_after_the_last_epoch_alone_are_one_row() -> None:
    (axes, _), *others = pictures(hidden_weights({7: weights()[5]}))
    assert axes.get_ylabel() == "epoch 7"
    assert len(others) == 2


def predictions(n_wrong: int, n: int = 40) -> Predictions:
    """Return predictions of which ``n_wrong`` are wrong; image i has pixels of value i / n."""
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


@pytest.mark.parametrize(("n_wrong", "n"), [(25, 12), (25, 30), (7, 30), (1, 30)])
def test_the_worst_classified_are_those_whose_label_got_least(n_wrong: int, n: int) -> None:
    given = predictions(n_wrong)
    wrong = given.table[~given.table["correct"]].sort_values("output_of_label")
    figure = worst_classified(given, n)
    shown = pictures(figure)
    assert [round(40 * picture[0, 0]) for _, picture in shown] == list(wrong.index[:n])
    for (axes, _), (_, row) in zip(shown, wrong.iterrows(), strict=False):
        said = f"{row['label']} taken for {row['predicted']}\noutput 0.90"
        assert axes.get_title() == said
        assert not axes.axison
    assert figure.get_suptitle() == "Worst classified of 40 images"


def test_a_network_without_mistakes_has_no_worst() -> None:
    figure = worst_classified(predictions(0))
    assert pictures(figure) == []
    assert figure.get_suptitle() == "Worst classified of 40 images"


def test_rows_of_pixels_are_pictures_row_by_row() -> None:
    found = as_pictures(np.arange(18, dtype=np.float32).reshape(2, 9))
    np.testing.assert_array_equal(found[1], [[9, 10, 11], [12, 13, 14], [15, 16, 17]])


def test_images_that_are_not_square_are_refused() -> None:
    with pytest.raises(UserError, match=r"^20 pixels do not make a square picture$"):
        as_pictures(np.zeros((2, 20), np.float32))
    with pytest.raises(UserError, match=r"^20 pixels do not make a square picture$"):
        hidden_weights({0: np.zeros((20, 3), np.float32)})
