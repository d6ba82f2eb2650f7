"""The name of the tag of arms, by which MLflow chooses colours that can be told apart."""

import pytest

from experiments.mirror.arm_colours import arm_tag, colour, group


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # as a browser has shown them
        ("tag.arm/4253094b1e540cbf-38.ce nesterov", "#f792a6"),
        ("tag.arm/4253094b1e540cbf-87.mse nesterov", "#1f272d"),
    ],
)
def test_a_group_has_the_colour_of_mlflows_page(text: str, expected: str) -> None:
    assert colour(text) == expected


@pytest.mark.parametrize("n_arms", [2, 4, 8, 12])
def test_the_arms_of_a_sweep_have_different_colours(n_arms: int) -> None:
    arms = [f"learning_rate={number}" for number in range(n_arms)]
    for sweep in ("0" * 16, "aba091c1bf3734bd"):
        tag = arm_tag(sweep, arms)
        assert tag.startswith(f"arm/{sweep}")
        assert len({colour(group(tag, arm)) for arm in arms}) == n_arms


def test_pale_colours_are_avoided() -> None:
    for number in range(20):
        tag = arm_tag(f"{number:016x}", ["ce", "mse"])
        chosen = {colour(group(tag, arm)) for arm in ("ce", "mse")}
        assert not chosen & {"#facb66", "#f2be88", "#8ddda8", "#8acaff"}


def test_the_tag_of_a_sweep_is_always_the_same() -> None:
    assert arm_tag("7", ["ce", "mse"]) == arm_tag("7", ["ce", "mse"])


def test_one_arm_and_many_arms_have_a_tag() -> None:
    assert arm_tag("7", ["all seeds"]).startswith("arm/7")
    assert arm_tag("7", [str(number) for number in range(1000)]).startswith("arm/7")
