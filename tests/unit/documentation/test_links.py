"""Links of files become links of pages."""

from pathlib import Path

import pytest

from documentation.links import with_site_links

PROJECT = Path("/project")
PAGES = {
    PROJECT / "docs/usage.md": "usage.md",
    PROJECT / "docs/studies.md": "studies.md",
    PROJECT / "README.md": "index.md",
    PROJECT / "src/nn/losses.py": "files/src/nn/losses.py.md",
}


def rewritten(text: str, source: str = "docs/usage.md", page: str = "usage.md") -> str:
    return with_site_links(text, PROJECT / source, page, PAGES.__getitem__)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](studies.md)", "[a](studies.md)"),
        ("[a](studies.md#own)", "[a](studies.md#own)"),
        ("[a](../README.md) and [b](studies.md)", "[a](index.md) and [b](studies.md)"),
        ("[a](../src/nn/losses.py)", "[a](files/src/nn/losses.py.md)"),
        ("[a](../src/nn/losses.py#L12)", "[a](files/src/nn/losses.py.md#__codelineno-0-12)"),
        ("[a](../src/nn/losses.py#L12-L15)", "[a](files/src/nn/losses.py.md#__codelineno-0-12)"),
        ("![picture](studies.md)", "![picture](studies.md)"),
    ],
)
def test_a_link_names_the_page(link: str, expected: str) -> None:
    assert rewritten(link) == expected


@pytest.mark.parametrize("text", ["[a](#here)", "[a](https://hydra.cc)", "    [a](studies.md)"])
def test_other_links_and_code_stay(text: str) -> None:
    assert rewritten(text) == text


def test_a_page_in_a_folder_goes_up() -> None:
    text = rewritten("[a](../README.md)", "docs/x.md", "files/x.md")
    assert text == "[a](../index.md)"


def test_the_name_of_a_page_becomes_its_title(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "studies.md").write_text("\n# Fair studies\n", encoding="utf-8")
    text = "[docs/studies.md](docs/studies.md#own), [how](docs/studies.md)"
    shown = with_site_links(text, tmp_path / "README.md", "index.md", lambda path: path.name)
    assert shown == "[Fair studies](studies.md#own), [how](studies.md)"


@pytest.mark.parametrize(("name", "line"), [("run", 1), ("Run", 5), ("Run.go", 6), ("other", 0)])
def test_the_name_of_a_function_leads_to_its_line(tmp_path: Path, name: str, line: int) -> None:
    (tmp_path / "a.py").write_text(
        "def run():\n    pass\n\n\nclass Run:\n    def go(self):\n        pass\n", encoding="utf-8"
    )
    shown = with_site_links(f"[`{name}`](a.py)", tmp_path / "x.md", "x.md", lambda path: path.name)
    assert shown == f"[`{name}`](a.py{f'#__codelineno-0-{line}' if line else ''})"
