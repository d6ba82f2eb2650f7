"""Pictures as SVG."""

from xml.etree import ElementTree

from experiments.mirror import svg


def test_a_picture_is_a_well_formed_file_of_its_size() -> None:
    root = ElementTree.fromstring(svg.picture(300, 200, [svg.text(1, 2, "a")]))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("height")) == ("300", "200")
    ground, words = root
    assert (ground.get("fill"), words.text) == ("white", "a")


def test_signs_of_xml_are_shown_as_they_are() -> None:
    assert ElementTree.fromstring(svg.text(1, 2, "a < b & c > d")).text == "a < b & c > d"


def test_only_words_that_are_too_wide_are_compressed() -> None:
    narrow, wide = (ElementTree.fromstring(svg.text(1, 2, "m" * n, most=80)) for n in (5, 50))
    assert (narrow.get("textLength"), wide.get("textLength")) == (None, "80")
    assert ElementTree.fromstring(svg.text(1, 2, "m" * 50)).get("textLength") is None


def test_turned_words_turn_around_their_point() -> None:
    words = ElementTree.fromstring(svg.text(3, 4, "label", turned=True))
    assert words.get("transform") == "rotate(-90 3.0 4.0)"
