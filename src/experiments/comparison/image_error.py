"""How uncertain a difference is because the test images are a sample of all images.

Seeds and images are crossed: each image is classified after every seed. The difference of two arms
on one seed and one image is -1, 0 or 1; a contrast of several arms is a weighted sum of ones and
zeros. Its variance is divided into parts for seeds, images and
the rest (two-way analysis of variance without replication, Searle, Casella and McCulloch 1992,
*Variance Components*, chapter 4). More seeds shrink the parts for seeds and the rest, not the part
for images.
"""

import numpy as np
import numpy.typing as npt
from scipy import stats

SHARE = 0.5
"""The quantile is that of this share of the error rate.

Simulations show that the sum of squares with the seeds' half-width then keeps the error rate at any
number of looks. With the whole error rate it is up to 1.5 times too high.
"""


def image_error(contrast: npt.NDArray[np.float32]) -> float:
    """Return the standard error of the mean of a contrast that is due to the images.

    ``contrast [n, k]`` is, for each of n >= 2 seeds and k images, the weighted sum over arms of 1
    where the image is classified correctly and 0 where it is not. For two arms it is their
    difference.
    """
    n, k = contrast.shape
    of_images = contrast.mean(axis=0, dtype=np.float64)
    of_seeds = contrast.mean(axis=1, dtype=np.float64)
    between_images = n * np.sum((of_images - of_images.mean()) ** 2)
    between_seeds = k * np.sum((of_seeds - of_seeds.mean()) ** 2)
    total = np.sum(contrast.astype(np.float64) ** 2) - n * k * of_images.mean() ** 2
    rest = (total - between_images - between_seeds) / ((n - 1) * (k - 1))
    component = (between_images / (k - 1) - rest) / n
    return float(np.sqrt(max(component, 0.0) / k))


def half_width(error: float, alpha: float) -> float:
    """Return the half-width that the images add to an interval at level ``1 - alpha``, in squares.

    ``error`` is from `image_error`; NaN, if it is unknown, adds nothing.
    """
    quantile = float(stats.norm.ppf(1 - SHARE * alpha / 2))
    return 0.0 if np.isnan(error) else quantile * error


def widened(
    low: float, middle: float, high: float, error: float, alpha: float
) -> tuple[float, float]:
    """Return an interval over seeds, widened for the images."""
    images = half_width(error, alpha)
    if not images:
        return low, high
    return middle - float(np.hypot(middle - low, images)), middle + float(
        np.hypot(high - middle, images)
    )
