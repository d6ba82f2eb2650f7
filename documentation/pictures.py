"""Pictures of the pages: each is a link to its file, so that one can enlarge it on a phone."""

import re

PICTURE = re.compile(r'<img [^>]*?\bsrc="(?P<file>(?!data:|https?:)[^"]+)"[^>]*>')
LINK = re.compile(r"<a [^>]*>.*?</a>", re.DOTALL)


def with_linked_pictures(page: str) -> str:
    """Return a page in HTML whose pictures are links to their files, unless they are in a link."""
    parts = re.split(f"({LINK.pattern})", page, flags=re.DOTALL)
    return "".join(part if LINK.fullmatch(part) else PICTURE.sub(_linked, part) for part in parts)


def _linked(found: re.Match[str]) -> str:
    return f'<a class="picture" href="{found["file"]}">{found[0]}</a>'
