"""The tags in MLflow: facts about runs and sweeps."""

import json
import shlex
from pathlib import Path

import msgspec
import pytest
import records

from experiments.mirror import tags

ENVIRONMENT = {"user": "ada", "host": "here", "git.commit": "c0ffee", "version.numpy": "2.4"}
FOLDER = Path("/my outputs/runs/1")


def test_a_run_has_its_facts_as_tags() -> None:
    start = records.start(environment=ENVIRONMENT, overrides=["loss=ce", "outputs=/my outputs"])
    assert tags.run_tags(start, FOLDER) == {
        "run": "0" * 32,
        "identity": "1" * 16,
        "folder": "/my outputs/runs/1",
        "overrides": '["loss=ce", "outputs=/my outputs"]',
        "data.sha256": "da7a",
        "host": "here",
        "git.commit": "c0ffee",
        "version.numpy": "2.4",
        "mlflow.user": "ada",
        "mlflow.source.name": "run.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": "c0ffee",
    }


def test_a_certificate_is_a_sentence_and_a_record() -> None:
    certificate = records.certificate()
    found = tags.certificate_tags(certificate)
    assert found["certificate"] == (
        "the gradient is right: largest relative error 3e-09, tolerance 1e-05"
    )
    assert tags.read_certificate(found) == certificate
    assert tags.read_certificate({}) is None


def test_a_run_that_failed_before_its_data_were_loaded_has_no_tag_of_the_data() -> None:
    start = records.start(environment=ENVIRONMENT, dataset=None)
    assert "data.sha256" not in tags.run_tags(start, FOLDER)


def test_outside_of_a_git_checkout_there_is_no_tag_of_a_commit() -> None:
    found = tags.environment_tags({"user": "ada", "host": "here"})
    assert not [name for name in found if "git" in name]


def test_a_sweep_has_its_facts_as_tags() -> None:
    overrides = ["seed=range(2)", "dataset.root=/my images"]
    sweep = records.sweep_record(["a", "b", "c"], environment=ENVIRONMENT, overrides=overrides)
    found = tags.sweep_tags(sweep)
    assert (found["sweep"], found["runs"]) == ("5" * 16, "3")
    assert json.loads(found["overrides"]) == overrides
    assert found["mlflow.user"] == "ada"


def test_the_description_of_a_sweep_has_its_command_quoted_for_the_shell() -> None:
    overrides = ["seed=range(2)", "dataset.root=/my images"]
    sweep = records.sweep_record(["a", "b"], environment=ENVIRONMENT, overrides=overrides)
    before, command, after = tags.sweep_tags(sweep)["mlflow.note.content"].split("`")
    assert (before, after) == ("2 runs of ", "")
    assert shlex.split(command) == ["python", "run.py", "-m", *overrides]
    losses = msgspec.structs.replace(sweep, options="ce has output=softmax")
    assert tags.sweep_tags(losses)["mlflow.note.content"].endswith("`: ce has output=softmax")


@pytest.mark.parametrize("values", [[], ["a"], ["a b", 'c"d', "e,f", "ü", "[1]"]])
def test_a_list_is_read_back_as_it_was_written(values: list[str]) -> None:
    assert tags.read_list({"overrides": tags.write_list(values)}, "overrides") == values


def test_a_missing_list_is_empty() -> None:
    assert tags.read_list({}, "overrides") == []


@pytest.mark.parametrize("text", ["", "loss=ce seed=1", "3", '{"a": 1}', "[1]", "[[]]", '["a"'])
def test_a_tag_that_is_no_list_of_texts_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller says where
        tags.read_list({"overrides": text}, "overrides")
