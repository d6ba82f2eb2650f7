"""Letters like EMNIST's, downloaded from a mirror, with the commands that train on digits."""

import gzip
import re
import string
import subprocess
from pathlib import Path

import harness
import numpy as np
import pytest
import yaml
from harness import EXPERIMENTS
from idx_files import gz_hashes
from letters import write_letters
from served import mirror

from experiments import results
from experiments.recording import read_record, run_folders

TRAINING = ("activation=relu", "loss=ce", "optimizer=adam", "batch_size=32", "epochs=10")
NAMES = list(string.ascii_lowercase)


def of_letters(root: Path) -> list[str]:
    """Return the overrides for letters in a folder."""
    data = ("dataset=emnist_letters", f"dataset.root={root}", "dataset.validation_size=260")
    return ["architecture.fit=true", *data]


def test_letters_are_learned_without_typing_a_number_of_the_data(tmp_path: Path) -> None:
    paths = write_letters(tmp_path / "served", train=40, test=4, suffix=".gz")
    root, outputs = tmp_path / "data", tmp_path / "outputs"
    hashes = [f"dataset.gz_sha256.{key}={digest}" for key, digest in gz_hashes(paths).items()]
    with mirror(tmp_path / "served") as (address, requested):
        words = (*of_letters(root), f"dataset.mirrors=[{address}]", *hashes)
        printed = harness.run(outputs, *words, *TRAINING, harness.NOT_TRACKED)
    assert requested == [f"/{path.name}" for path in paths.values()]
    assert "784-30-26 ce adam" in printed
    (folder,) = run_folders(outputs)
    record = read_record(folder)
    assert record is not None
    assert record.start.dataset is not None
    assert record.end is not None
    assert record.start.dataset.classes == NAMES
    assert record.start.config.architecture.sizes == [784, 30, 26]
    assert len(record.end.confusion_matrix) == 26
    assert record.end.metrics["test/accuracy"] > 0.9
    for path in root.iterdir():  # the hashes that were given are not in the frame of results
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    check_predictions(outputs)


def check_predictions(outputs: Path) -> None:
    """Check that the only run knows its letters by their names, and that they are upright."""
    found = results.predictions(outputs, results.runs(outputs).iloc[0])
    label = found.table["label"].astype(str)
    assert (label == found.table["predicted"].astype(str)).mean() > 0.9
    ink = [np.nonzero(found.images[i]) for i in np.flatnonzero(label == "l")]
    assert ink
    assert all(np.ptp(rows) > 2 * np.ptp(columns) for rows, columns in ink)


@pytest.mark.stress
def test_the_names_of_the_letters_are_in_mlflow_and_in_the_report(tmp_path: Path) -> None:
    root, outputs = tmp_path / "data", tmp_path / "outputs"
    write_letters(root, train=40, test=4)
    networks = "architecture=784-30-10,784-20-10-10"
    sweep = ("-m", networks, "seed=0,1", *of_letters(root), *TRAINING)
    harness.run(outputs, *sweep, *harness.store(tmp_path))
    runs = [run for run in harness.tracked(harness.uri(tmp_path)) if run.models]
    sizes = ("784-30-26", "784-20-10-26")
    assert sorted(run.params["architecture"] for run in runs) == sorted([*sizes, *sizes])
    for run in runs:
        figure = run.artifacts["confusion_matrix.svg"].read_text(encoding="utf-8")
        assert [figure.count(f">{name}</text>") for name in NAMES] == [2] * 26
        model = harness.connect(harness.uri(tmp_path)).get_logged_model(run.models[0])
        described = Path(model.artifact_location) / "MLmodel"
        assert yaml.safe_load(described.read_text())["metadata"] == {"classes": NAMES}
    compared = ("compare", "architecture", "--outputs", str(outputs))
    printed = subprocess.run([EXPERIMENTS, *compared], capture_output=True, text=True, check=True)
    assert all(name in printed.stdout for name in sizes)
    subprocess.run([EXPERIMENTS, "report", "--outputs", outputs], check=True)
    (report,) = outputs.glob("reports/*.html")
    page = report.read_text(encoding="utf-8")
    assert re.search(r"\b[a-z], taken for [a-z]: \d", page)
    assert "emnist_letters" in page
