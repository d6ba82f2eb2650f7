"""Letters like EMNIST's, downloaded from a mirror, with the commands that train on digits."""

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


def of_letters(root: Path, address: str, paths: dict[str, Path]) -> list[str]:
    """Return the overrides for letters that are downloaded to a folder."""
    return [
        *("dataset=emnist_letters", "architecture.fit=true"),
        *(f"dataset.root={root}", f"dataset.mirrors=[{address}]", "dataset.validation_size=260"),
        *(f"dataset.gz_sha256.{key}={digest}" for key, digest in gz_hashes(paths).items()),
    ]


def test_letters_are_learned_without_typing_a_number_of_the_data(tmp_path: Path) -> None:
    paths = write_letters(tmp_path / "served", train=40, test=4)
    outputs = tmp_path / "outputs"
    with mirror(tmp_path / "served") as (address, requested):
        words = of_letters(tmp_path / "data", address, paths)
        printed = harness.run(outputs, *words, *TRAINING, harness.NOT_TRACKED)
    assert requested == [f"/{path.name}" for path in paths.values()]
    assert "784-30-26 ce adam" in printed
    (folder,) = run_folders(outputs)
    record = read_record(folder)
    assert record is not None
    assert record.start.dataset is not None
    assert record.start.dataset.classes == NAMES
    assert record.start.config.architecture.sizes == [784, 30, 26]
    assert record.start.config.dataset["transposed"] is True
    assert len(record.end.confusion_matrix) == 26
    run = results.runs(outputs).iloc[0]
    assert run["architecture"] == "784-30-26"
    assert run["test/accuracy"] > 0.9
    found = results.predictions(outputs, run)
    right = found.table["label"].astype(str) == found.table["predicted"].astype(str)
    assert right.mean() > 0.9
    ink = [found.images[i] for i in np.flatnonzero(found.table["label"] == "l")]
    assert all(np.ptp(np.nonzero(each)[0]) > 2 * np.ptp(np.nonzero(each)[1]) for each in ink)


@pytest.mark.stress
def test_the_names_of_the_letters_are_in_mlflow_and_in_the_report(tmp_path: Path) -> None:
    root, outputs = tmp_path / "data", tmp_path / "outputs"
    words = of_letters(root, "http://127.0.0.1:9", write_letters(root, train=40, test=4))
    networks = "architecture=784-30-10,784-20-10-10"
    sweep = ("-m", networks, "seed=0,1", *words, *TRAINING)
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
