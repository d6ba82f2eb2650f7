"""A SLURM of one node for tests: its three daemons as real processes, with files in one folder."""

import contextlib
import os
import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import harness
import pytest
from harness import Program

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
os.environ["PATH"] += os.pathsep + "/usr/sbin"
needs_slurm = pytest.mark.skipif(
    os.getuid() != 0 or not all(map(shutil.which, PROGRAMS)),
    reason="SLURM (slurm-wlm, munge) is not installed, or this is not root, who starts its jobs",
)
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Slurm:
    """A SLURM of one node. ``environment`` is what its programs need. Leaving it ends all jobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = ExitStack()
        for name in ("", "state", "spool"):
            (folder / name).mkdir()
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        configuration = CONFIGURATION.format(
            folder=folder, host=socket.gethostname(), controller=_free_port(), node=_free_port()
        )
        (folder / "slurm.conf").write_text(configuration, encoding="utf-8")
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        places = [f"--{name}={folder}/munge.{name}" for name in ("socket", "pid-file", "seed-file")]
        munged = ["munged", "--foreground", "--force", f"--key-file={key}", *places]
        self._start(*munged, f"--log-file={folder}/munge.log")
        harness.wait_for((folder / "munge.socket").exists, "socket of munge")
        self._start("slurmctld", "-D")
        self._start("slurmd", "-D")
        harness.wait_for(lambda: "idle" in self.query("sinfo", "-h", "-o", "%T"), "idle node")

    def __enter__(self) -> "Slurm":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.query("scancel", "--user=root")
        harness.wait_for(lambda: not self.jobs(), "end of all jobs")
        self.stack.close()

    def jobs(self) -> list[str]:
        """Return the states of the jobs in the queue."""
        return self.query("squeue", "-h", "-o", "%T").split()

    def query(self, *command: str) -> str:
        """Return what a program of SLURM prints."""
        made = subprocess.run(
            command,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return made.stdout

    def _start(self, *command: str) -> None:
        log = self.folder / f"{command[0]}.out"
        self.stack.enter_context(Program(command, log, cwd=self.folder, **self.environment))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
