"""Formulas as MathML, which browsers show without scripts and without a network."""

import html
import re
from importlib.metadata import distribution
from pathlib import Path

from latex2mathml.converter import convert

from documentation.function_names import with_function_names

FONT = Path(str(distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")))
"""A font with large parentheses and sums, which few machines have. It comes with a package."""
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
WHOLE_LINE = ('<mo accent="true">&#x02015;</mo>', '<mo stretchy="true">&#x0203E;</mo>')
"""A line above a formula as it is converted, and as one that is as long as the formula."""
TAG = re.compile(r"\\tag\{(\w+)\}")
DISPLAYED = re.compile(r'<div class="arithmatex">\\\[(.*?)\\\]</div>', re.DOTALL)


def with_mathml(page: str) -> str:
    """Return a page in HTML, its formulas written in TeX replaced by MathML."""
    page = INLINE.sub(lambda found: _mathml(html.unescape(found[1])), page)
    return DISPLAYED.sub(lambda found: _displayed(html.unescape(found[1]).strip()), page)


def _displayed(formula: str) -> str:
    """Return a formula in a line of its own, with the number of the equation at its end."""
    number = TAG.search(formula)
    shown = _mathml(TAG.sub("", formula), "block")
    label = f"<span>({number[1]})</span>" if number else ""
    return f'<div class="equation">{shown}{label}</div>'


def _mathml(formula: str, display: str = "inline") -> str:
    converted = convert(formula.strip(), display=display).replace(*WHOLE_LINE)
    return with_function_names(converted)
