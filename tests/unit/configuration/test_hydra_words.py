"""Overrides of Hydra's own options: those that do nothing here are refused."""

import pytest

from experiments.configuration import check_overrides
from experiments.errors import ConfigError


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("hydra.run.dir=elsewhere", "this option of Hydra does nothing here; records are in"),
        ("hydra.sweep.dir=elsewhere", "this option of Hydra does nothing here; records are in"),
        ("hydra.sweep.subdir=elsewhere", "this option of Hydra does nothing here"),
        ("hydra.output_subdir=elsewhere", "this option of Hydra does nothing here"),
        ("hydra.job.chdir=true", "this option of Hydra does nothing here"),
        ("hydra.job.name=name", "this option of Hydra does nothing here"),
        ("+hydra.job.env_set.A=1", "this option of Hydra does nothing here"),
        ("hydra.verbose=true", "this option of Hydra does nothing here"),
        ("hydra=x", "hydra is no option"),
        ("~hydra", "hydra is no option"),
        ("~hydra.run", "options of Hydra cannot be taken away"),
        ("~hydra.callbacks", "options of Hydra cannot be taken away"),
        ("~hydra/launcher", "options of Hydra cannot be taken away"),
        ("hydra/callbacks@x=none", "leave out the @"),
        ("hydra/job_logging=default", "this option of Hydra does nothing here; this program"),
        ("hydra.hydra_logging.x=1", "this option of Hydra does nothing here; this program"),
        ("+hydra.callbacks.x=5", "a callback is written {_target_:PACKAGE.CLASS}"),
        ("hydra.callbacks=[1]", "callbacks are written {NAME:{_target_:PACKAGE.CLASS}}"),
        (
            "+hydra.callbacks={_target_:a.B}",
            "callbacks are written {NAME:{_target_:PACKAGE.CLASS}}",
        ),
        ("~hydra.callbacks.early_checks", "early_checks checks the options of Hydra, and always"),
        ("+hydra.callbacks.early_checks.x=1", "early_checks checks the options of Hydra"),
        ("hydra.callbacks={early_checks:{_target_:a.B}}", "early_checks checks the options"),
        ("hydra.launcher.processes=2", "only a sweep has a launcher; a sweep needs -m"),
        ("hydra/launcher=basic", "only a sweep has a launcher; a sweep needs -m"),
        ("hydra.sweeper.params={seed: 1}", "only a sweep has a sweeper; a sweep needs -m"),
    ],
)
def test_an_option_without_effect_is_refused(word: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_overrides([word])
    assert str(caught.value).startswith(f"{word}: {reason}")


@pytest.mark.parametrize(
    "word",
    [
        "hydra.searchpath=[file:///tmp]",
        "hydra.callbacks={x:{_target_:a.B}}",
        "+hydra.callbacks.x={_target_: a.B}",
        "~hydra.callbacks.x",
    ],
)
def test_an_option_with_an_effect_is_accepted(word: str) -> None:
    check_overrides([word])


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("hydra/launcher=basic", "no other launcher records a sweep; for one run at a time write"),
        ("+hydra/launcher=parallel", "hydra/launcher is chosen already; leave out the +"),
        ("hydra/sweeper=null", "write the name of a file, such as hydra/sweeper=grid"),
        ("hydra.sweeper.params.seed=1,2", "an option of Hydra has one value for all runs"),
    ],
)
def test_an_option_without_effect_in_a_sweep_is_refused(word: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_overrides([word], multirun=True)
    assert str(caught.value).startswith(f"{word}: {reason}")


@pytest.mark.parametrize(
    "word", ["hydra/launcher=parallel", "hydra/launcher=dask", "hydra.launcher.processes=2"]
)
def test_a_sweep_has_a_launcher(word: str) -> None:
    check_overrides([word], multirun=True)
    check_overrides([word, "hydra.mode=MULTIRUN"])
