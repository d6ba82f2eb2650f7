"""Error messages of Hydra, OmegaConf and YAML in one line."""

import difflib
import re
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from hydra._internal.core_plugins import file_config_source
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    MissingMandatoryValue,
    OmegaConfBaseException,
)

NUMBER = r"Value '(?P<value>.*)' of type '.*' could not be converted to "
PHRASES = {
    NUMBER + "Integer": "must be a whole number, not {value}",
    NUMBER + "Float": "must be a number, not {value}",
    r"Value '(?P<value>.*)' is not a valid bool.*": "must be true or false, not {value}",
    r"Invalid value '(?P<value>.*)', expected one of \[(?P<known>.*)\]": (
        "must be one of {known}, not {value}"
    ),
    r"(Incompatible value 'None' for )?field .*(is not Optional|of type '.*')": "must not be null",
    r"Cannot convert '.*' to string: '(?P<value>.*)'": "must be text, not {value}",
    r"Invalid value assigned: \w+ is not a ListConfig, list or tuple.*": (
        "must be a list, for example [1,2]"
    ),
    r"Cannot merge DictConfig with ListConfig": "must be a list, for example [1,2]",
    r"Cannot merge ListConfig with DictConfig|Cannot assign \w+ to Dict.*": (
        "must be a dictionary, for example {{a:1}}"
    ),
    r"Key '.*' (not in|is not in) .*": "no such option",
    r"Invalid type assigned: \w+ is not a subclass of .*": "must have the form KEY: VALUE",
    r"Interpolation key '(?P<value>.*)' not found": (
        "its value is that of {value}, which does not exist"
    ),
    r".*Environment variable '(?P<value>.*)' not found.*": (
        "the environment variable {value} is not set"
    ),
    r"(no viable alternative|mismatched input|extraneous input|token recognition error).*": (
        "the interpolation in its value cannot be read"
    ),
    r"Unsupported interpolation type (?P<value>.*)": "there is no resolver {value}",
    r"Recursive interpolation detected": "its value refers to itself",
    r".*Missing mandatory value: (?P<value>.*)": "its value is that of {value}, which has none",
    r"Could not append to config\. An item is already at '(?P<value>[^']*)'.*": (
        "{value} has a value already; leave out the +"
    ),
    r"Multiple values for (?P<value>.*?)\. To override .*": (
        "{value} is chosen already; leave out the +"
    ),
    r"(In '.*': )?Could not (find|load) '(?P<value>.*?)'.*": "there is no file {value}.yaml",
    r"Cannot find primary config '(?P<value>.*?)'.*": "there is no file {value}.yaml in conf/",
    r"(?P<value>.*) See https://hydra.cc.*": "{value}",
}
"""Messages of Hydra and OmegaConf, and the same in the words of this project."""
IN_A_FILE = re.compile(
    r"In '(?P<file>.*?)': \w+ raised while composing config: (?P<problem>.*?)"
    r"( value: .*?)? full_key:( (?P<key>(?!object_type=)\S+))?"
    r"( reference_type=.*)?( object_type=.*)?"
)
"""Hydra's message about a file of conf/ whose options do not fit."""
DEREFERENCING = re.compile(r"While dereferencing interpolation '.*?': ")
LONGEST = 300
"""Characters of the message of another library."""


def one_line(error: Exception, group: str = "") -> str:
    """Return the message of an error in one line.

    The line names the key in conf/ and, for an unknown name, the most similar known name. ``group``
    is the key of the node that OmegaConf's error refers to, if that is not the root of conf/.
    """
    cause = error.__cause__ if isinstance(error, HydraException) else error
    if file := file_being_read(error):
        return f"{file}{_file_problem(error, Path(file))}"
    if isinstance(cause, OmegaConfBaseException):
        return _option_problem(cause, group)
    if isinstance(error, MissingConfigException) and error.options is not None:
        return f"no {error.missing_cfg_file}; there are {', '.join(error.options)}"
    if isinstance(cause, OSError) and cause.filename and cause.strerror:
        return f"{cause.filename}: {cause.strerror}"
    return in_plain_words(str(error))


def _option_problem(cause: OmegaConfBaseException, group: str) -> str:
    """Return the key of an option, and the problem of its value or of the key itself."""
    key = ".".join(part for part in (group, cause.full_key) if part)
    prefix = f"{key}: " if key else ""
    if isinstance(cause, MissingMandatoryValue):
        return f"{key} has no value; give it one with {key}=..."
    if _is_unknown(cause):
        return f"{prefix}no such option{_suggestion(cause)}"
    return f"{prefix}{in_plain_words(str(cause).splitlines()[0])}"


def in_plain_words(message: str) -> str:
    """Return a message of Hydra or OmegaConf in the words of this project, in one line."""
    line = DEREFERENCING.sub("", " ".join(message.split()))
    in_a_file = IN_A_FILE.fullmatch(line)
    if in_a_file:
        file, problem, key = in_a_file.group("file", "problem", "key")
        return f"{file}.yaml: {f'{key}: ' if key else ''}{in_plain_words(problem)}"
    for pattern, phrase in PHRASES.items():
        found = re.fullmatch(pattern, line)
        if found:
            return phrase.format_map(found.groupdict())
    return line[:LONGEST]


def file_being_read(error: Exception) -> str:
    """Return the path of the file of conf/ that Hydra was reading; empty if it was reading none."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") == file_config_source.__name__:
            return str(frame.f_locals.get("full_path", ""))
    return ""


def _file_problem(error: Exception, file: Path) -> str:
    """Return the line and the problem of a file that cannot be read as YAML."""
    if isinstance(error, UnicodeDecodeError):
        readable = (
            file.read_bytes().decode(errors="replace").partition("\N{REPLACEMENT CHARACTER}")[0]
        )
        return f", line {readable.count(chr(10)) + 1}: is not in UTF-8"
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}" if mark else ""
        return f"{place}: is not valid YAML: {in_plain_words(str(error.problem or error.context))}"
    if isinstance(error, OmegaConfBaseException):
        return f": {_option_problem(error, '')}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    problem = str(error).partition(' in "')[0]  # the rest is the path
    if isinstance(error, RecursionError):
        problem = "has too many brackets"
    elif not problem or isinstance(error, OSError):  # a bare value, or one of an unusual type
        problem = "must have the form KEY: VALUE"
    return f": {in_plain_words(problem)}"


def _is_unknown(error: OmegaConfBaseException) -> bool:
    """Return whether an error is about a key that the node does not have."""
    return isinstance(error, ConfigKeyError | ConfigAttributeError) and isinstance(
        error.parent_node, DictConfig
    )


def _suggestion(error: OmegaConfBaseException) -> str:
    """Return the most similar known key, in the same node or in a node below; or all keys."""
    node = OmegaConf.to_container(error.parent_node, resolve=False)
    if not isinstance(node, dict):
        return ""
    below = [path for path in _paths(node) if path.rpartition(".")[2] == error.key]
    if below:
        return f"; did you mean {' or '.join(below)}?"
    known = [str(key) for key in node if key not in ("hydra", "_target_")]
    similar = difflib.get_close_matches(str(error.key), known, n=1)
    return (
        f"; did you mean {similar[0]}?" if similar else f"; there are {', '.join(known) or 'none'}"
    )


def _paths(node: Mapping[Any, Any], prefix: str = "") -> Iterator[str]:
    """Yield the paths of all values below a node, except Hydra's own."""
    for key, value in node.items():
        if isinstance(value, Mapping) and key != "hydra":
            yield from _paths(value, f"{prefix}{key}.")
        elif key != "hydra":
            yield f"{prefix}{key}"
