"""The comments of a file of conf/: about the file, and about each of its options."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Commented:
    """A file of conf/: its values as they are written, and its comments.

    ``about`` is the comment at its top. ``comments`` has the comment of each option that has one.
    """

    about: str
    values: dict[str, object]
    comments: dict[str, str]


def read_commented(path: Path) -> Commented:
    """Return the values and comments of a file whose options are the keys of one mapping."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    root = yaml.compose(text)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    comments = {
        str(key.value): comment for key, value in pairs if (comment := _after(lines, key, value))
    }
    return Commented(_at_the_top(lines), yaml.safe_load(text) or {}, comments)


def _at_the_top(lines: list[str]) -> str:
    """Return the comment with which a file begins, without instructions to Hydra."""
    found = []
    for line in lines:
        if not line.startswith("#"):
            break
        if not line.startswith("# @package"):
            found.append(line.lstrip("# "))
    return " ".join(found)


def _after(lines: list[str], key: yaml.Node, value: yaml.Node) -> str:
    """Return the comment in the line of an option, and in the next lines; empty if there is none.

    A comment goes on in lines that have nothing else and are indented more than the option.
    """
    in_block = isinstance(value, yaml.CollectionNode) and not value.flow_style
    end = key.end_mark if in_block else value.end_mark
    rest = lines[end.line][end.column :].lstrip(": ")
    if not rest.startswith("#"):
        return ""
    below = takewhile(lambda line: _is_comment(line, key.start_mark.column), lines[end.line + 1 :])
    return " ".join(line.strip("# ") for line in [rest, *below])


def _is_comment(line: str, column: int) -> bool:
    """Return whether a line has only a comment, and begins behind a column."""
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > column
