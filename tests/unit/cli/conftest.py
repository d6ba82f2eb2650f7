"""Changes that the commands make in their process are undone after each test."""

import signal
from collections.abc import Iterator

import pytest

from experiments.interruption import SIGNALS


@pytest.fixture(autouse=True)
def _restored_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore the handlers of signals and the environment variables."""
    handlers = {each: signal.getsignal(each) for each in SIGNALS}
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    yield
    for each, handler in handlers.items():
        signal.signal(each, handler)
