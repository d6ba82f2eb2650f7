"""Print errors that the user can correct as one line, and end the program."""

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from experiments.cli.output import ABANDONED, discard, flushed, is_abandoned
from experiments.configuration import circle, file_being_read, one_line
from experiments.errors import UserError
from experiments.interruption import Interrupted

FULL_ERRORS = os.environ.get("HYDRA_FULL_ERROR") == "1"
"""True if the user wants tracebacks."""
CORRECTABLE = (
    UserError,
    HydraException,
    OmegaConfBaseException,
    OSError,
    MemoryError,
)
OF_HYDRA = (
    AssertionError,
    AttributeError,
    ImportError,
    KeyError,
    RuntimeError,
    TypeError,
    UserWarning,
    ValueError,
)
"""Kinds of errors that Hydra and OmegaConf raise where the user can correct something."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Print an error that the user can correct as one line, and end the program with exit code 1.

    An interruption ends the program with the exit code of its signal, and so does the end of the
    program that reads the output, as in `... | head`. Other errors are raised; if
    HYDRA_FULL_ERROR=1 was set in the environment, all errors are.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises its errors and does not print them
    try:
        with flushed():
            yield
    except BrokenPipeError as error:
        if not is_abandoned(sys.stdout):
            sys.exit(_complaint(error))
        discard(sys.stdout)
        sys.exit(ABANDONED)
    except Interrupted as error:
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except Exception as error:
        if FULL_ERRORS or not _is_correctable(error):
            raise
        sys.exit(_complaint(error))


def _complaint(error: Exception) -> int:
    """Print the line of an error; return the exit code."""
    sys.stderr.write(f"error: {_line(error)}\n")
    return 1


def _line(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return ": ".join(filter(None, ["there is not enough memory", str(error)]))
    return one_line(error)


def _is_correctable(error: Exception) -> bool:
    """Return whether the user can correct the error; false if it is a bug in this program.

    Hydra and OmegaConf raise errors of other kinds for files that they cannot read, and for
    overrides that are correct in the grammar but that they cannot compose. Hydra's warnings are
    made errors.
    """
    if isinstance(error, CORRECTABLE) or file_being_read(error) or circle(error):
        return True
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    raised_in = str(frame.f_globals["__name__"])
    return isinstance(error, OF_HYDRA) and raised_in.startswith(("hydra.", "omegaconf."))
