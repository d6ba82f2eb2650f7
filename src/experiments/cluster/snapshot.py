"""A snapshot of a run: the contents of its folder, as they travel between machines."""

from pathlib import Path

import msgspec

from experiments.recording import (
    CHECKPOINT,
    JOURNAL,
    NETWORK,
    OUTPUT_LOG,
    PREVIOUS_CHECKPOINT,
    WEIGHTS,
    End,
    Event,
    decode,
)


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The journal of a run, its checkpoint, and its other files by their path in the folder.

    The journal has complete lines only. Its epochs are at least those of the checkpoint, and all
    weights that were recorded up to the checkpoint are among the files. So a run can continue from
    every snapshot.
    """

    journal: bytes = b""
    checkpoint: bytes = b""
    files: dict[str, bytes] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "Snapshot":
        """Return a snapshot of the run in ``folder``, which may go on meanwhile.

        A run writes an epoch to the journal first, then weights, then the checkpoint. So they are
        read in the opposite order. Raise OSError if a file cannot be read.
        """
        checkpoint = _contents(folder / CHECKPOINT) or _contents(folder / PREVIOUS_CHECKPOINT)
        files = {str(path.relative_to(folder)): _contents(path) for path in other_files(folder)}
        journal = _contents(folder / JOURNAL)
        return cls(
            journal=journal[: journal.rfind(b"\n") + 1],
            checkpoint=checkpoint,
            files={path: contents for path, contents in files.items() if contents},
        )

    def restore(self, folder: Path) -> None:
        """Write the snapshot to a folder that is empty. Raise OSError if that fails."""
        folder.mkdir(parents=True)
        for path, contents in self.files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(contents)
        if self.journal:
            (folder / JOURNAL).write_bytes(self.journal)
        if self.checkpoint:
            (folder / CHECKPOINT).write_bytes(self.checkpoint)

    @property
    def ended(self) -> bool:
        """Whether the last event is the end of the run."""
        lines = self.journal.splitlines(keepends=True)
        return bool(lines) and isinstance(decode(lines[-1], Event), End)


def other_files(folder: Path) -> list[Path]:
    """Return the files of a run beside journal and checkpoints that belong to its record."""
    found = (folder / NETWORK, folder / OUTPUT_LOG, *sorted((folder / WEIGHTS).glob("*.npy")))
    return [path for path in found if path.is_file()]


def _contents(path: Path) -> bytes:
    """Return the contents of a file; nothing if it is missing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
