"""Error messages of Hydra and OmegaConf in one line."""

import difflib

from hydra.errors import HydraException, MissingConfigException
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException


def one_line(error: Exception, group: str = "") -> str:
    """Return the message of an error in one line.

    The line names the key in conf/ and, for an unknown name, the most similar known name. ``group``
    is the key of the node that OmegaConf's error refers to, if that is not the root of conf/.
    """
    cause = error.__cause__ if isinstance(error, HydraException) else error
    if isinstance(error, MissingConfigException) and error.options is not None:
        return f"no {error.missing_cfg_file}; there are {', '.join(error.options)}"
    if isinstance(cause, OSError) and cause.filename and cause.strerror:
        return f"{cause.filename}: {cause.strerror}"
    if not isinstance(cause, OmegaConfBaseException):
        return " ".join(str(error).split())
    key = ".".join(part for part in (group, cause.full_key) if part)
    if isinstance(cause, MissingMandatoryValue):
        return f"{key} has no value; give it one with {key}=..."
    return f"{key}: {str(cause).splitlines()[0]}{_suggestion(cause)}"


def _suggestion(error: OmegaConfBaseException) -> str:
    """Return the most similar known key, or all known keys; nothing if the key is known."""
    if error.parent_node is None or not isinstance(error.key, str):
        return ""
    known = [str(key) for key in error.parent_node]
    if error.key in known:
        return ""
    similar = difflib.get_close_matches(error.key, known, n=1)
    return f"; did you mean {similar[0]}?" if similar else f"; there are {', '.join(known)}"
