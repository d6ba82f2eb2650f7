"""Records as lines of JSON with a checksum.

Python writes a float in JSON so that it is read back to the last bit. Each line ends with the
CRC-32 of the text before it, so a damaged line is noticed and never read as other numbers.
"""

import json
import re
import zlib
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

LINE = re.compile(rb'(\{.+), "crc32": ([0-9]{1,10})\}\n', re.DOTALL)


class VersionError(ValueError):
    """A line is complete, but its fields are those of another version of this project."""


def encode(record: msgspec.Struct) -> bytes:
    """Return a record as a line. Raise ValueError for NaN and infinity, which JSON lacks."""
    body = json.dumps(msgspec.to_builtins(record), allow_nan=False)[:-1].encode()
    return body + b', "crc32": %d}\n' % zlib.crc32(body)


def decode(line: bytes, kind: type[T] | Any) -> T | None:
    """Return the record of type ``kind`` in a line; None if the line is incomplete or damaged.

    Raise `VersionError` if the line is complete, but is not a record of that type.
    """
    found = LINE.fullmatch(line)
    if found is None or zlib.crc32(found[1]) != int(found[2]):
        return None
    body = found[1] + b"}"
    try:
        try:
            record: T = msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError:  # it rejects file names that are not valid Unicode
            record = msgspec.convert(json.loads(body), kind)
    except (ValueError, RecursionError) as error:
        raise VersionError(str(error)) from None
    return record
