"""Format Hydra overrides and shell commands that the user can type."""

import math
import os
import re
import shlex
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from omegaconf import MISSING

from experiments.configuration.places import PROJECT
from experiments.errors import ConfigError

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | None"
"""A value of an option. A sequence is a list."""

SIMPLE = re.compile(r"[\w./+@:%-]+", re.ASCII)
"""Texts that need no quotes in Hydra's grammar, unless they are a number, a boolean or null."""
INTERPOLATION = re.compile(r"(\\*)\$\{")
"""The beginning of an interpolation in OmegaConf, with the backslashes before it."""
RUN = PROJECT / "run.py"


def override(key: str, *values: Value) -> str:
    r"""Return the override that gives ``key`` this value, in Hydra's grammar.

    Several values make a sweep over them. A text is written so that exactly this text is the value
    of the option. It is quoted where Hydra needs that, and `${` is written as `\${`.

    Raise ConfigError if the value cannot be written: the text `???`, which is a missing value in
    OmegaConf; a null character, which no command line can contain; half of a surrogate pair, as in
    a file name that is not valid Unicode.
    """
    return f"{key}={','.join(map(_word, values))}"


def run_command(
    overrides: Sequence[str], *, multirun: bool = True, elsewhere: bool | None = None
) -> str:
    """Return the command that executes run.py with these overrides, quoted for the shell.

    It runs as printed in the current folder. A text that is read ``elsewhere`` gets `python
    run.py`, by default in a notebook only.
    """
    if elsewhere is None:
        elsewhere = _in_notebook()
    start = ["python", "run.py"] if elsewhere else [program("python"), _from_here(RUN)]
    options = ["-m"] if multirun else []
    return shlex.join([*start, *options, *overrides])


def first_sweep(outputs: Path | None = None, uri: str | None = None) -> str:
    """Return a command that makes the first runs in the folder ``outputs``, tracked at ``uri``.

    Without them it is the default folder and store. It runs as printed in the current folder.
    """
    where = [] if outputs is None else [override("outputs", str(outputs))]
    where += [] if uri is None else [override("tracking.uri", uri)]
    return run_command(["loss=mse,ce", "optimizer=sgd,adam", *where])


def experiments_command(*words: str) -> str:
    """Return the command `experiments` with these words, quoted for the shell."""
    return shlex.join([program("experiments"), *words])


def install_command(extra: str) -> str:
    """Return the command that installs an extra of this project, quoted for the shell."""
    versions = ["-c", _from_here(PROJECT / "constraints.txt")]
    return shlex.join(
        [program("pip"), "install", *versions, "-e", f"{_from_here(PROJECT)}[{extra}]"]
    )


def program(name: str) -> str:
    """Return how a program of this environment is named on the command line in this folder.

    It is the name alone if the environment is activated: its folder comes first on PATH.
    """
    folder = Path(sys.executable).parent
    first = os.environ.get("PATH", "").partition(os.pathsep)[0]
    return name if first == str(folder) else _from_here(folder / name)


def _in_notebook() -> bool:
    """Return whether this process executes a notebook."""
    module = sys.modules.get("IPython")
    return module is not None and module.get_ipython() is not None


def _from_here(path: Path) -> str:
    """Return a path, relative if it is below the current folder."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative


def _word(value: Value) -> str:
    """Return a value in Hydra's grammar."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value)) if math.isfinite(value) else str(float(value))
    return f"[{','.join(map(_word, value))}]"


@lru_cache(maxsize=1024)
def _text(text: str) -> str:
    if SIMPLE.fullmatch(text) and _parser().parse_override(f"key={text}").value() == text:
        return text
    problem = _problem(text)
    if problem:
        raise ConfigError(f"{text!r} cannot be written on the command line: {problem}")
    literal = INTERPOLATION.sub(r"\1\1\\${", text)
    quote = Quote.single if '"' in text else Quote.double  # the shell's quotes are single
    return str(QuotedString(literal, quote).with_quotes())


def _problem(text: str) -> str:
    """Return why a text cannot be written in an override; nothing if it can."""
    if text == MISSING:
        return "for Hydra it means a missing value"
    if "\0" in text:
        return "it contains a null character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "it is not valid Unicode"
    return ""


@lru_cache(maxsize=1)
def _parser() -> OverridesParser:
    return OverridesParser.create()
