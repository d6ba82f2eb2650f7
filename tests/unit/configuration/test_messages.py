"""Error messages of Hydra and OmegaConf in one line."""

import pytest
from hydra.errors import HydraException

from experiments.configuration import compose, one_line


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("epochz=3", "epochz did you mean epochs?"),
        ("epochs=abc", "epochs abc"),
        ("epochs=1.5", "epochs 1.5"),
        ("batch_size=ten", "batch_size ten"),
        ("seed=1.5", "seed 1.5"),
        ("l2=small", "l2 small"),
        ("dtype=float16", "dtype float16 float32 float64"),
        ("checkpoint_every=often", "checkpoint_every often"),
        ("record_weights=3", "record_weights"),
        ("record_weights=null", "record_weights"),
        ("record_weights=all", "record_weights"),
        ("record_weights=[first]", "record_weights first"),
        ("record_weights=[1.5]", "record_weights 1.5"),
        ("record_weights=[null]", "record_weights"),
        ("rerun=maybe", "rerun maybe"),
        ("architecture.sizes=784", "architecture.sizes"),
        ("architecture.sizes=[784,a,10]", "architecture.sizes 'a'"),
        ("optimizer=adamm", "optimizer/adamm adam adamw sgd"),
        ("architecture=784-31-10", "architecture/784-31-10 784-30-10"),
        ("optimizer.beta1=0.5", "optimizer.beta1 there are learning_rate"),
        ("activation.slope=0.1", "activation.slope"),
        ("schedule.patience=3", "schedule.patience"),
        ("tracking.url=x", "tracking.url did you mean uri?"),
        ("no_equals_sign", "no_equals_sign"),
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


def test_an_error_of_the_system_becomes_file_and_reason() -> None:
    error = FileNotFoundError(2, "No such file or directory", "/a/b")
    assert one_line(error) == "/a/b: No such file or directory"


def test_the_lines_of_another_error_are_joined() -> None:
    assert one_line(ValueError("one\n  two")) == "one two"
