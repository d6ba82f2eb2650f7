"""The kind of a file by its first bytes, in words for messages about files of another kind."""

import math
import string
import struct
from collections.abc import Sequence
from pathlib import Path

GZIP = b"\x1f\x8b"
ELEMENTS = {
    0x08: "unsigned byte",
    0x09: "signed byte",
    0x0B: "int16",
    0x0C: "int32",
    0x0D: "float32",
    0x0E: "float64",
}
"""The element types of the IDX format by their codes in the header."""
SIGNATURES = (
    (GZIP, "a gzip file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\x93NUMPY", "a NumPy array (npy)"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB", "a MATLAB file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    *((bytes([0x80, protocol]), "a pickle") for protocol in range(2, 6)),
    (b"%PDF", "a PDF document"),
    (b"version https://git-lfs", "a pointer of Git LFS instead of the file"),
)
"""The first bytes of files that are mistaken for IDX files."""
TEXT = frozenset(string.printable.encode())
LONGEST = 30
"""The number of characters that are quoted of a text file."""


def explain(path: Path, contents: bytes, dimensions: int) -> str:
    """Return why unpacked contents are no IDX file of unsigned bytes with these dimensions.

    ``path`` is the file that they are from. The magic number of the contents must be wrong.
    """
    if contents.startswith(GZIP):
        if path.suffix == ".gz":
            return "it is gzipped twice; unpack it once"
        return f"it is gzipped; rename it to {path.name}.gz"
    if header := idx_header(contents):
        return _explain_header(*header, dimensions)
    if kind := kind_of(contents):
        return f"it is {kind}, expected an IDX file of {_things(dimensions)}"
    expected = bytes([0, 0, 0x08, dimensions])
    little = "; its numbers are little-endian" if contents[:4] == expected[::-1] else ""
    return (
        f"not an IDX file of {_things(dimensions)}: its first bytes are {contents[:4].hex()},"
        f" expected {expected.hex()}{little}"
    )


def explain_length(contents: bytes, dimensions: int, expected: int) -> str:
    """Return why the contents of an IDX file do not have the ``expected`` number of bytes."""
    header = 4 + 4 * dimensions
    swapped = struct.unpack(f"<{dimensions}I", contents[4:header])
    if len(contents) == header + math.prod(swapped):
        sizes = " x ".join(map(str, swapped))
        return (
            f"its sizes, {sizes}, are written little-endian, expected big-endian: write each of"
            " them with its bytes in the reverse order"
        )
    wrong = "truncated" if len(contents) < expected else "too long"
    return f"{wrong}: {len(contents):,} bytes, expected {expected:,}"


def explain_unzipped(path: Path, contents: bytes) -> str:
    """Return why the contents of a file whose name ends in `.gz` cannot be unpacked."""
    if contents.startswith(GZIP):
        return "damaged: its gzip data cannot be unpacked; copy or download it again"
    if idx_header(contents):
        return f"it is not gzipped; rename it to {path.stem}"
    kind = kind_of(contents) or f"its first bytes are {contents[:4].hex()}"
    return f"it is not gzipped: {kind}"


def kind_of(contents: bytes) -> str:
    """Return the kind of a file in words, such as "a PNG image"; nothing if it is not known."""
    if not contents:
        return "empty"
    if contents.startswith(b"PK\x03\x04") and b".npy" in contents[:200]:
        return "an archive of NumPy arrays (npz)"
    if contents[257:262] == b"ustar":
        return "a tar archive"
    for signature, kind in SIGNATURES:
        if contents.startswith(signature):
            return kind
    return _kind_of_text(contents[:512])


def idx_header(contents: bytes) -> tuple[int, int] | None:
    """Return the element type and the number of dimensions of an IDX file, None if it is none."""
    if len(contents) < 4 or contents[:2] != b"\0\0" or contents[2] not in ELEMENTS:
        return None
    return contents[2], contents[3]


def listed(items: Sequence[object], most: int = 4) -> str:
    """Return the items as a list in words, such as "4, 5 and 6" or "1, 2, 3, 4 and 20 more"."""
    shown = [str(item) for item in items[:most]]
    if len(items) > most:
        return f"{', '.join(shown)} and {len(items) - most:,} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def _kind_of_text(beginning: bytes) -> str:
    if not TEXT.issuperset(beginning):
        return ""
    text = beginning.decode("ascii").strip()
    if text.lower().startswith(("<!doctype html", "<html")):
        return "an HTML page"
    return f"a text file that begins with {text[:LONGEST]!r}"


def _explain_header(element: int, found: int, dimensions: int) -> str:
    """Describe the mistakes in an IDX header: the number of dimensions, the type, or both."""
    wrong = []
    if found != dimensions:
        if {found, dimensions} == {1, 3}:
            wrong.append(f"this is a file of {_things(found)}, expected {_things(dimensions)}")
        unit = "dimension" if found == 1 else "dimensions"
        wrong.append(f"{found} {unit}, expected {dimensions}{_axes(dimensions)}")
    if element != 0x08:
        wrong.append(f"elements of type {ELEMENTS[element]}, expected unsigned bytes (0 to 255)")
    return "; ".join(wrong)


def _things(dimensions: int) -> str:
    return {1: "labels", 3: "images"}.get(dimensions, f"{dimensions} dimensions")


def _axes(dimensions: int) -> str:
    return {1: " (one label per image)", 3: " (image, row, column)"}.get(dimensions, "")
