"""The recorded store: its paths move with the outputs folder."""

from pathlib import Path

import pytest

from experiments.recording import RecordedTracking


def tracking(outputs: Path | str, uri: str | None, artifacts: Path | str) -> RecordedTracking:
    return RecordedTracking(
        experiment="tests", uri=uri, artifacts=str(artifacts), outputs=str(outputs)
    )


@pytest.mark.parametrize("relative", ["mlflow.db", "a b/mlflow.db"])
def test_paths_in_the_outputs_folder_move_with_it(tmp_path: Path, relative: str) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    recorded = tracking(old, f"sqlite:///{old}/{relative}", old / "art")
    assert recorded.moved_to(new) == tracking(new, f"sqlite:///{new}/{relative}", new / "art")
    assert recorded.moved_to(old) == recorded


@pytest.mark.parametrize("uri", ["sqlite:////stores/mlflow.db", "http://mlflow:5000", None])
def test_stores_elsewhere_stay(tmp_path: Path, uri: str | None) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    moved = tracking(old, uri, f"{old}er/art").moved_to(new)
    assert moved == tracking(new, uri, f"{old}er/art")


def test_a_link_to_the_outputs_folder_is_the_same_folder(tmp_path: Path) -> None:
    old, link = tmp_path / "old", tmp_path / "link"
    old.mkdir()
    link.symlink_to(old)
    recorded = tracking(old, f"sqlite:///{old}/mlflow.db", old / "art")
    assert recorded.moved_to(link) == recorded


def test_a_record_without_the_folder_stays(tmp_path: Path) -> None:
    recorded = tracking("", f"sqlite:///{tmp_path}/mlflow.db", tmp_path / "art")
    assert recorded.moved_to(tmp_path / "new") == recorded
