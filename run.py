"""Train one network, or with -m sweep over many; conf/config.yaml lists the choices."""

import os
import shlex
import sys
from pathlib import Path

try:
    import experiments.startup  # noqa: F401, I001 - before everything else

    import hydra
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import DictConfig

    from experiments.cli import check_run_command, one_line_errors
    from experiments.configuration import CONF, check_store, register
    from experiments.interruption import Interruption
    from experiments.running import Job, run
    from experiments.sweeping import expected, notices, plan
    from experiments.terminal import Display
    from experiments.tracking import Supervisor, browse_command, up_to_date
except ModuleNotFoundError as error:
    environment = Path(__file__).resolve().with_name(".venv")
    python = os.path.relpath(environment / "bin" / "python")
    ready = (environment / "bin").exists() and Path(sys.prefix) != environment
    setup = "" if ready else f"make -C {shlex.quote(str(environment.parent))} setup && "
    sys.exit(f"error: {error}; type: {setup}{shlex.join([python, *sys.argv])}")

INTERRUPTION = Interruption()


@hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
def main(config: DictConfig) -> None:
    """Train one network and track it; a sweep goes to `experiments.sweeping` instead."""
    with one_line_errors():
        job = Job.of(config, DictConfig(HydraConfig.get()))
        check_store(job.config.tracking)
        if job.plan:
            plan([job], processes=1)
        else:
            train(job)


def train(job: Job) -> None:
    """Do the run of a job, or the rest of it."""
    uri, epochs = job.config.tracking.uri, expected(job)
    with Display() as display:
        for message in notices([job]):
            display.say(message)
        supervisor = Supervisor(
            job.folder,
            job.config.tracking,
            needed=not (
                job.is_settled_on_disk() and uri is not None and up_to_date(job.folder, uri)
            ),
            browse=browse_command(uri, job.overrides),
            say=display.say,
        )
        with supervisor:
            for event in run(job, interruption=INTERRUPTION):
                display.show(job.name, epochs.epochs, event, may_end=epochs.may_end)
                supervisor.attend()


if __name__ == "__main__":
    with one_line_errors():
        INTERRUPTION.install()
        register()
        sys.argv[1:] = check_run_command(sys.argv[1:])
        main()
