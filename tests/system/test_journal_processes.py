"""Journals that several processes write, and a journal whose file cannot grow."""

import sys
from pathlib import Path

import harness
import pytest

from experiments.recording import Follower, Journal, Note

WAIT = """
import sys
from pathlib import Path
from experiments.recording import Journal, Note

with Journal(Path(sys.argv[1])) as journal:
    print("found", *(event.message for event in journal.events))
    journal.append(Note(message="9"))
"""


def messages(folder: Path) -> list[str]:
    return [event.message for event in Follower(folder).events() if isinstance(event, Note)]


def wait_until_blocked(program: harness.Program) -> None:
    """Wait until a process waits for the lock of a file, as the system's list of locks shows."""

    def blocked() -> bool:
        assert program.process.poll() is None, program.output
        locks = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
        return any("->" in lock and f" {program.process.pid} " in lock for lock in locks)

    harness.wait_for(blocked, "process that waits for a journal")


def test_another_process_waits_until_the_journal_is_closed(tmp_path: Path) -> None:
    """It finds the events that were written during its wait."""
    folder = tmp_path / "run"
    with Journal(folder) as journal:
        journal.append(Note(message="1"))
        command = [sys.executable, "-c", WAIT, folder]
        with harness.Program(command, tmp_path / "log") as program:
            wait_until_blocked(program)
            journal.append(Note(message="2"))
            assert program.output == ""
            journal.close()
            assert program.wait() == 0, program.output
            assert program.output == "found 1 2\n"
    assert messages(folder) == ["1", "2", "9"]


def test_a_process_that_waits_gets_the_journal_that_replaces_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = Journal(folder)
    first.append(Note(message="1"))
    command = [sys.executable, "-c", WAIT, folder]
    with harness.Program(command, tmp_path / "log") as program:
        wait_until_blocked(program)
        folder.rename(tmp_path / "run.1")  # as rerun=true does
        with Journal(folder) as second:
            second.append(Note(message="2"))
            first.close()
        assert program.wait() == 0, program.output
        assert program.output == "found 2\n"
    assert messages(tmp_path / "run.1") == ["1"]
    assert messages(folder) == ["2", "9"]


FULL = """
import resource, sys
from pathlib import Path
from experiments.recording import Journal, Note

room = int(sys.argv[2])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
with Journal(Path(sys.argv[1])) as journal:
    journal.append(Note(message="1"))
    size = journal.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
    try:
        journal.append(Note(message="2"))
    except OSError as error:
        print("refused:", error.strerror, error.filename == str(journal.path))
    assert journal.path.stat().st_size == size
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    journal.append(Note(message="3"))
    print(*(event.message for event in journal.events))
"""


@pytest.mark.parametrize("room", [0, 10])
def test_a_failed_write_leaves_no_part_of_a_line(tmp_path: Path, room: int) -> None:
    """The file cannot grow, or by less than a line."""
    command = [sys.executable, "-c", FULL, tmp_path / "run", str(room)]
    with harness.Program(command, tmp_path / "log") as program:
        assert program.wait() == 0, program.output
        assert program.output == "refused: File too large True\n1 3\n"
    assert messages(tmp_path / "run") == ["1", "3"]
