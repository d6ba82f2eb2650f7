"""Functions in overrides: what Hydra cannot evaluate is said in words, without names of classes."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from experiments.configuration.functions import contains_sweep, function_problem


def problem(value: str) -> str:
    """Return the problem of a value that Hydra cannot evaluate."""
    with pytest.raises(HydraException) as caught:
        OverridesParser.create().parse_override(f"seed={value}")
    return function_problem(caught.value, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("choice(range(3),5)", "its argument 1 cannot be several values"),
        ("tag(a,1,2)", "its argument 2 cannot be a whole number"),
        ("choice(1,tag(a,3))", "tag(a,3): its argument 2 cannot be a whole number"),
        ("range(10**9)", "start cannot be text"),
        ("range(1,[2])", "stop cannot be a list"),
        ("glob(3)", "include cannot be a whole number"),
        ("range(range(3))", "start cannot be several values"),
        ("sort(a,1)", "texts and numbers cannot be sorted together"),
        ("sort(1,[2])", "its arguments do not fit together"),
        ("str(range(3))", "a range contains numbers, so write int or float"),
        ("int(abc)", "abc is no number"),
        ("float(x)", "x is no number"),
        ("range(a=1)", "missing a required argument: 'start'"),
        ("nothing(1)", ""),
        ("a(", ""),
    ],
)
def test_a_function_that_cannot_be_evaluated(value: str, message: str) -> None:
    assert problem(value) == message


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("range(3)", True),
        ("1,2", True),
        ("glob(*)", True),
        ("[1,[range(3)]]", True),
        ("{a:{b:range(3)}}", True),
        ("[1,2]", False),
        ("{a:1}", False),
        ("x", False),
        ("null", False),
    ],
)
def test_several_values_are_found_in_lists_and_dictionaries(word: str, *, expected: bool) -> None:
    value = OverridesParser.create().parse_override(f"a={word}").value()
    assert contains_sweep(value) is expected
