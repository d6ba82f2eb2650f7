"""The record of a run at home, written while a worker elsewhere does the run."""

from pathlib import Path

from experiments.cluster.snapshot import Snapshot
from experiments.recording import CHECKPOINT, Journal, Record, write_atomically
from experiments.running import Job, remove_checkpoints


class HeldError(Exception):
    """Another process writes the record of this run."""


class Home:
    """Copies what a worker records into the folder of a run, and holds the lock of its journal.

    So other processes see that the run goes on, and leave its record alone.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._journal: Journal | None = None
        self._aside = job.rerun
        self._files: dict[str, bytes] = {}

    @property
    def files(self) -> dict[str, bytes]:
        """The files that have been copied, or were there, by their path in the folder."""
        return self._files

    def known(self) -> Snapshot:
        """Return the record of the run so far; an empty one if it begins again.

        Raise OSError if a file cannot be read.
        """
        if self._job.rerun:
            return Snapshot()
        known = Snapshot.of(self._job.folder)
        self._files = dict(known.files)
        return known

    def take(self, snapshot: Snapshot) -> None:
        """Write what is new in a snapshot: files, then the journal, then the checkpoint.

        A record that is not the beginning of the snapshot is set aside, as `rerun=true` does,
        unless it is complete. Raise HeldError if another process writes the record, OSError or
        UserError if it cannot be written.
        """
        if not snapshot.journal:
            return
        journal = self._locked()
        if not snapshot.journal.startswith(_contents(journal.path)):
            record = Record.of(journal.events, journal.path)
            if not self._aside and self._job.is_settled(record):
                return
            self.close()
            self._aside, self._files = True, {}
            journal = self._locked()
        for path, contents in snapshot.files.items():
            if self._files.get(path) != contents:
                (self._job.folder / path).parent.mkdir(exist_ok=True)
                write_atomically(self._job.folder / path, contents)
        self._files = dict(snapshot.files)
        journal.catch_up(snapshot.journal)
        if snapshot.checkpoint:
            write_atomically(self._job.folder / CHECKPOINT, snapshot.checkpoint)
        record = Record.of(journal.events, journal.path)
        if record is not None and record.final:
            remove_checkpoints(self._job.folder, keep_last=record.untested)

    def close(self) -> None:
        """Release the lock of the journal."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _locked(self) -> Journal:
        if self._journal is None:
            try:
                self._journal = Journal(self._job.folder, wait=False, aside=self._aside)
            except BlockingIOError:
                raise HeldError from None
            self._aside = False
        return self._journal


def _contents(path: Path) -> bytes:
    return path.read_bytes()
