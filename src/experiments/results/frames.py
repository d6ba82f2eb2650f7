"""The two frames of results, and their columns: one row per run, and one per run and epoch."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
from omegaconf import OmegaConf
from pandas.api.types import is_object_dtype

from experiments.configuration import CONF, DESCRIBED, GROUPS, TEST_CURVE, Backend
from experiments.data import FILES
from experiments.recording import BEST_EPOCH_CORRECT, CORRECT, Certificate, Status

RATE = "optimizer.learning_rate"
"""The column with the learning rate of each run."""
OUTPUTS = "outputs"
"""The folder in which a run is recorded."""
ROOT = "dataset.root"
"""The folder of the images. It is a column if a run has learned from a folder of the user's."""
FILE_NAMES = "dataset.file_names."
"""The beginning of the names of the files, which are columns if they are not those of MNIST."""
CLASSES = "dataset.classes"
"""The names of the classes as JSON. It is a column if a run has other names than its data set."""
FIRST_LABEL = "dataset.first_label"
TRANSPOSED = "dataset.transposed"
SHUFFLE = "dataset.shuffle"
FLATTEN = "dataset.flatten"
BACKEND = "backend"
USUAL = {
    FIRST_LABEL: 0,
    TRANSPOSED: False,
    FLATTEN: False,
    SHUFFLE: True,
    BACKEND: Backend.numpy.name,
    TEST_CURVE: False,
}
"""Options that are columns only if a run has another value. Older records do not have them."""
VALIDATION = "validation/accuracy"
"""The column with the accuracy on the validation set after the last epoch."""
BEST_VALIDATION = f"best_epoch/{VALIDATION}"
"""The column with the accuracy on the validation set at the epoch where it is best."""
END_METRICS = (
    "test/cost",
    "test/loss",
    "test/accuracy",
    "test/constant_guess",
    "best_epoch/epoch",
    "best_epoch/test/cost",
    "best_epoch/test/loss",
    "best_epoch/test/accuracy",
)
"""The metrics that a finished run has once. They are columns even if no run has finished."""
CERTIFICATE = "certificate/"
"""The beginning of the columns that have the check of a gradient."""
CORRECT_IMAGES = (CORRECT, BEST_EPOCH_CORRECT)
"""The columns that hold bytes, which `correct_images` decodes; None where they are unknown."""
CATEGORIES = (*GROUPS, "status", "dtype")
"""The columns of type category."""
FIRST = ("identity", "name", "status", *GROUPS, "seed")
"""The first columns, in their order."""
LEFT_OUT = (
    *("architecture.sizes", "dataset.name", "dataset.mirrors", "dataset.sha256"),
    "dataset.gz_sha256",
)
"""Options that are no columns, because `architecture`, `dataset` and `data` say the same."""


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """A row of the frame of runs: the values of a run that every source has.

    ``started`` is in seconds since 1970, ``run_seconds`` is None while MLflow does not have the end
    of the run. ``data`` is the SHA-256 of the images, ``outputs`` the folder of the record, or None
    if that is not on this machine. ``parameters`` are the choice in each group and all options.
    ``correct_images`` is as `End.correct_images`.
    """

    identity: str
    name: str
    status: Status
    started: float
    run_seconds: float | None
    data: str
    outputs: str | None
    message: str
    parameters: Mapping[str, Any]
    certificate: Certificate | None
    end_metrics: Mapping[str, float]
    correct_images: Mapping[str, bytes]

    @property
    def columns(self) -> dict[str, Any]:
        """The values by column."""
        return {
            "identity": self.identity,
            "name": self.name,
            "status": self.status.value,
            "started": self.started,
            "run_seconds": self.run_seconds,
            "data": self.data,
            OUTPUTS: self.outputs,
            "message": self.message,
            **self.parameters,
            **certificate_columns(self.certificate),
            **self.end_metrics,
            **self.correct_images,
        }


@dataclass(frozen=True)
class Loaded:
    """All results of a source.

    ``runs`` has one row per run. ``epochs`` has one row per run and epoch, with the columns
    `identity` and `epoch` and one column per metric.
    """

    runs: pd.DataFrame
    epochs: pd.DataFrame

    @classmethod
    def of(cls, rows: Sequence[RunRow], epochs: pd.DataFrame) -> "Loaded":
        """Return the frames, given the rows of the runs and the metrics of their epochs."""
        return cls(frame_of([row.columns for row in rows], epochs), epochs)


def certificate_columns(certificate: Certificate | None) -> dict[str, float]:
    """Return the numbers of a certificate by column; nothing if there is none.

    `certificate/error` is the largest relative error of a layer's gradient; it is missing if the
    initial cost was not finite. `certificate/error_norm/<layer>` are those of the initial network.
    """
    if certificate is None:
        return {}
    norms = enumerate(certificate.error_norms, 1)
    columns = {f"{CERTIFICATE}error_norm/{layer}": value for layer, value in norms}
    if certificate.errors:
        columns[f"{CERTIFICATE}error"] = certificate.largest_error
    return columns


def no_epochs() -> pd.DataFrame:
    """Return the frame of epochs for runs that have not finished an epoch."""
    return pd.DataFrame(columns=["identity", "epoch", VALIDATION])


def frame_of(rows: Sequence[Mapping[str, Any]], epochs: pd.DataFrame) -> pd.DataFrame:
    """Return the frame of runs, given the values of each run by column, and the frame of epochs.

    The metrics of the last epoch, `best_epoch/validation/accuracy` and `epochs_done` are added.
    """
    frame = pd.DataFrame(rows)
    frame = frame.drop(columns=[column for column in frame if column.startswith(LEFT_OUT)])
    frame = _add_metrics(_without_usual(_with_own_classes(_with_own_files(frame))), epochs)
    frame["started"] = pd.to_datetime(frame["started"], unit="s", utc=True)
    for column in CATEGORIES:
        frame[column] = frame[column].astype("category")
    metrics = [column for column in frame if "/" in column and column not in CORRECT_IMAGES]
    frame[metrics] = frame[metrics].astype(float)
    for column in frame:
        if is_object_dtype(frame[column]) and frame[column].map(_is_number_or_none).all():
            frame[column] = pd.to_numeric(frame[column])
    return with_end_columns(frame)


def with_end_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of runs with all columns of their ends, which older records do not have."""
    missing = [column for column in END_METRICS if column not in frame]
    frame = frame.assign(**dict.fromkeys(missing, math.nan))
    for column in CORRECT_IMAGES:
        values = frame[column] if column in frame else [None] * len(frame)
        known = [value if isinstance(value, bytes) else None for value in values]
        frame[column] = pd.Series(known, frame.index, dtype=object)
    return frame[in_order(list(frame.columns))]


def in_order(columns: Sequence[str]) -> list[str]:
    """Return columns in the order that frames of runs have, whatever their source."""
    others = sorted({*columns} - {*FIRST}, key=lambda name: ("/" in name, name))
    return [*FIRST, *others]


def options(runs: pd.DataFrame) -> list[str]:
    """Return the columns of a frame of runs that are options of an experiment.

    The seed is not among them, nor are options that do not change what a run learns: the folder and
    the files, names of classes, the label of class 0, channels, and the test curve.
    """
    of_groups = [column for column in runs if "." in column and is_option(column)]
    return [*of_groups, *(key for key in DESCRIBED if key in runs and is_option(key))]


def is_option(column: str) -> bool:
    """Return whether a frame of runs with this column has it among its `options`."""
    unchanging = (ROOT, CLASSES, FIRST_LABEL, FLATTEN, TEST_CURVE, "seed")
    if column in unchanging or column.startswith((FILE_NAMES, *LEFT_OUT)):
        return False
    group, _, option = column.partition(".")
    return group in GROUPS if option else column in DESCRIBED and column not in GROUPS


def _with_own_files(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep folders of images, and names of files, only where they are the user's."""
    names = [each for each in frame if each.startswith(FILE_NAMES)]
    choices = frame["dataset"].astype(str)
    folder = choices == "folder"
    roots = [
        choice == "folder" or _is_elsewhere(choice, str(root))
        for choice, root in zip(choices, frame[ROOT], strict=True)
    ]
    frame = frame.assign(**{ROOT: frame[ROOT].where(pd.Series(roots, frame.index))})
    frame = frame.assign(**{each: frame[each].where(folder) for each in names})
    usual = [each for each in (ROOT, *names) if {*frame[each].dropna()} <= {*FILES.values()}]
    return frame.drop(columns=usual)


def _with_own_classes(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep names of classes only where they are not those of the data set's file in conf/."""
    if CLASSES not in frame:
        return frame
    own = [
        json.dumps(names) if isinstance(names, list) and names != _classes(str(choice)) else None
        for choice, names in zip(frame["dataset"], frame[CLASSES], strict=True)
    ]
    return frame.drop(columns=CLASSES) if not any(own) else frame.assign(**{CLASSES: own})


def _classes(choice: str) -> list[str]:
    """Return the names of the classes in the file of a data set in conf/."""
    return list(_file_of(choice).get("classes") or [])


def _is_elsewhere(choice: str, root: str) -> bool:
    """Return whether the folder of a data set of conf/ is not the one of its file there.

    That one is below the folder of the project, which differs between machines.
    """
    usual = re.fullmatch(r"\$\{project:(.*)\}", str(_file_of(choice).get("root")))
    return usual is not None and not root.endswith(f"/{usual[1]}")


@lru_cache(maxsize=256)
def _file_of(choice: str) -> Mapping[str, Any]:
    """Return the values in the file of a data set in conf/; none if there is no such file."""
    file = CONF / "dataset" / f"{choice}.yaml"
    values = OmegaConf.to_container(OmegaConf.load(file), resolve=False) if file.exists() else {}
    return {str(key): value for key, value in values.items()} if isinstance(values, dict) else {}


def _without_usual(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep an option of `USUAL` only if a run has another value, in all runs."""
    for column, usual in USUAL.items():
        if column not in frame:
            continue
        known = [usual if pd.isna(value) else value for value in frame[column]]
        frame = frame.drop(columns=column)
        if any(value != usual for value in known):
            frame[column] = known
    return frame


def _add_metrics(frame: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """Add the metrics of the last epoch, the best validation accuracy and the number of epochs."""
    by_run = epochs.groupby("identity", sort=False)
    last = by_run.last().drop(columns="epoch")
    best = by_run[VALIDATION].max().rename(BEST_VALIDATION)
    done = by_run["epoch"].max().rename("epochs_done")
    frame = frame.join(last, on="identity").join(best, on="identity").join(done, on="identity")
    frame["epochs_done"] = frame["epochs_done"].fillna(0).astype(int)
    return frame


def _is_number_or_none(value: object) -> bool:
    return value is None or isinstance(value, int | float)
