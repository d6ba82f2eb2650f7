"""One small tracked sweep that many tests look at, and that no test changes."""

import fcntl
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.mlflow_reader import store, uri
from harness.programs import PROJECT, SMALL
from harness.warm import run


@dataclass(frozen=True)
class Sweep:
    """The sweep of the README on a few images.

    The environment named another store, ``decoy``, which the command line overrode. ``commit`` is
    that of the project when the sweep ran.
    """

    folder: Path
    uri: str
    decoy: Path
    output: str
    commit: str | None

    @property
    def names(self) -> list[str]:
        """The names of its runs, in the order of the command line."""
        return ["mse sgd", "mse adam", "ce sgd", "ce adam"]


def four_runs(base: Path) -> Sweep:
    """Return the sweep, which is run once. ``base`` is the session's temporary folder.

    The worker processes of pytest-xdist share the sweep: their temporary folders have one parent.
    """
    shared = base.parent if base.name.startswith("popen-") else base
    folder = shared / "four"
    folder.mkdir(exist_ok=True)
    done, log = folder / "commit.json", folder / "sweep.log"
    decoy = folder / "decoy.db"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            commit = _commit()
            run(
                folder / "sweep",
                *("-m", "loss=mse,ce", "optimizer=sgd,adam", *SMALL, *store(folder)),
                log=log,
                MLFLOW_TRACKING_URI=f"sqlite:///{decoy}",
            )
            done.write_text(json.dumps(commit), encoding="utf-8")
    commit = json.loads(done.read_text(encoding="utf-8"))
    return Sweep(folder / "sweep", uri(folder), decoy, log.read_text(encoding="utf-8"), commit)


def _commit() -> str | None:
    """Return the commit that is checked out; None outside of a checkout."""
    command = ["git", "rev-parse", "HEAD"]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return None if found.returncode else found.stdout.strip()
