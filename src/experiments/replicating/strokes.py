"""Does the first hidden layer find strokes? How alike the weights of neighbouring pixels are."""

import numpy as np
import numpy.typing as npt

from experiments.results import square_images
from nn.arrays import Array

Pixels = npt.NDArray[np.bool_]


def autocorrelation(weights: Array, used: Pixels) -> npt.NDArray[np.float64]:
    """Return Moran's I of the weights ``[in, out]`` into each neuron, over ``used [in]`` pixels.

    ``I = (n / p) sum (w_i - m)(w_j - m) / sum (w_i - m)^2`` with the mean m. The first sum is over
    the p pairs of pixels that are neighbours in a row or a column, the second over the n pixels
    (Moran 1950, *Notes on continuous stochastic phenomena*, Biometrika 37). It is near 0 if
    neighbours are unrelated, and near 1 if they are equal. Raise UserError if the pixels make no
    square.
    """
    mask = used.reshape(square_images(weights.T).shape[1:])
    images = square_images(weights.T.astype(np.float64))
    centred = np.where(mask, images - images[:, mask].mean(axis=1)[:, None, None], 0.0)
    beside = np.sum(centred[:, :, :-1] * centred[:, :, 1:], axis=(1, 2))
    below = np.sum(centred[:, :-1] * centred[:, 1:], axis=(1, 2))
    pairs = np.sum(mask[:, :-1] & mask[:, 1:]) + np.sum(mask[:-1] & mask[1:])
    variation = np.sum(centred**2, axis=(1, 2))
    return np.asarray(mask.sum() / pairs * (beside + below) / variation)


def permuted(weights: Array, used: Pixels, rng: np.random.Generator) -> Array:
    """Return weights ``[in, out]`` whose ``used`` pixels are shuffled, in one way for all."""
    shuffled, places = weights.copy(), np.flatnonzero(used)
    shuffled[places] = weights[rng.permutation(places)]
    return shuffled
