"""The server of a team: a sweep into it, users, wrong passwords, restarts, a backup.

PostgreSQL, MLflow's server and its authentication are real.
"""

import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
import team_server
from harness import Program
from team_server import TeamServer, credentials, logged_in

PERSON = credentials("alice", "a password of alice")
"""A user who is no administrator."""


@pytest.fixture(scope="module")
def server() -> Iterator[TeamServer]:
    """A server that runs. Each test leaves it running."""
    team_server.skip_without_postgresql()
    with team_server.open_folder() as folder, TeamServer(folder, MLFLOW_WORKERS="1") as server:
        team_server.create_user(server, *PERSON.values())
        yield server


@pytest.fixture(scope="module")
def sweep(server: TeamServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a sweep that alice has tracked."""
    folder = tmp_path_factory.mktemp("team") / "sweep"
    words = ("-m", "loss=mse,ce", "seed=0,1", *harness.SMALL, f"tracking.uri={server.address}")
    output = harness.run(folder, *words, **PERSON)
    assert "and in MLflow" in output
    assert harness.STORE_WARNING not in output
    return folder


def tracked(server: TeamServer, outputs: Path) -> list[harness.Tracked]:
    """Return the tracked runs whose records are in an outputs folder."""
    with logged_in(server.credentials):
        runs = harness.tracked(server.address)
    return [run for run in runs if run.tags.get("folder", "").startswith(f"{outputs}/runs")]


def experiments(folder: Path, *words: str | Path, **variables: str) -> tuple[int, str]:
    """Execute the program `experiments`; return its exit code and its output."""
    return harness.experiments(folder / f"{words[0]}.log", *words, **variables)


# ---- the server


def test_secrets_are_in_a_file_of_the_owner_and_on_no_command_line(server: TeamServer) -> None:
    assert server.program is not None
    for name in ("secrets.env", "auth.ini"):
        assert stat.S_IMODE((server.folder / name).stat().st_mode) == 0o600
    secrets = (server.folder / "secrets.env").read_text(encoding="utf-8").splitlines()
    values = [line.partition("=")[2] for line in secrets]
    assert len(values) == 2
    assert min(map(len, values)) >= 30
    commands = "\n".join(server.program.processes().values())
    assert "basic-auth" in commands
    for value in values:
        assert value not in commands
        assert value not in server.program.output


def test_only_this_machine_can_reach_it(server: TeamServer) -> None:
    listening = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True, check=True).stdout
    addresses = [line.split()[3] for line in listening.splitlines()]
    assert [each for each in addresses if each.endswith(f":{server.port}")] == [
        f"127.0.0.1:{server.port}"
    ]


def test_a_second_server_of_the_folder_is_refused(server: TeamServer, tmp_path: Path) -> None:
    words = ("server", "--outputs", server.outputs, "--port", str(team_server.free_port()))
    code, output = experiments(tmp_path, *words, **server.variables)
    assert code == 1
    assert harness.errors(output) == [
        f"error: {server.folder}: a server of this folder is running already"
    ]


# ---- everything that works on SQLite


def test_a_sweep_is_complete_with_artifacts_and_models(server: TeamServer, sweep: Path) -> None:
    runs = tracked(server, sweep)
    jobs = harness.jobs(sweep)
    harness.assert_complete(runs, "FINISHED", *jobs.values())
    for run in runs:
        assert {"config.yaml", "learning_curves.svg", "confusion_matrix.svg"} <= set(run.artifacts)
    stored = list((server.folder / "artifacts").rglob("confusion_matrix.svg"))
    assert len(stored) >= len(jobs)


@pytest.mark.stress
def test_the_saved_view_of_the_sweep_is_announced(
    server: TeamServer, sweep: Path, tmp_path: Path
) -> None:
    words = ("ui", "--no-browser", "--uri", server.address)
    code, output = experiments(tmp_path, *words, **PERSON)
    assert code == 0, output
    assert f"Newest sweep: {server.address}/" in output
    assert "viewStateShareKey" in output


@pytest.mark.stress
def test_results_are_compared_and_reported_from_the_server(
    server: TeamServer, sweep: Path, tmp_path: Path
) -> None:
    name = harness.sweep_folder(sweep).name
    chosen = ("--sweep", name, "--uri", server.address)
    code, output = experiments(tmp_path, "compare", "loss", *chosen, **PERSON)
    assert code == 0, output
    local = experiments(tmp_path, "compare", "loss", "--outputs", sweep, "--sweep", name)[1]
    assert table_of(output) == table_of(local)
    assert "ce softmax" in table_of(output)
    code, output = experiments(
        tmp_path, "report", "--outputs", tmp_path / "outputs", *chosen, **PERSON
    )
    assert code == 0, output
    assert list((tmp_path / "outputs" / "reports").glob("*.html"))


def table_of(output: str) -> str:
    """Return the table of a comparison: differences, p-values, verdicts."""
    return output.partition("  A - B ")[2].partition("\n\n")[0]


NETWORKS = """
import sys
from experiments import results
local, remote = (results.runs(each).set_index("identity") for each in sys.argv[1:])
for identity in local.index:
    rows = [frame.loc[[identity]].reset_index().iloc[0] for frame in (local, remote)]
    networks = [results.network(each, row) for each, row in zip(sys.argv[1:], rows)]
    assert (networks[0].parameters == networks[1].parameters).all()
print("same networks:", len(local))
"""


@pytest.mark.stress
def test_trained_networks_come_back_from_the_server(
    server: TeamServer, sweep: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", NETWORKS, sweep, server.address]
    with Program(command, tmp_path / "networks.log", **PERSON) as program:
        assert program.wait() == 0, program.output
        assert program.output.endswith("same networks: 4\n")


@pytest.mark.stress
def test_an_outputs_folder_is_copied_to_the_server_and_only_once(
    server: TeamServer, four: harness.Sweep, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    shutil.copytree(four.folder, outputs)
    words = ("sync", outputs, "--uri", server.address)
    for _ in range(2):
        code, output = experiments(tmp_path, *words, **PERSON)
        assert code == 0, output
        assert f"MLflow is up to date with 4 runs: {server.address}" in output
    harness.assert_complete(tracked(server, outputs), "FINISHED", *harness.jobs(outputs).values())


# ---- users and passwords


SECRET = "a-wr0ng-s3cret"
WRONG = {
    "wrong": credentials("admin", SECRET),
    "missing": {},
}


@pytest.mark.stress
@pytest.mark.parametrize("name", WRONG)
def test_with_a_wrong_password_training_goes_on_and_is_synced_later(
    server: TeamServer, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "run"
    words = ("seed=5", *harness.SMALL, f"tracking.uri={server.address}")
    output = harness.run(folder, *words, HOME=str(tmp_path), **WRONG[name])
    assert output.count("the server refuses the user or the password (error 401)") == 2
    assert output.count(harness.STORE_WARNING) == 1
    assert "Traceback" not in output
    assert harness.n_epochs(folder) == 2
    for file in folder.rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes(), file
    advised = harness.advice(output, "sync")[1:]
    code, output = experiments(tmp_path, *advised, HOME=str(tmp_path), **WRONG[name])
    assert code == 1
    (line,) = output.splitlines()
    assert line.startswith(f"error: {server.address}: the server refuses the user")
    code, output = experiments(tmp_path, *advised, **PERSON)
    assert code == 0, output
    harness.assert_complete(tracked(server, folder), "FINISHED", harness.run_folder(folder))


def test_readers_with_a_wrong_password_get_one_line(server: TeamServer, tmp_path: Path) -> None:
    for words in (["compare", "loss"], ["report"], ["ui", "--no-browser"]):
        code, output = experiments(
            tmp_path, *words, "--uri", server.address, HOME=str(tmp_path), **WRONG["wrong"]
        )
        assert code == 1
        (line,) = output.splitlines()
        assert line.startswith(f"error: {server.address}: the server refuses the user")


@pytest.mark.stress
def test_readers_of_a_database_that_refuses_them_get_one_line(
    server: TeamServer, tmp_path: Path
) -> None:
    address = server.cluster.uri.replace("postgresql:", "postgresql+psycopg:")
    for wrong in (address.replace("mlflow@", "nobody@"), address.replace("/mlflow?", "/other?")):
        code, output = experiments(tmp_path, "compare", "loss", "--uri", wrong)
        assert code == 1
        (line,) = output.splitlines()
        assert line.startswith(f"error: {wrong}: ")
        assert "does not exist" in line


@pytest.mark.stress
def test_a_password_in_an_address_is_refused_and_not_shown(
    server: TeamServer, tmp_path: Path
) -> None:
    secret = "s3cret-word"
    address = server.address.replace("//", f"//admin:{secret}@")
    outputs = tmp_path / "outputs"
    for words in ([f"tracking.uri={address}"], ["-m", "seed=0,1", f"tracking.uri={address}"]):
        with harness.start(outputs, *words, *harness.SMALL) as program:
            assert program.wait() == 1
            (line,) = program.output.splitlines()
        assert "MLFLOW_TRACKING_PASSWORD" in line
        assert secret not in line
    with harness.start(outputs, *harness.SMALL, MLFLOW_TRACKING_URI=address) as program:
        assert program.wait() == 1
        assert secret not in program.output
    code, output = experiments(tmp_path, "compare", "loss", "--uri", address)
    assert code == 2
    assert secret not in output
    assert not outputs.exists()


@pytest.mark.stress
def test_a_user_may_write_to_an_experiment_of_another_one_but_not_delete_it(
    server: TeamServer, sweep: Path
) -> None:
    """The documented command creates the user. Without a terminal it reads the password here."""
    text = (harness.PROJECT / "docs" / "server.md").read_text(encoding="utf-8")
    _, rest = text.split('.venv/bin/python -c "\n', 1)
    code = textwrap.dedent(rest.split('    " http', 1)[0])
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, server.address, "bob"],
        input="a password of bob\n",
        env={**harness.environment(), **server.credentials},
        start_new_session=True,
        check=True,
        text=True,
        capture_output=True,
    )
    with logged_in(credentials("bob", "a password of bob")):
        client = harness.connect(server.address)
        experiment = client.get_experiment_by_name("mnist")
        with pytest.raises(Exception, match="403"):  # of MLflow
            client.delete_experiment(experiment.experiment_id)
        client.create_run(experiment.experiment_id)


# ---- restarts


@pytest.mark.stress
def test_nothing_is_lost_or_doubled_when_server_and_database_are_restarted(
    server: TeamServer, tmp_path: Path
) -> None:
    folder = tmp_path / "sweep"
    words = ("-m", "seed=range(11,17)", "epochs=300", "hydra.launcher.lockstep=1", *harness.SLOW)
    with harness.start(folder, *words, f"tracking.uri={server.address}", **PERSON) as program:
        jobs = harness.wait_for_jobs(folder).values()
        first, *_ = jobs
        harness.wait_for_events("epoch", 5, first)
        server.kill()
        harness.wait_for(lambda: harness.STORE_WARNING in program.output, "warning")
        server.start()
        server.cluster.stop("immediate")
        server.cluster.start()
        assert not all(harness.events(job, "end") for job in jobs), "it ended too soon"
        assert program.wait() == 0, program.output
        output = program.output
    if "MLflow is not up to date" in output:
        code, printed = experiments(tmp_path, *harness.advice(output, "sync")[1:], **PERSON)
        assert code == 0, printed
    runs = tracked(server, folder)
    harness.assert_complete(runs, "FINISHED", *jobs)
    (parent,) = {run.tags["mlflow.parentRunId"] for run in runs}
    with logged_in(server.credentials):
        everything = harness.tracked(server.address)
    sweep = harness.sweep_folder(folder).name
    assert [run.id for run in everything if run.tags.get("sweep") == sweep] == [parent]


@pytest.mark.stress
def test_a_sweep_goes_on_while_the_database_is_down(server: TeamServer, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    words = ("seed=21", *harness.SLOW_AND_ENDLESS, f"tracking.uri={server.address}")
    with harness.start(folder, *words, **PERSON) as program:
        harness.wait_for_events("epoch", 3, folder)
        server.cluster.stop("immediate")
        harness.wait_for(lambda: harness.STORE_WARNING in program.output, "warning")
        before = harness.n_epochs(folder)
        harness.wait_for_events("epoch", before + 5, folder)
        server.cluster.start()
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        output = program.output
    if "MLflow is not up to date" in output:
        code, printed = experiments(tmp_path, *harness.advice(output, "sync")[1:], **PERSON)
        assert code == 0, printed
    harness.assert_complete(tracked(server, folder), "KILLED", harness.run_folder(folder))
