"""Links of the pages: in the repository they name files, in the site they name pages.

A file of the repository that is no page gets one, which shows its text, so that no link leaves the
site for a file that a browser cannot show.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
LINE = re.compile(r"#L(\d+)(?:-L?\d+)?")


def with_site_links(text: str, source: Path, page: str, page_of: Callable[[Path], str]) -> str:
    """Return a page in Markdown with its links rewritten for the site.

    ``source`` is the file that the text was read from, ``page`` its path in the site, and
    ``page_of`` the path in the site of another file. Code is left as it is.
    """

    def rewritten(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(source.parent / found[1]))
        line = LINE.fullmatch(found[2] or "")
        anchor = f"#__codelineno-0-{line[1]}" if line else found[2] or ""
        start = PurePosixPath(page).parent
        return f"]({os.path.relpath(page_of(target), start)}{anchor})"

    return "\n".join(
        line if line.startswith("    ") else LINK.sub(rewritten, line) for line in text.split("\n")
    )
