"""A sweep with files of the user's own: the commands that are printed later find them, too."""

import shlex
from pathlib import Path

import harness
from harness import EXPERIMENTS, SMALL, Program

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
    command = [EXPERIMENTS, "compare", "initializer", "--outputs", outputs]
    with Program(command, tmp_path / "compare.log") as program:
        assert program.wait() == 0, program.output
    assert "No command can be given for more of these runs: no initializer/mine" in program.output
