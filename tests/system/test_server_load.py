"""64 runs at once into the server of a team: every metric of every run arrives, once."""

import re
import sys
from collections import Counter
from pathlib import Path

import harness
import pytest
import sqlalchemy
import team_server
from harness import Program
from team_server import TeamServer

N_RUNS = 64
FOLLOW = """
import os, sys, time
from pathlib import Path

from benchmarks import reading
from experiments.mirror import follow, models, sync
from experiments.mirror.parent import Parent
from experiments.recording import Journal, run_folder

uri, outputs, one, n = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
models.warm_up()
runs = list(reading.copies(reading.one_run(one), n))
folders = [run_folder(outputs / str(i), run.start.identity) for i, run in enumerate(runs)]
begin = time.monotonic()
pipes, mirrors = [], []
for folder in folders:
    folder.mkdir(parents=True)
    reading_end, writing_end = os.pipe()
    pipes.append(writing_end)
    child = os.fork()
    if not child:
        for each in pipes:
            os.close(each)
        messages = (folder / "messages").open("wb", buffering=0)
        copied = follow.follow(folder, uri, Parent(os.fdopen(reading_end), messages))
        os._exit(0 if copied else 1)
    mirrors.append(child)
    os.close(reading_end)
journals = [Journal(folder) for folder in folders]
for events in zip(*([run.start, *run.epochs, run.end] for run in runs)):
    for journal, event in zip(journals, events):
        journal.append(event)
    time.sleep(0.5)  # an epoch
for journal in journals:
    journal.close()
for pipe in pipes:
    os.close(pipe)
codes = [os.waitstatus_to_exitcode(os.waitpid(mirror, 0)[1]) for mirror in mirrors]
print(f"seconds: {time.monotonic() - begin:.1f}")
late = [i for i, code in enumerate(codes) if code]
problems = [sync(outputs / str(i), uri)[1] for i in late]
print("copied afterwards:", len(late))
print("problems:", sum(problems, []))
"""
"""A program that writes the journals of many runs at once, each followed by a mirror process.

A mirror process that is left without an answer gives up when its run has ended. `sync` then copies
the rest.
"""
PATIENT = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "120"}
"""Clients and server share one machine here, which may be small."""
QUERY = """
SELECT tags.value, metrics.key, metrics.step, metrics.value
FROM metrics JOIN tags ON tags.run_uuid = metrics.run_uuid
WHERE tags.key = 'folder'
"""


@pytest.mark.stress
def test_64_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    team_server.skip_without_postgresql()
    outputs = tmp_path / "outputs"
    with team_server.open_folder() as folder, TeamServer(folder) as server:
        arguments = [server.address, outputs, tmp_path / "one", str(N_RUNS)]
        command = [sys.executable, "-W", "ignore", "-c", FOLLOW, *arguments]
        with Program(command, tmp_path / "runs.log", **PATIENT, **server.credentials) as program:
            assert program.wait(1200) == 0, program.output
            output = program.output
        assert "\nproblems: []\n" in output, output
        engine = sqlalchemy.create_engine(server.cluster.uri)
        with engine.connect() as connection:
            rows = connection.execute(sqlalchemy.text(QUERY)).all()
        engine.dispose()
    found = Counter(map(tuple, rows))
    expected = Counter(
        (str(run), name, step, value)
        for run in sorted(outputs.glob("*/runs/*"))
        for name, values in harness.histories(run).items()
        for step, value in values
    )
    assert len({run for run, *_ in expected}) == N_RUNS
    assert found == expected
    warnings = sum(file.stat().st_size > 0 for file in outputs.glob("*/runs/*/messages"))
    lines = [line for line in output.splitlines() if re.match(r"seconds|copied", line)]
    sys.stdout.write(f"{lines}; values: {len(rows)}; runs with a warning: {warnings}\n")
