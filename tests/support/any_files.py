"""Files of users for conf/, of all kinds: right, wrong, damaged, hostile, or no YAML at all."""

from dataclasses import dataclass

import any_overrides
import yaml
from damage import damages
from hypothesis import strategies as st

from experiments.configuration import CONF

NAME = "mine"
"""The name of each file, without its ending."""
GLOBAL = b"# @package _global_\n"
"""The first line of a file whose options are those of conf/config.yaml."""
BOMB = b"\n".join(
    [b"a: &a [0,0,0,0,0,0,0,0,0]"]
    + [b"%c: &%c [%s]" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(6)]
)
"""Seven lines that stand for 9^7 values."""
FIXED = [
    *(b"", b"# nothing", b"text", b"3", b"- 1\n- 2", b"null", b"{}", b"a: [1", b"a:\n\t- 1"),
    *(b"\0", b"a: \x07", b"\xff\xfe\x00", b"# caf\xe9", b"? [1]\n: 2", b"null: 1", b"a: &a [*a]"),
    *(b"a: *b", b"a: ${foo", b"a: !!python/object:os.system [1]", b"a: " + b"[" * 600, BOMB),
    *(b"a: 1\n---\nb: 2", b"seed: 1\nseed: 2", b"hydra: 3", b"hydra: {run: {dir: made}}"),
    *(b"hydra: {launcher: x}", b"hydra: {sweeper: {params: 'seed=1,2'}}", b"hydra: {callbacks: 3}"),
    *(b"hydra: {callbacks: {x: 3}}", b"hydra: {searchpath: x}", b"hydra: {output_subdir: made}"),
    *(b"hydra: {job_logging: {root: {level: INFO}}}", b"hydra: {launcher: null, sweeper: null}"),
    *(b"hydra: {job: {chdir: true}}", b"hydra: {mode: MULTIRUN}", b"hydra: {mode: x}"),
]
"""Contents of files."""
ENTRIES = [
    *(NAME, "_self_", "config", f"/loss/{NAME}", "cut", "nothing", 1, None, [NAME], {}, "a b"),
    *({"loss": "ce"}, {"/loss": "ce"}, {"override /loss": "ce"}, {"override /loss": "no"}),
    *({"override loss": "ce"}, {"override /hydra/launcher": "basic"}, {"a": "b", "c": "d"}),
    *({"override /hydra/job_logging": "default"}, {"a": 1}, {"optional a": "b"}, "${seed}"),
]
"""Entries of defaults lists."""


@dataclass(frozen=True)
class AnyFile:
    """A file of a user: its path below their folder, its contents, and the words that choose it."""

    path: str
    contents: bytes
    words: tuple[str, ...]


KINDS = {
    f"loss/{NAME}.yaml": (f"loss={NAME}", "optimizer.learning_rate=0.1"),
    f"dataset/{NAME}.yaml": (f"dataset={NAME}",),
    f"architecture/{NAME}.yaml": (f"architecture={NAME}",),
    f"experiment/{NAME}.yaml": (f"+experiment={NAME}",),
    f"{NAME}.yaml": ("--config-name", NAME),
    "loss/ce.yaml": ("loss=ce",),
    f"hydra/sweeper/{NAME}.yaml": (f"hydra/sweeper={NAME}",),
    f"study/{NAME}.yaml": (f"+study={NAME}",),
}
"""The paths of files, and the words that choose them."""


@st.composite
def listed(draw: st.DrawFn) -> bytes:
    """Return a file with a defaults list."""
    entries = draw(st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=3))
    begin = draw(st.sampled_from([[], ["config"], ["config", "_self_"]]))
    return yaml.safe_dump({"defaults": [*begin, *entries]}).encode()


@st.composite
def with_options(draw: st.DrawFn) -> bytes:
    """Return a file with some options of the schema and values of all kinds."""
    values = st.sampled_from([*any_overrides.UNFIT, 1, 0.5, True, None, [1], {"a": 1}])
    chosen = draw(st.dictionaries(st.sampled_from([*any_overrides.KINDS]), values, max_size=3))
    nested: dict[str, object] = {}
    for key, value in chosen.items():
        group, _, name = key.partition(".")
        nested[group] = {name: value} if name else value
    return yaml.safe_dump(nested).encode()


damaged = st.builds(
    lambda damage, name: damage((CONF / f"{name}.yaml").read_bytes()),
    damages(),
    st.sampled_from(
        ["loss/ce", "dataset/mnist", "config", "architecture/784-30-10", "study/sgd_vs_adam"]
    ),
)
contents = st.one_of(st.sampled_from(FIXED), listed(), with_options(), damaged)


@st.composite
def files(draw: st.DrawFn) -> AnyFile:
    """Return a file of any kind."""
    path = draw(st.sampled_from(sorted(KINDS)))
    header = GLOBAL if path.startswith("experiment") else b""
    return AnyFile(path, header + draw(contents), KINDS[path])
