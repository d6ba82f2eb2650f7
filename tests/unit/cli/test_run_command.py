"""The command line of `python run.py`."""

import pytest

from experiments.cli import check_run_command
from experiments.errors import ConfigError


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--help"],
        ["--help", "loss=ce"],
        ["--hydra-help"],
        ["loss=ce", "epochs=3"],
        ["-m", "loss=ce,mse"],
        ["--config-dir", "folder", "seed=1"],
        ["--cfg", "job", "seed=1"],
        ["--cfg", "job", "--package", "loss"],
    ],
)
def test_a_command_line_that_hydra_can_read_is_accepted(words: list[str]) -> None:
    check_run_command(words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--epochs", "3"], "--epochs: no such option; see run.py --help or --hydra-help"),
        (["--cfg", "nothing"], "argument --cfg/-c: invalid choice: 'nothing'"),
        (["--config-dir"], "argument --config-dir/-cd: expected one argument"),
        (["--experimental-rerun", "file"], "--experimental-rerun does nothing here"),
        (["--config-name", ""], "--config-name is empty"),
        (["--config-name", "none"], "there is no file none.yaml in conf"),
        (["--config-name", "loss/ce"], "conf/loss/ce.yaml: as the main file it needs"),
        (["seed=1", "-m", "l2=1"], "l2=1: the words KEY=VALUE must follow each other"),
        (["--package", "loss", "seed=1"], "--package does nothing without --cfg"),
        (["--hydra-help", "tracking=none"], "tracking=none: --hydra-help takes no other words"),
        (["--hydra-help", "-m"], "--hydra-help is no sweep; leave out -m"),
        (["--help", "-m", "seed=1,2"], "--help is no sweep; leave out -m"),
        (["--shell-completion", "query=bash"], "query=bash: only the shell asks this"),
        (["loss=ce,mse"], "loss=ce,mse: several values need -m"),
        (["train"], "train: this is no override; write KEY=VALUE"),
    ],
)
def test_another_command_line_is_refused_in_one_line(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_run_command(words)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
