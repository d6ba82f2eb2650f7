"""Why a file is not found in a folder: what is there instead, and which name is nearly right."""

import difflib
import errno
import re
from collections.abc import Sequence
from pathlib import Path

from experiments.data.contents import GZIP, idx_header, kind_of, listed

CIRCLE = "a link that leads to itself, so it cannot be followed"


def explain_missing(root: Path, name: str) -> str:
    """Return why the folder ``root`` has neither the file ``name`` nor a gzipped one.

    The message begins with the path that is wrong.
    """
    try:
        found = sorted(root.iterdir())
    except (OSError, ValueError) as error:
        return f"{root}: {explain_folder(root, error)}"
    for path in (root / f"{name}.gz", root / name):
        if path.is_symlink():
            return f"{path}: {explain_file(path, _error_of(path))}"
    missing = f"{root / name}.gz: no such file, nor one without .gz"
    return f"{missing}; {_holds(found)}{_near(found, name)}"


def near(root: Path, name: str) -> str:
    """Return a question about the file that may be meant by ``name``, if the folder has one."""
    try:
        return _near(sorted(root.iterdir()), name)
    except OSError:
        return ""


def explain_folder(root: Path, error: OSError | ValueError) -> str:
    """Return why a folder cannot be used, given the error of the attempt."""
    if isinstance(error, PermissionError):
        return "no permission to read the folder"
    if isinstance(error, NotADirectoryError) and root.exists():
        what = "a file" if root.is_file() else "no folder"
        return f"it is {what}, expected the folder that has the four files"
    if getattr(error, "errno", None) == errno.ELOOP:
        return f"the folder is {CIRCLE}"
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if root.is_symlink():
        return f"the folder is a link to {root.readlink()}, which does not exist"
    where = "" if root.is_absolute() else f" in {Path.cwd()}"
    return f"the folder does not exist{where}{_near_folder(root)}"


def explain_file(path: Path, error: OSError) -> str:
    """Return why a file cannot be read, given the error of the attempt."""
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return f"it is a link to {path.readlink()}, which does not exist"
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return f"it is a folder, expected a file{_inside(path)}"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if error.errno == errno.ELOOP:
        return f"it is {CIRCLE}"
    return f"cannot be read: {error.strerror or error}"


def _error_of(path: Path) -> OSError:
    """Return why a link cannot be followed."""
    try:
        path.stat()
    except OSError as error:
        return error
    return FileNotFoundError()


def _inside(folder: Path) -> str:
    try:
        return f"; {_holds(sorted(folder.iterdir()))}"
    except OSError:
        return ""


def _holds(found: Sequence[Path]) -> str:
    names = [_printable(path.name) + "/" * path.is_dir() for path in found]
    return f"the folder has {listed(names)}" if names else "the folder is empty"


def _near(found: Sequence[Path], name: str) -> str:
    file = _near_file(found, name)
    return f"; did you mean {_printable(file.name)}? {_advice(file, name)}".rstrip() if file else ""


def _near_file(found: Sequence[Path], name: str) -> Path | None:
    """Return the file whose name is most similar, for the same half of the data set."""
    thing = "image" if "image" in name else "label"
    parts = ("train",) if "train" in name else ("t10k", "test")
    possible = {
        plain: path
        for path in found
        if thing in (plain := _plain(path.name)) and any(part in plain for part in parts)
    }
    best = difflib.get_close_matches(_plain(name), possible, n=1, cutoff=0.0)
    return possible[best[0]] if best else None


def _near_folder(root: Path) -> str:
    try:
        folders = {path.name.lower(): path for path in root.parent.iterdir() if path.is_dir()}
    except OSError:
        return ""
    best = difflib.get_close_matches(root.name.lower(), folders, n=1)
    return f"; did you mean {_printable(str(folders[best[0]]))}?" if best else ""


def _advice(file: Path, name: str) -> str:
    """Return advice about a file that may be meant by ``name``; nothing if it is no file."""
    if not file.is_file():
        return ""
    try:
        with file.open("rb") as opened:
            beginning = opened.read(512)
    except OSError:
        return ""
    right = name.removesuffix(".gz")
    if beginning.startswith(GZIP):
        return f"rename it to {right}.gz"
    if idx_header(beginning):
        return f"rename it to {right}"
    kind = kind_of(beginning)
    return f"it is {kind}, expected an IDX file" if kind else ""


def _plain(name: str) -> str:
    """Return a name in lower case without `.gz` and without marks between its words."""
    return re.sub(r"[^a-z0-9]", "", name.lower().removesuffix(".gz"))


def _printable(text: str) -> str:
    """Return a name or path in one line: if it cannot be printed, with escapes."""
    return text if text.isprintable() else ascii(text)
