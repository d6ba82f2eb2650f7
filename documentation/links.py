"""Links of the pages: in the repository they name files, in the site they name pages.

A file of the repository that is no page gets one, which shows its text, so that no link leaves the
site for a file that a browser cannot show.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

LINK = re.compile(r"\[([^]]*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
NAME = re.compile(r"(?:\w+/)*\w+\.md")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
LINE = re.compile(r"#L(\d+)(?:-L?\d+)?")


def with_site_links(text: str, source: Path, page: str, page_of: Callable[[Path], str]) -> str:
    """Return a page in Markdown with its links rewritten for the site.

    ``source`` is the file that the text was read from, ``page`` its path in the site, and
    ``page_of`` the path in the site of another file. A link that shows the name of a page shows its
    title instead. Code is left as it is.
    """

    def rewritten(found: re.Match[str]) -> str:
        words, name, anchor = found.groups(default="")
        target = Path(os.path.normpath(source.parent / name))
        linked = os.path.relpath(page_of(target), PurePosixPath(page).parent)
        line = LINE.fullmatch(anchor)
        if line:
            anchor = f"#__codelineno-0-{line[1]}"
        return f"[{_title(target) if NAME.fullmatch(words) else words}]({linked}{anchor})"

    return "\n".join(
        line if line.startswith("    ") else LINK.sub(rewritten, line) for line in text.split("\n")
    )


def _title(page: Path) -> str:
    """Return the title of a page in Markdown, or the name of its file if it has none."""
    title = TITLE.search(page.read_text(encoding="utf-8"))
    return title[1] if title else page.name
