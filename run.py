"""Train one network, or with -m sweep over many; conf/config.yaml says what can be chosen."""

import experiments.blas  # noqa: F401, I001 - first, because NumPy reads its settings once
import uuid
from functools import partial
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.cli import one_line_errors
from experiments.config import CONF, build, choices, plain, register
from experiments.display import Display
from experiments.job import interruptible, run
from experiments.naming import run_name
from experiments.writer import Writer, browse_command


@hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
def main(config: DictConfig) -> None:
    """Train one network and track it; the jobs of a sweep go to `experiments.sweep`."""
    hydra_config = HydraConfig.get()
    folder = Path(hydra_config.runtime.output_dir)
    overrides = list(hydra_config.overrides.task)
    with one_line_errors(), Display() as display:
        build(config)  # before anything else is started
        chosen = choices(DictConfig({"hydra": hydra_config}))
        name = run_name(config.architecture.sizes, chosen, overrides)
        identity = {
            "id": uuid.uuid4().hex,
            "name": name,
            "overrides": overrides,
            "choices": chosen,
        }
        uri = plain(config)["tracking"]["uri"]
        browse = browse_command(uri, overrides)
        with Writer(folder, uri, browse=browse, say=display.say):
            run(config, folder, identity=identity, listeners=[partial(display.show, name)])


if __name__ == "__main__":
    interruptible()
    register()
    with one_line_errors():
        main()
