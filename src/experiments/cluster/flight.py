"""The state of a run in flight, which the scheduler keeps while a worker does the run.

It is published as a few data sets of Dask, named by the identity of the run. So it outlives the
worker, which writes it after each epoch, and the client, which copies it home. Dask's variables are
no place for it: to ask for one that is not set, while another is asked for, can be an error.
"""

import zlib
from typing import TYPE_CHECKING, Any

from experiments.cluster.snapshot import Snapshot

if TYPE_CHECKING:
    from distributed import Client


def key_of(identity: str) -> str:
    """Return the key of the task that does a run: the same for every client."""
    return f"run-{identity}"


class Flight:
    """Reads and writes the state of one run on the scheduler of a client.

    Each method raises OSError if the scheduler cannot be reached.
    """

    def __init__(self, client: "Client", identity: str) -> None:
        self._client = client
        self._name = key_of(identity)
        self._known: dict[str, int] = {}
        """The CRC-32 of each file that the scheduler has, as far as this object knows."""

    def begin(self, token: str, worker: str) -> list[str]:
        """Note that a worker begins to do the run; return the workers that began before.

        ``token`` is that of the submission: what an earlier one has left does not count.
        """
        before = self._attempts(token)
        self._set("attempts", {"token": token, "workers": [*before, worker]})
        return before

    def retract(self, token: str, number: int) -> None:
        """Take the attempt with this number back, because its worker refuses the run.

        Otherwise it would count as a worker that died.
        """
        workers = self._attempts(token)
        if len(workers) == number:
            self._set("attempts", {"token": token, "workers": workers[:-1]})

    def is_attempt(self, token: str, number: int) -> bool:
        """Return whether no other worker has begun the run since the attempt with this number."""
        return len(self._attempts(token)) == number

    def _attempts(self, token: str) -> list[str]:
        attempts = self._get("attempts")
        if attempts is None or attempts["token"] != token:
            return []
        return list(attempts["workers"])

    def write(self, token: str, snapshot: Snapshot) -> None:
        """Set the state of the run, the files first, and of these only what has changed."""
        sums = {path: zlib.crc32(contents) for path, contents in snapshot.files.items()}
        for path, contents in snapshot.files.items():
            if self._known.get(path) != sums[path]:
                self._set(path, contents)
                self._known[path] = sums[path]
        state = {"token": token, "journal": snapshot.journal, "checkpoint": snapshot.checkpoint}
        self._set("state", {**state, "files": sums})

    def read(self, token: str | None = None, have: dict[str, bytes] | None = None) -> Snapshot:
        """Return the state of the run; an empty one if there is none, or of another ``token``.

        Files in ``have`` that have not changed are not fetched again.
        """
        state = self._get("state")
        if state is None or token not in (None, state["token"]):
            return Snapshot()
        files = {}
        for path, crc in state["files"].items():
            contents = (have or {}).get(path)
            if contents is None or zlib.crc32(contents) != crc:
                contents = self._get(path)
            if contents is not None:
                files[path] = contents
                self._known[path] = zlib.crc32(contents)
        return Snapshot(journal=state["journal"], checkpoint=state["checkpoint"], files=files)

    def delete(self) -> None:
        """Remove the state from the scheduler."""
        state = self._get("state")
        paths = state["files"] if state else ()
        names: list[Any] = [f"{self._name}/{name}" for name in ("attempts", "state", *paths)]
        self._client.unpublish_dataset(names)

    def _set(self, name: str, value: object) -> None:
        self._client.publish_dataset(value, name=f"{self._name}/{name}", override=True)

    def _get(self, name: str) -> Any:
        """Return a published value; None if there is none.

        `Client.get_dataset` would tell the scheduler about all tasks of the client each time.
        """
        scheduler: Any = self._client.scheduler
        names = [f"{self._name}/{name}"]
        (found,) = self._client.sync(scheduler.publish_get, names=names)
        return None if found is None else found["data"]
