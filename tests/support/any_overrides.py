"""Words of `python run.py` of all kinds, made from the schema of conf/ and from unusual values."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import product
from typing import Any, get_type_hints

from hydra.utils import get_class
from hypothesis import strategies as st
from omegaconf import OmegaConf

from experiments.configuration import CONF, GROUPS
from experiments.configuration.schema import KEYS, Schema

CLASS = re.compile(
    r"\b[A-Z]\w*(Error|Exception|Warning|Config|Node|Type|Sweep)\b|<(class|enum|module) "
    r"|\b(Set|List|Dict|Union|Optional|Tuple)\[|\bNoneType\b|\bQuotedString\b"
)
"""The name of a class of another library, which says nothing to users."""
CHOSEN = (*GROUPS, "tracking")
"""The groups, of which a file is chosen."""
CHOICES = {group: sorted(path.stem for path in (CONF / group).glob("*.yaml")) for group in CHOSEN}
CHOICES["dataset"] = ["folder", "mnist"]  # others would be downloaded, or are a part of these
FITTING: dict[Any, list[str]] = {
    int: ["1", "2", "-1", "0", "9223372036854775807"],
    float: ["0", "0.5", "1e-9", "-1", "nan", "inf", "1e400"],
    bool: ["true", "false"],
    str: ["text", "nowhere/x", "/dev/null", "sqlite:////dev/null", "'a b'", "naïve η"],
}
"""Values of the right type, possibly out of range. Other types have `UNFIT` only."""
UNFIT = [
    *("", "null", "true", "1.5", "x", "''", "[]", "{}", "???", "[784,10]", "[784,1,10]", "{a:1}"),
    *("[784,99999999999,10]", "99999999999999999999", "10**9", "0x10", "1,2", "range(3)"),
    *("range(5,1)", "${epochs}", "${nothing}", "${oc.env:NOTHING}", "nn.SGD", "os.system"),
    *("/dev/null/x", "x" * 5000, "w#1", "w=1", "a(b)", "file:/mlruns", "gopher://h", "http://"),
    *("http://x/y", r"\,", "'", '"', "[1", "a=b", "int(x)", "[" * 300),
    *("choice(range(3),5)", "range(3),range(4)", "tag(a,1)", "sort(a,1)", "[range(3)]"),
    *("range(10**9)", "glob(*)", "glob([1])", "interval(0,1)", "str(range(3))", "shuffle(1,2)"),
]
"""Values that are empty, of a wrong type, hostile, or not readable."""
PLACES = [
    *("x", "no/such", "no.such", "hydra", "hydra.run", "hydra.run.dir", "hydra.job.name", "schema"),
    *("hydra.launcher.processes", "hydra.launcher.lockstep", "hydra/launcher"),
    *("hydra/sweeper", "hydra.sweeper.params"),
    *("hydra.callbacks", "hydra.callbacks.x", "hydra.callbacks.x._target_", "hydra.searchpath"),
    *("hydra.launcher", "hydra.sweeper", "hydra.launcher._target_", "hydra.sweeper._target_"),
    *("hydra.callbacks.early_checks", "hydra/job_logging", "hydra.job_logging"),
    *("hydra.mode", "hydra/callbacks", "hydra.help", "hydra.no_such", "hydra.launcher.x"),
]
"""Keys that the schema does not have, and those of Hydra."""
OF_HYDRA = [
    *("x", "2", "", "[file:///missing]", "[pkg://missing]", "[3]", "null", "no.Such", "{}"),
    *("nn.SGD", "os.path", "{_target_:no.Such}", "{_target_:nn.Constant}", "basic", "nothing"),
    *("{seed: 1}", "RUN", "MULTIRUN", "true", "2.5", "[1]", "1,2", "range(2)", "os.getcwd"),
]
"""Values of Hydra's options."""
OPTIONS = ["--package", "--config-dir", "--config-name", "--config-path", "--cfg", "--nothing"]
"""Options of Hydra that take a value, and one that does not exist."""


def options() -> Iterator[tuple[str, Any]]:
    """Yield the key and the type of every option of conf/: of the schema, and of all choices."""
    types = get_type_hints(Schema)
    for key in KEYS:
        if is_dataclass(types[key]):
            yield from (
                (f"{key}.{name}", kind) for name, kind in get_type_hints(types[key]).items()
            )
        elif key not in GROUPS:
            yield key, types[key]
    for group in GROUPS:
        targets = {_target(group, choice) for choice in CHOICES[group]} - {None}
        for target in targets:
            kinds = get_type_hints(get_class(str(target)))
            yield from (
                (f"{group}.{each.name}", kinds[each.name])
                for each in fields(get_class(str(target)))
            )
        yield f"{group}._target_", str


def _target(group: str, choice: str) -> str | None:
    config = OmegaConf.load(CONF / group / f"{choice}.yaml")
    return OmegaConf.select(config, "_target_")


KINDS = {key: kind for key, kind in options() if key not in ("plan", "dataset.mirrors")}
"""All options with their types. Plans stay plans, and nothing is downloaded."""


@st.composite
def fitting(draw: st.DrawFn) -> str:
    """Return an override of an option or of a group, with a value of its type."""
    if draw(st.booleans()):
        group = draw(st.sampled_from(CHOSEN))
        return f"{group}={draw(st.sampled_from(CHOICES[group]))}"
    key = draw(st.sampled_from([key for key in KINDS if KINDS[key] in FITTING]))
    return f"{key}={draw(st.sampled_from(FITTING[KINDS[key]]))}"


@st.composite
def unfit(draw: st.DrawFn) -> str:
    """Return an override with a key of the schema and any sign, place and value."""
    sign = draw(st.sampled_from(["", "", "", "+", "++", "~"]))
    place = draw(st.sampled_from(["", "", "", "@x", "@_global_", "@:x", ".x", "/x"]))
    key = draw(st.sampled_from([*KINDS, *CHOSEN]))
    value = draw(st.sampled_from(UNFIT) | st.text(max_size=8))
    return f"{sign}{key}{place}={value}"


ALL_OF_HYDRA = [
    f"{sign}{place}={value}"
    for sign, place, value in product(["", "+", "++", "~"], PLACES, OF_HYDRA)
]
"""Overrides of all options of Hydra and of keys that do not exist, with all signs and values."""
bare = st.builds(
    lambda sign, key: f"{sign}{key}",
    st.sampled_from(["~", "+", "++", ""]),
    st.sampled_from([*KINDS, *CHOSEN, *PLACES]),
)
"""Keys without a value."""
refused = st.one_of(
    st.sampled_from(["", " ", "=", "=1", "+=1", "~"]),
    st.sampled_from(KEYS).map(lambda key: f"~{key}"),
    st.sampled_from(CHOSEN).map(lambda group: f"+{group}={CHOICES[group][0]}"),
    st.sampled_from(CHOSEN).map(lambda group: f"{group}@x={CHOICES[group][0]}"),
    st.sampled_from(["hydra.launcher.processes=2", "hydra/launcher=basic", "hydra=x"]),
    st.sampled_from(["hydra.searchpath=[file:///missing]", "hydra.run.dir=x", "~hydra.run"]),
)
"""Words that are mistakes in every command."""
words = st.one_of(
    fitting(),
    fitting(),
    unfit(),
    unfit(),
    st.sampled_from(ALL_OF_HYDRA),
    bare,
    refused,
    st.text(max_size=12),
)
option_values = st.sampled_from(
    ["", "nowhere", "/dev/null", "loss", "no.such", "job", "x=1", "a b"]
)
"""Values of Hydra's options on the command line."""
