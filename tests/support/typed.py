"""The commands and programs that a page prints for its readers to type."""

import re
from pathlib import Path

from harness import PROJECT

COMMAND = re.compile(r"^ {4}((?:make|\.venv/bin/)(?:.*\\\n)*.*)$", re.MULTILINE)
CONTINUED = re.compile(r"\\\n\s*")
PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(
    r"^```(?:python|yaml)\n# (\S+\.(?:py|yaml))\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


def page(name: str) -> str:
    """Return the text of a page of the project."""
    return (PROJECT / name).read_text(encoding="utf-8")


def commands(name: str) -> list[str]:
    """Return the lines of a page that a reader types into a shell."""
    return [CONTINUED.sub("", line) for line in COMMAND.findall(page(name))]


def programs(name: str) -> list[str]:
    """Return the programs in Python of a page."""
    return PROGRAM.findall(page(name))


def files(name: str) -> dict[str, str]:
    """Return the files of a page, by the paths that their first lines say."""
    return dict(FILE.findall(page(name)))


def without_comment(line: str) -> str:
    """Return a line without the comment at its end."""
    return re.sub(r"\s+# .*$", "", line)


def write(path: Path, text: str) -> None:
    """Write a file, and the folder that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
