"""The connection to a cluster: its workers are counted and asked, and it gets the data."""

import dataclasses
from pathlib import Path
from typing import Any

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


def test_an_address_that_is_none_is_an_error() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ConfigError, match=r"scheduler=nowhere:: no scheduler of Dask answers"):
        Cluster("nowhere:")
