"""A chapter about a group."""

from frames import Runs, arm, run
from subjects import subject

from experiments.charts import keys
from experiments.report.answers import answer
from experiments.report.blocks import Chapter, Chart, Paragraph
from experiments.report.chapter import MOST_PANELS, chapter

TWO = (0.5, 0.8)
OPTIMIZERS = ("adam", "rmsprop", "sgd")


def made(rows: Runs, group: str, *arms: str) -> Chapter:
    about = subject(rows)
    return chapter(about, answer(about, group), keys(arms))


def figures(of: Chapter) -> list[str]:
    return [each.figure.name for each in of.blocks if isinstance(each, Chart)]


def test_two_arms_have_verdicts_and_curves_but_no_matrix() -> None:
    rows = arm("loss=ce", at=0.95, validation=TWO) + arm("loss=mse", validation=TWO)
    assert figures(made(rows, "loss", "ce softmax", "mse sigmoid")) == [
        "loss-verdicts",
        "loss-final-accuracies",
        "loss-accuracy-by-epoch",
        "loss-cost-by-epoch",
        "loss-accuracy-by-seconds",
    ]


def test_three_arms_have_a_matrix_and_two_networks_a_profile() -> None:
    rows = [
        each
        for name in OPTIMIZERS
        for sizes in ("784-30-10", "784-20-10-10")
        for each in arm(f"optimizer={name}", f"architecture={sizes}", seeds=[0, 1])
    ]
    found = figures(made(rows, "optimizer", *OPTIMIZERS))
    assert {"optimizer-wins", "optimizer-performance-profile"} <= {*found}
    assert "optimizer-accuracy-by-seconds" not in found  # there is one epoch


def test_one_network_has_no_profile_over_networks() -> None:
    rows = [
        run(f"loss={loss}", f"optimizer={optimizer}")
        for loss in ("ce", "mse")
        for optimizer in ("adam", "sgd")
    ]
    found = made(rows, "loss", "ce softmax", "mse sigmoid")
    assert "loss-performance-profile" not in figures(found)


def test_one_seed_has_no_verdict_and_no_matrix() -> None:
    found = made([run(f"optimizer={name}") for name in OPTIMIZERS], "optimizer", *OPTIMIZERS)
    first = found.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text.startswith("No verdict: ")
    assert {"optimizer-verdicts", "optimizer-wins"}.isdisjoint(figures(found))


def test_figures_say_if_they_do_not_show_all_conditions() -> None:
    n = MOST_PANELS + 1
    rows = [run(f"loss={loss}", f"l2={l2}") for loss in ("ce", "mse") for l2 in range(n)]
    found = made(rows, "loss", "ce softmax", "mse sigmoid")
    words = [each.text for each in found.blocks if isinstance(each, Paragraph)]
    assert f"The figures show the first {MOST_PANELS} of {n} conditions." in words
    panels = [len(each.figure.panels) for each in found.blocks if isinstance(each, Chart)]
    assert panels[0] == MOST_PANELS
