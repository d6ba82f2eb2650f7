"""What the user can mend: shown as one line, without a traceback."""


class UserError(Exception):
    """Says what was wrong, where, and what would be right."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows of it."""
        return [str(self)]


class ConfigError(UserError):
    """A configuration that cannot be run."""


class DataError(UserError):
    """A data file that is missing, damaged or not what was expected."""


class CheckpointError(UserError):
    """A checkpoint that a run cannot go on from, as it was made otherwise."""


class StorageError(UserError):
    """A folder that a run cannot write to; what was recorded before stays."""
