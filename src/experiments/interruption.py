"""Turn SIGINT, SIGTERM and SIGHUP into an exception, or into a request to stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """One of `SIGNALS` was received. ``exit_code`` is the conventional 128 + its number."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum
        self.exit_code = 128 + signum


class Interruption:
    """A handler of `SIGNALS`. After the first signal only Ctrl-C has an effect, immediately.

    The first signal raises `Interrupted`. Inside of `deferred` it only sets ``signum``.
    """

    def __init__(self) -> None:
        self.signum: int | None = None
        self._deferring = 0

    def install(self) -> None:
        """Make this the handler of `SIGNALS` in this process."""
        for each in SIGNALS:
            signal.signal(each, self._handle)

    def _handle(self, signum: int, _frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.signum = signum
        if self._deferring == 0:
            raise Interrupted(signum)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Raise no exception inside of this context; the code in it checks `requested`.

        Runs in lockstep are inside of it at the same time, and leave it one by one.
        """
        self._deferring += 1
        try:
            yield
        finally:
            self._deferring -= 1

    def requested(self) -> bool:
        """Return whether a signal was received."""
        return self.signum is not None
