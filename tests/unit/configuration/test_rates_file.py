"""The files of default learning rates: what is written is read, and nothing else is lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.configuration import CONF, compose, write_rates
from experiments.configuration.rates_file import GROUP, read_rates
from experiments.errors import ConfigError

BASE = "784-30-10"
NAMES = st.sampled_from(["sigmoid", "relu", "leaky_relu", "mse", "ce", "sgd", "adam"])
ARMS = st.tuples(NAMES, NAMES, NAMES)
TEXTS = st.sampled_from(["0.1", "3e-05", "1  # 95.50%; 4 rates"])


@given(
    first=st.dictionaries(ARMS, TEXTS, min_size=1),
    second=st.dictionaries(ARMS, TEXTS, min_size=1),
    architecture=st.sampled_from([BASE, "784-20-10-10"]),
)
def test_what_is_written_is_read_and_other_rates_stay(
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[tuple[str, str, str], str],
    second: dict[tuple[str, str, str], str],
    architecture: str,
) -> None:
    conf = tmp_path_factory.mktemp("conf")
    (path,) = write_rates({architecture: first}, base=BASE, conf=conf)
    assert write_rates({architecture: second}, base=BASE, conf=conf) == [path]
    assert read_rates(path) == {**first, **second}


def test_the_base_has_the_main_file_and_others_one_of_their_own(tmp_path: Path) -> None:
    arm = ("sigmoid", "ce", "sgd")
    main, own = write_rates({BASE: {arm: "0.1"}, "mine": {arm: "2"}}, base=BASE, conf=tmp_path)
    assert (main, own) == (tmp_path / f"{GROUP}.yaml", tmp_path / GROUP / "mine.yaml")
    assert main.read_text(encoding="utf-8").splitlines()[2:] == [
        "learning_rates:",
        "  sigmoid:",
        "    ce:",
        "      sgd: 0.1",
    ]
    assert own.read_text(encoding="utf-8").splitlines()[2:] == ["sigmoid:", "  ce:", "    sgd: 2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  - 3", ":2: is no rate, nor a group of rates"),
        ("  ce: {sgd: 0.1}", ":2: each rate must have a line of its own"),
        ("  sgd: 0.1", ":2: each rate must have a line of its own"),
    ],
)
def test_other_lines_are_refused_and_nothing_is_written(
    tmp_path: Path, line: str, message: str
) -> None:
    path = tmp_path / GROUP / "mine.yaml"
    path.parent.mkdir()
    path.write_text(f"sigmoid:\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        write_rates({"mine": {("relu", "ce", "sgd"): "1"}}, base=BASE, conf=tmp_path)
    assert path.read_text(encoding="utf-8") == f"sigmoid:\n{line}\n"


@pytest.mark.parametrize("path", [CONF / f"{GROUP}.yaml", *sorted((CONF / GROUP).glob("*.yaml"))])
def test_runs_get_the_rates_of_the_files(path: Path) -> None:
    main = path.parent == CONF
    for (activation, loss, optimizer), text in list(read_rates(path).items())[::7]:
        words = [f"activation={activation}", f"loss={loss}", f"optimizer={optimizer}"]
        config = compose(words if main else [*words, f"architecture={path.stem}"])
        assert config.optimizer.learning_rate == float(text.partition("#")[0])


def test_a_network_without_a_file_has_the_rates_of_the_main_file(tmp_path: Path) -> None:
    rates = read_rates(CONF / f"{GROUP}.yaml")
    config = compose(["architecture.sizes=[784,40,10]", "loss=ce"])
    assert config.optimizer.learning_rate == float(rates["sigmoid", "ce", "sgd"].partition("#")[0])
