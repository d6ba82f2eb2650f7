"""Where the runs were done."""

from frames import run
from subjects import subject

from experiments.report.origin import Origin, origin

KNOWN = Origin(
    {
        "host": "here",
        "platform": "Linux",
        "processors": "2",
        "version.numpy": "2.4",
        "git.commit": "0123456789abcdef",
        "git.dirty": "true",
    }
)


def test_machine_and_versions_are_words() -> None:
    assert KNOWN.machine == "here, Linux, 2 processors"
    assert KNOWN.versions == "numpy 2.4, commit 0123456789 with changes"


def test_runs_without_a_record_have_no_origin() -> None:
    found = origin(subject([run("loss=ce")]))
    assert (found.machine, found.versions, found.images) == ("", "", "")
