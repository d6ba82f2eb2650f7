"""Runs in lockstep: each is recorded, stopped and continued as if it were alone."""

import dataclasses
import itertools
import signal
from collections.abc import Sequence
from pathlib import Path

import jobs
import pytest
from held import held_journal
from hypothesis import given
from hypothesis import strategies as st
from networks import OPTIMIZERS
from properties import trials

from experiments.interruption import Interrupted, Interruption
from experiments.recording import CHECKPOINT, NETWORK, Epoch, Event, Status, read_record
from experiments.running import HELD, Job, lockstep_groups, run_together
from experiments.running.together import MOST_EXAMPLES, lockstep_kind
from experiments.training import CLOCK
from nn import SGD, Sigmoid, StopOnPlateau

PLATEAU = StopOnPlateau(patience=1)


class OwnActivation(Sigmoid):
    """An activation that is not from `nn`."""


def several(folder: Path, n: int = 3, **changes: object) -> list[Job]:
    """Return jobs with other seeds and optimizers."""
    optimizers = itertools.cycle(OPTIMIZERS)
    return [
        jobs.job(folder, name=f"{seed}", seed=seed, **{"optimizer": optimizer, **changes})
        for seed, optimizer in zip(range(n), optimizers, strict=False)
    ]


def do(made: Sequence[Job], interruption: Interruption | None = None) -> list[tuple[str, object]]:
    """Do jobs in lockstep; return their events and errors with the names of the jobs."""
    found = run_together(
        made,
        interruption=interruption or Interruption(),
        enter=lambda job: job.folder.mkdir(parents=True, exist_ok=True),
    )
    return [(job.name, event) for job, event in found]


def results(job: Job) -> dict[str, object]:
    """Return everything that is recorded of a run except times."""
    record = read_record(job.folder)
    assert record is not None
    assert record.end is not None
    metrics = [
        {name: value for name, value in epoch.metrics.items() if name not in CLOCK}
        for epoch in record.epochs
    ]
    network = job.folder / NETWORK
    return {
        "epochs": metrics,
        "end": (record.end.status, record.end.metrics, record.end.correct, record.end.message),
        "network": network.read_bytes() if network.exists() else None,
    }


def test_runs_in_lockstep_have_the_results_of_runs_alone(tmp_path: Path) -> None:
    together, alone = (several(tmp_path / name, len(OPTIMIZERS)) for name in ("one", "other"))
    events = do(together)
    for job in alone:
        jobs.do(job)
    assert [results(job) for job in together] == [results(job) for job in alone]
    epochs = [name for name, event in events if isinstance(event, Epoch)]
    names = [job.name for job in together]
    assert epochs == names * jobs.EPOCHS  # none is an epoch ahead of the others


def test_runs_that_end_early_leave_the_others_alone(tmp_path: Path) -> None:
    def made(folder: Path) -> list[Job]:
        return [
            jobs.job(folder, name="short", epochs=1),
            jobs.job(folder, name="diverging", seed=1, optimizer=SGD(1e200)),
            jobs.job(folder, name="long", seed=2, epochs=5),
            jobs.job(folder, name="ended", epochs=5, optimizer=SGD(1e-12), schedule=PLATEAU),
        ]

    together, alone = made(tmp_path / "one"), made(tmp_path / "other")
    do(together)
    for job in alone:
        jobs.do(job)
    assert [results(job) for job in together] == [results(job) for job in alone]
    ends = [read_record(job.folder).end.status for job in together]  # type: ignore[union-attr]
    assert ends == [Status.FINISHED, Status.DIVERGED, Status.FINISHED, Status.FINISHED]
    assert len(read_record(together[3].folder).epochs) == 2  # type: ignore[union-attr]


def test_an_error_ends_its_own_run_only(tmp_path: Path) -> None:
    first, broken, last = several(tmp_path)
    broken.folder.parent.mkdir(parents=True)
    broken.folder.write_text("no folder")
    events = do([first, broken, last])
    (error,) = [event for _, event in events if isinstance(event, Exception)]
    assert ("1", error) in events
    assert isinstance(error, OSError)
    for job in (first, last):
        assert results(job)["end"][0] is Status.FINISHED  # type: ignore[index]


def test_interrupted_runs_continue_with_the_same_bits(tmp_path: Path) -> None:
    together, alone = several(tmp_path / "one"), several(tmp_path / "other")
    interruption = Interruption()

    def receive(_: Job) -> None:
        if len(list(tmp_path.glob("one/**/" + CHECKPOINT))) == len(together):
            interruption.signum = signal.SIGTERM

    found = list(run_together(together, interruption=interruption, enter=receive))
    errors = [event for _, event in found if isinstance(event, BaseException)]
    assert [type(error) for error in errors] == [Interrupted] * 3
    for job in together:
        record = read_record(job.folder)
        assert record is not None
        assert record.status is Status.INTERRUPTED
        assert 0 < len(record.epochs) < jobs.EPOCHS
    do(together)
    for job in alone:
        jobs.do(job)
    assert [results(job) for job in together] == [results(job) for job in alone]


def test_a_run_that_another_process_does_is_waited_for_at_the_end(tmp_path: Path) -> None:
    held, *others = several(tmp_path)
    events: list[tuple[str, Event | BaseException]] = []
    with held_journal(held.folder) as journal:
        found = run_together([held, *others], interruption=Interruption(), enter=lambda _: None)
        for job, event in found:
            events.append((job.name, event))
            if all((other.folder / NETWORK).exists() for other in others):
                journal.close()
    assert events[0] == (held.name, HELD)
    names = [name for name, event in events if isinstance(event, Epoch)]
    assert names[-jobs.EPOCHS :] == [held.name] * jobs.EPOCHS
    assert results(held)["end"][0] is Status.FINISHED  # type: ignore[index]


def test_runs_are_stopped_by_an_error_of_the_caller(tmp_path: Path) -> None:
    two = several(tmp_path, 2)
    found = run_together(two, interruption=Interruption(), enter=lambda _: None)
    assert any(isinstance(event, Epoch) for _, event in found)
    found.close()  # type: ignore[attr-defined] - a generator
    for job in two:
        record = read_record(job.folder)
        assert record is not None
        assert record.status is Status.INTERRUPTED


# Groups


def test_jobs_are_of_one_kind_if_their_arrays_have_the_same_shapes(tmp_path: Path) -> None:
    kinds = {lockstep_kind(job) for job in several(tmp_path, 6)}
    kinds.add(lockstep_kind(jobs.job(tmp_path, l2=3.0, epochs=9)))
    assert len(kinds) == 1
    others = [
        jobs.job(tmp_path, batch_size=7),
        jobs.job(tmp_path, sizes=[4, 6, 3]),
        jobs.job(tmp_path, dtype="float32"),
        jobs.job(tmp_path, dataset=jobs.dataset(tmp_path / "data", split_seed=1)),
    ]
    assert len(kinds | {lockstep_kind(job) for job in others}) == 5


@pytest.mark.parametrize(
    "change",
    [
        {"sizes": [4, 9000, 3]},
        {"batch_size": MOST_EXAMPLES + 1},
        {"activation": OwnActivation()},
        {"backend": "numba"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_job_that_is_no_faster_in_lockstep_has_no_kind(
    tmp_path: Path, change: dict[str, object]
) -> None:
    assert lockstep_kind(jobs.job(tmp_path, **change)) is None


@trials(50)
@given(
    kinds=st.lists(st.integers(0, 3), max_size=25),
    processes=st.integers(1, 5),
    most=st.integers(1, 6),
)
def test_every_job_is_in_one_group(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[int], processes: int, most: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "groups"
    common = jobs.job(folder)
    made = [
        dataclasses.replace(
            common,
            name=f"{number}",
            origin=jobs.job(folder, seed=number).origin,
            experiment=dataclasses.replace(common.experiment, batch_size=5 + kind, seed=number),
        )
        for number, kind in enumerate(kinds)
    ]
    groups = lockstep_groups(made, processes=processes, most=most)
    assert sorted(int(job.name) for group in groups for job in group) == list(range(len(kinds)))
    for group in groups:
        assert len(group) <= most
        assert len({lockstep_kind(job) for job in group}) == 1
    assert len(groups) >= min(processes, len(made))


def test_processes_get_equal_shares_of_one_kind(tmp_path: Path) -> None:
    made = several(tmp_path, 10)
    groups = lockstep_groups(made, processes=2, most=4)
    assert [len(group) for group in groups] == [3, 3, 2, 2]
    assert [job for group in groups for job in group] == made
    assert [len(group) for group in lockstep_groups(made, processes=2, most=1)] == [1] * 10
