"""Error messages of Hydra, OmegaConf and YAML in one line."""

import difflib
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
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

from experiments.configuration.defaults_lists import circle
from experiments.configuration.group_choices import choosable
from experiments.configuration.schema import PARTS, REPLICATE, Schema
from experiments.errors import UserError

UNKNOWN = "no such option"
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
        "must be a list, written [A,B]"
    ),
    r"Cannot merge DictConfig with ListConfig": "must be a list, written [A,B]",
    r"Merge error: .* is not .*|Cannot merge ListConfig with .*|Cannot assign \w+ to Dict.*": (
        "must be a dictionary, for example {{a:1}}"
    ),
    r"Key '.*' (not in|is not in) .*": UNKNOWN,
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
    r"(Multiple values for )?(?P<value>[^@]*?)(@\S*)?(\. To override| appears more than once) .*": (
        "{value} is chosen twice; leave one out"
    ),
    r"In '(?P<file>.*)': Could not override '(?P<value>.*)'\. No match in the defaults list\.": (
        "{file}.yaml: its defaults list overrides {value}, of which no file is chosen"
    ),
    r"In (?P<file>.*): Override '.*' is defined before '.*'\. Overrides must be at .*": (
        "{file}.yaml: the lines with override must be the last ones of its defaults list"
    ),
    r"In '(?P<file>.*)': Overriding hydra\.searchpath is only supported from .*": (
        "{file}.yaml: hydra.searchpath can only be set in the main file or on the command line"
    ),
    r"Too many components in '(?P<value>.*)'": "{value} must be one name",
    r"(In '.*': )?Could not (find|load) '(?P<value>.*?)'.*": "there is no file {value}.yaml",
    r"Cannot find primary config '(?P<value>.*?)'.*": "there is no file {value}.yaml in conf/",
    r"Error locating target '(?P<value>.*)', set env var .*? full_key: (?P<key>\S+)": (
        "{key}._target_: {value} cannot be imported"
    ),
    r"Expected a callable target, got '(?P<value>.*)' of type .*? full_key: (?P<key>\S+)": (
        "{key}._target_: what it names is no class"
    ),
    r"Running Hydra app with --multirun, .*": "hydra.mode=RUN contradicts -m; leave one out",
    r"Cannot instantiate config of type .*": (
        "hydra.callbacks: a callback is written {{_target_:PACKAGE.CLASS}}"
    ),
    r"Error in call .* unexpected keyword argument '(?P<value>.*)'.* full_key: (?P<key>\S+)": (
        "{key}.{value}: no such option"
    ),
    r"force-add of config groups is not supported: '(?P<value>.*)'": "{value}: leave out the +",
    r"Error in call to target '(?P<value>.*)': \w+\((?P<problem>.*)\) full_key: (?P<key>\S+)": (
        "{key}: {value} cannot be made: {problem}"
    ),
    r"provider=hydra.searchpath.*?, path=(?P<value>.*) is not available\.": (
        "hydra.searchpath: there is no folder {value}"
    ),
    r"hydra.searchpath must be a list of strings\. Got: (?P<value>.*)": (
        "hydra.searchpath must be a list of texts, for example [file:///FOLDER], not {value}"
    ),
    r"(Primary config directory not found.*|Additional config directory) '(?P<value>.*?)' .*": (
        "there is no folder {value}"
    ),
    r"Expecting one subcommand from .*": (
        "--shell-completion needs install=SHELL, uninstall=SHELL or query=SHELL"
    ),
    r"Value (?P<value>.*) \(\w+\) is not a valid input for <enum .*": "must be a name, not {value}",
    r"invalid literal for int\(\) with base 10: '(?P<value>.*)'": (
        "the elements of a list have numbers as keys, not {value}"
    ),
    r".* does not support deletion": "cannot be taken away",
    r"Could not override '(?P<value>[^']*)'\..*": "{value}: no such option and no such group",
    r"Override (?P<value>\S+) looks like a config group override, but .*": (
        "{value}: no such group"
    ),
    r"Could not delete.* '(?P<value>[^']*)'( does not exist)?\..*": "{value}: no such option",
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
    is the key of the node that OmegaConf's error refers to, if that is not the root of conf/. The
    words of this project are kept whole, because they can end with a command.
    """
    if files := circle(error):
        return files
    cause = error.__cause__ if isinstance(error, HydraException) else error
    if file := file_being_read(error):
        return f"{file}{_file_problem(error, Path(file))}"
    if isinstance(cause, OmegaConfBaseException):
        return _option_problem(cause, group)
    if isinstance(error, MissingConfigException) and error.options is not None:
        group, _, name = str(error.missing_cfg_file).partition("/")
        nested = choosable(group) if group == REPLICATE else ()
        found = dict.fromkeys([*error.options, *nested])
        known = [each for each in found if each not in PARTS.get(group, ())]
        known = [each for each in known if each.startswith(f"{name}/")] or known
        return f"no {error.missing_cfg_file}; there are {', '.join(known) or 'none'}"
    if isinstance(cause, OSError) and cause.filename and cause.strerror:
        return f"{cause.filename}: {cause.strerror}"
    own = isinstance(error, UserError)  # it can end with a command, which must be whole
    return in_plain_words(str(error), None if own else LONGEST)


def _option_problem(cause: OmegaConfBaseException, group: str) -> str:
    """Return the key of an option, and the problem of its value or of the key itself."""
    key = ".".join(part for part in (group, cause.full_key) if part)
    prefix = f"{key}: " if key else ""
    if isinstance(cause, MissingMandatoryValue):
        return f"{key} has no value; give it one with {key}=..."
    if _is_unknown(cause) and "/" in key:
        return f"{prefix}no such option and no such group"
    if _is_unknown(cause):
        return f"{prefix}no such option{_suggestion(cause)}"
    return f"{prefix}{in_plain_words(str(cause).splitlines()[0])}"


def in_plain_words(message: str, longest: int | None = LONGEST) -> str:
    """Return a message of Hydra or OmegaConf in the words of this project, in one line.

    A message in other words is cut after ``longest`` characters.
    """
    line = DEREFERENCING.sub("", " ".join(message.split()))
    in_a_file = IN_A_FILE.fullmatch(line)
    if in_a_file:
        file, problem, key = in_a_file.group("file", "problem", "key")
        words = in_plain_words(problem)
        similar = _suggestion_in_schema(key) if key and words == UNKNOWN else ""
        return f"{file}.yaml: {f'{key}: ' if key else ''}{words}{similar}"
    for pattern, phrase in PHRASES.items():
        found = re.fullmatch(pattern, line)
        if found:
            return phrase.format_map({**found.groupdict(), "value": _value_in(found)})
    return line[:longest]


def _value_in(found: re.Match[str]) -> str:
    """Return the value that a message contains, in words if it is empty."""
    return found.groupdict().get("value") or "an empty text"


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
    return _most_similar(str(error.key), node)


def _suggestion_in_schema(key: str) -> str:
    """Return the same about an unknown key in a file, whose known keys are in the schema."""
    group, _, name = key.rpartition(".")
    kind: Any = Schema
    for part in group.split(".") if group else ():
        kind = getattr(kind, "__annotations__", {}).get(part)
    return _most_similar(name, getattr(kind, "__annotations__", {})) if kind else ""


def _most_similar(name: str, names: Iterable[Any]) -> str:
    known = [str(key) for key in names if key not in ("hydra", "_target_")]
    similar = difflib.get_close_matches(name, known, n=1)
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
