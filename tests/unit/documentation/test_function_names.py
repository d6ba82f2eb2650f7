"""Names of functions in formulas, and the spaces around them."""

from xml.etree import ElementTree as ET

import pytest
from latex2mathml.converter import convert

from documentation.function_names import APPLICATION, MATHML, THIN, with_function_names

PLAIN = str.maketrans({APPLICATION: "@", "\u2212": "-", "\u2032": "'", "\u2211": "S"})


def spaced(formula: str) -> str:
    """Return the text of a formula: ``_`` for a thin space, ``@`` for the invisible operator."""
    root = ET.fromstring(with_function_names(convert(formula)))
    words = []
    for each in root.iter():
        space = each.get("width") or each.get("rspace") or ""
        words.append((each.text or "") + ("_" if space == THIN else ""))
    return "".join(words).translate(PLAIN)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\ln a", "ln@_a"),
        (r"y_j \ln a_j", "yj_ln@_aj"),
        (r"(1 - y) \ln (1 - a)", "(1-y)_ln@(1-a)"),
        (r"\ln \left( 1 + x \right)", "ln@(1+x)"),
        (r"\cosh^2 z - \sinh^2 z", "cosh2@_z-sinh2@_z"),
        (r"\tanh'(z)", "tanh'@(z)"),
        (r"\tanh \frac{z}{2}", "tanh@_z2"),
        (r"\max(z, c z)", "max@(z,cz)"),
        (r"\max_k z_k", "maxk@_zk"),
        (r"\ln \sum_k z_k", "ln@Skzk"),
        (r"\sinh' = \cosh", "sinh'=cosh"),
        (r"e^{\min(z, 0)}", "emin@(z,0)"),
        (r"f(z) + 12 a", "f(z)+12a"),
        (r"n_{\text{in}} z", "ninz"),
    ],
)
def test_a_name_has_the_spaces_of_tex(formula: str, expected: str) -> None:
    assert spaced(formula) == expected


def test_a_name_is_an_identifier_and_no_operator_with_wide_spaces() -> None:
    root = ET.fromstring(with_function_names(convert(r"\max_k z_k")))
    (name,) = (each for each in root.iter() if each.text == "max")
    assert name.tag == f"{{{MATHML}}}mi"
