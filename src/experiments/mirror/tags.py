"""The names of the tags in MLflow, and the tags of runs, sweeps and environments."""

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from experiments.configuration import run_command
from experiments.recording import (
    Certificate,
    RecordedStudy,
    Start,
    SweepRecord,
    describe_certificate,
)

RUN = "run"
"""The id of a run's record, `Start.id`, by which the run is found again."""
SWEEP = "sweep"
"""The id of a sweep, on the run that mirrors the sweep."""
IDENTITY = "identity"
FOLDER = "folder"
STATUS = "status"
MESSAGE = "message"
"""The reason why a run did not finish. Missing if it did."""
OVERRIDES = "overrides"
"""The overrides of the command line, as a JSON list."""
SWEEPS = "sweeps"
"""The ids of the sweeps that a run belongs to, as a JSON list."""
RUNS = "runs"
"""The number of runs of a sweep."""
STUDY = "study"
"""The arms and conditions of a study, as JSON, on the run that mirrors its sweep."""
ARM_TAG = "arm_tag"
"""The name of the tag that holds the arm of each run of a sweep, on the run of the sweep."""
DESCRIBED = "description.crc32"
"""The checksum of the description that the mirror wrote last: another one is a user's."""
DATA = "data.sha256"
CERTIFICATE = "certificate"
"""The result of the check of the gradient, in words."""
CERTIFICATE_NUMBERS = "certificate.json"
"""The certificate of a run as JSON."""

ID = 8
"""The first characters of a sweep's id, which begin its name: MLflow's list cuts names."""
PARENT = "mlflow.parentRunId"
DESCRIPTION = "mlflow.note.content"
"""The text that MLflow shows of a run. Users edit it, so it is never read back."""


def run_tags(start: Start, folder: Path) -> dict[str, str]:
    """Return the tags of a run."""
    tags = {
        RUN: start.id,
        IDENTITY: start.identity,
        FOLDER: str(folder),
        OVERRIDES: write_list(start.overrides),
        **environment_tags(start.environment),
    }
    if start.dataset is not None:
        tags[DATA] = start.dataset.sha256
    return tags


def certificate_tags(certificate: Certificate) -> dict[str, str]:
    """Return the tags of a certificate: in words for readers, and as JSON for programs."""
    return {
        CERTIFICATE: describe_certificate(certificate),
        CERTIFICATE_NUMBERS: msgspec.json.encode(certificate).decode(),
    }


def read_certificate(tags: Mapping[str, str]) -> Certificate | None:
    """Return the certificate of a run; None if the tag is missing.

    Raise ValueError if the tag holds something else.
    """
    if CERTIFICATE_NUMBERS not in tags:
        return None
    return msgspec.json.decode(tags[CERTIFICATE_NUMBERS], type=Certificate)


def sweep_tags(record: SweepRecord) -> dict[str, str]:
    """Return the tags of the run that mirrors a sweep."""
    of_study = {} if record.study is None else {STUDY: _json(record.study)}
    return {
        SWEEP: record.id,
        RUNS: str(len(record.runs)),
        OVERRIDES: write_list(record.words),
        **of_study,
        **description_tags(first_line(record)),
        **environment_tags(record.environment),
    }


def sweep_name(record: SweepRecord) -> str:
    """Return the name of a sweep in MLflow, which differs from others at its beginning."""
    return f"{record.id[:ID]} {record.name}".rstrip()


def first_line(record: SweepRecord) -> str:
    """Return the first line of the description of a sweep, all of it before the sweep ends."""
    options = record.options and f": {record.options}"
    return f"{len(record.runs)} runs of `{run_command(record.words, elsewhere=True)}`{options}"


def description_tags(text: str) -> dict[str, str]:
    """Return the tags of a description."""
    return {DESCRIPTION: text, DESCRIBED: f"{zlib.crc32(text.encode()):08x}"}


def is_described(tags: Mapping[str, str]) -> bool:
    """Return whether the description is one that the mirror wrote, and no user has changed."""
    text = tags.get(DESCRIPTION, "")
    return description_tags(text)[DESCRIBED] == tags.get(DESCRIBED)


def environment_tags(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of an environment, with the tags by which MLflow shows user and commit."""
    tags = {name: value for name, value in environment.items() if name != "user"}
    tags |= {
        "mlflow.user": environment["user"],
        "mlflow.source.name": "run.py",
        "mlflow.source.type": "LOCAL",
    }
    if "git.commit" in environment:
        tags["mlflow.source.git.commit"] = environment["git.commit"]
    return tags


def read_list(tags: Mapping[str, str], name: str) -> list[str]:
    """Return the values of a tag that holds a JSON list; an empty list if the tag is missing.

    Raise ValueError if the tag holds something else.
    """
    values: list[str] = msgspec.json.decode(tags.get(name, "[]"), type=list[str])
    return values


def read_study(tags: Mapping[str, str]) -> RecordedStudy | None:
    """Return the study of a sweep; None if the tag is missing.

    Raise ValueError if the tag holds something else.
    """
    return msgspec.json.decode(tags[STUDY], type=RecordedStudy) if STUDY in tags else None


def _json(study: RecordedStudy) -> str:
    return msgspec.json.encode(study).decode()


def write_list(values: Sequence[str]) -> str:
    """Return the text of a tag that holds a list."""
    return json.dumps(list(values))
