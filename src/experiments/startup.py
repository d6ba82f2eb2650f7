"""What has to be set before anything else is imported; done by importing this module first.

Ctrl-C ends a program at once, without a traceback, until it says what else is to happen.

NumPy's BLAS gets one thread per process: more make these small products slower, and runs share
the processors. On processors with AVX-512 some OpenBLAS builds choose kernels for older ones, up
to twice as slow. Variables that the user has set are left alone.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

AVX512 = {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}


def _has_avx512() -> bool:
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # not Linux
        return False
    flags = next((line for line in cpuinfo.splitlines() if line.startswith("flags")), "")
    return set(flags.split()) >= AVX512


with suppress(ValueError):  # not in the main thread
    signal.signal(signal.SIGINT, signal.SIG_DFL)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
if _has_avx512():
    os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
