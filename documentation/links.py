"""Links of the pages: in the repository they name files, in the site they name pages.

A file of the repository that is no page gets one, which shows its text, so that no link leaves the
site for a file that a browser cannot show.
"""

import ast
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath

LINK = re.compile(r"\[([^]]*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
NAME = re.compile(r"(?:\w+/)*\w+\.md")
CODE = re.compile(r"`([\w.]+)`")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
LINE = re.compile(r"#L(\d+)(?:-L?\d+)?")


def with_site_links(text: str, source: Path, page: str, page_of: Callable[[Path], str]) -> str:
    """Return a page in Markdown with its links rewritten for the site.

    ``source`` is the file that the text was read from, ``page`` its path in the site, and
    ``page_of`` the path in the site of another file. A link that shows the name of a page shows its
    title instead, and one that shows the name of a function or class leads to its line. Code is
    left as it is.
    """

    def rewritten(found: re.Match[str]) -> str:
        words, name, anchor = found.groups(default="")
        target = Path(os.path.normpath(source.parent / name))
        linked = os.path.relpath(page_of(target), PurePosixPath(page).parent)
        line = LINE.fullmatch(anchor)
        number = int(line[1]) if line else _line_of(words, target)
        if number:
            anchor = f"#__codelineno-0-{number}"
        return f"[{_title(target) if NAME.fullmatch(words) else words}]({linked}{anchor})"

    return "\n".join(
        line if line.startswith("    ") else LINK.sub(rewritten, line) for line in text.split("\n")
    )


def _line_of(words: str, file: Path) -> int:
    """Return the number of the line in which a file of Python defines a name; 0 if in none."""
    name = CODE.fullmatch(words)
    return _definitions(file).get(name[1], 0) if name and file.suffix == ".py" else 0


@cache
def _definitions(file: Path) -> dict[str, int]:
    """Return the lines of the functions, classes and methods (CLASS.METHOD) of a file."""
    found = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node.lineno
        if isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            found |= {f"{node.name}.{each.name}": each.lineno for each in methods}
    return found


def _title(page: Path) -> str:
    """Return the title of a page in Markdown, or the name of its file if it has none."""
    title = TITLE.search(page.read_text(encoding="utf-8"))
    return title[1] if title else page.name
