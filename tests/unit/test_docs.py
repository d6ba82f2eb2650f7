"""The documents name files that exist."""

import re
from pathlib import Path

import pytest

from experiments.configuration import PROJECT

DOCUMENTS = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PROJECT.glob("benchmarks/*.md")]
NAMED = re.compile(r"`((?:[\w.]+/)*\w+\.py)`|\]\((?!https?:|#)([^)#]+)")
"""A Python file between backticks, or the target of a link to a file."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    known = {
        "/".join(path.relative_to(PROJECT).parts[start:])
        for folder in ("src", "tests", "benchmarks", "documentation", "conf")
        for path in (PROJECT / folder).rglob("*.py")
        for start in range(len(path.relative_to(PROJECT).parts))
    } | {"run.py"}
    for found in NAMED.finditer(document.read_text(encoding="utf-8")):
        file, link = found.groups()
        if file and ("NAME" in file or file.startswith("my_")):  # a pattern, or a reader's own
            continue
        assert file in known if file else (document.parent / link).exists(), found[0]
