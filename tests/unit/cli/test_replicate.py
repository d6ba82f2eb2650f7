"""`experiments replicate`: which presets, on which seeds, and where the files are."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import replicate
from experiments.cli.main import parser
from experiments.configuration import preset
from experiments.errors import ConfigError, UserError

NEURON = "nielsen/saturated_neuron"
FEW = ("dataset.train_size=100", "dataset.validation_size=100", "epochs=1")


def run(*words: str) -> None:
    replicate.run(parser().parse_args(["replicate", *words]))


def test_the_table_is_printed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "results"
    run(NEURON, "--to", str(target))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{NEURON}: one sigmoid neuron, input 1, target 0"
    assert "that agree: 5;" in " ".join(lines)
    assert lines[-1] == f"The table, its data and figures: {target}"
    assert (target / "replication.md").exists()


def test_options_that_a_preset_cannot_use_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(NEURON, "backend=numba", "activation=tanh", "--to", str(tmp_path))
    said = f"{NEURON} trains no network: activation=tanh changes nothing there"
    assert said in capsys.readouterr().out.splitlines()


def test_overrides_hold_for_all_runs(tmp_path: Path) -> None:
    words = ["huang", *FEW, f"outputs={tmp_path / 'runs'}"]
    run(*words, "--seeds", "2", "--to", str(tmp_path))
    measured = pd.read_csv(tmp_path / "replication.csv")
    assert sorted(measured["seed"].unique()) == [0, 1]
    assert list(measured["overrides"].unique()) == [" ".join(FEW)]


def test_presets_of_the_user_are_replicated_from_their_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*own_preset(tmp_path), "--seeds", "2")
    printed = capsys.readouterr().out
    assert "wide: a network" in printed
    assert f"not with {' '.join(FEW)}" in printed
    measured = pd.read_csv(tmp_path / "to" / "replication.csv")
    assert list(measured["preset"]) == ["wide", "wide"]
    assert list(measured["overrides"].unique()) == [" ".join(FEW)]
    with pytest.raises(ConfigError, match=r"^nothing: no such preset; there are wide, back"):
        run("nothing", "--config-dir", str(tmp_path / "my"), "--to", str(tmp_path / "to"))


def test_a_plan_ends_with_the_time_of_all_presets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["plan=true", f"outputs={tmp_path / 'runs'}", "--to", str(tmp_path), "--seeds", "2"]
    run("layer_by_layer", "nielsen/depth", *words)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("All presets one after the other: about ")
    assert not list(tmp_path.iterdir())


def test_the_number_of_seeds_is_that_of_the_preset_if_it_needs_more() -> None:
    assert replicate.seeds_of(preset("huang"), quick=False) == replicate.SEEDS
    assert replicate.seeds_of(preset("image_recognition/layers"), quick=False) == 10
    assert replicate.seeds_of(preset("nielsen/quadratic_30"), quick=True) == replicate.QUICK_SEEDS


def test_mistakes_are_one_line_before_anything_is_done(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ConfigError, match=r"^--to=.*: this is a file; it has to be a folder$"):
        run(NEURON, "--to", str(file))
    with pytest.raises(ConfigError, match=r"^seed: --seeds N chooses the seeds$"):
        run(NEURON, "seed=3", "--to", str(tmp_path))
    with pytest.raises(ConfigError, match=r"^nothing: no such preset; there are "):
        run("nothing", "--to", str(tmp_path))
    with pytest.raises(ConfigError, match=r"^--quick: lecun: no quick preset is among them$"):
        run("lecun", "--quick", "--to", str(tmp_path))
    with pytest.raises(ConfigError, match=r"^\+replicate: name the presets as words: "):
        run(NEURON, "+replicate=huang", "--to", str(tmp_path))
    assert list(tmp_path.iterdir()) == [file]


def own_preset(tmp_path: Path, sizes: str = "[784,5,10]") -> list[str]:
    """Write a preset of the user, `wide`; return the words that choose it."""
    own = tmp_path / "my" / "replicate" / "wide.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        f"title: a network\nsource: a table\nsettings: {{architecture.sizes: {sizes}}}\n"
        "numbers: [{metric: test/accuracy, value: 10.0}]\n"
    )
    outputs = f"outputs={tmp_path / 'runs'}"
    return ["--config-dir", str(tmp_path / "my"), "--to", str(tmp_path / "to"), *FEW, outputs]


def test_runs_that_fail_end_the_command_with_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_memory = own_preset(tmp_path, "[784,100000000,10]")
    with pytest.raises(UserError, match=r"^Not all runs have finished of: wide$"):
        run(*no_memory, "--seeds", "2")
    assert "0 of 2 seeds: a run is failed" in capsys.readouterr().out
    run(*no_memory, "--seeds", "2", "--recorded")


def test_results_on_more_seeds_are_not_replaced_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = own_preset(tmp_path)
    run(*words, "--seeds", "2")
    file = tmp_path / "to" / "replication.csv"
    replaced = f"wide: the results on 2 seeds in {file} are replaced, by 1"
    assert replaced not in capsys.readouterr().out
    run(*words, "--seeds", "1")
    assert replaced in capsys.readouterr().out.splitlines()


def test_a_folder_with_other_presets_is_refused(tmp_path: Path) -> None:
    run(*own_preset(tmp_path), "--seeds", "1")
    with pytest.raises(ConfigError, match=r"^--to=.*: has results of wide, which is not in conf/"):
        run(NEURON, "--to", str(tmp_path / "to"))
    (tmp_path / "to" / "replication.csv").write_text("a\n1\n")
    with pytest.raises(ConfigError, match=r"replication\.csv: is not of a replication; move it"):
        run(NEURON, "--to", str(tmp_path / "to"))
    (tmp_path / "to" / "replication.csv").write_text("")
    with pytest.raises(ConfigError, match=r"replication\.csv: is damaged \(.*\); move it away$"):
        run(NEURON, "--to", str(tmp_path / "to"))
