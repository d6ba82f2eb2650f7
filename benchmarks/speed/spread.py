"""How values spread, in one word for a table."""

from collections.abc import Sequence
from statistics import median


def spread(values: Sequence[float], digits: int) -> str:
    """Return minimum, median and maximum as text."""
    return "-".join(f"{each(values):.{digits}f}" for each in (min, median, max))
