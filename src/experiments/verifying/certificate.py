"""The check of the gradient that a run makes before it trains, as a table."""

import math

from experiments.recording import NOT_A_NUMBER, Certificate
from experiments.verifying.comparison import Comparison, Table

REFERENCE = "finite differences"
NOT_FINITE = "The initial cost is not finite."
ZERO = "An error of exactly 0 shows nothing: most likely both derivatives are zero."


def certificate_table(certificate: Certificate) -> Table:
    """Return the relative error of each layer along a random direction of its parameters."""
    errors = [math.nan if each == NOT_A_NUMBER else each for each in certificate.errors]
    n, tolerance = len(errors), certificate.tolerance
    worst = math.nan if any(map(math.isnan, errors)) else max(errors, default=0.0)
    found = Comparison(
        REFERENCE,
        n,
        n,
        absolute=worst,
        relative=worst,
        tolerance=tolerance,
        all_zero=not any(errors),  # rounding leaves an error unless both derivatives are zero
    )
    return Table(
        "Certificate",
        f"the check of a run before it trains, with {certificate.examples} images",
        [f"layer {layer}" for layer in range(1, n + 1)],
        {"relative error": errors, "tolerance": [tolerance] * n},
        [found] if errors else [],
        note=NOT_FINITE if not errors else ZERO if 0 in errors else "",
    )
