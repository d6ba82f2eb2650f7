"""Append the events of a run to its journal, and keep its record in memory."""

import time

import msgspec

from experiments.recording import End, Epoch, Event, Journal, Note, Record


class Recorder:
    """Appends the events of one run to its journal and to its record."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.record = Record.of(journal.events, journal.path)
        worked = self.record.seconds if self.record else 0.0
        self._started = time.perf_counter() - worked
        self._last_note = ""

    @property
    def epochs(self) -> list[Epoch]:
        """The epochs that have been recorded."""
        return self.record.epochs if self.record else []

    def elapsed(self) -> float:
        """Return the seconds of work so far, over all processes that have worked on the run."""
        return time.perf_counter() - self._started

    def append(self, event: Event) -> Event:
        """Record an event and return it with its time; raise as `Journal.append` does."""
        if isinstance(event, Epoch | End):
            event = msgspec.structs.replace(event, elapsed=self.elapsed())
        recorded = self.journal.append(event)
        if self.record is None:
            self.record = Record.of([recorded], self.journal.path)
        else:
            self.record.add(recorded, self.journal.path)
        return recorded

    def note(self, message: str) -> list[Event]:
        """Record a message and return its event; return nothing if the last note was the same."""
        if message == self._last_note:
            return []
        self._last_note = message
        return [self.append(Note(message=message))]
