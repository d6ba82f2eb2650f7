"""Advice: each piece is given with its fact, and not without it."""

import re
import shlex
from pathlib import Path
from typing import Any

import examined
import pytest

from experiments.doctor.advice import obstacles, slow_parts

SLOW: list[tuple[str, dict[str, Any], str]] = [
    ("processor", {"quota": 2.5}, "2.5 of 8 cores. So a sweep does 2 runs at "),
    ("processor", {"quota": 0.5}, "0.5 of 8 cores. So a sweep does 1 run at "),
    ("processor", {"allowed": 4}, "4 of 8 cores. So a sweep does 4 runs at "),
    ("processor", {"load": 8.5}, "load is 8.5 on 8 cores"),
    ("processor", {"load": 1.5, "cores": 1, "allowed": 1}, "load is 1.5 on 1 core:"),
    ("blas", {"threads": 2}, "2 threads.* OPENBLAS_NUM_THREADS=1"),
    ("blas", {"threads": 4, "kind": "mkl"}, "4 threads.* MKL_NUM_THREADS=1"),
    ("blas", {"kernels": "Haswell", "coretype": "Haswell"}, "Haswell.* Unset OPENBLAS_CORETYPE"),
    ("blas", {"kernels": "Haswell", "coretype": ""}, "Haswell.* Set OPENBLAS_CORETYPE=SkylakeX"),
    ("power", {"battery": True}, "on battery"),
    ("power", {"governor": "powersave"}, "governor powersave"),
    ("memory", {"swapped": 2 * 10**9}, "2.0 GB of memory are swapped"),
    ("outputs", {"fsync": 0.0312}, "fsync .* takes 31 ms.* checkpoint_every=10"),
    ("outputs", {"free": 5 * 10**8}, "0.50 GB are free"),
]
"""Facts that make runs slow or unsafe, and words of the advice."""
NOT_SLOW: list[tuple[str, dict[str, Any]]] = [
    ("processor", {"quota": 8.0}),
    ("processor", {"load": 8.0}),
    ("blas", {"threads": None, "kernels": "", "kind": "", "coretype": ""}),
    ("power", {"governor": "", "driver": ""}),
    ("power", {"governor": "powersave", "driver": "intel_pstate"}),
    ("memory", {"swapped": 10**6}),
    ("outputs", {"fsync": 0.02, "free": 10**9}),
    ("store", {"uri": None, "seconds": None}),
    ("store", {"seconds": None}),
    ("images", {"problem": "a file is missing", "downloadable": True}),
]
"""Facts that need no advice."""


SILENT = "http://h: the server does not answer (Connection refused)"


def test_a_good_machine_needs_no_advice() -> None:
    assert slow_parts(examined.GOOD) == []
    assert obstacles(examined.GOOD) == []


@pytest.mark.parametrize(("part", "changes", "words"), SLOW)
def test_a_slow_part_has_one_piece_of_advice(
    part: str, changes: dict[str, Any], words: str
) -> None:
    facts = examined.facts(**{part: changes})
    (advice,) = slow_parts(facts)
    assert re.search(words, advice.text)
    assert obstacles(facts) == []


@pytest.mark.parametrize(("part", "changes"), NOT_SLOW)
def test_other_facts_have_none(part: str, changes: dict[str, Any]) -> None:
    facts = examined.facts(**{part: changes})
    assert slow_parts(facts) == []
    assert obstacles(facts) == []


def test_an_outputs_folder_that_cannot_be_written_is_an_obstacle() -> None:
    outputs = {"problem": "outputs=x: this is a file", "free": None, "fsync": None}
    facts = examined.facts(outputs=outputs)
    (advice,) = obstacles(facts)
    assert advice.text.startswith("outputs=x: this is a file. ")
    assert slow_parts(facts) == []


def test_missing_images_are_an_obstacle() -> None:
    (advice,) = obstacles(examined.facts(images={"problem": "/data: the folder does not exist"}))
    assert advice.text.startswith("/data: the folder does not exist. ")
    assert "dataset.root=" in advice.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_dead_server_of_this_machine_has_the_command_that_starts_it(host: str) -> None:
    store = {"uri": f"http://{host}:5001", "problem": SILENT, "seconds": None}
    facts = examined.facts(store=store, outputs={"folder": Path("/a b")})
    start, later = obstacles(facts)
    program, *words = shlex.split(start.command)
    assert Path(program).name == "mlflow"
    expected = ["--host", host, "--port", "5001", "--backend-store-uri"]
    assert words == ["server", *expected, "sqlite:////a b/mlflow.db"]
    assert shlex.split(later.command)[1:] == ["sync", "--outputs", "/a b"]


def test_without_an_outputs_folder_no_command_names_it() -> None:
    store = {"uri": "http://127.0.0.1:5001", "problem": SILENT, "seconds": None}
    outputs = {"problem": "outputs=x: this is a file", "free": None, "fsync": None}
    advice = obstacles(examined.facts(store=store, outputs=outputs))
    assert [each.command for each in advice] == ["", ""]


def test_a_server_elsewhere_cannot_be_started_here() -> None:
    store = {"uri": "http://far.example:5001", "problem": SILENT, "seconds": None}
    start, later = obstacles(examined.facts(store=store))
    assert start.command == ""
    assert start.text.startswith(f"{SILENT}. Start the server;")
    assert later.command


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("sqlite:////records/mlflow.db", "it is locked"),
        ("http://127.0.0.1:5001", "the server answers with error 404"),
    ],
)
def test_a_store_that_answers_wrongly_is_to_be_replaced(uri: str, problem: str) -> None:
    store = {"uri": uri, "problem": problem, "seconds": None}
    (advice,) = obstacles(examined.facts(store=store))
    assert advice.text.startswith(f"{problem}. ")
    assert "tracking.uri=" in advice.text
