"""Checkpoints: what is saved is loaded to the last bit, and what is damaged is refused."""

import hashlib
import io
import itertools
import math
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.data.dataset import Dataset, Split
from experiments.errors import UserError
from experiments.running import checkpoint
from experiments.running.checkpoint import CHECKPOINT, PREVIOUS, Checkpoint
from experiments.training.train import Progress, train
from nn import (
    SGD,
    Adam,
    AdamW,
    HalveOnPlateau,
    LeCunNormal,
    Momentum,
    Nesterov,
    Network,
    Optimizer,
    Output,
    QuadraticCost,
    RMSProp,
    Tanh,
)

OPTIMIZERS = {
    type(each).__name__: each
    for each in (
        SGD(0.3),
        Momentum(0.1, 0.9),
        Nesterov(0.1, 0.9),
        RMSProp(0.003, 0.9, 1e-8),
        Adam(0.003, 0.9, 0.999, 1e-8),
        AdamW(0.003, 0.9, 0.999, 1e-8, 0.01),
    )
}
ORIGIN = {"config": {"seed": 0, "sizes": [6, 5, 3]}, "code": "c0de", "processor": "this one"}
EPOCHS, BATCHES = 4, 5  # 23 images, 5 at a time

properties = settings(derandomize=True, deadline=None, max_examples=60)
finite = st.floats(allow_nan=False, allow_infinity=False)


class Training:
    """A small network, and where its training stands."""

    def __init__(self, optimizer: Optimizer, dtype: str = "float32") -> None:
        initialisation, order = np.random.default_rng(3).spawn(2)
        self.optimizer = optimizer
        self.network = Network(
            ORIGIN["config"]["sizes"],
            activation=Tanh(),
            loss=QuadraticCost(Output.sigmoid),
            initializer=LeCunNormal(1.0),
            rng=initialisation,
            dtype=dtype,
        )
        state = optimizer.init(self.network.parameters)
        self.progress = Progress(state, order, self.network.parameters + 1)
        self.dataset = Dataset(*(_split(n, dtype) for n in (23, 11, 7)), sha256="")

    def go_on(self, *, batches: int | None = None) -> list[dict[str, float]]:
        """Train to the end, or for some mini-batches; return the metrics of the epochs."""
        countdown = itertools.count(math.inf if batches is None else batches, -1)
        epochs = train(
            self.network,
            self.dataset,
            optimizer=self.optimizer,
            schedule=HalveOnPlateau(1),
            epochs=EPOCHS,
            batch_size=5,
            l2=0.1,
            progress=self.progress,
            stop=lambda: next(countdown) == 0,
        )
        return [metrics.by_name() for metrics in epochs]

    def save(self, folder: Path) -> None:
        checkpoint.save(folder, self.network, self.progress, ORIGIN)

    def load(self, folder: Path) -> None:
        saved, remark = checkpoint.load(folder, ORIGIN, epochs=EPOCHS)
        assert saved is not None
        assert remark == ""
        saved.restore(self.network, self.progress)

    def bits(self) -> dict[str, Any]:
        """Everything that decides how it goes on, floats as their bytes."""
        progress = self.progress
        return {
            "parameters": self.network.parameters.tobytes(),
            "chosen": progress.chosen.tobytes(),
            "moments": {name: each.tobytes() for name, each in progress.state.moments.items()},
            "steps": progress.state.steps,
            "order": progress.order.bit_generator.state,
            "batches": progress.batches,
            "floats": [x.hex() for x in _floats(progress)],
        }


def _floats(progress: Progress) -> list[float]:
    return [*progress.accuracies, *progress.gradient_norms, progress.seconds]


def _split(n: int, dtype: str) -> Split:
    rng = np.random.default_rng(n)
    labels = rng.integers(0, 3, n)
    return Split(rng.random((n, 6)).astype(dtype), labels, np.eye(3, dtype=dtype)[labels])


def _saved(folder: Path, *, batches: int = 7, name: str = "AdamW") -> Training:
    training = Training(OPTIMIZERS[name])
    training.go_on(batches=batches)
    training.save(folder)
    return training


def _load(folder: Path, *, epochs: int = EPOCHS) -> tuple[Checkpoint | None, str]:
    return checkpoint.load(folder, ORIGIN, epochs=epochs)


@pytest.mark.parametrize("batches", range(EPOCHS * BATCHES))
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_to_the_same_bits_from_every_mini_batch(
    tmp_path: Path, name: str, batches: int
) -> None:
    straight = Training(OPTIMIZERS[name])
    expected = straight.go_on()
    before, after = Training(OPTIMIZERS[name]), Training(OPTIMIZERS[name])
    epochs = before.go_on(batches=batches)
    before.save(tmp_path)
    after.load(tmp_path)
    assert after.bits() == before.bits()
    epochs += after.go_on()
    assert after.bits() == straight.bits()
    clock = ("seconds", "images_per_second")
    assert [{k: v for k, v in each.items() if k not in clock} for each in epochs] == [
        {k: v for k, v in each.items() if k not in clock} for each in expected
    ]


@properties
@given(
    optimizer=st.sampled_from(list(OPTIMIZERS.values())),
    dtype=st.sampled_from(["float32", "float64"]),
    bits=st.integers(0, 2**63 - 1),
    progress=st.fixed_dictionaries(
        {
            "accuracies": st.lists(finite, max_size=EPOCHS),
            "batches": st.integers(0, 2**40),
            "gradient_norms": st.lists(finite, max_size=3),
            "seconds": finite,
        }
    ),
)
def test_whatever_is_saved_is_loaded_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory,
    optimizer: Optimizer,
    dtype: str,
    bits: int,
    progress: dict[str, Any],
) -> None:
    """Any bit patterns at all, those of NaN and denormal numbers included."""
    rng = np.random.default_rng(bits)
    before, after = Training(optimizer, dtype), Training(optimizer, dtype)
    moments = before.progress.state.moments.values()
    for vector in (before.network.parameters, before.progress.chosen, *moments):
        vector.view(np.uint8)[:] = rng.integers(0, 256, vector.nbytes)
    before.progress.order.bit_generator.advance(bits)
    before.progress.state.steps = bits // 3
    for name, value in progress.items():
        setattr(before.progress, name, value)
    folder = tmp_path_factory.mktemp("run")
    before.save(folder)
    after.load(folder)
    assert after.bits() == before.bits()


def test_there_need_not_be_a_checkpoint(tmp_path: Path) -> None:
    assert _load(tmp_path) == (None, "")
    assert _load(tmp_path / "no such folder") == (None, "")


def test_the_one_before_is_kept_and_no_other(tmp_path: Path) -> None:
    contents = []
    for batches in (3, 7, 11):
        _saved(tmp_path, batches=batches)
        contents.append((tmp_path / CHECKPOINT).read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([CHECKPOINT, PREVIOUS])
    assert (tmp_path / PREVIOUS).read_bytes() == contents[1]


def test_the_one_before_is_used_when_a_crash_has_left_only_that(tmp_path: Path) -> None:
    _saved(tmp_path, batches=3)
    (tmp_path / CHECKPOINT).rename(tmp_path / PREVIOUS)
    (tmp_path / f"{CHECKPOINT}.123.tmp").write_bytes(b"torn")
    saved, remark = _load(tmp_path)
    assert saved is not None
    assert saved.description["batches"] == 3
    assert remark == ""


def test_a_checkpoint_ahead_of_the_journal_is_passed_over(tmp_path: Path) -> None:
    _saved(tmp_path, batches=7)
    _saved(tmp_path, batches=11)
    saved, remark = _load(tmp_path, epochs=1)
    assert saved is not None
    assert (saved.epochs, saved.description["batches"]) == (1, 2)
    assert remark == f"{CHECKPOINT} is ahead of the journal"
    saved, remark = _load(tmp_path, epochs=0)
    assert saved is None
    assert remark == f"{CHECKPOINT} is ahead of the journal, {PREVIOUS} is ahead of the journal"


@pytest.mark.parametrize("key", ["code", "processor"])
def test_a_checkpoint_made_otherwise_is_refused_with_what_differs(tmp_path: Path, key: str) -> None:
    _saved(tmp_path)
    with pytest.raises(UserError, match=f": {key} was {ORIGIN[key]}, is another. rerun=true"):
        checkpoint.load(tmp_path, {**ORIGIN, key: "another"}, epochs=EPOCHS)


def test_every_difference_of_a_checkpoint_made_otherwise_is_said(tmp_path: Path) -> None:
    _saved(tmp_path)
    other = {"config": {"seed": 1, "sizes": [6, 4, 3]}, "code": "c0de", "processor": "this one"}
    with pytest.raises(UserError) as error:
        checkpoint.load(tmp_path, other, epochs=EPOCHS)
    assert "seed was 0, is 1; sizes was [6, 5, 3], is [6, 4, 3]" in str(error.value)
    assert str(tmp_path / CHECKPOINT) in str(error.value)


def test_a_checkpoint_holds_no_pickle(tmp_path: Path) -> None:
    _saved(tmp_path)
    contents = (tmp_path / CHECKPOINT).read_bytes()
    with zipfile.ZipFile(io.BytesIO(contents[: -checkpoint.DIGEST_SIZE])) as archive:
        assert sorted(archive.namelist()) == [
            "chosen.npy",
            "description.npy",
            "first.npy",
            "parameters.npy",
            "second.npy",
        ]
        for name in archive.namelist():
            with archive.open(name) as file:
                assert np.lib.format.read_magic(file) == (1, 0)
                _, _, dtype = np.lib.format.read_array_header_1_0(file)
            assert not dtype.hasobject


class _Bomb:
    """An object that reports when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("unpickled"),)


def test_a_pickle_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    buffer = io.BytesIO()
    np.savez(buffer, parameters=np.array([_Bomb()], dtype=object), allow_pickle=True)
    archive = buffer.getvalue()
    (tmp_path / CHECKPOINT).write_bytes(archive + hashlib.sha256(archive).digest())
    assert _load(tmp_path) == (None, f"{CHECKPOINT} is damaged")
    assert not Path("unpickled").exists()
    np.load(io.BytesIO(archive), allow_pickle=True)["parameters"]
    assert Path("unpickled").exists()  # the bomb is one


def _damages(whole: bytes) -> Iterator[bytes]:
    """Yield ways in which a file can be damaged."""
    rng = random.Random(4)
    for length in (*range(70), *rng.sample(range(len(whole)), 60), len(whole) - 1):
        yield whole[:length]
        yield whole[:length] + bytes(len(whole) - length)  # a hole, as a file system leaves it
    for _ in range(300):
        flipped = bytearray(whole)
        flipped[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        yield bytes(flipped)
    for _ in range(100):
        first, second = sorted(rng.sample(range(len(whole)), 2))
        yield whole[:first] + whole[second:]
        yield whole[:first] + rng.randbytes(second - first) + whole[second:]
        yield rng.randbytes(first)
    yield whole + b"\0"
    yield whole + whole


def test_no_damage_is_ever_loaded(tmp_path: Path) -> None:
    """Damaged in whatever way, the newest gives way to the one before, and that is said."""
    before = _saved(tmp_path, batches=3)
    _saved(tmp_path, batches=7)
    whole = (tmp_path / CHECKPOINT).read_bytes()
    count = 0
    for damaged in _damages(whole):
        if damaged == whole:
            continue
        (tmp_path / CHECKPOINT).write_bytes(damaged)
        saved, remark = _load(tmp_path)
        assert saved is not None
        assert remark == f"{CHECKPOINT} is damaged"
        assert saved.arrays["parameters"].tobytes() == before.network.parameters.tobytes()
        assert saved.description["batches"] == 3
        count += 1
    assert count > 700


def test_when_both_are_damaged_that_is_said(tmp_path: Path) -> None:
    _saved(tmp_path)
    for name in (CHECKPOINT, PREVIOUS):
        (tmp_path / name).write_bytes(b"damaged")
    assert _load(tmp_path) == (None, f"{CHECKPOINT} is damaged, {PREVIOUS} is damaged")


def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(tmp_path: Path) -> None:
    saved = _saved(tmp_path, batches=3)
    before = (tmp_path / CHECKPOINT).read_bytes()
    (tmp_path / PREVIOUS).mkdir()  # nothing can be renamed to it
    with pytest.raises(OSError, match="directory"):
        saved.save(tmp_path)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([CHECKPOINT, PREVIOUS])


def test_removing_leaves_nothing_of_checkpoints_and_all_else(tmp_path: Path) -> None:
    _saved(tmp_path)
    _saved(tmp_path)
    for name in (f"{CHECKPOINT}.9.tmp", "network.npz", "journal.jsonl"):
        (tmp_path / name).write_bytes(b"")
    checkpoint.remove(tmp_path)
    checkpoint.remove(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.jsonl", "network.npz"]
