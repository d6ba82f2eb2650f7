"""The page of all options."""

import re

import pytest
import yaml

from documentation.options_page import options_page
from experiments.configuration import CONF, PROJECT, REPLICATE, choosable, preset
from experiments.recording import METRICS


@pytest.fixture(scope="module")
def page() -> str:
    return options_page()


def test_every_option_has_a_row(page: str) -> None:
    assert (
        "| `epochs` | whole number | at least 1 | `10` | passes through the training set |" in page
    )
    assert "| `loss.output` | `sigmoid` or `softmax` |" in page
    assert "| `hydra.launcher.lockstep` | whole number | 1 or more | parallel: `4` |" in page
    assert (
        "| `optimizer.momentum` | number | at least 0 and below 1 | momentum, nesterov: `0.9` |"
        in page
    )


def test_a_mapping_in_a_comment_is_code_which_markdown_does_not_read(page: str) -> None:
    assert "sweep over, for example `{seed: range(5)}` |" in page
    assert "| `[0,0,0.9]`: stop after epoch 3" in page


def test_no_cell_has_a_hash(page: str) -> None:
    assert re.search("[0-9a-f]{64}", page) is None
    assert "| mnist, fashion_mnist: a hash of each file<br>" in page


def test_a_row_has_five_cells(page: str) -> None:
    options = page.partition("## Studies")[0]
    rows = [line for line in options.splitlines() if line.startswith("| `")]
    assert len(rows) > 40
    assert {line.count(" | ") for line in rows} == {4}


@pytest.mark.parametrize("folder", ["study", "replicate"])
def test_every_study_and_preset_is_there(page: str, folder: str) -> None:
    for path in (CONF / folder).rglob("*.yaml"):
        name = path.relative_to(CONF / folder).with_suffix("").as_posix()
        assert (f"### `{name}`\n" in page) == (path.stem != "base")


def test_a_preset_is_introduced_by_its_title_and_source(page: str) -> None:
    for name in choosable(REPLICATE):
        found = preset(name)
        introduction = page.partition(f"### `{name}`\n")[2].partition("```")[0].strip()
        assert introduction[1:].startswith(f"{found.title[1:]}. Source: {found.source}.")
        assert introduction[0] == found.title[0].upper()


def test_the_tolerance_of_all_presets_is_said_once(page: str) -> None:
    assert page.count("Tolerance of each number: where a new run lies") == 1
    assert page.count("Tolerance of each number: equal when rounded") == 1


def test_keys_of_studies_and_presets_have_tables(page: str) -> None:
    metrics = ", ".join(METRICS)
    assert f"| `study.metric` | text | one of {metrics} | `test/accuracy` |" in page
    assert "| `replicate.numbers.digits` | whole number | 0 or more | `2` |" in page


def test_learning_rates_are_those_of_the_files(page: str) -> None:
    file = yaml.safe_load((CONF / "learning_rates.yaml").read_text(encoding="utf-8"))
    rates = file["learning_rates"]["sigmoid"]["ce"]
    shown = " | ".join(str(rates[name]) for name in sorted(rates))
    assert f"| 784-30-10, and all others | sigmoid | ce | {shown} |" in page
    assert "| 784-20-10-10 | sigmoid | mse | 0.00178 |  |" in page


def test_no_path_of_this_machine_is_named(page: str) -> None:
    assert str(PROJECT) not in page
