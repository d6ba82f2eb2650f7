"""Names of runs and jobs, in the words of the command line."""

import pytest

from experiments.configuration.naming import job_names, run_name, short

CHOICES = {
    "dataset": "mnist",
    "architecture": "784-30-10",
    "activation": "sigmoid",
    "loss": "mse",
    "optimizer": "sgd",
    "schedule": "constant",
    "tracking": "mlflow",
}


@pytest.mark.parametrize(
    ("override", "name"),
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
def test_an_override_in_short(override: str, name: str) -> None:
    assert short(override, CHOICES) == name


def test_a_run_is_named_by_sizes_and_arm() -> None:
    assert run_name([784, 30, 10], CHOICES, []) == "784-30-10 mse sgd"
    chosen = {**CHOICES, "loss": "ce", "optimizer": "adam"}
    overrides = ["loss=ce", "optimizer=adam"]
    assert run_name([784, 100, 10], chosen, overrides) == "784-100-10 ce adam"


def test_a_run_is_named_by_what_else_was_chosen() -> None:
    overrides = [
        "architecture.sizes=[784,100,10]",
        "activation=relu",
        "optimizer.learning_rate=0.1",
        "tracking=none",
        "tracking.uri=x",
        "outputs=elsewhere",
        "checkpoint_every=2",
        "record_weights=[1]",
        "plan=true",
        "retry=true",
        "rerun=true",
        "epochs=5",
    ]
    name = run_name([784, 100, 10], {**CHOICES, "activation": "relu"}, overrides)
    assert name == "784-100-10 mse sgd relu learning_rate=0.1 epochs=5"


def test_jobs_are_named_by_what_differs() -> None:
    jobs = [
        [f"loss={loss}", f"optimizer={optimizer}", "epochs=3", "tracking=none"]
        for loss in ("mse", "ce")
        for optimizer in ("sgd", "adam")
    ]
    assert job_names(jobs, CHOICES) == ["mse sgd", "mse adam", "ce sgd", "ce adam"]


def test_jobs_that_differ_in_numbers() -> None:
    jobs = [["epochs=2", f"seed={seed}", "optimizer.learning_rate=0.1"] for seed in (0, 1)]
    assert job_names(jobs, CHOICES) == ["seed=0", "seed=1"]


def test_a_single_job_is_named_by_all_its_overrides() -> None:
    assert job_names([["loss=ce", "seed=1"]], CHOICES) == ["ce seed=1"]


def test_jobs_without_a_difference_are_numbered() -> None:
    assert job_names([[]], CHOICES) == ["job 0"]
    assert job_names([["seed=1"], ["seed=1"]], CHOICES) == ["job 0", "job 1"]
