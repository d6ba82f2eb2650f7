"""The parts of a chapter: paragraphs, lists, tables, figures, pictures and commands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from experiments.charts import Figure


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a ``note`` stands out, because something is missing or uncertain."""

    text: str
    note: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True)
class Sentence:
    """An item of a list; ``topic`` is what it is about, printed bold."""

    topic: str
    text: str


@dataclass(frozen=True)
class Sentences:
    """A list of sentences, with a title or without one."""

    items: Sequence[Sentence]
    title: str = ""
    kind: str = "sentences"


@dataclass(frozen=True)
class Table:
    """A table: a caption, headings, and rows of words. The first column names the row.

    ``marked`` are the numbers of rows that stand out. With ``wraps`` a cell may have several
    lines.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    marked: frozenset[int] = frozenset()
    wraps: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Commands:
    """Commands that can be copied, with a sentence that says what they do."""

    text: str
    lines: Sequence[str]
    kind: str = "commands"


@dataclass(frozen=True)
class Chart:
    """A figure."""

    figure: Figure
    kind: str = "chart"


@dataclass(frozen=True)
class Picture:
    """A small image as a PNG file, with the words below it."""

    png: bytes
    words: str


@dataclass(frozen=True)
class Pictures:
    """A row of small images with a title and a caption."""

    title: str
    caption: str
    items: Sequence[Picture]
    kind: str = "pictures"


Block: TypeAlias = Paragraph | Sentences | Table | Commands | Chart | Pictures


@dataclass(frozen=True)
class Chapter:
    """A chapter; ``name`` is its address in the page."""

    name: str
    title: str
    blocks: Sequence[Block] = field(default_factory=list)
