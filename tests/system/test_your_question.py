"""The page about questions of one's own: its program prints the tables below it."""

import re
import sys
from pathlib import Path

from harness import PROJECT, Program

PAGE = (PROJECT / "docs" / "your_question.md").read_text(encoding="utf-8")


def test_the_program_prints_the_tables_of_the_page(tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    tables = re.findall(r"((?:^ {4}.*\n|^\n)+)", PAGE, re.MULTILINE)
    expected = max(tables, key=len).strip("\n").splitlines()
    (tmp_path / "question.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-W", "error", tmp_path / "question.py"]
    with Program(command, tmp_path / "log", cwd=PROJECT, MPLBACKEND="agg") as running:
        assert running.wait() == 0, running.output
        printed = running.output.splitlines()
    assert [line.rstrip() for line in printed] == [line[4:].rstrip() for line in expected]


def test_the_program_is_ten_lines_long_without_its_imports() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    lines = [line for line in program.splitlines() if line and "import" not in line]
    assert len(lines) <= 10
