"""The printed facts and advice: 80 columns, aligned."""

from pathlib import Path

import examined

from experiments.doctor.printing import LABEL, NOTHING, WIDTH, printed

GOOD = """\
processor  A processor
cores      8 of 8 usable, load 0.5
memory     16.0 GB available, 0.0 GB swapped
power      governor performance
BLAS       scipy-openblas 0.3.31, kernels SkylakeX, 1 thread
sgemm      123 GFlop/s on one thread
versions   Python 3.12.1, numpy 2.4.0, hydra-core 1.3.8, mlflow 3.17.2
outputs    /records
           can be written, 50.0 GB free, fsync 2.0 ms
MLflow     sqlite:////records/mlflow.db
           answers in 10 ms
data       /data/mnist
           all four files are there

Nothing that slows this machine down was found.
"""


def test_a_good_machine() -> None:
    assert printed(examined.GOOD) == GOOD


def test_facts_that_are_not_known_have_no_line() -> None:
    facts = examined.facts(
        power={"governor": ""},
        blas={"kernels": "", "threads": None},
        store={"uri": None, "seconds": None},
    )
    lines = printed(facts).splitlines()
    assert not any(line.startswith("power") for line in lines)
    assert "BLAS       scipy-openblas 0.3.31" in lines
    assert "MLflow     runs are not tracked" in lines
    assert lines[-1] == NOTHING


def test_facts_of_each_state() -> None:
    facts = examined.facts(
        processor={"allowed": 4, "quota": 1.5, "load": 3.0},
        power={"battery": True},
        blas={"threads": 2},
        store={"seconds": None},
        images={"problem": "missing", "downloadable": True},
    )
    text = printed(facts)
    assert "cores      4 of 8 usable, time of 1.5 allowed, load 3.0\n" in text
    assert "power      on battery, governor performance\n" in text
    assert "SkylakeX, 2 threads\n" in text
    assert "           not there yet; the first run makes it\n" in text
    assert "           the first run downloads it\n" in text
    assert NOTHING not in text


def test_broken_parts_come_before_slow_ones() -> None:
    facts = examined.facts(
        outputs={"problem": "outputs=x: this is a file", "free": None, "fsync": None},
        store={"uri": "http://127.0.0.1:9", "problem": "no answer", "seconds": None},
        images={"problem": "/data: the folder does not exist"},
        blas={"threads": 2},
    )
    text = printed(facts)
    assert "           cannot be written\n" in text
    assert "           cannot be used\n" in text
    assert "           incomplete\n" in text
    assert text.index("\nBroken:\n- ") < text.index("\nSlow or unsafe:\n- ")


def test_long_lines_are_broken_and_stay_aligned() -> None:
    facts = examined.facts(
        processor={"name": "A long name " * 20, "quota": 2.0}, outputs={"fsync": 0.1}
    )
    lines = printed(facts).splitlines()
    assert max(map(len, lines)) <= WIDTH
    names = [line for line in lines if line.startswith(("processor", " " * LABEL))]
    assert " ".join(line[LABEL:] for line in names).startswith("A long name " * 20)
    assert all(
        line.startswith(("- ", "  ")) for line in lines[lines.index("Slow or unsafe:") + 1 :]
    )


def test_a_command_is_in_a_line_of_its_own_and_whole() -> None:
    problem = "the server does not answer"
    store = {"uri": "http://127.0.0.1:9", "problem": problem, "seconds": None}
    text = printed(examined.facts(store=store))
    (line,) = (line for line in text.splitlines() if "--backend-store-uri" in line)
    assert line.startswith("    ")
    assert line.endswith(" sqlite:////records/mlflow.db")


def test_a_long_path_with_spaces_is_in_one_line() -> None:
    folder = Path("/") / ("a long name " * 10)
    assert f"\noutputs    {folder}\n" in printed(examined.facts(outputs={"folder": folder}))
