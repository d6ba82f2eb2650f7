"""The configurations of a sweep are those that Hydra composes, and Hydra composes few of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import hydra
import pytest
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import DictConfig, OmegaConf
from properties import trials

from experiments.configuration import CONF, Shape, SweepConfigs, register

SWEEPS = [
    ["seed=1", "seed=2", "seed=30"],
    ["seed=1 loss=ce", "seed=2 loss=ce", "seed=1 loss=mse", "seed=2 loss=mse"],
    ["epochs=3 schedule=cosine", "epochs=4 schedule=cosine"],
    ["seed=1 dataset.split_seed=${seed}", "seed=2 dataset.split_seed=${seed}"],
    ["seed=1 +hydra.launcher.x=1", "seed=2 +hydra.launcher.x=1"],
    ["optimizer.learning_rate=0.1 optimizer=adam", "optimizer.learning_rate=1 optimizer=adam"],
    ["l2=0", "l2=0.5", "l2=1e-3", "l2=1"],
    ["seed=0", "seed=+2", "seed=1_0", "seed=7", "seed=9223372036854775807"],
    ["l2=0", "l2=007", "l2=-1", "l2=-0", "l2=12345678901234567890123"],
    ["plan=true", "plan=false"],
    ["seed=1 seed=2", "seed=3 seed=4"],
    ["architecture.sizes=[784,20,10] seed=1", "architecture.sizes=[784,30,10] seed=2"],
    ["dataset={name:a,split_seed:1} dataset.split_seed=2", "dataset={name:a} dataset.split_seed=3"],
    ["+extra=1 seed=1", "+extra=2 seed=1"],
    ["seed=1 epochs=2", "epochs=2 seed=1"],
    ["outputs=a seed=1", "outputs=b seed=2"],
    ["dtype=float64 seed=1", "dtype=float64 seed=2"],
]


@pytest.fixture(scope="module")
def loader() -> Iterator[ConfigLoader]:
    """Hydra's loader of configurations for conf/."""
    register()
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        yield GlobalHydra.instance().config_loader()


class Counting:
    """A loader that counts the configurations that it composes."""

    def __init__(self, loader: ConfigLoader) -> None:
        self.loader = loader
        self.composed = 0

    def load_sweep_config(self, config: DictConfig, words: list[str]) -> DictConfig:
        """Compose a configuration."""
        self.composed += 1
        return self.loader.load_sweep_config(config, words)


def master(loader: ConfigLoader) -> DictConfig:
    """Return the configuration of a sweep."""
    return loader.load_configuration("config", ["tracking=none"], RunMode.MULTIRUN)


def contents(config: DictConfig, hydra: bool = True) -> dict[str, Any]:
    """Return everything in a configuration, as it was written and resolved."""
    HydraConfig.instance().set_config(config)
    ours = {key: config[key] for key in config if key != "hydra"}
    written: Any = OmegaConf.to_container(config, resolve=False)
    return {
        "written": {key: written[key] for key in written if hydra or key != "hydra"},
        "resolved": {
            key: OmegaConf.to_container(each, resolve=True) if OmegaConf.is_config(each) else each
            for key, each in ours.items()
        },
        "types": [type(each) for each in ours.values()],
        "flags": [OmegaConf.is_struct(config), OmegaConf.is_readonly(config)],
    }


class Expected:
    """Checks that jobs are those that Hydra composes."""

    def __init__(self, loader: ConfigLoader) -> None:
        self.counting: Any = Counting(loader)
        self.loader = loader
        self.sweep = master(loader)
        self.configs = SweepConfigs(self.counting, self.sweep)
        self.first: dict[Shape, dict[str, Any]] = {}

    def compose(self, words: Sequence[str]) -> DictConfig:
        """Return Hydra's configuration of a job."""
        return self.loader.load_sweep_config(self.sweep, list(words))

    def check(self, words: Sequence[str]) -> None:
        """Check a job, which Hydra can compose."""
        job = self.configs.compose(words)
        same = job.changed is None
        found, expected = (contents(each, same) for each in (job.config, self.compose(words)))
        assert found == expected
        first = self.first.setdefault(job.shape, found)["resolved"]
        differ = {key for key in first if found["resolved"][key] != first[key]}
        assert same or differ <= (job.changed or set())


def check_same(loader: ConfigLoader, jobs: Sequence[Sequence[str]]) -> int:
    """Check that Hydra composes the same; return the number of configurations that it composed."""
    expected = Expected(loader)
    for words in jobs:
        expected.check(words)
    composed: int = expected.counting.composed
    return composed


@pytest.mark.parametrize("jobs", SWEEPS)
def test_the_configurations_are_those_of_hydra(loader: ConfigLoader, jobs: Sequence[str]) -> None:
    check_same(loader, [job.split() for job in jobs])


def test_jobs_that_differ_in_numbers_are_composed_once(loader: ConfigLoader) -> None:
    assert check_same(loader, [["loss=ce", f"seed={seed}"] for seed in range(5)]) == 1
    assert check_same(loader, [["seed=1", f"loss={loss}"] for loss in ("ce", "mse")]) == 2


def test_a_job_names_the_keys_in_which_it_differs_from_the_first(loader: ConfigLoader) -> None:
    configs = SweepConfigs(loader, master(loader))
    compose = [["schedule=cosine", "epochs=3", f"l2={l2}"] for l2 in (0, 1, 1)]
    assert [configs.compose(each).changed for each in compose] == [None, {"l2"}, {"l2"}]
    assert configs.compose(["schedule=cosine", "epochs=4", "l2=0"]).changed == {
        "epochs",
        "schedule",
    }


numbers = st.sampled_from(["0", "1", "2.5", "-1", "true", "1e3"])
option = st.sampled_from(["l2", "dataset.train_size", "optimizer.learning_rate", "loss.output"])
words = st.one_of(
    st.builds("{}={}".format, option, numbers),
    st.sampled_from(["loss=ce", "optimizer=adam", "l2=null", "+x=1", "dataset={train_size:5}"]),
)


@trials(8)
@given(jobs=st.lists(st.lists(words, min_size=1, max_size=3), min_size=2, max_size=3))
def test_any_jobs_are_composed_as_hydra_does(
    loader: ConfigLoader, jobs: Sequence[Sequence[str]]
) -> None:
    expected = Expected(loader)
    for job in jobs:
        error = refusal(expected.compose, job)
        if error:
            assert refusal(expected.configs.compose, job) == error
        else:
            expected.check(job)


def refusal(compose: Callable[[list[str]], object], job: Sequence[str]) -> str:
    """Return the message of the error at a job; nothing if there is none."""
    try:
        compose(list(job))
    except HydraException as error:
        return str(error)
    return ""


@pytest.mark.parametrize("word", ["seed=2.5", "l2=true", "dtype=3", "epochz=2"])
def test_the_error_about_a_number_is_that_of_hydra(loader: ConfigLoader, word: str) -> None:
    config = master(loader)
    key = word.partition("=")[0]
    configs = SweepConfigs(loader, config)
    if key != "epochz":
        configs.compose([f"{key}={'float32' if key == 'dtype' else 1}"])
    with pytest.raises(HydraException) as expected:
        loader.load_sweep_config(config, [word])
    with pytest.raises(HydraException) as caught:
        configs.compose([word])
    assert str(caught.value) == str(expected.value)
    assert str(caught.value.__cause__) == str(expected.value.__cause__)
