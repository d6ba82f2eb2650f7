"""The pages in one folder: docs/, generated pages, and the files that they name."""

import re
from pathlib import Path

import pytest

from documentation.pages import Pages
from experiments.configuration import PROJECT
from experiments.errors import UserError

OLD = "old.md"
"""A page that was in the folder before."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = Pages(tmp_path_factory.mktemp("pages"))
    (pages.folder / OLD).write_text("old", encoding="utf-8")
    pages.write()
    return pages.folder


def test_every_page_of_docs_is_there(folder: Path) -> None:
    for path in (PROJECT / "docs").glob("*.md"):
        assert (folder / path.name).is_file()
    assert (folder / "index.md").read_text(encoding="utf-8").startswith("# Backpropagation")


def test_every_link_names_a_file_of_the_folder(folder: Path) -> None:
    links = 0
    for page in folder.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if page.is_relative_to(folder / "files"):
            continue
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
            links += 1
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
    assert links > 100


def test_a_file_that_a_page_names_is_shown_with_its_text(folder: Path) -> None:
    shown = (folder / "files/conf/study/base.yaml.md").read_text(encoding="utf-8")
    text = (PROJECT / "conf/study/base.yaml").read_text(encoding="utf-8")
    assert text.strip() in shown
    assert "exclude: true" in shown


def test_a_link_to_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.md: a page links to this file, which does not"):
        Pages(tmp_path).page_of(PROJECT / "docs" / "nowhere.md")


def test_writing_removes_what_was_in_the_folder(folder: Path) -> None:
    assert not (folder / OLD).exists()
