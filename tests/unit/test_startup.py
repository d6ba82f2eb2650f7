"""The settings that importing `experiments.startup` makes."""

import importlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments import startup

VARIABLES = ("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE")
FLAGS = "fpu avx avx512f avx512cd avx512bw avx512dq avx512vl"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unset the variables, and restore them and the handler of SIGINT after the test."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


def import_again(monkeypatch: pytest.MonkeyPatch, cpuinfo: str | None) -> None:
    """Import the module as on a machine with this /proc/cpuinfo, or without that file."""

    def read_text(path: Path, encoding: str) -> str:
        assert path == Path("/proc/cpuinfo")
        if cpuinfo is None:
            raise FileNotFoundError(path)
        return cpuinfo

    monkeypatch.setattr(Path, "read_text", read_text)
    importlib.reload(startup)


def test_blas_uses_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    import_again(monkeypatch, None)
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    ("cpuinfo", "kernels"),
    [
        (f"model\t: x\nflags\t\t: {FLAGS}\nbugs\t: none\n", "SkylakeX"),
        (f"flags\t\t: {FLAGS.replace('avx512vl', '')}\n", None),
        (f"flags\t\t: avx\nvmx flags\t: {FLAGS}\n", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_processor_with_avx512_gets_its_kernels(
    monkeypatch: pytest.MonkeyPatch, cpuinfo: str | None, kernels: str | None
) -> None:
    import_again(monkeypatch, cpuinfo)
    assert os.environ.get("OPENBLAS_CORETYPE") == kernels


def test_variables_that_the_user_has_set_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    import_again(monkeypatch, f"flags : {FLAGS}\n")
    assert [os.environ[name] for name in VARIABLES] == ["2", "Haswell"]


def test_ctrl_c_ends_the_program_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    import_again(monkeypatch, None)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


def test_it_can_be_imported_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the main thread can set handlers of signals."""
    done = []

    def load() -> None:
        import_again(monkeypatch, None)
        done.append(os.environ["OPENBLAS_NUM_THREADS"])

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    assert done == ["1"]
