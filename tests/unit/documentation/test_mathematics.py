"""Formulas as MathML."""

from xml.etree import ElementTree as ET

from documentation.mathematics import FONT, with_mathml

MATHML = "{http://www.w3.org/1998/Math/MathML}"


def test_a_formula_in_a_line_becomes_mathml() -> None:
    page = r'<p>so <span class="arithmatex">\(a &lt; b_i^2\)</span> holds</p>'
    root = ET.fromstring(with_mathml(page))
    (formula,) = root
    assert formula.tag == f"{MATHML}math"
    assert formula.get("display") == "inline"
    assert "".join(formula.itertext()) == "a<bi2"
    assert formula.find(f".//{MATHML}msubsup") is not None


def test_the_name_of_a_function_is_applied() -> None:
    page = r'<p><span class="arithmatex">\(\ln a\)</span></p>'
    assert "".join(ET.fromstring(with_mathml(page)).itertext()) == "ln\u2061a"


def test_a_line_above_a_formula_is_as_long_as_the_formula() -> None:
    page = r'<p><span class="arithmatex">\(\overline{a b}\)</span></p>'
    line = ET.fromstring(with_mathml(page)).find(f".//{MATHML}mover/{MATHML}mo")
    assert line is not None
    assert (line.text, line.get("stretchy")) == ("\u203e", "true")


def test_a_displayed_formula_is_a_block() -> None:
    page = '<div class="arithmatex">\\[\n\\frac{\\partial C}{\\partial w}\n\\]</div>'
    (formula,) = ET.fromstring(with_mathml(page))
    assert formula.get("display") == "block"
    assert formula.find(f".//{MATHML}mfrac") is not None


def test_an_equation_has_its_number_at_the_end() -> None:
    page = '<div class="arithmatex">\\[a = b \\tag{12}\\]</div>'
    formula, number = ET.fromstring(with_mathml(page))
    assert "".join(formula.itertext()) == "a=b"
    assert number.text == "(12)"


def test_a_page_without_formulas_stays_as_it_is() -> None:
    assert with_mathml("<p>5 $ and \\(code\\)</p>") == "<p>5 $ and \\(code\\)</p>"


def test_the_font_has_mathematics() -> None:
    assert b"MATH" in FONT.read_bytes()[:1000]
