"""SIGINT, SIGTERM and SIGHUP: what Ctrl-C, SLURM, Kubernetes and a closed terminal send."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """One of `SIGNALS` has come; ``exit_code`` is the conventional one."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum
        self.exit_code = 128 + signum


class Interruption:
    """Handles the first of `SIGNALS`; after it only Ctrl-C has an effect, at once.

    It raises `Interrupted`, but where that is deferred it only sets ``signum``.
    """

    def __init__(self) -> None:
        self.signum: int | None = None
        self._deferring = False

    def install(self) -> None:
        """Become the handler of `SIGNALS` in this process."""
        for each in SIGNALS:
            signal.signal(each, self._handle)

    def _handle(self, signum: int, _frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.signum = signum
        if not self._deferring:
            raise Interrupted(signum)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let nothing be raised meanwhile: what runs looks at `requested` itself."""
        self._deferring = True
        try:
            yield
        finally:
            self._deferring = False

    def requested(self) -> bool:
        """Whether a signal has come."""
        return self.signum is not None
