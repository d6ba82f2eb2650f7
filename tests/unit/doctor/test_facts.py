"""The facts of this machine, found out together."""

from pathlib import Path

from experiments.doctor import examine
from experiments.recording import RecordedTracking


def test_the_facts_are_about_the_given_places(tmp_path: Path) -> None:
    outputs, data = tmp_path / "outputs", tmp_path / "data"
    tracking = RecordedTracking(experiment="A", uri=None, artifacts="", outputs=str(outputs))
    facts = examine(tracking, data, downloadable=True)
    assert facts.outputs.folder == outputs
    assert facts.store.uri is None
    assert facts.images.folder == data
    assert facts.images.downloadable
    assert facts.sgemm > 0
    assert not list(tmp_path.iterdir())
