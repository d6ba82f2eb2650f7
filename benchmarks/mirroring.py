"""Measure the processor time that the mirror takes for each run, with few and with many runs.

One real run of 30 epochs is made. Its record is copied with other seeds and identities, with the
network, and `experiments.mirror.sync` brings an empty SQLite store up to date with all copies. Each
number of runs is measured in a process of its own. Processor time includes that of the system;
importing MLflow and creating the store happen once per process and are not counted.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import reading
from experiments.recording import NETWORK, run_folder, run_folders

MOST = 0.1
"""The target: the most seconds of the processor for a run."""
MEASURE = """
import sys, time
from pathlib import Path
from experiments.mirror import models, open_store, sync
models.warm_up()
outputs, uri, n = sys.argv[1:]
open_store(uri)
start = time.process_time()
done, problems = sync(Path(outputs), uri)
seconds = time.process_time() - start
assert not problems and f"with {n} run" in done[0], (done, problems)
print(seconds / int(n))
"""


def seconds_per_run(folder: Path, network: Path, run: reading.FinishedRun, n: int) -> float:
    """Return the seconds of the processor for each of ``n`` runs, written to a new folder.

    Raise subprocess.CalledProcessError if the copy fails.
    """
    outputs = folder / str(n)
    for copy in reading.copies(run, n):
        reading.write_journal(outputs, copy)
        shutil.copy(network, run_folder(outputs, copy.start.identity))
    command = [sys.executable, "-c", MEASURE, str(outputs), f"sqlite:///{outputs}/mlflow.db"]
    done = subprocess.run([*command, str(n)], check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(outputs)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Print the seconds per run; exit with 1 if one misses the target."""
    parser = argparse.ArgumentParser(description="Measure the mirror.")
    parser.add_argument("--runs", type=int, nargs="+", default=[10, 100, 1000], metavar="N")
    numbers = parser.parse_args().runs
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = reading.one_run(folder / "one")
        (record,) = run_folders(folder / "one")
        print("  runs  processor seconds per run")
        for n in numbers:
            seconds = seconds_per_run(folder, record / NETWORK, run, n)
            missed |= seconds > MOST
            print(f"{n:6}  {seconds:.3f}", flush=True)
    print(f"target: at most {MOST}: {'MISSED' if missed else 'met'}")
    sys.exit(missed)


if __name__ == "__main__":
    main()
