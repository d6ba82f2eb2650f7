"""Formulas as MathML, which browsers show without scripts and without a network."""

import html
import re

from latex2mathml.converter import convert

INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
DISPLAYED = re.compile(r'<div class="arithmatex">\\\[(.*?)\\\]</div>', re.DOTALL)


def with_mathml(page: str) -> str:
    """Return a page in HTML, its formulas written in TeX replaced by MathML."""
    page = INLINE.sub(lambda found: convert(html.unescape(found[1]).strip()), page)
    return DISPLAYED.sub(
        lambda found: convert(html.unescape(found[1]).strip(), display="block"), page
    )
