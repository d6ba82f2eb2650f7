"""Creating an MLflow store: by many runs at the same time."""

from contextlib import ExitStack
from pathlib import Path

import harness
import pytest
from harness import BEST_EPOCH_METRICS, EVERY_EPOCH_METRICS, SMALL, TEST_METRICS


class RunsAtOnce:
    """Runs that start at the same time; the environment names their store, which is missing."""

    def __init__(self, folder: Path, n: int) -> None:
        self.uri = harness.uri(folder)
        self.folders = [folder / str(number) for number in range(n)]
        with ExitStack() as stack:
            programs = [
                stack.enter_context(
                    harness.start(
                        each,
                        f"seed={number}",
                        f"tracking.artifacts={folder / 'artifacts'}",
                        *SMALL,
                        MLFLOW_TRACKING_URI=self.uri,
                    )
                )
                for number, each in enumerate(self.folders)
            ]
            self.exit_codes = [program.wait() for program in programs]
            self.outputs = [program.output for program in programs]


@pytest.mark.stress
@pytest.mark.parametrize("n", [2, 16])
def test_runs_that_start_at_once_create_and_fill_one_store(tmp_path: Path, n: int) -> None:
    at_once = RunsAtOnce(tmp_path, n)
    assert at_once.exit_codes == [0] * n
    assert [output for output in at_once.outputs if "is not up to date" in output] == []
    runs = {run.params["seed"]: run for run in harness.tracked(at_once.uri)}
    assert set(runs) == {folder.name for folder in at_once.folders}
    for folder in at_once.folders:
        run = runs[folder.name]
        assert run.status == "FINISHED"
        assert set(run.metrics) == EVERY_EPOCH_METRICS | TEST_METRICS | BEST_EPOCH_METRICS
        assert run.metrics == harness.histories(folder)
        assert len(run.models) == 1
