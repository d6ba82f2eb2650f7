"""The facts and the advice as lines of at most 80 columns, unless a path or a command is longer."""

import textwrap
from collections.abc import Iterator, Sequence

from experiments.doctor.advice import Advice, obstacles, slow_parts
from experiments.doctor.facts import Facts

WIDTH = 80
LABEL = 11
"""Columns of the names of the facts."""
NOTHING = "Nothing that slows this machine down was found."


def printed(facts: Facts) -> str:
    """Return the text that the command prints."""
    blocks = [_rows(facts)]
    preventing, slow = obstacles(facts), slow_parts(facts)
    if preventing:
        blocks.append(["Broken:", *_listed(preventing)])
    if slow:
        blocks.append(["Slow or unsafe:", *_listed(slow)])
    if not preventing and not slow:
        blocks.append([NOTHING])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _rows(facts: Facts) -> list[str]:
    """Return a line for each fact, or more lines if it is long."""
    return [
        *_row("processor", facts.processor.name),
        *_row("cores", _cores(facts)),
        *_row("memory", _memory(facts)),
        *_row("power", _power(facts)),
        *_row("BLAS", _blas(facts)),
        *_row("sgemm", f"{facts.sgemm:.0f} GFlop/s on one thread"),
        *_row("versions", ", ".join(f"{name} {text}" for name, text in facts.versions.items())),
        *_place("outputs", str(facts.outputs.folder)),
        *_row("", _disk(facts)),
        *_place("MLflow", facts.store.uri or "runs are not tracked"),
        *_row("", _store(facts)),
        *_place("data", str(facts.images.folder)),
        *_row("", _images(facts)),
    ]


def _row(label: str, text: str) -> list[str]:
    return _wrapped(text, label.ljust(LABEL), " " * LABEL) if text else []


def _place(label: str, text: str) -> list[str]:
    """Return a path or an address in one line, so that it can be copied."""
    return [f"{label.ljust(LABEL)}{text}"]


def _listed(advice: Sequence[Advice]) -> Iterator[str]:
    for each in advice:
        yield from _wrapped(each.text, "- ", "  ")
        if each.command:
            yield f"    {each.command}"


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cores(facts: Facts) -> str:
    processor = facts.processor
    parts = [f"{processor.allowed} of {processor.cores} usable"]
    if processor.quota is not None:
        parts.append(f"time of {processor.quota:g} allowed")
    return ", ".join([*parts, f"load {processor.load:.1f}"])


def _memory(facts: Facts) -> str:
    if facts.memory is None:
        return ""
    available, swapped = facts.memory.available / 1e9, facts.memory.swapped / 1e9
    return f"{available:.1f} GB available, {swapped:.1f} GB swapped"


def _power(facts: Facts) -> str:
    battery = "on battery" if facts.power.battery else ""
    governor = f"governor {facts.power.governor}" if facts.power.governor else ""
    return ", ".join(filter(None, [battery, governor]))


def _blas(facts: Facts) -> str:
    blas = facts.blas
    kernels = f"kernels {blas.kernels}" if blas.kernels else ""
    threads = "" if blas.threads is None else f"{blas.threads} thread{'s' * (blas.threads != 1)}"
    return ", ".join(filter(None, [f"{blas.name} {blas.version}", kernels, threads]))


def _disk(facts: Facts) -> str:
    outputs = facts.outputs
    if outputs.free is None or outputs.fsync is None:
        return "cannot be written"
    return f"can be written, {outputs.free / 1e9:.1f} GB free, fsync {outputs.fsync * 1000:.1f} ms"


def _store(facts: Facts) -> str:
    if facts.store.uri is None:
        return ""
    if facts.store.problem:
        return "cannot be used"
    if facts.store.seconds is None:
        return "not there yet; the first run makes it"
    return f"answers in {facts.store.seconds * 1000:.0f} ms"


def _images(facts: Facts) -> str:
    if not facts.images.problem:
        return "all four files are there"
    return "the first run downloads it" if facts.images.downloadable else "incomplete"
