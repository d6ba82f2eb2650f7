"""The pages of the site, gathered in one folder, from which Zensical builds it."""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from documentation.commands_page import commands_page
from documentation.doors import door_page, packages, page_of
from documentation.links import with_site_links
from documentation.mathematics import FONT
from documentation.options_page import options_page
from experiments.configuration import PROJECT
from experiments.errors import UserError

OWN_PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/README.md": "benchmarks.md",
    "notebooks/README.md": "notebooks.md",
    "data/mnist/README.md": "mnist.md",
    "conf": "options.md",
    "conf/config.yaml": "options.md",
    "notebooks": "notebooks.md",
    "benchmarks": "benchmarks.md",
    "src/nn": "reference/nn.md",
}
"""Files and folders outside of docs/ that have a page, and its path in the site."""
PICTURES = (".png", ".svg", ".jpg", ".gif")
LANGUAGES = {".py": "python", ".yaml": "yaml", ".toml": "toml", ".md": "markdown", ".sh": "sh"}
HTML_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


@dataclass
class Pages:
    """A folder with all pages in Markdown, and with the pictures that they show."""

    folder: Path
    _shown: dict[Path, str] = field(default_factory=dict)

    def write(self) -> None:
        """Write all pages into the folder, which is emptied first."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        own = {source: page for source, page in OWN_PAGES.items() if source.endswith(".md")}
        for source, page in own.items():
            self._copy(PROJECT / source, page)
        for path in sorted((PROJECT / "docs").glob("*.md")):
            self._copy(path, path.name)
        for package in packages():
            self._write(page_of(package), door_page(package))
        self._write("options.md", options_page())
        self._write("commands.md", commands_page())
        self._write_shown_files()
        shutil.copytree(Path(__file__).parent / "assets", self.folder / "assets")
        (self.folder / "assets" / FONT.name).write_bytes(FONT.read_bytes())

    def page_of(self, path: Path) -> str:
        """Return the path in the site of a file or folder of the project.

        Raise UserError if there is no such file.
        """
        if not path.exists():
            raise UserError(f"{path}: a page links to this file, which does not exist")
        name = path.relative_to(PROJECT).as_posix()
        if name in OWN_PAGES:
            return OWN_PAGES[name]
        if path.parent == PROJECT / "docs" and path.suffix == ".md":
            return path.name
        if path.parent == PROJECT / "src" / "experiments" and path.is_dir():
            return page_of(f"experiments.{path.name}")
        page = name if path.suffix in PICTURES else f"files/{name}.md"
        self._shown[path] = page
        return page

    def _copy(self, source: Path, page: str) -> None:
        text = HTML_COMMENT.sub("", source.read_text(encoding="utf-8"))
        self._write(page, with_site_links(text, source, page, self.page_of))

    def _write_shown_files(self) -> None:
        """Write a page for each file that the pages link to, and copy the pictures."""
        for path, page in sorted(self._shown.items()):
            target = self.folder / page
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in PICTURES:
                shutil.copyfile(path, target)
            elif path.is_dir():
                self._write(page, _listing(path))
            else:
                self._write(page, _as_text(path))

    def _write(self, page: str, text: str) -> None:
        target = self.folder / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _listing(folder: Path) -> str:
    """Return a page with the names of the files in a folder and below it."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    name = os.path.relpath(folder, PROJECT)
    return f"# `{name}`\n\n" + "\n".join(f"- `{each}`" for each in names) + "\n"


def _as_text(path: Path) -> str:
    """Return a page with the text of a file, its lines numbered."""
    name = os.path.relpath(path, PROJECT)
    language = LANGUAGES.get(path.suffix, "text")
    try:
        text = path.read_text(encoding="utf-8").rstrip()
    except UnicodeDecodeError:
        return f"# `{name}`\n\nThis file has no text.\n"
    if path.suffix == ".ipynb":
        return f"# `{name}`\n\nA notebook of the repository: `make lab` opens it.\n"
    code = f'``````{language} linenums="1"\n{text}\n``````'
    return f"---\nsearch:\n  exclude: true\n---\n\n# `{name}`\n\n{code}\n"
