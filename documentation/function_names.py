"""Names of functions in MathML, with the spaces that TeX puts around them."""

from collections.abc import Iterator
from itertools import chain
from xml.etree import ElementTree as ET

MATHML = "http://www.w3.org/1998/Math/MathML"
APPLICATION = "\u2061"
"""The invisible operator between the name of a function and its argument."""
THIN = "0.1667em"
ROWS = {"math", "mrow", "mtd"}
SCRIPTS = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
OPERANDS = {"mi", "mn", "mrow", "mfrac", "msqrt", "mroot"}

ET.register_namespace("", MATHML)


def with_function_names(formula: str) -> str:
    """Return a formula in MathML in which each name of a function is applied to what follows it.

    A name has a thin space behind it unless a parenthesis follows, and a thin space before it if a
    factor is there: ``y ln a``, but ``y ln(1 - a)``. Browsers leave no space by themselves.
    """
    root = ET.fromstring(formula)  # noqa: S314  # our own formulas
    for row in [each for each in root.iter() if _tag(each) in ROWS]:
        parts = list(row)
        row[:] = chain.from_iterable(map(_spaced, [None, *parts], parts, [*parts[1:], None]))
    return ET.tostring(root, encoding="unicode")


def _spaced(
    before: ET.Element | None, part: ET.Element, after: ET.Element | None
) -> Iterator[ET.Element]:
    """Yield a part of a row; if it is the name of a function, with what belongs around it."""
    name = _core(part)
    if not _is_name(name):
        yield part
        return
    name.tag = f"{{{MATHML}}}mi"
    if before is not None and (_is_operand(before) or _is_mark(before, ")]")):
        yield ET.Element(f"{{{MATHML}}}mspace", width=THIN)
    yield part
    if after is not None and (_is_operand(after) or _is_mark(after, "([\u2211")):
        closed = _is_mark(after, "([\u2211")
        applied = ET.Element(f"{{{MATHML}}}mo", lspace="0", rspace="0" if closed else THIN)
        applied.text = APPLICATION
        yield applied


def _is_name(element: ET.Element) -> bool:
    text = element.text or ""
    return _tag(element) in ("mi", "mo") and len(text) > 1 and text.isalpha()


def _is_operand(element: ET.Element) -> bool:
    return _tag(_core(element)) in OPERANDS


def _is_mark(element: ET.Element, marks: str) -> bool:
    """Return whether a part is one of some operators, or a row that begins with one."""
    first = element[0] if _tag(element) == "mrow" and len(element) else element
    return _tag(_core(first)) == "mo" and (_core(first).text or " ") in marks


def _core(element: ET.Element) -> ET.Element:
    """Return what indices and powers are written at; the element itself if it has none."""
    return element[0] if _tag(element) in SCRIPTS else element


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
