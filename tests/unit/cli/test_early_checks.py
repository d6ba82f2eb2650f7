"""The callback of Hydra that ends the program before Hydra makes a folder."""

import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

from experiments.cli.early_checks import EarlyChecks
from experiments.configuration import compose


def test_the_configuration_has_the_callback() -> None:
    callback = instantiate(compose().hydra.callbacks.early_checks)
    assert type(callback) is EarlyChecks


@pytest.mark.parametrize("event", ["on_run_start", "on_multirun_start"])
def test_an_option_that_does_nothing_ends_the_program(
    event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = compose()
    getattr(EarlyChecks(), event)(config=config, config_name="config")
    OmegaConf.set_readonly(config.hydra, False)
    config.hydra.run.dir = "elsewhere"
    with pytest.raises(SystemExit):
        getattr(EarlyChecks(), event)(config=config, config_name="config")
    assert capsys.readouterr().err.startswith("error: hydra.run.dir=elsewhere: this option")
