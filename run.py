"""Train one network, or with -m sweep over many; conf/config.yaml says what can be chosen."""

import experiments.startup  # noqa: F401, I001 - before everything else
from functools import partial

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.cli.main import one_line_errors
from experiments.configuration.config import CONF, register
from experiments.terminal.display import Display
from experiments.interruption import Interruption
from experiments.running.job import Job, run
from experiments.tracking.sync_state import up_to_date
from experiments.sweeping.plan import plan
from experiments.tracking.writer import Writer, browse_command

INTERRUPTION = Interruption()


@hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
def main(config: DictConfig) -> None:
    """Train one network and track it; the jobs of a sweep go to `experiments.sweeping.sweep`."""
    with one_line_errors():
        job = Job.of(config, DictConfig(HydraConfig.get()))
        if job.plan:
            plan([job], processes=1)
        else:
            train(job)


def train(job: Job) -> None:
    """Do the run of a job, or what is left of it."""
    uri = job.config["tracking"]["uri"]
    browse = browse_command(uri, job.overrides)
    with Display() as display:
        needed = not (job.settled_before() and uri is not None and up_to_date(job.folder, uri))
        writer = Writer(job.folder, uri, needed=needed, browse=browse, say=display.say)
        show = partial(display.show, job.name, job.experiment.epochs)
        with writer:
            run(job, listeners=[show, writer.listen], interruption=INTERRUPTION, say=display.say)


if __name__ == "__main__":
    INTERRUPTION.install()
    register()
    with one_line_errors():
        main()
