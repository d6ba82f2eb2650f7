"""Arms that cannot be compared before other runs are made."""

from collections.abc import Sequence

from experiments.errors import UserError


class MissingRunsError(UserError):
    """Arms cannot be compared yet: ``reason`` says why, and the ``commands`` make the runs.

    The message is the reason, what to do, the commands in one line, and what to do after them.
    """

    def __init__(self, reason: str, to_do: str, commands: Sequence[str], after: str) -> None:
        super().__init__(f"{reason}; {to_do} {' && '.join(commands)}{after}")
        self.reason = reason
        self.commands = commands
