"""Error messages of Hydra, OmegaConf and YAML in one line."""

from pathlib import Path

import pytest
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra.errors import HydraException
from hydra.utils import instantiate
from omegaconf import OmegaConf

from experiments.configuration import CONF, compose, file_being_read, one_line
from experiments.configuration.group_choices import choosable
from experiments.errors import UserError


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("epochz=3", "epochz did you mean epochs?"),
        ("epochs=abc", "epochs abc"),
        ("epochs=1.5", "epochs 1.5"),
        ("batch_size=ten", "batch_size ten"),
        ("seed=1.5", "seed 1.5"),
        ("l2=small", "l2 small"),
        ("architecture.fit=perhaps", "architecture.fit perhaps"),
        ("dtype=float16", "dtype float16 float32 float64"),
        ("checkpoint_every=often", "checkpoint_every often"),
        ("stop_below=0.5", "stop_below"),
        ("stop_below=[null]", "stop_below"),
        ("stop_below=[low]", "stop_below low"),
        ("record_weights=3", "record_weights"),
        ("record_weights=null", "record_weights"),
        ("record_weights=all", "record_weights"),
        ("record_weights=[first]", "record_weights first"),
        ("record_weights=[1.5]", "record_weights 1.5"),
        ("record_weights=[null]", "record_weights"),
        ("rerun=maybe", "rerun maybe"),
        ("architecture.sizes=784", "architecture.sizes"),
        ("architecture.sizes=784-40-10", "architecture.sizes list, written [A,B]"),
        ("architecture.sizes=[784,a,10]", "architecture.sizes[1] whole number a"),
        ("train_size=100", "train_size did you mean dataset.train_size?"),
        ("learning_rate=1", "learning_rate did you mean optimizer.learning_rate?"),
        ("outputs=null", "outputs must not be null"),
        ("outputs=[1]", "outputs must be text"),
        ("+seed=3", "seed has a value already; leave out the +"),
        ("seed=", "seed must be a whole number, not an empty text"),
        ("foo/bar=x", "foo/bar: no such option and no such group"),
        ("dtype=[1]", "dtype must be a name, not [1]"),
        ("~architecture.sizes", "architecture.sizes cannot be taken away"),
        ("~foo", "foo no such option"),
        ("~foo/bar", "foo/bar no such option"),
        ("hydra.searchpath=x", "hydra.searchpath must be a list of texts not x"),
        ("optimizer=adamm", "optimizer/adamm adam adamw sgd"),
        ("architecture=784-31-10", "architecture/784-31-10 784-30-10"),
        ("optimizer.beta1=0.5", "optimizer.beta1 there are learning_rate"),
        ("activation.slope=0.1", "activation.slope"),
        ("schedule.patience=3", "schedule.patience"),
        ("tracking.url=x", "tracking.url did you mean uri?"),
    ],
)
def test_an_error_of_hydra_becomes_one_line_with_key_and_value(
    override: str, expected: str
) -> None:
    with pytest.raises(HydraException) as caught:
        compose([override])
    message = one_line(caught.value)
    assert "\n" not in message
    for part in expected.split():
        assert part in message


def test_a_part_is_not_offered_as_a_choice() -> None:
    with pytest.raises(HydraException) as caught:
        compose(["dataset=cifar"])
    known = ", ".join(choosable("dataset"))
    assert {"fashion_mnist", "folder", "mnist"} <= {*known.split(", ")}
    assert one_line(caught.value) == f"no dataset/cifar; there are {known}"


def test_only_the_members_of_a_folder_are_offered_for_its_name() -> None:
    with pytest.raises(HydraException) as caught:
        compose(["+replicate=nielsen"])
    folder = sorted(path.stem for path in (CONF / "replicate" / "nielsen").glob("*.yaml"))
    members = [f"nielsen/{name}" for name in folder if name != "base"]
    assert one_line(caught.value) == f"no replicate/nielsen; there are {', '.join(members)}"


def test_an_error_of_the_system_becomes_file_and_reason() -> None:
    error = FileNotFoundError(2, "No such file or directory", "/a/b")
    assert one_line(error) == "/a/b: No such file or directory"


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (3, "hydra.callbacks: a callback is written {_target_:PACKAGE.CLASS}"),
        ({"_target_": "os.path"}, "x._target_: what it names is no class"),
        ({"_target_": "no.Such"}, "x._target_: no.Such cannot be imported"),
        ({"_target_": "nn.Sigmoid", "y": 1}, "x.y: no such option"),
    ],
)
def test_a_callback_that_hydra_cannot_make_is_named(callback: object, message: str) -> None:
    with pytest.raises(HydraException) as caught:
        instantiate(OmegaConf.create({"x": callback}).x)
    assert one_line(caught.value) == message


def test_the_lines_of_another_error_are_joined() -> None:
    assert one_line(ValueError("one\n  two")) == "one two"


def test_a_command_at_the_end_of_advice_is_whole_but_words_of_others_are_shortened() -> None:
    advice = f"run {'python run.py -m loss=ce ' * 20}outputs=here"
    assert one_line(UserError(advice)) == advice
    assert one_line(ValueError(advice)) == advice[:300]


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"sizes:\n\t- 784", ", line 2: is not valid YAML: found character"),
        (b"sizes: [784,5,10]\n# caf\xe9", ", line 2: is not in UTF-8"),
        ("sizes: [784,5,10]".encode("utf-16"), ", line 1: is not in UTF-8"),
        (b"sizes: [784,5", ", line 1: is not valid YAML: expected"),
        (b"sizes: [784,5]\nsizes: [784,6]", ", line 2: is not valid YAML: found duplicate key"),
        (b"sizes: !!python/object:os.system [1]", ", line 1: is not valid YAML: could not"),
        (b"sizes: \x07", ": unacceptable character #x0007: special characters are not allowed"),
        (b"sizes: " + b"[" * 600, ": has too many brackets"),
        (b"3", ": must have the form KEY: VALUE"),
        (b"sizes: ${", ": sizes: the interpolation in its value cannot be read"),
    ],
)
def test_a_file_that_is_not_yaml_is_named_with_its_line(
    tmp_path: Path, contents: bytes, message: str
) -> None:
    place = tmp_path / "mine.yaml"
    place.write_bytes(contents)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - OmegaConf raises errors of many kinds
        FileConfigSource("tests", str(tmp_path)).load_config("mine")
    assert one_line(caught.value).startswith(f"{place}{message}")


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"size: [784,5,10]", "architecture/mine.yaml: architecture.size: no such option"),
        (b"sizes: 784-5-10", "architecture/mine.yaml: architecture.sizes: must be a list"),
        (b"- 1\n- 2", "architecture/mine.yaml: must have the form KEY: VALUE"),
        (b"defaults: [nothing]", "there is no file architecture/nothing.yaml"),
    ],
)
def test_a_file_with_options_that_do_not_fit_is_named(
    tmp_path: Path, contents: bytes, message: str
) -> None:
    (tmp_path / "architecture").mkdir()
    (tmp_path / "architecture" / "mine.yaml").write_bytes(contents)
    with pytest.raises(HydraException) as caught:
        compose(["architecture=mine", f"hydra.searchpath=[file://{tmp_path}]"])
    assert one_line(caught.value).startswith(message)


def test_no_file_is_read_when_an_error_comes_from_elsewhere() -> None:
    assert file_being_read(ValueError("elsewhere")) == ""
