"""Files and classes of the user's own: printed commands find them, and wrong ones do not train."""

import os
import shlex
from pathlib import Path

import harness
import pytest
from harness import EXPERIMENTS, PROJECT, SMALL, Program

from experiments import results
from experiments.configuration import CONF

ARMS = ("-m", "initializer=mine,he_normal", "seed=0,1", *SMALL, harness.NOT_TRACKED)


def test_the_recorded_command_names_the_folder_of_own_files(tmp_path: Path) -> None:
    own, outputs = tmp_path / "my files", tmp_path / "outputs"
    (own / "initializer").mkdir(parents=True)
    file = CONF / "initializer" / "glorot_normal.yaml"
    (own / "initializer" / "mine.yaml").write_bytes(file.read_bytes())
    harness.run(outputs, "--config-dir", str(own), *ARMS)
    (sweep,) = results.sweeps(outputs)
    with Program(shlex.split(sweep.command), tmp_path / "again.log") as program:
        assert program.wait() == 0, program.output
    assert "4 done before" in program.output
    words = ["compare", "initializer", "--outputs", outputs]
    code, output = harness.experiments(tmp_path / "compare.log", *words)
    assert code == 0, output
    assert "No command can be given for more of these runs: no initializer/mine" in output


HALF_SLOPE = """
import numpy as np

from nn import Sigmoid


class HalfSlope(Sigmoid):
    def multiply_by_derivative(self, delta, a, scratch):
        super().multiply_by_derivative(delta, a, scratch)
        np.multiply(delta, 0.5, delta)
"""
RIGHT_SLOPE = HALF_SLOPE.replace("0.5", "1.0")


@pytest.mark.stress
def test_a_wrong_derivative_of_the_user_fails_before_it_trains(tmp_path: Path) -> None:
    own, outputs = tmp_path / "own", tmp_path / "outputs"
    (own / "activation").mkdir(parents=True)
    for name, text in (("half", HALF_SLOPE), ("right", RIGHT_SLOPE)):
        (own / f"slope_{name}.py").write_text(text, encoding="utf-8")
        file = own / "activation" / f"{name}.yaml"
        file.write_text(f"_target_: slope_{name}.HalfSlope\n", encoding="utf-8")
    words = ("-m", "--config-dir", str(own), "activation=half,right", "optimizer.learning_rate=1")
    path = {"PYTHONPATH": os.pathsep.join([str(own), str(PROJECT / "src")])}
    with harness.start(outputs, *words, *SMALL, harness.store(outputs)[0], **path) as program:
        assert program.wait() == 1, program.output
    half, right = (harness.jobs(outputs)[name] for name in ("half", "right"))
    assert [each["event"] for each in harness.events(half)] == ["start", "certificate", "end"]
    (end,) = harness.events(half, "end")
    assert end["status"] == "failed"
    message, _, command = end["message"].partition("; every number: ")
    assert message == "the gradient of layer 1 is wrong: relative error 0.5, tolerance 1e-05"
    assert harness.events(right, "end")[0]["status"] == "finished"
    status = [EXPERIMENTS, "status", "--outputs", outputs]
    with Program(status, tmp_path / "status.log") as program:
        assert program.wait() == 0, program.output
    assert "Gradients checked before training: 1 of 2 right, largest error 0.5" in program.output
    tracked = harness.by_name(harness.uri(outputs))
    assert tracked["half"].tags["certificate"] == message
    with Program(shlex.split(command), tmp_path / "verify.log", **path) as program:
        assert program.wait() == 1, program.output
    assert "Gradient of the weights of layer 1: finite differences, relative error 0.5" in (
        program.output
    )
