"""Damaged files: a strategy of hypothesis that changes the contents of a file in a few places."""

from collections.abc import Callable

from hypothesis import HealthCheck
from hypothesis import strategies as st
from properties import trials

Damage = Callable[[bytes], bytes]
"""A function from the contents of a file to damaged contents."""

many_examples = trials(
    150,
    allowed=[HealthCheck.function_scoped_fixture],  # the file is always replaced
)
NOT_JSON = [b"[" * 20_000, b"\xff\xfe", b"1e999", b"null", b'{"runs": {}}', b"NaN"]
"""Contents that a reader of JSON may not expect."""


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    """Return a function that damages bytes in one to three places."""
    changes = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["flip", "set", "cut", "drop", "insert", "repeat", "swap"]),
                st.floats(0, 1, exclude_max=True),
                st.integers(0, 255),
                st.binary(max_size=20),
            ),
            min_size=1,
            max_size=3,
        )
    )

    def damage(contents: bytes) -> bytes:
        for kind, where, number, data in changes:
            place = int(where * len(contents))
            before, here, after = contents[:place], contents[place : place + 1], contents[place:]
            after = after[len(here) :]
            flipped = bytes([here[0] ^ (1 << number % 8)]) if here else b""
            contents = {
                "flip": before + flipped + after,
                "set": before + bytes([number]) + after,
                "cut": before,
                "drop": before + after[number:],
                "insert": before + data + here + after,
                "repeat": before + here + before[-number:] + here + after,
                "swap": after + here + before,
            }[kind]
        return contents

    return damage


def check_message(error: Exception, beginning: str = "") -> None:
    """Check that the message of an error is one line with this beginning."""
    (line,) = str(error).splitlines()
    assert line.startswith(beginning)
