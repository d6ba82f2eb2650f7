"""`python -m benchmarks.preparation` prints, writes and judges the same numbers."""

import json
import sys
from pathlib import Path

import pytest
from harness import Program


@pytest.mark.stress
def test_table_json_and_exit_code_agree(tmp_path: Path) -> None:
    options = ["--rounds", "2", "--output", str(tmp_path)]
    command = [sys.executable, "-m", "benchmarks.preparation", *options]
    with Program(command, tmp_path / "log") as program:
        code = program.wait()
    written = json.loads((tmp_path / "preparation.json").read_bytes())
    *_, planned, many, few = program.output.rstrip().splitlines()
    lines = {"1,000 runs planned": planned, "first line of the first of 1,000": many}
    lines["first line of the first of 4"] = few
    assert [each["name"] for each in written] == list(lines)
    assert [each["limit"] for each in written] == [5.0, 2.0, 2.0]
    for each, line in zip(written, lines.values(), strict=True):
        least, most = sorted(each["seconds"])
        median = (least + most) / 2
        verdict = "met" if least <= each["limit"] else "MISSED"
        spread = f"{least:.2f}-{median:.2f}-{most:.2f}"
        assert line.removeprefix(each["name"]).split() == [spread, str(each["limit"]), verdict]
    assert code == any(min(each["seconds"]) > each["limit"] for each in written)
