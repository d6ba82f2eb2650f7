"""The files of default learning rates: `conf/learning_rates.yaml`, and one for an architecture."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from experiments.configuration.places import CONF
from experiments.errors import ConfigError

Arm = tuple[str, str, str]
"""An activation, a loss and an optimizer."""

GROUP = "learning_rates"
LINE = re.compile(r"(?P<indent> *)(?P<key>[\w-]+):\s*(?P<rest>.*)")
STEP = 2
"""The spaces by which a level is indented."""
HEADER = (
    "# The default learning rates{where}, each with the validation accuracy that it has reached.\n"
)
COMMAND = "# Written by: experiments tuned --write\n"


def write_rates(
    rates: Mapping[str, Mapping[Arm, str]], *, base: str, conf: Path = CONF
) -> list[Path]:
    """Write rates to the files of their architectures, in which all other rates stay.

    ``rates`` has the text of each rate, with a comment if wanted: `0.1  # 95.52%`. The architecture
    ``base`` is that of the main file, whose rates hold for all others, too, unless they have their
    own. Return the files. Raise ConfigError if a file has a line that is no rate.
    """
    written = []
    for architecture, own in rates.items():
        main = architecture == base
        path = conf / (f"{GROUP}.yaml" if main else f"{GROUP}/{architecture}.yaml")
        merged = {**(read_rates(path) if path.exists() else {}), **own}
        where = "" if main else f" of {architecture}"
        lines = [HEADER.format(where=where), COMMAND, *([f"{GROUP}:\n"] if main else [])]
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join([*lines, *_lines(merged, STEP * main)]), encoding="utf-8")
        written.append(path)
    return written


def read_rates(path: Path) -> dict[Arm, str]:
    """Return the rates of a file as text, with their comments. Raise ConfigError as above."""
    found: dict[Arm, str] = {}
    keys: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#") or line == f"{GROUP}:":
            continue
        parts = LINE.fullmatch(line)
        if parts is None:
            raise ConfigError(f"{path}:{number}: is no rate, nor a group of rates")
        level = len(parts["indent"]) // STEP - (path.parent.name != GROUP)
        keys[level:] = [parts["key"]]
        if parts["rest"]:
            if len(keys) != 3 or parts["rest"].startswith("{"):
                raise ConfigError(f"{path}:{number}: each rate must have a line of its own")
            found[keys[0], keys[1], keys[2]] = parts["rest"]
    return found


def _lines(rates: Mapping[Arm, str], indent: int) -> Iterator[str]:
    """Yield the lines of rates, with their groups."""
    before: Arm | tuple[()] = ()
    for arm, text in sorted(rates.items()):
        for level, key in enumerate(arm):
            if arm[: level + 1] != before[: level + 1]:
                value = f" {text}" if level == 2 else ""
                yield f"{' ' * (indent + STEP * level)}{key}:{value}\n"
        before = arm
