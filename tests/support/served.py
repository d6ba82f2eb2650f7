"""Folders that are served on this machine, as the mirrors of data sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any

import pytest


class RecordingHandler(SimpleHTTPRequestHandler):
    """Serves a folder and keeps the requested paths."""

    def send_head(self) -> Any:
        self.server.requested.append(self.path)  # type: ignore[attr-defined]
        return super().send_head()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def mirror(
    root: Path, handler: type[SimpleHTTPRequestHandler] = RecordingHandler
) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder on this machine; yield the address and the paths requested so far."""
    with (
        HTTPServer(("127.0.0.1", 0), partial(handler, directory=str(root))) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("NO_PROXY", "127.0.0.1")
        server.requested = []  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.requested  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()
