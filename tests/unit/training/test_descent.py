"""Descents: in lockstep each network takes the steps that it would take alone, to the last bit."""

import itertools

import numpy as np
import pytest
import trainings
from networks import ACTIVATIONS, LOSSES, OPTIMIZERS

from experiments.examples import Split
from experiments.training import Descent, descend
from nn import SGD, LeCunNormal, Network, Optimizer, ReLU, Sigmoid, compiled
from nn.compiled import Kernel

BATCH_SIZE = 5
PLAIN = SGD(0.5)


def network(seed: int, **parts: object) -> Network:
    """Return a small network with other parameters for each seed."""
    chosen = {"activation": Sigmoid(), "loss": LOSSES[0], "dtype": np.float32, **parts}
    return Network(
        [trainings.FEATURES, 4, trainings.CLASSES],
        initializer=LeCunNormal(1.0),
        rng=np.random.default_rng(seed),
        **chosen,  # type: ignore[arg-type]
    )


def descent(
    seed: int, train: Split, *, optimizer: Optimizer = PLAIN, batches: int = 0, **parts: object
) -> Descent:
    """Return a descent that begins after some mini-batches."""
    made = network(seed, **parts)
    progress = trainings.progress(made, optimizer)
    progress.batches = batches
    return Descent(
        made,
        train,
        BATCH_SIZE,
        np.random.default_rng(seed),
        optimizer=optimizer,
        progress=progress,
        rate=optimizer.learning_rate,
        decay=0.01 * seed,
    )


def result(each: Descent) -> dict[str, object]:
    """Return everything that a descent computes."""
    state = each.progress.state
    return {
        "parameters": each.network.parameters.tobytes(),
        "moments": {name: moment.tobytes() for name, moment in state.moments.items()},
        "norms": each.progress.gradient_norms,
        "steps": (state.steps, each.progress.batches, each.complete),
    }


def endless() -> bool:
    return False


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_each_network_gets_the_bits_that_it_gets_alone(
    activation: object, loss: object, dtype: type
) -> None:
    train = trainings.split(trainings.N, dtype=dtype)
    parts = {"activation": activation, "loss": loss, "dtype": dtype}

    def made() -> list[Descent]:
        optimizers = enumerate(OPTIMIZERS)
        return [descent(seed, train, optimizer=each, **parts) for seed, each in optimizers]

    together, alone = made(), made()
    descend(together, stop=endless)
    for each in alone:
        descend([each], stop=endless)
    assert [result(each) for each in together] == [result(each) for each in alone]
    assert all(each.complete for each in together)
    assert len({each.network.parameters.tobytes() for each in together}) == len(OPTIMIZERS)


def test_stopped_descents_continue_in_lockstep_or_alone() -> None:
    train = trainings.split(trainings.N, dtype=np.float32)
    expected = [descent(seed, train) for seed in range(3)]
    descend(expected, stop=endless)
    stopped = [descent(seed, train) for seed in range(3)]
    calls = itertools.count()
    descend(stopped, stop=lambda: next(calls) == 2)
    assert [(each.progress.batches, each.complete) for each in stopped] == [(2, False)] * 3
    for seed, each in enumerate(stopped):
        each.order = np.random.default_rng(seed)
    descend(stopped[:2], stop=endless)
    descend(stopped[2:], stop=endless)
    assert [result(each) for each in stopped] == [result(each) for each in expected]


def test_a_descent_that_diverges_does_not_change_the_others() -> None:
    train = trainings.split(trainings.N, dtype=np.float32)
    together = [descent(seed, train) for seed in range(3)]
    together[1].rate = 1e30
    alone = descent(2, train)
    descend(together, stop=endless)
    descend([alone], stop=endless)
    assert result(together[2]) == result(alone)
    assert not np.isfinite(together[1].network.parameters).all()


def test_the_seconds_are_shared_equally() -> None:
    train = trainings.split(trainings.N, dtype=np.float32)
    together = [descent(seed, train) for seed in range(4)]
    descend(together, stop=endless)
    (seconds,) = {each.progress.seconds for each in together}
    assert seconds > 0


def test_an_error_is_left_to_each_training() -> None:
    train = trainings.split(trainings.N, dtype=np.float32)
    wrong = Split(train.images, train.labels, train.targets[:, :2])
    together = [descent(seed, wrong) for seed in range(2)]
    descend(together, stop=endless)
    assert [str(each.error) for each in together] == [
        f"targets must be (2, {BATCH_SIZE}, {trainings.CLASSES}), not (2, {BATCH_SIZE}, 2)"
    ] * 2
    assert not any(each.complete for each in together)


def test_descents_of_one_kind_differ_in_what_is_their_own() -> None:
    train = trainings.split(trainings.N, dtype=np.float32)
    same = [descent(seed, train, optimizer=each) for seed, each in enumerate(OPTIMIZERS)]
    assert len({each.kind for each in same}) == 1
    others = [
        descent(0, train, batches=1),
        descent(0, train, activation=ReLU()),
        descent(0, train, loss=LOSSES[1]),
        descent(0, train, dtype=np.float64),
        descent(0, trainings.split(trainings.N, dtype=np.float32)),
    ]
    assert len({each.kind for each in [same[0], *others]}) == 1 + len(others)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("stops", [(), (1, 3), (2,), (4,), (5,)], ids=str)
def test_compiled_steps_stop_and_continue_to_the_last_bit(
    optimizer: Optimizer, stops: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "OPERATIONS", 0.0)  # so every call takes one step
    train = trainings.split(trainings.N, dtype=np.float32)
    whole, parts = (descent(1, train, optimizer=optimizer) for _ in range(2))
    for each in (whole, parts):
        each.kernel = Kernel(each.network, optimizer, train.images, train.targets)
    descend([whole], stop=endless)
    for stop in stops:
        parts.order = np.random.default_rng(1)
        descend([parts], stop=lambda stop=stop: parts.progress.batches == stop)
        assert parts.progress.batches == stop
        assert parts.complete == (stop == 5)
    parts.order = np.random.default_rng(1)
    descend([parts], stop=endless)
    assert result(parts) == result(whole)
    assert whole.progress.batches == 5


def test_compiled_descents_are_done_one_by_one() -> None:
    train = trainings.split(trainings.N, dtype=np.float32)
    first, second = (descent(1, train) for _ in range(2))
    assert first.kind == second.kind
    for each in (first, second):
        each.kernel = Kernel(each.network, PLAIN, train.images, train.targets)
    assert first.kind != second.kind
