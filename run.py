"""Train one network, or with -m sweep over many; conf/config.yaml says what can be chosen."""

import experiments.blas  # noqa: F401, I001 - first, because NumPy reads its settings once
import uuid
from functools import partial
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.cli import one_line_errors
from experiments.config import CONF, choices, register
from experiments.display import Display
from experiments.job import interruptible, run
from experiments.naming import run_name
from experiments.writer import Writer


@hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
def main(config: DictConfig) -> None:
    """Train one network and track it; the jobs of a sweep go to `experiments.sweep`."""
    hydra_config = HydraConfig.get()
    folder = Path(hydra_config.runtime.output_dir)
    chosen = choices(DictConfig({"hydra": hydra_config}))
    overrides = list(hydra_config.overrides.task)
    name = run_name(config.architecture.sizes, chosen, overrides)
    identity = {
        "id": uuid.uuid4().hex,
        "name": name,
        "overrides": overrides,
        "choices": chosen,
    }
    interruptible()
    with one_line_errors(), Display() as display:
        with Writer(folder, config.tracking.uri) as writer:
            run(config, folder, identity=identity, listeners=[partial(display.show, name)])
        display.say(writer.report())


if __name__ == "__main__":
    register()
    with one_line_errors():
        main()
