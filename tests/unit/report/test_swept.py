"""Which groups and options get a chapter."""

import pytest
from frames import Runs, frame, run

from experiments.report.swept import swept

CROSSED = [
    run(f"loss={loss}", f"loss.output={output}")
    for loss in ("ce", "mse")
    for output in ("softmax", "sigmoid")
]
NETWORKS = [
    run(f"architecture={sizes}", f"activation={name}")
    for sizes in ("784-30-10", "784-20-10-10")
    for name in ("relu", "tanh")
]


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([run("loss=ce")], []),
        ([run("seed=0"), run("seed=1")], []),
        ([run("optimizer.learning_rate=1"), run("optimizer.learning_rate=2")], []),
        ([run("loss=ce"), run("loss=mse")], ["loss"]),
        ([run("l2=0"), run("l2=5")], ["l2"]),
        ([run("batch_size=10"), run("batch_size=20")], ["batch_size"]),
        ([run("loss.output=softmax"), run("loss.output=sigmoid")], ["loss.output"]),
        ([run("optimizer=adam"), run("optimizer=adam", "optimizer.beta1=0.5")], ["optimizer"]),
        (CROSSED, ["loss", "loss.output"]),
        (NETWORKS, ["activation", "architecture"]),
    ],
)
def test_what_varies_has_a_chapter_and_nothing_else(rows: Runs, groups: list[str]) -> None:
    assert swept(frame(rows)) == groups
