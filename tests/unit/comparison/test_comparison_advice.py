"""What a comparison leaves out, and says so; what would decide it."""

import pytest
from frames import SEEDS, arm, diverged, frame, jobs

from experiments.comparison.comparison import compare, tuned
from experiments.errors import UserError


def test_a_rate_with_few_seeds_does_not_decide_which_are_compared() -> None:
    extra = arm("loss=ce", "optimizer.learning_rate=0.1", seeds=[0], at=0.99)
    runs = frame([*arm("loss=ce"), *arm("loss=mse"), *extra])
    assert len(tuned(runs[runs["loss"] == "ce"])) == len(SEEDS)


def test_runs_that_have_not_ended_are_not_tuned() -> None:
    runs = frame(arm("loss=ce"))
    assert set(tuned(runs.assign(status="finished"))["status"]) == {"finished"}
    with pytest.raises(UserError, match="no run has ended"):
        tuned(runs.assign(status="running"))


def test_networks_with_one_arm_and_seeds_with_one_arm_are_said() -> None:
    alone = arm("loss=mse", "architecture=784-20-10-10")
    runs = [*arm("loss=ce"), *arm("loss=mse"), *arm("loss=ce", seeds=[20]), *alone]
    (only, seed) = compare(frame(runs), "loss").attrs["incomplete"]
    assert only.startswith("784-20-10-10: only mse has been run; for the others: python run.py -m")
    assert "loss=ce,mse" in only
    assert seed == "784-30-10: only one of ce and mse has seed 20"
    assert compare(frame(runs[: 2 * len(SEEDS)]), "loss").attrs["incomplete"] == []


def test_what_would_decide_a_table_is_one_command_where_one_can_say_it() -> None:
    runs = [
        each
        for loss in ("ce", "mse")
        for sizes in ("784-30-10", "784-20-10-10")
        for each in arm(f"loss={loss}", f"architecture={sizes}", at=0.9, seeds=[0, 1])
    ]
    table = compare(frame(runs), "loss")
    assert (table["verdict"] == "undecided").all()
    asked = [job for row in table["commands"] for command in row for job in jobs(command)]
    together = [job for command in table.attrs["commands"] for job in jobs(command)]
    assert len(together) == len({*together}) == len(asked)
    assert len(table.attrs["commands"]) <= sum(map(len, table["commands"]))


def test_an_arm_that_diverges_is_not_better_where_it_finishes() -> None:
    some = [*arm("loss=ce", at=0.95, seeds=range(8)), *diverged("loss=ce", seeds=range(8, 20))]
    table = compare(frame([*some, *arm("loss=mse", at=0.9, seeds=range(20))]), "loss")
    (row,) = table.to_dict("records")
    assert row["difference"] > 0
    assert row["P(A>B)"] == 8 / 20
    assert row["verdict"] == "undecided"
    few = [*arm("loss=ce", at=0.95, seeds=range(2)), *diverged("loss=ce", seeds=range(2, 20))]
    table = compare(frame([*few, *arm("loss=mse", at=0.9, seeds=range(20))]), "loss")
    assert table["verdict"].tolist() == ["B better"]


def test_commands_say_where_runs_are_recorded_unless_it_is_the_usual_place() -> None:
    runs = frame([*arm("loss=ce", seeds=[0, 1]), *arm("loss=mse", seeds=[0, 1])])
    (usual,) = compare(runs, "loss").attrs["commands"]
    assert "outputs=" not in usual
    (elsewhere,) = compare(runs.assign(outputs="/some/where else"), "loss").attrs["commands"]
    assert {job[-1] for job in jobs(elsewhere)} == {"outputs='/some/where else'"}
