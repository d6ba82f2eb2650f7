"""Arithmetic without denormal numbers, which are many times slower than others.

Numbers below 1.2e-38 (float32) have fewer digits. They arise in saturated networks: an error of
1e-30 times a derivative of 1e-10. Two flags of the processor make zero of them (Intel 64 and IA-32
Architectures Software Developer's Manual, volume 1, section 10.2.3).
"""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

FLUSH_TO_ZERO, DENORMALS_ARE_ZERO = 1 << 15, 1 << 6
"""Flags of the register MXCSR: for results, and for operands."""
SIZE, PLACE = 32, 28
"""The bytes of `fenv_t` in glibc for x86-64, and the place of MXCSR in it."""


@contextmanager
def no_denormals() -> Iterator[None]:
    """Let the processor compute without denormal numbers in this thread, if glibc can ask it to.

    On other systems nothing changes.
    """
    library = _library()
    if library is None:
        yield
        return
    before = ctypes.create_string_buffer(SIZE)
    library.fegetenv(before)
    changed = ctypes.create_string_buffer(before.raw, SIZE)
    register = ctypes.c_uint32.from_buffer(changed, PLACE)
    register.value |= FLUSH_TO_ZERO | DENORMALS_ARE_ZERO
    library.fesetenv(changed)
    try:
        yield
    finally:
        library.fesetenv(before)


@cache
def _library() -> ctypes.CDLL | None:
    """Return the C library, if it is glibc for x86-64."""
    name, _ = platform.libc_ver()
    return ctypes.CDLL("libm.so.6") if (platform.machine(), name) == ("x86_64", "glibc") else None
