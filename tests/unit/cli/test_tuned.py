"""`experiments tuned`: the table, and the files that it writes."""

import re
from pathlib import Path

import frames
import msgspec
import pytest
import records

from experiments.cli import tuned
from experiments.cli.main import parser
from experiments.configuration import rates_file
from experiments.errors import UserError
from experiments.results import RATE, VALIDATION


def made(folder: Path, *rates: float, words: tuple[str, ...] = ()) -> Path:
    """Write runs with these learning rates, of which the first is the best."""
    for number, rate in enumerate(rates):
        composed = frames.composed(frozenset([*words, f"{RATE}={rate}"]))
        metrics = {**records.epoch(1).metrics, VALIDATION: 0.9 - 0.1 * number}
        last = msgspec.structs.replace(records.epoch(1), metrics=metrics)
        records.write_run(folder, composed.start.identity, composed.start, last, records.end())
    return folder


def run(folder: Path, *words: str) -> None:
    tuned.run(parser().parse_args(["tuned", "--outputs", str(folder), "--all", *words]))


def test_the_table_has_a_line_for_each_arm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path, 0.1, 0.2)
    run(made(tmp_path, 0.3, 0.2, words=("optimizer=adam", "architecture=784-20-10-10")))
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split()[:5] == ["network", "activation", "loss", "optimizer", "rate"]
    assert " ".join(first.split()) == "784-20-10-10 sigmoid mse adam 0.3 90.00% 2 1 10"
    assert " ".join(second.split()) == "784-30-10 sigmoid mse sgd 0.1 90.00% 2 1 10"


def test_written_rates_are_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    conf = tmp_path / "conf"
    conf.mkdir()
    monkeypatch.setattr(tuned.write, "__defaults__", (conf,))
    run(made(tmp_path, 0.1, 0.2), "--write")
    path = conf / "learning_rates.yaml"
    assert capsys.readouterr().out.splitlines()[-1] == f"written: {path}"
    (text,) = rates_file.read_rates(path).values()
    assert re.fullmatch(r"0\.1  # 90\.00%; 2 rates, 1 seeds, 10 epochs of all images", text)


def test_without_several_rates_nothing_was_tuned(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nothing was tuned: there are no runs with several"):
        run(made(tmp_path, 0.1))
