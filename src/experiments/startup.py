"""Process settings that must be made before NumPy is imported. Importing this module makes them.

- Ctrl-C ends the program without a traceback until another handler is installed.
- The BLAS library of NumPy uses one thread per process. More threads make these small matrix
  products slower, and runs share the processors.
- On processors with AVX-512, OpenBLAS uses its AVX-512 kernels. Some builds choose kernels for
  older processors, which are up to twice as slow.

Environment variables that the user has set are not changed.
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
