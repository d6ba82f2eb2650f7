"""Checkpoints: loaded as they were saved, to the last bit; a damaged file is never loaded."""

import hashlib
import io
import itertools
import json
import math
import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import configured
from properties import trials

from experiments.errors import CheckpointError
from experiments.examples import Dataset, Split
from experiments.recording import CHECKPOINT, PREVIOUS_CHECKPOINT, Origin
from experiments.running import checkpoint
from experiments.running.checkpoint import Checkpoint
from experiments.training import CLOCK, Progress, train
from nn import (
    HalveOnPlateau,
    LeCunNormal,
    Network,
    Optimizer,
    Output,
    QuadraticCost,
    Tanh,
)

OPTIMIZERS = {type(each).__name__: each for each in configured("optimizer", learning_rate=0.01)}
SIZES = [6, 5, 3]
ORIGIN = Origin(
    config={"seed": 0, "sizes": SIZES},
    data="da7a",
    code="c0de",
    numpy="2.4.0",
    processor="this one",
)
EPOCHS, BATCHES = 4, 5  # 23 images, 5 at a time

properties = trials(60)
finite = st.floats(allow_nan=False, allow_infinity=False)


class Training:
    """A small network and the progress of its training."""

    def __init__(self, optimizer: Optimizer, dtype: str = "float32") -> None:
        initialisation, order = np.random.default_rng(3).spawn(2)
        self.optimizer = optimizer
        self.network = Network(
            SIZES,
            activation=Tanh(),
            loss=QuadraticCost(Output.sigmoid),
            initializer=LeCunNormal(1.0),
            rng=initialisation,
            dtype=dtype,
        )
        state = optimizer.init(self.network.parameters)
        self.progress = Progress(state, order, self.network.parameters + 1)
        self.dataset = Dataset(*(_split(n, dtype) for n in (23, 11, 7)), sha256="")

    def train(self, *, batches: int | None = None) -> list[dict[str, float]]:
        """Train to the end, or for some mini-batches; return the metrics of the epochs."""
        batches_left = itertools.count(math.inf if batches is None else batches, -1)
        epochs = train(
            self.network,
            self.dataset,
            optimizer=self.optimizer,
            schedule=HalveOnPlateau(1),
            epochs=EPOCHS,
            batch_size=5,
            l2=0.1,
            progress=self.progress,
            stop=lambda: next(batches_left) == 0,
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
        """Return everything that decides how the training continues, floats as their bytes."""
        progress = self.progress
        return {
            "parameters": self.network.parameters.tobytes(),
            "best": progress.best_parameters.tobytes(),
            "moments": {name: each.tobytes() for name, each in progress.state.moments.items()},
            "steps": progress.state.steps,
            "order": progress.order.bit_generator.state,
            "batches": progress.batches,
            "floats": [x.hex() for x in _floats(progress)],
        }


def _floats(progress: Progress) -> list[float]:
    return [*progress.accuracies, *progress.gradient_norms, progress.seconds]


def _without_clock(epochs: list[dict[str, float]]) -> list[dict[str, float]]:
    return [{k: v for k, v in each.items() if k not in CLOCK} for each in epochs]


def _split(n: int, dtype: str) -> Split:
    rng = np.random.default_rng(n)
    labels = rng.integers(0, 3, n)
    return Split(rng.random((n, 6)).astype(dtype), labels, np.eye(3, dtype=dtype)[labels])


def _saved(folder: Path, *, batches: int = 7, name: str = "AdamW") -> Training:
    training = Training(OPTIMIZERS[name])
    training.train(batches=batches)
    training.save(folder)
    return training


def _load(folder: Path, *, epochs: int = EPOCHS) -> tuple[Checkpoint | None, str]:
    return checkpoint.load(folder, ORIGIN, epochs=epochs)


@pytest.mark.parametrize("batches", range(EPOCHS * BATCHES))
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_continues_to_the_same_bits_from_every_mini_batch(
    tmp_path: Path, name: str, batches: int
) -> None:
    uninterrupted = Training(OPTIMIZERS[name])
    expected = uninterrupted.train()
    before, after = Training(OPTIMIZERS[name]), Training(OPTIMIZERS[name])
    epochs = before.train(batches=batches)
    before.save(tmp_path)
    after.load(tmp_path)
    assert after.bits() == before.bits()
    epochs += after.train()
    assert after.bits() == uninterrupted.bits()
    assert _without_clock(epochs) == _without_clock(expected)


@properties
@given(
    optimizer=st.sampled_from(list(OPTIMIZERS.values())),
    dtype=st.sampled_from(["float32", "float64"]),
    bits=st.integers(0, 2**63 - 1),
    progress=st.fixed_dictionaries(
        {
            "accuracies": st.lists(finite, max_size=EPOCHS),
            "batches": st.integers(0, 2**40),
            "gradient_norms": st.lists(st.floats(), max_size=3),
            "seconds": finite,
        }
    ),
)
def test_a_checkpoint_is_loaded_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory,
    optimizer: Optimizer,
    dtype: str,
    bits: int,
    progress: dict[str, Any],
) -> None:
    """With any bit patterns, also those of NaN, infinite and denormal numbers."""
    rng = np.random.default_rng(bits)
    before, after = Training(optimizer, dtype), Training(optimizer, dtype)
    moments = before.progress.state.moments.values()
    for vector in (before.network.parameters, before.progress.best_parameters, *moments):
        vector.view(np.uint8)[:] = rng.integers(0, 256, vector.nbytes)
    before.progress.order.bit_generator.advance(bits)
    before.progress.state.steps = bits // 3
    for name, value in progress.items():
        setattr(before.progress, name, value)
    folder = tmp_path_factory.mktemp("run")
    before.save(folder)
    after.load(folder)
    assert after.bits() == before.bits()


def test_a_missing_checkpoint_is_no_error(tmp_path: Path) -> None:
    assert _load(tmp_path) == (None, "")
    assert _load(tmp_path / "no such folder") == (None, "")


def test_the_previous_checkpoint_is_kept_and_no_older_one(tmp_path: Path) -> None:
    contents = []
    for batches in (3, 7, 11):
        _saved(tmp_path, batches=batches)
        contents.append((tmp_path / CHECKPOINT).read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [CHECKPOINT, PREVIOUS_CHECKPOINT]
    )
    assert (tmp_path / PREVIOUS_CHECKPOINT).read_bytes() == contents[1]


def test_the_previous_checkpoint_is_used_if_a_crash_left_only_that(tmp_path: Path) -> None:
    _saved(tmp_path, batches=3)
    (tmp_path / CHECKPOINT).rename(tmp_path / PREVIOUS_CHECKPOINT)
    (tmp_path / f"{CHECKPOINT}.123.tmp").write_bytes(b"torn")
    saved, remark = _load(tmp_path)
    assert saved is not None
    assert saved.position.batches == 3
    assert remark == ""


def test_a_checkpoint_ahead_of_the_journal_is_skipped(tmp_path: Path) -> None:
    _saved(tmp_path, batches=7)
    _saved(tmp_path, batches=11)
    saved, remark = _load(tmp_path, epochs=1)
    assert saved is not None
    assert (saved.epochs, saved.position.batches) == (1, 2)
    assert remark == f"{CHECKPOINT} has more epochs than the journal"
    saved, remark = _load(tmp_path, epochs=0)
    assert saved is None
    ahead = "has more epochs than the journal"
    assert remark == f"{CHECKPOINT} {ahead}, {PREVIOUS_CHECKPOINT} {ahead}"


@pytest.mark.parametrize("key", ["data", "code", "numpy", "processor"])
def test_a_checkpoint_of_another_origin_is_an_error_that_names_the_difference(
    tmp_path: Path, key: str
) -> None:
    _saved(tmp_path)
    message = f": {key} was {getattr(ORIGIN, key)}, is another. rerun=true"
    with pytest.raises(CheckpointError, match=message):
        checkpoint.load(tmp_path, msgspec.structs.replace(ORIGIN, **{key: "another"}), epochs=4)


def test_a_checkpoint_of_another_processor_is_told_from_one_of_other_code(tmp_path: Path) -> None:
    assert checkpoint.made_elsewhere(tmp_path, ORIGIN) == ""
    _saved(tmp_path)
    assert checkpoint.made_elsewhere(tmp_path, ORIGIN) == ""
    there = msgspec.structs.replace(ORIGIN, processor="another")
    words = f"processor was {ORIGIN.processor}, is another"
    assert checkpoint.made_elsewhere(tmp_path, there) == words
    (tmp_path / CHECKPOINT).rename(tmp_path / PREVIOUS_CHECKPOINT)
    assert checkpoint.made_elsewhere(tmp_path, there) == words
    assert checkpoint.made_elsewhere(tmp_path, msgspec.structs.replace(there, code="x")) == ""


def test_every_difference_of_the_configuration_is_named(tmp_path: Path) -> None:
    _saved(tmp_path)
    other = msgspec.structs.replace(ORIGIN, config={"seed": 1, "sizes": [6, 4, 3]})
    with pytest.raises(CheckpointError) as error:
        checkpoint.load(tmp_path, other, epochs=EPOCHS)
    assert "seed was 0, is 1; sizes was [6, 5, 3], is [6, 4, 3]" in str(error.value)
    assert str(tmp_path / CHECKPOINT) in str(error.value)


def test_a_checkpoint_contains_no_pickle(tmp_path: Path) -> None:
    _saved(tmp_path)
    contents = (tmp_path / CHECKPOINT).read_bytes()
    with zipfile.ZipFile(io.BytesIO(contents[: -checkpoint.DIGEST_SIZE])) as archive:
        assert sorted(archive.namelist()) == [
            "best_parameters.npy",
            "first.npy",
            "parameters.npy",
            "position.npy",
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


def test_a_pickle_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    buffer = io.BytesIO()
    np.savez(buffer, parameters=np.array([_Bomb()], dtype=object), allow_pickle=True)
    archive = buffer.getvalue()
    (tmp_path / CHECKPOINT).write_bytes(archive + hashlib.sha256(archive).digest())
    assert _load(tmp_path) == (None, f"{CHECKPOINT} is damaged")
    assert not Path("unpickled").exists()
    np.load(io.BytesIO(archive), allow_pickle=True)["parameters"]
    assert Path("unpickled").exists()  # so loading it would have been noticed


def _damaged(contents: bytes) -> Iterator[bytes]:
    """Yield the contents of a file, damaged in many ways."""
    rng = random.Random(4)
    for length in (*range(70), *rng.sample(range(len(contents)), 60), len(contents) - 1):
        yield contents[:length]
        yield contents[:length] + bytes(len(contents) - length)  # as some file systems leave it
    for _ in range(300):
        flipped = bytearray(contents)
        flipped[rng.randrange(len(contents))] ^= 1 << rng.randrange(8)
        yield bytes(flipped)
    for _ in range(100):
        first, second = sorted(rng.sample(range(len(contents)), 2))
        yield contents[:first] + contents[second:]
        yield contents[:first] + rng.randbytes(second - first) + contents[second:]
        yield rng.randbytes(first)
    yield contents + b"\0"
    yield contents + contents


def test_a_damaged_checkpoint_is_never_loaded(tmp_path: Path) -> None:
    _saved(tmp_path)
    contents = (tmp_path / CHECKPOINT).read_bytes()
    count = 0
    for damaged in _damaged(contents):
        if damaged == contents:
            continue
        (tmp_path / CHECKPOINT).unlink()  # a new file is written faster than an old one
        (tmp_path / CHECKPOINT).write_bytes(damaged)
        assert _load(tmp_path) == (None, f"{CHECKPOINT} is damaged")
        count += 1
    assert count > 700


def test_the_previous_checkpoint_is_used_if_the_newest_is_damaged(tmp_path: Path) -> None:
    before = _saved(tmp_path, batches=3)
    _saved(tmp_path, batches=7)
    (tmp_path / CHECKPOINT).write_bytes(b"damaged")
    saved, remark = _load(tmp_path)
    assert saved is not None
    assert remark == f"{CHECKPOINT} is damaged"
    assert saved.arrays["parameters"].tobytes() == before.network.parameters.tobytes()
    assert saved.position.batches == 3


def test_if_both_are_damaged_the_remark_names_both(tmp_path: Path) -> None:
    _saved(tmp_path)
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        (tmp_path / name).write_bytes(b"damaged")
    assert _load(tmp_path) == (None, f"{CHECKPOINT} is damaged, {PREVIOUS_CHECKPOINT} is damaged")


@pytest.mark.parametrize(
    "position", ['{"batches": 3}', "no JSON", json.dumps([1]), json.dumps({"epochs": 3})]
)
def test_the_file_of_another_version_counts_as_damaged(tmp_path: Path, position: str) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, parameters=np.zeros(3), position=np.array(position))
    archive = buffer.getvalue()
    (tmp_path / CHECKPOINT).write_bytes(archive + hashlib.sha256(archive).digest())
    assert _load(tmp_path) == (None, f"{CHECKPOINT} is damaged")


def test_a_failed_write_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    saved = _saved(tmp_path, batches=3)
    before = (tmp_path / CHECKPOINT).read_bytes()
    (tmp_path / PREVIOUS_CHECKPOINT).mkdir()  # nothing can be renamed to it
    with pytest.raises(OSError, match="directory"):
        saved.save(tmp_path)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [CHECKPOINT, PREVIOUS_CHECKPOINT]
    )


def test_removing_checkpoints_leaves_the_other_files(tmp_path: Path) -> None:
    _saved(tmp_path)
    _saved(tmp_path)
    for name in (f"{CHECKPOINT}.9.tmp", "network.npz", "journal.jsonl"):
        (tmp_path / name).write_bytes(b"")
    checkpoint.remove(tmp_path)
    checkpoint.remove(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.jsonl", "network.npz"]


def test_a_fifo_is_no_checkpoint(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / CHECKPOINT)
    assert checkpoint.load(tmp_path, ORIGIN, epochs=EPOCHS)[0] is None


def test_the_last_checkpoint_can_be_kept(tmp_path: Path) -> None:
    _saved(tmp_path)
    _saved(tmp_path)
    (tmp_path / f"{CHECKPOINT}.9.tmp").write_bytes(b"")
    checkpoint.remove(tmp_path, keep_last=True)
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]
