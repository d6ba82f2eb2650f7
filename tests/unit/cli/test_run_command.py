"""The command line of `python run.py`."""

from pathlib import Path

import pytest
from hydra.errors import HydraException

from experiments.cli import check_run_command
from experiments.configuration import one_line
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
        (["+replicate=nielsen/depth"], "+replicate=nielsen/depth: it has 4 settings, which are a"),
        (["+replicate=nielsen/saturated_neuron"], "+replicate=nielsen/saturated_neuron: it trains"),
        (
            ["+replicate=huang,nielsen/depth"],
            "+replicate=huang,nielsen/depth: one preset",
        ),
        (["replicate=huang"], "replicate=huang: one preset is chosen by its name: +replicate=NAME"),
        (["train"], "train: this is no override; write KEY=VALUE"),
    ],
)
def test_another_command_line_is_refused_in_one_line(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_run_command(words)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_the_other_words_stay_and_a_preset_is_written_out() -> None:
    words = ["-m", "+replicate=huang", "epochs=3", "seed=1,2"]
    written = check_run_command(words)
    assert written[0] == "-m"
    assert written[-2:] == ["epochs=3", "seed=1,2"]
    assert "optimizer=adam" in written
    assert not any(word.startswith(("+replicate", "epochs=20")) for word in written)
    assert check_run_command(["-m", "loss=ce"]) == ["-m", "loss=ce"]


def test_a_preset_with_several_settings_is_left_to_the_sweep() -> None:
    words = ["-m", "+replicate=nielsen/depth", "seed=1,2"]
    assert check_run_command(words) == words


def test_a_preset_of_the_user_is_found(tmp_path: Path) -> None:
    (tmp_path / "replicate").mkdir()
    (tmp_path / "replicate" / "mine.yaml").write_text(
        "title: t\nsource: s\nsettings: {l2: 3}\nnumbers: [{metric: test/accuracy}]\n"
    )
    words = ["--config-dir", str(tmp_path), "+replicate=mine"]
    assert check_run_command(words) == [*words[:2], "l2=3"]


def test_an_unknown_preset_is_named_with_all_that_exist() -> None:
    with pytest.raises(HydraException) as caught:
        check_run_command(["+replicate=nothing"])
    message = one_line(caught.value)
    assert message.startswith("no replicate/nothing; there are backpropagation_notes, ")
    assert "nielsen/depth" in message
    assert "nielsen/base" not in message
