"""Files of conf/ and of users: find what Hydra would not name, before it reads them."""

import copy
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import ClassVar

import yaml
from hydra._internal.core_plugins import file_config_source
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult
from omegaconf.errors import GrammarParseError
from omegaconf.grammar_parser import parse
from yaml.reader import Reader

from experiments.configuration.defaults_lists import check_defaults
from experiments.configuration.places import shown
from experiments.errors import ConfigError

LARGEST = 1_000_000
"""Bytes of a file."""
MOST_VALUES = 10_000
"""Values of a file in which every alias is replaced by what it stands for."""
MERGE = "tag:yaml.org,2002:merge"
KEYS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool"))
FORM = "must have the form KEY: VALUE"


class FileConfigSource(file_config_source.FileConfigSource):
    """Hydra's reader of files, which checks each file first. It takes the place of Hydra's own.

    It has the same name, because Hydra registers one class of each name. A study composes many
    configurations, for which a file with the same contents is parsed once.
    """

    _known: ClassVar[dict[tuple[str, str, str, bytes], ConfigResult]] = {}

    def load_config(self, config_path: str) -> ConfigResult:
        path = Path(self.path, self._normalize_file_name(config_path))
        if not path.is_file():
            return super().load_config(config_path)
        check_file(path, str(PurePosixPath(config_path).parent).strip("./"))
        key = (self.provider, self.path, config_path, path.read_bytes())
        if key not in self._known:
            self._known[key] = super().load_config(config_path)
        return copy.deepcopy(self._known[key])  # Hydra changes what it gets


def register_reader() -> None:
    """Let Hydra read files with `FileConfigSource`."""
    from hydra._internal.sources_registry import SourcesRegistry

    Plugins.instance()  # it registers Hydra's own, once
    SourcesRegistry.instance().types["file"] = FileConfigSource


def check_file(path: Path, group: str) -> None:
    """Raise ConfigError, which names the line, for a file that is valid YAML but cannot be used.

    ``group`` is the folder of the file in conf/, empty for a main file. Other files are left to
    Hydra and its messages. A file that has not changed is checked once.
    """
    changed = path.stat()
    if changed.st_size > LARGEST:
        raise ConfigError(f"{shown(path)}: is larger than {LARGEST:,} bytes")
    problem = _problem(path, group, changed.st_mtime_ns, changed.st_size)
    if problem:
        raise ConfigError(f"{shown(path)}{problem}")


@lru_cache(maxsize=1024)
def _problem(path: Path, group: str, *_: int) -> str:
    """Return the line and the problem of a file; nothing if there is none, or if Hydra names it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    unusual = Reader.NON_PRINTABLE.search(text)
    if unusual:
        line = text.count("\n", 0, unusual.start()) + 1
        return f", line {line}: contains the character U+{ord(unusual[0]):04X}, which no text has"
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return _problem_of(path, group, node) if node else ""
    except (yaml.YAMLError, RecursionError, ValueError):
        return ""


def _problem_of(path: Path, group: str, root: yaml.Node) -> str:
    """Return the line and the problem of a file with this root."""
    if isinstance(root, yaml.ScalarNode):
        return f": {FORM}"
    size = _size(root, {})
    if size is None:
        return ": an alias in it contains itself"
    if size > MOST_VALUES:
        return f": its aliases stand for more than {MOST_VALUES:,} values"
    in_defaults = check_defaults(path, group, root) if isinstance(root, yaml.MappingNode) else ()
    for node, problem in (*_problems("", root), *in_defaults):
        return f", line {node.start_mark.line + 1}: {problem}"
    return ""


def _size(node: yaml.Node, known: dict[int, int | None]) -> int | None:
    """Return the number of values of a node with its aliases; None if one contains itself.

    ``known`` are the numbers of other nodes, and None for those around this one.
    """
    if id(node) not in known:
        known[id(node)] = None
        sizes = [_size(each, known) for each in _below(node)]
        whole = [size for size in sizes if size is not None]
        known[id(node)] = 1 + sum(whole) if len(whole) == len(sizes) else None
    return known[id(node)]


def _below(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _problems(key: str, node: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    """Yield the nodes that cannot be used, with the problem. ``key`` is that of the node."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.tag not in (*KEYS, MERGE):
                yield name, f"a key must be a name, not {_written(name)}"
            yield from _problems(f"{key}.{name.value}" if key else str(name.value), value)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _problems(f"{key}[{number}]", value)
    elif "${" in node.value:
        try:
            parse(node.value)
        except GrammarParseError:
            yield node, f"{key}: the interpolation in {node.value[:100]} cannot be read"


def _written(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        return "a list" if isinstance(node, yaml.SequenceNode) else "a dictionary"
    return re.sub(r"\s+", " ", node.value)[:100] or "an empty one"
