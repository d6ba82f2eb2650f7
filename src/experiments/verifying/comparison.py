"""A table of numbers computed in several ways, and how far they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Columns: TypeAlias = dict[str, Sequence[float]]
"""The numbers of each column of a table."""
SAME = 1e-10
"""The tolerance between formulas that differ by rounding only: a sum of a thousand products has a
relative error of up to 1e-13 in double precision, and differences of such sums keep fewer digits.
"""


@dataclass(frozen=True)
class Comparison:
    """Our numbers against those of a ``reference``: ``compared`` of ``total`` numbers.

    ``absolute`` is the largest difference, ``relative`` the same divided by the largest number. The
    tolerance is relative; ``rounding`` is an absolute error that the reference itself has. A
    reference that is known to be wrong is ``refuted``: it has to differ. A ``partial`` one knows no
    formula, but something that every right formula has; ``says`` is printed instead of the errors.
    If ``all_zero``, on both sides, the numbers show nothing: a part that never ran has them, too.
    """

    reference: str
    compared: int
    total: int
    absolute: float
    relative: float
    tolerance: float
    rounding: float = 0.0
    refuted: bool = False
    partial: bool = False
    says: str = ""
    all_zero: bool = False

    @classmethod
    def of(
        cls,
        reference: str,
        ours: npt.ArrayLike,
        theirs: npt.ArrayLike,
        *,
        tolerance: float,
        rounding: float = 0.0,
        total: int | None = None,
        refuted: bool = False,
        partial: bool = False,
    ) -> "Comparison":
        """Return the comparison of two arrays of the same shape, which may be a sample."""
        a, b = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
        with np.errstate(invalid="ignore"):
            absolute = float(np.max(np.abs(a - b), initial=0.0))
        largest = float(max(np.max(np.abs(a), initial=0.0), np.max(np.abs(b), initial=0.0)))
        relative = absolute / largest if largest else 0.0
        sizes, zero = (a.size, total or a.size), largest == 0
        errors = (absolute, relative, tolerance, rounding)
        return cls(reference, *sizes, *errors, refuted, partial, all_zero=zero)

    @property
    def agrees(self) -> bool:
        """Return whether the numbers are the same up to rounding; NaN never is."""
        if self.absolute <= self.rounding:
            return True
        return self.relative * (1 - self.rounding / self.absolute) <= self.tolerance

    @property
    def as_expected(self) -> bool:
        """Return whether the numbers agree, or differ if the reference is refuted."""
        return self.agrees is not self.refuted


@dataclass(frozen=True)
class Table:
    """The first rows of a table: a label per row, a number per column and row.

    Without a comparison nothing is known about the numbers but ours. A ``note`` explains them.
    ``chosen`` are words for the chosen class that no other table checks.
    """

    subject: str
    about: str
    labels: Sequence[str]
    columns: Mapping[str, Sequence[float]]
    comparisons: Sequence[Comparison]
    note: str = ""
    chosen: str = ""

    @property
    def telling(self) -> list[Comparison]:
        """The comparisons that show something."""
        return [each for each in self.comparisons if not each.all_zero]

    @property
    def is_partial(self) -> bool:
        """Return whether no comparison that shows something knows the formula."""
        return bool(self.telling) and all(each.partial for each in self.telling)
