"""Signals: the first one is raised, or noted while that is deferred; the next ones are ignored."""

import os
import signal
from collections.abc import Iterator

import pytest

from experiments.interruption import SIGNALS, Interrupted, Interruption


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Restore the handlers of the signals after the test."""
    before = {each: signal.getsignal(each) for each in SIGNALS}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.fixture
def interruption() -> Interruption:
    """An interruption that is installed in this process."""
    interruption = Interruption()
    interruption.install()
    return interruption


def send(signum: int) -> None:
    os.kill(os.getpid(), signum)


@pytest.mark.parametrize("signum", SIGNALS)
def test_a_signal_is_raised_with_its_exit_code(interruption: Interruption, signum: int) -> None:
    with pytest.raises(Interrupted) as error:
        send(signum)
    assert str(error.value) == signal.Signals(signum).name
    assert error.value.signum == interruption.signum == signum
    assert error.value.exit_code == 128 + signum


def test_an_interruption_is_a_keyboard_interrupt() -> None:
    """So `except Exception` does not catch it."""
    assert issubclass(Interrupted, KeyboardInterrupt)
    assert not issubclass(Interrupted, Exception)


@pytest.mark.parametrize("signum", SIGNALS)
def test_a_deferred_signal_is_only_noted(interruption: Interruption, signum: int) -> None:
    with interruption.deferred():
        assert not interruption.requested()
        send(signum)
        assert interruption.requested()
    assert interruption.signum == signum


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGHUP])
def test_after_the_first_signal_the_others_are_ignored(
    interruption: Interruption, second: int
) -> None:
    with interruption.deferred():
        send(signal.SIGTERM)
        send(second)
    assert interruption.signum == signal.SIGTERM


def test_after_the_first_signal_ctrl_c_has_an_immediate_effect(interruption: Interruption) -> None:
    with interruption.deferred():
        send(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)


def test_signals_are_raised_again_after_a_deferral(interruption: Interruption) -> None:
    with pytest.raises(ValueError, match="within"), interruption.deferred():
        raise ValueError("within")
    assert not interruption.requested()
    with pytest.raises(Interrupted):
        send(signal.SIGTERM)


def test_signals_are_raised_again_after_the_last_of_several_deferrals(
    interruption: Interruption,
) -> None:
    first, second = interruption.deferred(), interruption.deferred()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    send(signal.SIGTERM)
    assert interruption.requested()
    second.__exit__(None, None, None)


def test_no_signal_is_deferred_when_all_deferrals_have_ended(interruption: Interruption) -> None:
    with interruption.deferred(), interruption.deferred():
        pass
    with pytest.raises(Interrupted):
        send(signal.SIGTERM)
