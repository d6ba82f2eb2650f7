"""The navigation of the site: what a reader wants, and the pages for it."""

from collections.abc import Iterable, Iterator

from documentation.doors import packages, page_of

SECTIONS: dict[str, dict[str, str]] = {
    "Tutorial": {"A first sweep in five minutes": "tutorial.md"},
    "How to": {
        "Every task": "usage.md",
        "Add a part of your own": "adding.md",
        "Write a study": "studies.md",
        "Tune and search": "tuning.md",
        "Resume": "resuming.md",
        "Read results in pandas": "your_question.md",
        "Run on a cluster": "cluster.md",
        "Serve a team": "server.md",
    },
    "Understand": {
        "Backpropagation": "backpropagation.md",
        "Verdicts": "statistics.md",
        "Durability": "durability.md",
        "Identity": "identity.md",
        "Design": "design.md",
    },
    "Results": {
        "Results": "results.md",
        "Replication": "replication.md",
        "Notebooks": "notebooks.md",
        "Speed": "speed.md",
        "Scaling": "scaling.md",
        "Benchmarks": "benchmarks.md",
    },
}
"""The sections, and the titles and pages in each. A page that does not exist is left out."""
PROJECT_PAGES = {
    "Contributing": "contributing.md",
    "Changelog": "changelog.md",
    "MNIST": "mnist.md",
}

Entry = dict[str, "str | list[Entry]"]


def navigation(existing: Iterable[str]) -> list[Entry]:
    """Return the navigation of the site, of the pages that exist.

    A page of docs/ that no section names stands at the end of the section "Understand".
    """
    pages = set(existing)
    return [
        {"Start": "index.md"},
        *_sections(pages),
        _reference(),
        {"Project": _entries(PROJECT_PAGES)},
    ]


def _sections(pages: set[str]) -> Iterator[Entry]:
    named = {page for section in SECTIONS.values() for page in section.values()}
    others = sorted(
        page
        for page in pages
        - named
        - {*PROJECT_PAGES.values(), "index.md", "options.md", "commands.md"}
        if "/" not in page
    )
    for title, section in SECTIONS.items():
        shown = {name: page for name, page in section.items() if page in pages}
        if title == "Understand":
            shown |= {
                page.removesuffix(".md").replace("_", " ").capitalize(): page for page in others
            }
        yield {title: _entries(shown)}


def _entries(pages: dict[str, str]) -> list[Entry]:
    return [{name: page} for name, page in pages.items()]


def _reference() -> Entry:
    functions: list[Entry] = [{package: page_of(package)} for package in packages()]
    return {"Reference": [{"Options": "options.md"}, {"Commands": "commands.md"}, *functions]}
