"""Downloads: from the first mirror that has the right file, and only missing files."""

import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from idx_files import arrays, check_refused, gz_hashes, hashes, idx_dataset, write
from served import RecordingHandler, mirror

from experiments.data import FILES

UNREACHABLE = "http://127.0.0.1:9"  # nothing listens on the discard port


class TruncatingHandler(RecordingHandler):
    """Sends all but the last byte of a file."""

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:  # type: ignore[override]
        outputfile.write(source.read()[:-1])


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


def zipped(folder: Path, archive: Path, *, without: str = "") -> None:
    """Write the files of a folder to an archive, below a folder there, as EMNIST has them."""
    with zipfile.ZipFile(archive, "w") as opened:
        for path in folder.iterdir():
            if path.name != without:
                opened.write(path, f"gzip/{path.name}")
        opened.writestr("gzip/readme.txt", "Another file.")


def test_an_archive_is_downloaded_once_for_all_files(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "served").mkdir()
    zipped(folder, tmp_path / "served" / "gzip.zip")
    root = tmp_path / "cache"
    with mirror(tmp_path / "served") as (address, requested):
        source = idx_dataset(root, mirrors=[f"{address}/gzip.zip"], sha256=hashes(arrays()))
        assert source.files().sha256 == idx_dataset(folder).files().sha256
        assert requested == ["/gzip.zip"]
    assert sorted(path.name for path in root.iterdir()) == sorted(r[1:] for r in REQUESTS)


def test_an_archive_that_the_user_has_put_there_is_used_and_kept(
    tmp_path: Path, folder: Path
) -> None:
    zipped(folder, tmp_path / "gzip.zip")
    source = idx_dataset(tmp_path, mirrors=[f"{UNREACHABLE}/gzip.zip"])
    assert source.files().sha256 == idx_dataset(folder).files().sha256
    assert (tmp_path / "gzip.zip").exists()


def test_an_archive_without_the_file_is_no_mirror(tmp_path: Path, folder: Path) -> None:
    served, root = tmp_path / "served", tmp_path / "cache"
    served.mkdir()
    zipped(folder, served / "lacking.zip", without=REQUESTS[0][1:])
    (served / "page.zip").write_bytes(b"<html>Please log in to the hotel's network</html>")
    with mirror(served) as (address, _):
        mirrors = [f"{address}/{name}.zip" for name in ("lacking", "page", "missing")]
        check_refused(
            idx_dataset(root, mirrors=mirrors).files,
            *(f"{each}: it is no zip archive that has this file" for each in mirrors[:2]),
            f"{mirrors[2]}: HTTP status 404",
        )
    assert not list(root.glob("*.zip")) + list(root.glob("*.part"))


def test_a_gzipped_file_with_another_hash_is_not_kept(tmp_path: Path, folder: Path) -> None:
    served, root = tmp_path / "served", tmp_path / "cache"
    other = arrays()["train_images"][::-1]
    expected = gz_hashes(write(served, arrays()))
    write(served, {"train_images": other})
    with mirror(served) as (address, _):
        source = idx_dataset(root, mirrors=[address], gz_sha256=expected)
        check_refused(source.files, f"{address}: other contents")
    assert list(root.iterdir()) == []


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
