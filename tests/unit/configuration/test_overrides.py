"""The words of a command line: each is an override, or the error says what it should be."""

import math

import pytest
from damage import check_message
from hypothesis import assume, given
from hypothesis import strategies as st
from properties import trials

from experiments.configuration import MOST_VALUES, check_overrides, override_parser
from experiments.configuration.functions import NESTED
from experiments.errors import ConfigError


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("train", "train: this is no override; write KEY=VALUE"),
        ("", "'': an empty word is no override; write KEY=VALUE"),
        (" ", "' ': an empty word is no override; write KEY=VALUE"),
        ("~loss", "~loss: loss cannot be taken away; write loss=VALUE"),
        ("~seed", "~seed: seed cannot be taken away; write seed=VALUE"),
        ("+dataset=mnist", "+dataset=mnist: dataset is chosen already; leave out the +"),
        ("++loss=ce", "++loss=ce: loss is chosen already; leave out the +"),
        ("dataset@foo=mnist", "dataset@foo=mnist: the group has a fixed place; write dataset=NAME"),
        ("=3", "=3: the key is missing; write KEY=VALUE"),
        (
            "outputs=w#1",
            """outputs=w#1: Hydra cannot read this value; as text it is written \
'outputs="w#1"'""",
        ),
        (
            "outputs=w=1",
            """outputs=w=1: Hydra cannot read this value; as text it is written \
'outputs="w=1"'""",
        ),
        (
            "outputs=a(b)",
            """outputs=a(b): Hydra cannot read this value; as text it is written \
'outputs="a(b)"'""",
        ),
        ("outputs='a", "outputs='a: Hydra cannot read this value; as text it is written outputs=a"),
        ("record_weights=[1,2", "record_weights=[1,2: Hydra cannot read this value"),
        ("seed=" + "[" * 400, "seed=" + "[" * 195 + "...: Hydra cannot read this value"),
        ("seed=int(abc)", "seed=int(abc): abc is no number"),
        ("l2=float(x)", "l2=float(x): x is no number"),
        ("seed=range(5,1)", "seed=range(5,1): it has no values"),
        ("seed=sort(range(5,1))", "seed=sort(range(5,1)): range(5,1): it has no values"),
        ("seed=range(1e9)", f"seed=range(1e9): it has more than {MOST_VALUES:,} values"),
        ("seed=range(0,4,0)", "seed=range(0,4,0): every number must be finite, and the step not 0"),
        ("seed=range(inf)", "seed=range(inf): every number must be finite, and the step not 0"),
        ("seed=range(true)", "seed=range(true): true and false are no numbers"),
        ("loss=3", "loss=3: write the name of a file in conf/loss/, without .yaml"),
        ("dataset=cut", "dataset=cut: conf/dataset/cut.yaml is only a part of the other files;"),
        ("dataset=mnist,cut", "dataset=mnist,cut: conf/dataset/cut.yaml is only a part of the"),
        ("dataset=mnist,'cut'", "dataset=mnist,'cut': conf/dataset/cut.yaml is only a part of"),
        ("loss=ce,3", "loss=ce,3: write the name of a file in conf/loss/, without .yaml"),
        ("loss=range(3)", "loss=range(3): write the name of a file in conf/loss/, without .yaml"),
        ("loss=glob([1,2])", "loss=glob([1,2]): glob needs names or patterns, such as glob(a*)"),
        ("seed=range(3),range(4)", f"seed=range(3),range(4): {NESTED}"),
        ("seed=1,range(4)", f"seed=1,range(4): {NESTED}"),
        ("seed=[range(3)]", f"seed=[range(3)]: {NESTED}"),
        ("seed=choice([1,range(3)])", f"seed=choice([1,range(3)]): {NESTED}"),
        ("seed=choice(range(3),5)", "seed=choice(range(3),5): its argument 1 cannot be several"),
        ("seed=range(10**9)", "seed=range(10**9): start cannot be text"),
        ("seed=str(range(3))", "seed=str(range(3)): a range contains numbers, so write int or"),
        ("tracking=null", "tracking=null: write the name of a file in conf/tracking/, without"),
        (
            "architecture=[784,10]",
            "architecture=[784,10]: write the name of a file in conf/architecture/, without .yaml;"
            " sizes are written architecture.sizes=[784,10]",
        ),
    ],
)
def test_a_word_that_is_no_override_is_named_with_the_reason(word: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_overrides(["epochs=3", word], multirun=True)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("word", ["seed=0,1", "seed=range(3)", "loss=glob(*)", "seed=sort(2,1)"])
def test_several_values_need_a_sweep(word: str) -> None:
    check_overrides([word], multirun=True)
    with pytest.raises(ConfigError, match=r"several values need -m"):
        check_overrides([word])


@given(st.text(max_size=20))
def test_any_text_is_an_override_or_an_error_of_one_line(text: str) -> None:
    for word in (text, f"outputs={text}"):
        try:
            check_overrides([word], multirun=True)
        except ConfigError as error:
            check_message(error)


def values(word: str) -> list[object]:
    return list(override_parser().parse_override(word).sweep_iterator())


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-5, 5))
def test_a_range_of_integers_has_the_values_of_python(start: int, stop: int, step: int) -> None:
    assume(step and len(range(start, stop, step)))
    expected = list(range(start, stop, step))
    word = f"range({start},{stop},{step})"
    assert values(f"seed={word}") == expected
    assert values(f"seed=sort({word})") == sorted(expected)
    assert values(f"seed=sort({word},reverse=true)") == sorted(expected, reverse=True)
    assert sorted(values(f"seed=shuffle({word})"), key=repr) == sorted(expected, key=repr)


@trials(50)
@given(st.integers(1, 50), st.integers(1, 9))
def test_a_range_of_decimals_has_the_values_that_are_written(number: int, tenths: int) -> None:
    found = values(f"l2=range(0,{number * tenths / 10},{tenths / 10})")
    assert found == [round(each * tenths / 10, 1) for each in range(number)]
    assert all(isinstance(each, float) and math.isfinite(each) for each in found)
