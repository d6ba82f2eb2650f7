"""Names of runs and of the jobs of a sweep."""

import pytest

from experiments.configuration import (
    experiment_overrides,
    group_of,
    job_names,
    options_of_choices,
    run_name,
    with_sizes,
    without_seed,
)
from experiments.configuration.naming import short_form

CHOICES = {
    "dataset": "mnist",
    "architecture": "784-30-10",
    "activation": "sigmoid",
    "loss": "mse",
    "optimizer": "sgd",
    "schedule": "constant",
    "tracking": "mlflow",
}
CONTROL = [
    "tracking=none",
    "tracking.uri=x",
    "outputs=elsewhere",
    "checkpoint_every=2",
    "stop_below=[0.5]",
    "record_weights=[1]",
    "plan=true",
    "retry=true",
    "rerun=true",
]


@pytest.mark.parametrize(
    ("override", "short"),
    [
        ("loss=ce", "ce"),
        ("architecture=784-20-10-10", "784-20-10-10"),
        ("seed=3", "seed=3"),
        ("optimizer.learning_rate=0.1", "learning_rate=0.1"),
        ("dataset.train_size=1000", "train_size=1000"),
        ("architecture.sizes=[784,100,10]", "sizes=[784,100,10]"),
        ("tracking.uri=sqlite:///a=b.db", "uri=sqlite:///a=b.db"),
    ],
)
def test_the_short_form_of_an_override_has_no_group(override: str, short: str) -> None:
    assert short_form(override, CHOICES) == short


@pytest.mark.parametrize(
    ("override", "group"),
    [("loss=ce", "loss"), ("optimizer.beta1=0.9", "optimizer"), ("outputs=a.b", "outputs")],
)
def test_the_group_of_an_override(override: str, group: str) -> None:
    assert group_of(override) == group


def test_experiment_overrides_leave_out_where_and_how_a_run_is_done() -> None:
    described = ["loss=ce", "dataset.train_size=1000", "seed=3"]
    assert experiment_overrides([*CONTROL, "++outputs=x", *described]) == described


def test_a_run_is_named_by_layer_sizes_loss_and_optimizer() -> None:
    assert run_name([784, 30, 10], CHOICES, []) == "784-30-10 mse sgd"
    chosen = {**CHOICES, "loss": "ce", "optimizer": "adam"}
    overrides = ["loss=ce", "optimizer=adam"]
    assert run_name([784, 100, 10], chosen, overrides) == "784-100-10 ce adam"


def test_the_other_experiment_overrides_follow_in_the_name_of_a_run() -> None:
    overrides = [
        "architecture.sizes=[784,100,10]",
        "activation=relu",
        "optimizer.learning_rate=0.1",
        *CONTROL,
        "epochs=5",
    ]
    name = run_name([784, 100, 10], {**CHOICES, "activation": "relu"}, overrides)
    assert name == "784-100-10 mse sgd relu learning_rate=0.1 epochs=5"


def test_jobs_are_named_by_their_differences() -> None:
    jobs = [
        [f"loss={loss}", f"optimizer={optimizer}", "epochs=3", "tracking=none"]
        for loss in ("mse", "ce")
        for optimizer in ("sgd", "adam")
    ]
    assert job_names(jobs, CHOICES) == ["mse sgd", "mse adam", "ce sgd", "ce adam"]


def test_jobs_that_differ_in_numbers_are_named_by_option_and_number() -> None:
    jobs = [["epochs=2", f"seed={seed}", "optimizer.learning_rate=0.1"] for seed in (0, 1)]
    assert job_names(jobs, CHOICES) == ["seed=0", "seed=1"]


def test_a_single_job_is_named_by_all_its_overrides() -> None:
    assert job_names([["loss=ce", "seed=1"]], CHOICES) == ["ce seed=1"]


def test_jobs_without_a_difference_are_numbered() -> None:
    assert job_names([[]], CHOICES) == ["job 0"]
    assert job_names([["seed=1"], ["seed=1"]], CHOICES) == ["job 0", "job 1"]


@pytest.mark.parametrize(
    ("name", "rest"),
    [("ce adam seed=3", "ce adam"), ("seed=3 ce", "ce"), ("ce", "ce"), ("seed=3", "all seeds")],
)
def test_runs_with_different_seeds_share_the_name_without_seed(name: str, rest: str) -> None:
    assert without_seed(name) == rest


def of_losses(**outputs: str) -> list[dict[str, object]]:
    return [
        {"loss": loss, "loss.output": output, "optimizer": "sgd", "optimizer.learning_rate": rate}
        for rate, (loss, output) in enumerate(outputs.items())
    ]


def test_options_that_differ_with_a_choice_are_named() -> None:
    runs = of_losses(mse="sigmoid", ce="softmax")
    assert options_of_choices(runs) == "mse has output=sigmoid, ce has output=softmax"


@pytest.mark.parametrize(
    "runs",
    [
        of_losses(mse="softmax", ce="softmax"),
        of_losses(ce="softmax"),
        of_losses(mse="sigmoid", ce="softmax") + of_losses(ce="sigmoid", mse="softmax"),
        [*of_losses(mse="sigmoid", ce="softmax"), {"loss": "none"}],
    ],
    ids=["equal", "one choice", "every combination", "not all choices"],
)
def test_options_are_not_named_if_they_do_not_depend_on_the_choice(
    runs: list[dict[str, object]],
) -> None:
    assert options_of_choices(runs) == ""


def test_the_name_of_a_job_has_the_sizes_of_its_network() -> None:
    name = with_sizes("ce 784-30-10 seed=1", "784-30-10", [784, 30, 26])
    assert name == "ce 784-30-26 seed=1"
    assert with_sizes("ce seed=1", "784-30-10", [784, 30, 26]) == "ce seed=1"
