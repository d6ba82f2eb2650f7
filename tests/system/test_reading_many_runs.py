"""Reading an SQLite store takes the same number of queries whatever the number of runs.

`benchmarks/reading.py` measures seconds and memory.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import frames
import harness
import msgspec
import pytest
import sqlalchemy
from empty_store import write_empty_store
from mlflow.entities import Metric, Param

from experiments import results
from experiments.recording import parameters

EPOCHS = 3
METRICS = ("train/cost", "validation/accuracy", "seconds")
FEW, MANY = 3, 12
"""Numbers of runs."""


def write_store(folder: Path, n_runs: int) -> str:
    """Write runs to a new store as the mirror does, and return the address."""
    write_empty_store(folder / "mlflow.db")
    uri = harness.uri(folder)
    client = harness.connect(uri)
    experiment = client.create_experiment("many", str(folder / "artifacts"))
    template = frames.start("optimizer=adam")
    for seed in range(n_runs):
        start = msgspec.structs.replace(
            template, config=msgspec.structs.replace(template.config, seed=seed)
        )
        tags = {"identity": f"{seed:016x}", "status": "finished", "sweeps": json.dumps(["all"])}
        run = client.create_run(experiment, seed, tags, run_name=f"seed={seed}")
        metrics = [
            Metric(name, epoch / (seed + 2), 0, epoch)
            for epoch in range(1, EPOCHS + 1)
            for name in METRICS
        ]
        params = [
            Param(name, str(value))
            for name, value in parameters(start.choices, start.config).items()
        ]
        client.log_batch(run.info.run_id, metrics=metrics, params=params)
    sweep = {"sweep": "all", "runs": str(n_runs), "overrides": "[]"}
    client.create_run(experiment, 0, sweep, run_name="all")
    return uri


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the queries that MLflow makes inside of the context."""
    queries: list[str] = []

    def add(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        queries.append(statement)

    engine = sqlalchemy.engine.Engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", add)
    try:
        yield queries
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", add)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    base = tmp_path_factory.mktemp("stores")
    return {n_runs: write_store(base / str(n_runs), n_runs) for n_runs in (FEW, MANY)}


@pytest.mark.parametrize(
    ("read", "rows_of_a_run"),
    [
        (results.runs, 1),
        (results.history, EPOCHS * len(METRICS)),
        (lambda source: results.runs(source, sweep="all"), 1),
    ],
)
def test_more_runs_are_read_with_as_many_queries(
    stores: dict[int, str], read: Callable[[str], list[object]], rows_of_a_run: int
) -> None:
    n_queries = {}
    for n_runs, uri in stores.items():
        read(uri)  # the first connection checks the version of the store
        with counted() as queries:
            assert len(read(uri)) == n_runs * rows_of_a_run
        n_queries[n_runs] = len(queries)
    assert 0 < n_queries[FEW] == n_queries[MANY]
