"""The report as an HTML page."""

import itertools
import re
from html.parser import HTMLParser

import pytest
from frames import arm
from subjects import subject

from experiments.report.document import Document, document
from experiments.report.page import page
from experiments.results import SweepSummary

SWEEP = SweepSummary(
    id="0123", name="loss=<mse>", command="run.py 'loss=<mse>'", n_runs=4, time=0.0, store=None
)
SCRIPT = 'const text = "</script>";'


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def made() -> Document:
    return document(subject(arm("loss=ce", seeds=[0, 1]) + arm("loss=mse", seeds=[0, 1]), SWEEP))


@pytest.fixture(scope="module")
def text(made: Document) -> str:
    return page(made, SCRIPT)


@pytest.fixture(scope="module")
def tags(text: str) -> Tags:
    return Tags(text)


def test_what_comes_from_data_is_escaped(text: str) -> None:
    assert "<title>loss=&lt;mse&gt;</title>" in text
    assert "<mse>" not in text


def test_a_script_cannot_end_the_element_that_it_stands_in(text: str, tags: Tags) -> None:
    assert SCRIPT not in text
    assert text.count("</script>") == len(tags.of("script"))


def test_the_page_is_in_english_and_its_headings_are_in_order(tags: Tags) -> None:
    assert tags.of("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in tags.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_headings_of_tables_have_a_scope_and_figures_a_description(tags: Tags) -> None:
    assert {each.get("scope") for each in tags.of("th")} == {"col", "row"}
    panels = [each for each in tags.of("div") if (each.get("class") or "").startswith("panels")]
    assert panels
    assert all(each["role"] == "img" and each["aria-label"] for each in panels)


def test_the_contents_lead_to_every_chapter(made: Document, tags: Tags) -> None:
    assert [each["href"] for each in tags.of("a")] == [f"#{each.name}" for each in made.chapters]
    sections = [each["id"] for each in tags.of("section")]
    assert sections == ["answer", *(each.name for each in made.chapters)]


def test_nothing_is_loaded(tags: Tags) -> None:
    assert not tags.of("link")
    assert not tags.of("iframe")
    assert not [each for _, each in tags.found if "src" in each]
