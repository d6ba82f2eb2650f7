"""Errors that the user can correct. Programs show them as one line, without a traceback."""


class UserError(Exception):
    """A mistake or a problem outside of this program.

    The message says what is wrong, where, and what would be right.
    """

    def _render_traceback_(self) -> list[str]:
        """Return the lines that a notebook shows instead of a traceback."""
        return [str(self)]


class ConfigError(UserError):
    """A configuration that cannot be run."""


class DataError(UserError):
    """A data file or a record that is missing, damaged, or of another format."""


class CheckpointError(UserError):
    """A checkpoint that a run cannot continue from, because its origin is another one."""


class StorageError(UserError):
    """A folder that a run cannot write to. Everything that was recorded before is kept."""


class StoreError(UserError):
    """An MLflow store has failed; ``uri`` is its address."""

    def __init__(self, uri: str, message: str) -> None:
        super().__init__(f"{uri}: {message}")
        self.uri = uri
