"""Download a data file from the first mirror that has the right one."""

import hashlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.data.folders import near
from experiments.data.idx import unpacked
from experiments.errors import DataError

ADDRESS = re.compile(r"https?://[^/\s]")
"""The beginning of the address of a mirror."""
TIMEOUT = 30
"""Seconds without an answer after which the next mirror is tried."""


def download(root: Path, name: str, mirrors: Sequence[str], sha256: str | None) -> Path:
    """Save the file ``name`` of the first suitable mirror in ``root`` and return its path.

    A file is suitable if it can be unpacked and, unless ``sha256`` is None, its unpacked contents
    have that SHA-256. Files that are not suitable are deleted. Raise DataError, with the reason for
    each mirror, if none has a suitable file, and if the folder ``root`` cannot be made.
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
        url = f"{mirror.rstrip('/')}/{name}"
        sys.stderr.write(f"Downloading {url}\n")
        try:
            path = _retrieve(url, root, name)
        except OSError as error:
            failures.append(f"{mirror}: {_reason(error)}")
            continue
        try:
            check_sha256(path, unpacked(path), sha256)
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


def check_sha256(path: Path, contents: bytes, expected: str | None) -> str:
    """Return the SHA-256 of a file's unpacked contents.

    Raise DataError if it is not the ``expected`` one; None accepts every file.
    """
    digest = hashlib.sha256(contents).hexdigest()
    if expected is not None and digest != expected:
        raise DataError(
            f"{path}: the SHA-256 of its contents is {digest}, expected {expected};"
            " use dataset=folder to read your own data"
        )
    return digest


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

    pooch.get_logger().setLevel("WARNING")
    downloader = pooch.HTTPDownloader(timeout=TIMEOUT)
    # known_hash=None: the hash that counts is the hash of the unpacked contents
    return Path(pooch.retrieve(url, None, fname=name, path=root, downloader=downloader))
