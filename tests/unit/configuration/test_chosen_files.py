"""The files of a configuration: a file of the user may not be passed over silently."""

from pathlib import Path

import pytest
from hydra.errors import HydraException

from experiments.configuration import CONF, check_hydra_options, compose
from experiments.configuration.chosen_files import chosen_files, defaults
from experiments.configuration.places import shown
from experiments.errors import ConfigError

MINE = "defaults: [cut]\nname: mine\nroot: nowhere\nmirrors: []\nsha256: {}\n"


def write(folder: Path, **files: str) -> str:
    """Write files, whose keys are their paths with `__` for `/`; return the override for Hydra."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return f"hydra.searchpath=[file://{folder}]"


def test_all_files_of_the_configuration_are_found() -> None:
    found = {shown(paths[0]) for _, paths in chosen_files(compose(["loss=ce"]).hydra)}
    expected = ["config", "learning_rates", "dataset/mnist", "dataset/cut", "loss/ce"]
    assert {f"conf/{name}.yaml" for name in expected} < found
    assert "conf/hydra/launcher/parallel.yaml" in found
    assert "conf/loss/mse.yaml" not in found


@pytest.mark.parametrize(
    "name", ["loss/ce", "dataset/cut", "learning_rates", "config", "hydra/launcher/parallel"]
)
def test_a_file_that_is_passed_over_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, **{name.replace("/", "__"): "x: 1\n"})
    with pytest.raises(ConfigError) as caught:
        check_hydra_options(compose(["loss=ce", path]).hydra)
    assert str(caught.value) == (
        f"{tmp_path}/{name}.yaml: conf/{name}.yaml has the same name and is used; rename it"
    )


def test_a_file_of_hydra_has_a_fixed_name(tmp_path: Path) -> None:
    path = write(tmp_path, hydra__env__default="x: 1\n")
    with pytest.raises(ConfigError, match=r"/hydra/env/default\.yaml has the same name and is"):
        check_hydra_options(compose([path]).hydra)


def test_a_file_that_is_not_chosen_or_the_same_is_accepted(tmp_path: Path) -> None:
    same = (CONF / "loss" / "ce.yaml").read_text(encoding="utf-8")
    path = write(tmp_path, loss__ce=same, loss__mse="x: 1\n", dataset__mine=MINE)
    check_hydra_options(compose(["loss=ce", "dataset=mine", path]).hydra)


def test_a_folder_that_is_searched_twice_is_no_mistake(tmp_path: Path) -> None:
    write(tmp_path, dataset__mine=MINE)
    twice = f"hydra.searchpath=[file://{tmp_path},file://{tmp_path}]"
    check_hydra_options(compose(["dataset=mine", twice]).hydra)


def test_a_defaults_list_is_read_again_after_a_change(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    for text, expected in (("seed: 1\n", []), ("defaults: [b, c]\n", ["b", "c"]), ("- 1\n", [])):
        file.write_text(text, encoding="utf-8")
        assert defaults(file) == expected


def test_a_file_that_does_not_exist_is_left_to_hydra(tmp_path: Path) -> None:
    with pytest.raises(HydraException):
        compose(["loss=nothing", write(tmp_path, loss__other="x: 1\n")])
