"""Download a data file from the first mirror that has the right one."""

import hashlib
import re
import shutil
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from experiments.data.folders import near
from experiments.data.idx import unpacked
from experiments.errors import DataError

ADDRESS = re.compile(r"https?://[^/\s]")
"""The beginning of the address of a mirror."""
ARCHIVE, GZIPPED = ".zip", ".gz"
TIMEOUT = 30
"""Seconds without an answer after which the next mirror is tried."""


@dataclass(frozen=True)
class Hashes:
    """The expected SHA-256 of a file: of its unpacked ``contents``, and of the gzipped file.

    None accepts every file.
    """

    contents: str | None = None
    gzipped: str | None = None


def download(
    root: Path, name: str, mirrors: Sequence[str], expected: Hashes, together: Sequence[str]
) -> Path:
    """Save the gzipped file ``name`` of the first suitable mirror in ``root``; return its path.

    A mirror is the address of a folder, or of a zip archive. From an archive all missing files
    that belong ``together`` are saved. A file is suitable if it can be unpacked and has the
    ``expected`` hashes. Files that are not suitable are deleted. Raise DataError, with the reason
    for each mirror, if none has a suitable file, and if the folder ``root`` cannot be made.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{root}: the folder cannot be made: {error.strerror}") from None
    failures = []
    for mirror in mirrors:
        if not ADDRESS.match(mirror):
            failures.append(f"{mirror!r} is no address http://HOST or https://HOST")
            continue
        try:
            path = _from_mirror(mirror.rstrip("/"), root, name, together)
        except OSError as error:
            failures.append(f"{mirror}: {_reason(error)}")
            continue
        except (zipfile.BadZipFile, KeyError):
            failures.append(f"{mirror}: it is no zip archive that has this file")
            continue
        try:
            check_sha256(path, unpacked(path), expected)
        except DataError:
            path.unlink()
            failures.append(f"{mirror}: other contents")
            continue
        return path
    raise DataError(
        f"{root / name}: missing, and the download failed ({'; '.join(failures)});"
        " put the four files there, or give the folder that has them with dataset.root=..."
        f"{near(root, name)}"
    )


def check_sha256(path: Path, contents: bytes, expected: Hashes) -> str:
    """Return the SHA-256 of a file's unpacked contents.

    Raise DataError if a hash is not the ``expected`` one. That of the gzipped file is checked only
    if the file is gzipped.
    """
    digest = hashlib.sha256(contents).hexdigest()
    if expected.contents is not None and digest != expected.contents:
        _refuse(path, "its contents", digest, expected.contents)
    if expected.gzipped is not None and path.suffix == GZIPPED:
        gzipped = hashlib.sha256(path.read_bytes()).hexdigest()
        if gzipped != expected.gzipped:
            _refuse(path, "the file", gzipped, expected.gzipped)
    return digest


def _refuse(path: Path, of: str, digest: str, expected: str) -> NoReturn:
    raise DataError(
        f"{path}: the SHA-256 of {of} is {digest}, expected {expected};"
        " use dataset=folder to read your own data"
    )


def _from_mirror(mirror: str, root: Path, name: str, together: Sequence[str]) -> Path:
    """Return the path of the file ``name``, saved from a folder or a zip archive.

    Raise BadZipFile or KeyError if the archive does not have it, OSError if there is no answer.
    """
    if not mirror.endswith(ARCHIVE):
        return _retrieve(f"{mirror}/{name}", root, name)
    archive = root / mirror.rpartition("/")[2]
    own = archive.exists()  # the user has put it there
    try:
        with zipfile.ZipFile(archive if own else _retrieve(mirror, root, archive.name)) as opened:
            members = {Path(each.filename).name: each for each in opened.infolist()}
            for wanted in {name, *(each for each in together if each in members)}:
                if not (root / wanted).exists():
                    _extract(opened, members[wanted], root / wanted)
    finally:
        if not own:
            archive.unlink(missing_ok=True)
    return root / name


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """Write a member of an archive to a file, which appears when it is complete."""
    part = path.with_name(f"{path.name}.part")
    try:
        with archive.open(member) as packed, part.open("wb") as file:
            shutil.copyfileobj(packed, file)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    """Return why a file could not be downloaded and saved."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"HTTP status {status}"
    if isinstance(error, PermissionError):
        return "no permission to write to the folder"
    return error.strerror or "no connection"


def _retrieve(url: str, root: Path, name: str) -> Path:
    import pooch

    sys.stderr.write(f"Downloading {url}\n")
    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(timeout=TIMEOUT)
    # known_hash=None: the hash that counts is the hash of the unpacked contents
    return Path(pooch.retrieve(url, None, fname=name, path=root, downloader=downloader))
