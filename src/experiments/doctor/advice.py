"""Advice about all that prevents runs or makes them slow here, each with a remedy.

Each piece of advice follows from a fact. Without that fact it is not given.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from experiments.configuration import experiments_command, program, sqlite_uri
from experiments.doctor.blas import Blas
from experiments.doctor.disk import Outputs
from experiments.doctor.facts import Facts
from experiments.doctor.images import Images
from experiments.doctor.kernels import better_kernels
from experiments.doctor.memory import Memory
from experiments.doctor.power import Power
from experiments.doctor.processor import Processor
from experiments.doctor.store import Store
from experiments.processors import at_once

GIGABYTE = 1e9
SLOW_FSYNC = 0.02
"""Seconds. An epoch of a small network takes ten times as long."""
LITTLE_SPACE = GIGABYTE
SWAPPED = 1e8
"""Bytes of swap space. A little of it is used on most machines, and slows nothing down."""
THREADS_VARIABLES = {"mkl": "MKL_NUM_THREADS", "blis": "BLIS_NUM_THREADS"}
"""The environment variables of libraries other than OpenBLAS."""
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Advice:
    """A fact with its remedy, and a command to copy if there is one."""

    text: str
    command: str = ""


def obstacles(facts: Facts) -> list[Advice]:
    """Return advice about all that prevents runs, or that prevents MLflow from getting them."""
    return [*_no_outputs(facts.outputs), *_no_store(facts), *_no_images(facts.images)]


def slow_parts(facts: Facts) -> list[Advice]:
    """Return advice about all that makes runs slow or endangers them."""
    return [
        *_few_cores(facts.processor),
        *_busy_cores(facts.processor),
        *_many_threads(facts.blas),
        *_old_kernels(facts.blas, facts.processor),
        *_slow_power(facts.power),
        *_swapping(facts.memory),
        *_slow_disk(facts.outputs),
        *_full_disk(facts.outputs),
    ]


def _no_outputs(outputs: Outputs) -> Iterator[Advice]:
    if outputs.problem:
        yield Advice(f"{outputs.problem}. Choose another folder with outputs=FOLDER.")


def _no_store(facts: Facts) -> Iterator[Advice]:
    store = facts.store
    if not store.problem:
        return
    if not store.silent:
        yield Advice(f"{store.problem}. Choose another store with tracking.uri=ADDRESS.")
        return
    start = _server_command(store, facts.outputs)
    remedy = "Start the server; if it hangs, end it first" + (":" if start else ".")
    yield Advice(f"{store.problem}. {remedy}", start)
    if not facts.outputs.problem:
        yield Advice(
            "Until then, runs are recorded in the outputs folder only. Afterwards bring MLflow up"
            " to date:",
            experiments_command("sync", "--outputs", str(facts.outputs.folder)),
        )


def _server_command(store: Store, outputs: Outputs) -> str:
    """Return the command that starts a server at an address of this machine; else nothing."""
    parts = urlsplit(store.uri or "")
    if parts.scheme != "http" or parts.hostname not in LOCAL or outputs.problem:
        return ""
    words = [program("mlflow"), "server", "--host", parts.hostname, "--port", str(parts.port or 80)]
    return shlex.join([*words, "--backend-store-uri", sqlite_uri(outputs.folder / "mlflow.db")])


def _no_images(images: Images) -> Iterator[Advice]:
    if images.problem and not images.downloadable:
        yield Advice(f"{images.problem}. Choose the folder with dataset.root=FOLDER.")


def _few_cores(processor: Processor) -> Iterator[Advice]:
    """A sweep starts as many processes as it may use cores."""
    if processor.usable < processor.cores:
        yield Advice(
            f"This process may use {processor.usable:g} of {processor.cores} cores. So a sweep"
            f" does {_runs(at_once(processor.allowed, processor.quota))} at a time. To do more,"
            " raise the limit of the container or of the batch system."
        )


def _busy_cores(processor: Processor) -> Iterator[Advice]:
    if processor.load > processor.cores:
        yield Advice(
            f"The load is {processor.load:.1f} on {_cores(processor.cores)}: programs wait for each"
            " other. End those that you do not need, or start fewer processes with"
            " hydra.launcher.processes=N."
        )


def _many_threads(blas: Blas) -> Iterator[Advice]:
    """Small matrix products are slower on several threads, and runs share the cores."""
    if blas.threads is not None and blas.threads > 1:
        variable = THREADS_VARIABLES.get(blas.kind, "OPENBLAS_NUM_THREADS")
        yield Advice(
            f"BLAS uses {blas.threads} threads, which makes small networks slower and lets runs"
            f" disturb each other. Set {variable}=1."
        )


def _old_kernels(blas: Blas, processor: Processor) -> Iterator[Advice]:
    better = better_kernels(blas.kernels, processor.instructions)
    if better:
        remedy = "Unset OPENBLAS_CORETYPE" if blas.coretype else f"Set OPENBLAS_CORETYPE={better}"
        yield Advice(
            f"BLAS uses kernels for older processors ({blas.kernels}), and this one can use"
            f" {better}. {remedy}."
        )


def _slow_power(power: Power) -> Iterator[Advice]:
    if power.battery:
        yield Advice("This machine is on battery, which can make it slower. Plug it in.")
    if power.slow:
        yield Advice(
            "The governor powersave keeps the processor at its lowest speed. Choose another:",
            "sudo cpupower frequency-set --governor performance",
        )


def _swapping(memory: Memory | None) -> Iterator[Advice]:
    if memory is not None and memory.swapped > SWAPPED:
        yield Advice(
            f"{memory.swapped / GIGABYTE:.1f} GB of memory are swapped to the disk. End programs"
            " that you do not need, or start fewer processes with hydra.launcher.processes=N."
        )


def _slow_disk(outputs: Outputs) -> Iterator[Advice]:
    if outputs.fsync is not None and outputs.fsync > SLOW_FSYNC:
        yield Advice(
            f"An fsync in the outputs folder takes {outputs.fsync * 1000:.0f} ms, and every epoch"
            " waits for some. Write fewer checkpoints with checkpoint_every=10, or choose a folder"
            " on a faster disk with outputs=FOLDER."
        )


def _full_disk(outputs: Outputs) -> Iterator[Advice]:
    if outputs.free is not None and outputs.free < LITTLE_SPACE:
        yield Advice(
            f"Only {outputs.free / GIGABYTE:.2f} GB are free on the disk of the outputs folder."
            " Make space, or choose a folder on another disk with outputs=FOLDER."
        )


def _runs(number: int) -> str:
    return f"{number} run{'' if number == 1 else 's'}"


def _cores(number: int) -> str:
    return f"{number} core{'s' * (number != 1)}"
