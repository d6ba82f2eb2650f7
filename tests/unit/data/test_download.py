"""Downloads: from the first mirror that has the right file, and only missing files."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

import pytest
from idx_files import arrays, check_refused, hashes, idx_dataset, write

from experiments.data import FILES

UNREACHABLE = "http://127.0.0.1:9"  # nothing listens on the discard port


class RecordingHandler(SimpleHTTPRequestHandler):
    """Serves a folder and keeps the requested paths."""

    def send_head(self) -> Any:
        self.server.requested.append(self.path)  # type: ignore[attr-defined]
        return super().send_head()

    def log_message(self, *_: object) -> None:
        pass


class TruncatingHandler(RecordingHandler):
    """Sends all but the last byte of a file."""

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:  # type: ignore[override]
        outputfile.write(source.read()[:-1])


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


REQUESTS = [f"/{name}.gz" for name in FILES.values()]


def test_files_are_downloaded_once(tmp_path: Path, folder: Path) -> None:
    root = tmp_path / "cache"
    with mirror(folder) as (address, requested):
        first = idx_dataset(root, mirrors=[address]).files()
        assert requested == REQUESTS
        again = idx_dataset(root, mirrors=[address + "/"], sha256=hashes(arrays())).files()
        assert requested == REQUESTS
    assert again.sha256 == first.sha256 == idx_dataset(folder).files().sha256
    assert sorted(path.name for path in root.iterdir()) == sorted(r[1:] for r in REQUESTS)


@pytest.mark.parametrize("mirror", ["foo", "file:///data", "ftp://host", "http://", "", "//host"])
def test_a_mirror_that_is_no_address_is_said(tmp_path: Path, mirror: str) -> None:
    message = f"the download failed ({mirror!r} is no address http://HOST or https://HOST);"
    check_refused(idx_dataset(tmp_path, mirrors=[mirror]).files, message)


def test_only_missing_files_are_downloaded(tmp_path: Path, folder: Path) -> None:
    write(tmp_path, {key: arrays()[key] for key in ("train_images", "test_labels")}, suffix="")
    with mirror(folder) as (address, requested):
        files = idx_dataset(tmp_path, mirrors=[address]).files()
        assert requested == REQUESTS[1:3]
    assert files.sha256 == idx_dataset(folder).files().sha256


def test_the_next_mirror_is_tried_after_a_failure(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    with (
        mirror(tmp_path / "empty") as (empty, failed_requests),
        mirror(folder, TruncatingHandler) as (truncating, _),
        mirror(folder) as (address, requested),
    ):
        for i, first in enumerate((empty, truncating, UNREACHABLE)):
            root = tmp_path / f"cache {i}"
            files = idx_dataset(root, mirrors=[first, address]).files()
            assert files.sha256 == idx_dataset(folder).files().sha256
            assert len(list(root.iterdir())) == len(FILES)
        assert requested == REQUESTS * 3
        assert failed_requests == REQUESTS


def test_the_message_has_the_reason_for_each_mirror(tmp_path: Path, folder: Path) -> None:
    root = tmp_path / "cache"
    with mirror(tmp_path) as (empty, _), mirror(folder, TruncatingHandler) as (truncating, _):
        check_refused(
            idx_dataset(root, mirrors=[empty, truncating, UNREACHABLE]).files,
            root / REQUESTS[0][1:],
            empty,
            "404",
            truncating,
            UNREACHABLE,
            "dataset.root",
        )
    assert list(root.iterdir()) == []


def test_a_file_that_is_no_gzip_file_is_refused(tmp_path: Path) -> None:
    served = tmp_path / "served"
    root = tmp_path / "cache"
    write(served, arrays())
    (served / REQUESTS[0][1:]).write_bytes(b"<html>Please log in to the hotel's network</html>")
    with mirror(served) as (address, _):
        check_refused(idx_dataset(root, mirrors=[address]).files, root / REQUESTS[0][1:])
    check_refused(idx_dataset(root).files, root / FILES["train_images"])


def test_a_mirror_with_other_contents_is_skipped(tmp_path: Path, folder: Path) -> None:
    served, root = tmp_path / "served", tmp_path / "cache"
    write(served, {**arrays(), "train_images": arrays()["train_images"][::-1]})
    expected = hashes(arrays())
    with mirror(served) as (other, _), mirror(folder) as (right, _):
        check_refused(
            idx_dataset(root, mirrors=[other], sha256=expected).files, other, "other contents"
        )
        assert list(root.iterdir()) == []
        requested = idx_dataset(root, mirrors=[other, right], sha256=expected)
        assert requested.files().sha256 == idx_dataset(folder).files().sha256
