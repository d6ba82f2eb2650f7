"""The processors that a process may use; the files of cgroups are as Linux writes them."""

import os
from pathlib import Path

import pytest

from experiments.processors import allowed, at_once, quota, usable_processors

ROOT = "1 0 0:1 / / rw - ext4 /dev/vda rw\n"


def process(folder: Path, cgroup: str, mountinfo: str) -> Path:
    """Write the files of a process below /proc, and return their folder."""
    folder.mkdir()
    (folder / "cgroup").write_text(cgroup, encoding="utf-8")
    (folder / "mountinfo").write_text(ROOT + mountinfo, encoding="utf-8")
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def version_2(tmp_path: Path, path: str, root: str = "/") -> Path:
    """Return a process in a group of version 2, whose groups are below the folder `groups`."""
    mount = f"30 1 0:26 {root} {tmp_path / 'groups'} rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
    return process(tmp_path / "process", f"0::{path}\n", mount)


def version_1(tmp_path: Path, path: str, root: str = "/") -> Path:
    """Return a process in groups of version 1, of which one limits the processor time."""
    groups = tmp_path / "groups"
    mounts = (
        f"32 1 0:29 {root} {groups / 'memory'} rw - cgroup cgroup rw,memory\n"
        f"33 1 0:30 {root} {groups / 'cpu'} rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n"
        f"34 1 0:31 / {groups / 'unified'} rw - cgroup2 cgroup2 rw\n"
    )
    cgroup = f"5:memory:/elsewhere\n4:cpu,cpuacct:{path}\n1:name=systemd:/x\n0::/\n"
    return process(tmp_path / "process", cgroup, mounts)


@pytest.mark.parametrize(
    ("text", "cores"), [("150000 100000", 1.5), ("50000 50000", 1), ("max 100000", None)]
)
def test_version_2_has_quota_and_period_in_one_file(
    tmp_path: Path, text: str, cores: float | None
) -> None:
    write(tmp_path / "groups/job/cpu.max", f"{text}\n")
    assert quota(version_2(tmp_path, "/job")) == cores


@pytest.mark.parametrize(("text", "cores"), [("250000", 2.5), ("-1", None)])
def test_version_1_has_quota_and_period_in_two_files(
    tmp_path: Path, text: str, cores: float | None
) -> None:
    write(tmp_path / "groups/cpu/job/cpu.cfs_quota_us", f"{text}\n")
    write(tmp_path / "groups/cpu/job/cpu.cfs_period_us", "100000\n")
    assert quota(version_1(tmp_path, "/job")) == cores


@pytest.mark.parametrize(("own", "above", "cores"), [("4", "2", 2), ("2", "4", 2), ("max", "3", 3)])
def test_the_groups_above_limit_as_well(tmp_path: Path, own: str, above: str, cores: float) -> None:
    write(tmp_path / "groups/a/b/c/cpu.max", f"{own} 1\n")
    write(tmp_path / "groups/a/cpu.max", f"{above} 1\n")
    assert quota(version_2(tmp_path, "/a/b/c")) == cores


def test_folders_above_the_mounted_one_are_no_groups(tmp_path: Path) -> None:
    write(tmp_path / "cpu.max", "1 1\n")
    assert quota(version_2(tmp_path, "/job")) is None


@pytest.mark.parametrize("path", ["/docker/ab", "/"])
def test_in_a_container_the_mounted_group_is_its_own(tmp_path: Path, path: str) -> None:
    """Without a namespace of groups, the path is that of the machine outside."""
    write(tmp_path / "groups/cpu/cpu.cfs_quota_us", "300000\n")
    write(tmp_path / "groups/cpu/cpu.cfs_period_us", "100000\n")
    assert quota(version_1(tmp_path, path, root="/docker/ab")) == 3


def test_without_the_files_of_linux_there_is_no_limit(tmp_path: Path) -> None:
    assert quota(tmp_path / "nothing") is None


def test_the_limit_of_this_process_is_none_or_a_number_of_cores() -> None:
    limit = quota()
    assert limit is None or limit > 0


@pytest.mark.parametrize(
    ("processors", "limit", "processes"),
    [(4, None, 4), (4, 2.5, 2), (4, 0.5, 1), (2, 3.0, 2), (1, None, 1)],
)
def test_the_smaller_limit_decides_how_many_processes_work(
    processors: int, limit: float | None, processes: int
) -> None:
    assert at_once(processors, limit) == processes


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux limits the cores")
def test_processors_that_this_process_may_not_use_are_not_counted() -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert (allowed(), usable_processors()) == (1, 1)
    finally:
        os.sched_setaffinity(0, before)
    assert allowed() == len(before)
    assert 1 <= usable_processors() <= len(before)
