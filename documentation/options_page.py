"""The page of all options: a section for each group of conf/, and the main options first."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from documentation.comments import read_commented
from documentation.keys import Keys, keys_of_presets, keys_of_studies
from documentation.options import Group, Option, chosen_by_default, group, main_options
from experiments.configuration import CONF, REPLICATE, STUDY, choosable, load_presets

BRACKETS = re.compile(r"\{[^{}]*\}|\[[^][]*\]")
"""A list or a mapping in a comment."""
RATES = "learning_rates"
ABOUT = """\
# Options

Every group and option of `conf/`. This page is generated: types come from the classes, ranges
from the messages that the program prints for other values, defaults and meanings from the files of
`conf/`, those of studies and replications also from the classes. A group is chosen by
`GROUP=CHOICE`, an option by `GROUP.OPTION=VALUE`, a main option by `OPTION=VALUE`, and with `-m`
each may have several values.
"""


def options_page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    yield ABOUT
    yield "## Main options\n"
    yield from _table(main_options())
    for name, default in chosen_by_default().items():
        yield from _group_section(group(name, default), default)
    yield from _files_section(
        STUDY,
        "Studies",
        "`-m +study=NAME` conducts one ([how to write one](studies.md#a-study-of-your-own)).",
        lambda _name, about: about,
    )
    yield from _keys_section("Of every study", keys_of_studies())
    yield from _presets_section()
    yield from _rates_section()


def _group_section(group: Group, default: str) -> Iterator[str]:
    yield f"## `{group.name}`\n"
    for choice in group.choices:
        link = (
            f" ([`{choice.target}`]({_page(choice.target)}))"
            if choice.target.startswith("nn.")
            else ""
        )
        mark = ", the default" if choice.name == default else ""
        about = f": {choice.about}" if choice.about else ""
        yield f"- `{choice.name}`{mark}{link}{about}"
    yield ""
    choices = [choice.name for choice in group.choices]
    yield from _table(group.options, f"{group.name.replace('/', '.')}.", choices)


def _page(target: str) -> str:
    return f"reference/nn.md#{target}"


def _table(
    options: Iterable[Option], prefix: str = "", choices: Sequence[str] = ("",)
) -> Iterator[str]:
    """Yield a table of the options that any of the choices has."""
    rows = [
        f"| `{prefix}{each.name}` | {each.kind} | {_with_code(each.range)} |"
        f" {_default(each.defaults, choices)} | {_with_code(each.about)} |"
        for each in options
    ]
    if rows:
        yield '<div class="options" markdown>\n'
        yield "| option | type | range | default | meaning |"
        yield "| --- | --- | --- | --- | --- |"
        yield from rows
        yield "\n</div>\n"


def _with_code(comment: str) -> str:
    """Return a comment with its lists and mappings as code: Markdown reads ``{...}`` otherwise."""
    return BRACKETS.sub(r"`\g<0>`", comment)


def _default(defaults: Mapping[str, str], choices: Sequence[str]) -> str:
    """Return the default of all choices; or each default, with the choices that have it."""
    by_value: dict[str, list[str]] = {}
    for choice, text in defaults.items():
        by_value.setdefault(text, []).append(choice)
    if list(by_value.values()) == [list(choices)]:
        return next(iter(by_value))
    return "<br>".join(f"{', '.join(having)}: {text}" for text, having in by_value.items())


def _presets_section() -> Iterator[str]:
    """Yield the presets, each with its title and source; a comment of several is said once."""
    names = choosable(REPLICATE)
    comments = [read_commented(CONF / REPLICATE / f"{name}.yaml").about for name in names]
    ((shared, _),) = Counter(filter(None, comments)).most_common(1)
    presets = load_presets(names)

    def introduction(name: str, about: str) -> str:
        found = presets[name]
        title = f"{found.title[0].upper()}{found.title[1:]}"
        return f"{title}. Source: {found.source}. {about if about != shared else ''}".strip()

    about = f"`+replicate=NAME` chooses the options of a published result. {shared}"
    yield from _files_section(REPLICATE, "Replications", about, introduction)
    yield from _keys_section("Of every replication", keys_of_presets())


def _files_section(
    folder: str, title: str, about: str, introduction: Callable[[str, str], str]
) -> Iterator[str]:
    """Yield a section with the files of a folder of conf/, an introduction of each, and its values.

    ``introduction`` gets the name of a file and the comment at its top.
    """
    yield f"## {title}\n\n{about}\n"
    for name in choosable(folder):
        path = CONF / folder / f"{name}.yaml"
        yield f"### `{name}`\n"
        yield f"{introduction(name, read_commented(path).about)}\n"
        yield f"```yaml\n{_body(path)}\n```\n"


def _body(path: Path) -> str:
    """Return a file without the comment at its top."""
    lines = path.read_text(encoding="utf-8").strip().splitlines()
    while lines and lines[0].startswith("#") and not lines[0].startswith("# @package"):
        lines.pop(0)
    return "\n".join(lines)


def _keys_section(title: str, tables: Iterable[Keys]) -> Iterator[str]:
    """Yield a section with a table for each mapping of a file."""
    yield f"### {title}\n"
    for each in tables:
        yield f"{each.about}\n"
        yield from _table(each.options, each.prefix)


def _rates_section() -> Iterator[str]:
    yield "## Default learning rates\n"
    yield "The rate of each optimizer ([how they were found](tuning.md)).\n"
    general = yaml.safe_load((CONF / f"{RATES}.yaml").read_text(encoding="utf-8"))[RATES]
    tables = {"784-30-10, and all others": general}
    for path in sorted((CONF / RATES).glob("*.yaml")):
        tables[path.stem] = yaml.safe_load(path.read_text(encoding="utf-8"))
    optimizers = sorted(
        {name for costs in general.values() for each in costs.values() for name in each}
    )
    yield "| network | activation | cost | " + " | ".join(optimizers) + " |"
    yield "| --- " * (3 + len(optimizers)) + "|"
    for network, activations in tables.items():
        for activation, costs in activations.items():
            for cost, rates in costs.items():
                cells = [str(rates.get(optimizer, "")) for optimizer in optimizers]
                yield f"| {network} | {activation} | {cost} | " + " | ".join(cells) + " |"
    yield ""
