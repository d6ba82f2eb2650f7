"""The navigation: every page is in it once."""

from documentation.doors import packages, page_of
from documentation.navigation import PROJECT_PAGES, SECTIONS, Entry, navigation
from experiments.configuration import PROJECT

NAMED = [page for section in SECTIONS.values() for page in section.values()]
GENERATED = ["index.md", "options.md", "commands.md", *map(page_of, packages())]
ALL = [*NAMED, *PROJECT_PAGES.values(), *GENERATED]


def pages(entries: list[Entry]) -> list[str]:
    """Return the pages of a navigation in their order."""
    found = []
    for entry in entries:
        for value in entry.values():
            found += [value] if isinstance(value, str) else pages(value)
    return found


def test_every_page_is_there_once() -> None:
    assert sorted(pages(navigation(ALL))) == sorted(ALL)


def test_a_page_that_does_not_exist_is_left_out() -> None:
    existing = [page for page in ALL if page != "backpropagation.md"]
    assert sorted(pages(navigation(existing))) == sorted(existing)


def test_a_new_page_of_docs_is_in_the_navigation() -> None:
    entries = navigation([*ALL, "new_page.md", "files/run.py.md"])
    (section,) = (entry["Understand"] for entry in entries if "Understand" in entry)
    assert section[-1] == {"New page": "new_page.md"}
    assert "files/run.py.md" not in pages(entries)


def test_every_page_of_docs_has_a_place() -> None:
    existing = {path.name for path in (PROJECT / "docs").glob("*.md")}
    assert existing <= {*NAMED}
