"""The connection to a cluster: its workers are counted and asked, and it gets the data."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import harness
import jobs
import msgspec
import pytest

from experiments.cluster import Cluster
from experiments.cluster.host_data import contents_of
from experiments.cluster.messages import DATA
from experiments.errors import ConfigError, UserError


def test_an_address_joins_a_cluster(client: Any) -> None:
    cluster = Cluster(client.scheduler.address)
    assert cluster.threads == 1
    assert list(cluster.workers) == list(client.scheduler_info()["workers"])
    assert cluster.connected
    cluster.close()
    assert not cluster.connected


def test_workers_are_asked_about_each_kind_of_code(client: Any, tmp_path: Path) -> None:
    cluster = Cluster(client.scheduler.address)
    job = jobs.job(tmp_path)
    assert cluster.check([job]) == {}
    origin = msgspec.structs.replace(job.origin, code="other")
    with pytest.raises(UserError, match=r"refuses these runs: .* code was other, is "):
        cluster.check([job, dataclasses.replace(job, origin=origin)])
    cluster.close()


def test_only_a_refusal_by_all_is_an_error(client: Any) -> None:
    cluster = Cluster(client.scheduler.address)
    cluster.check_any_is_left({"a": "has other code"}, ["a", "b"])
    cluster.check_any_is_left({"a": "has other code"}, [])
    cluster.check_any_is_left({}, ["a"])
    with pytest.raises(UserError, match="a has other code"):
        cluster.check_any_is_left({"a": "has other code"}, ["a"])
    cluster.close()


def test_the_scheduler_gets_the_files_of_each_data_set_once(client: Any, tmp_path: Path) -> None:
    cluster = Cluster(client.scheduler.address)
    made = [jobs.job(tmp_path, seed=seed) for seed in (0, 1)]
    for _ in range(2):
        cluster.provide_data(made)
    (name,) = client.list_datasets()
    assert name == DATA + made[0].origin.data
    assert client.get_dataset(name) == contents_of(made[0].experiment.dataset)
    cluster.close()


def test_a_task_stays_published_until_its_last_client_gives_it_up(client: Any) -> None:
    key = "run-of-two"
    first, second = (Cluster(client.scheduler.address) for _ in range(2))

    def wanting(dask_scheduler: Any) -> int:
        task = dask_scheduler.tasks.get(key)
        return 0 if task is None else len(task.who_wants)

    first.client.publish_dataset(first.client.submit(wait_for_ever, key=key), name=key)
    joined = second.client.submit(wait_for_ever, key=key)
    harness.wait_for(lambda: client.run_on_scheduler(wanting) == 3, "two clients and the name")
    first.release([key])
    assert list(client.list_datasets()) == [key]
    assert client.run_on_scheduler(wanting) == 2
    assert joined.status == "pending"
    second.release([key])
    assert list(client.list_datasets()) == []
    assert client.run_on_scheduler(wanting) == 0
    first.close()
    second.close()


def wait_for_ever() -> None:
    """Wait until the task is given up."""
    from distributed import get_worker

    task = get_worker().state.tasks["run-of-two"]
    while task.state == "executing":
        time.sleep(0.01)


def test_an_address_that_is_none_is_an_error() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ConfigError, match=r"scheduler=nowhere:: no scheduler of Dask answers"):
        Cluster("nowhere:")
