"""The frame of runs: its columns, their types and their order."""

import frames
import numpy as np
import pandas as pd
import pytest
import records

from experiments.configuration import compose
from experiments.recording import Status
from experiments.results.frames import (
    CORRECT_IMAGES,
    END_METRICS,
    FIRST,
    Loaded,
    RunRow,
    certificate_columns,
    frame_of,
    in_order,
    no_epochs,
    options,
)

MIXED = [
    frames.run("seed=1", accuracy=0.9, validation=[0.5, 0.9, 0.8]),
    frames.run("optimizer=adam", "seed=2"),
    frames.run("schedule=step", "seed=3", status="diverged", validation=[]),
]


def test_the_last_and_the_best_epoch_are_columns() -> None:
    frame = frames.frame(MIXED)
    assert list(frame["validation/accuracy"].iloc[:2]) == [0.8, 0.9]
    assert list(frame["best_epoch/validation/accuracy"].iloc[:2]) == [0.9, 0.9]
    assert list(frame["epochs_done"]) == [3, 1, 0]
    diverged = frame.iloc[2]
    assert np.isnan(diverged["validation/accuracy"])
    assert np.isnan(diverged["best_epoch/validation/accuracy"])


def test_columns_have_types() -> None:
    frame = frames.frame(MIXED)
    for column in ("loss", "optimizer", "architecture", "dataset", "status", "dtype"):
        assert isinstance(frame[column].dtype, pd.CategoricalDtype)
    for column in ("seed", "epochs", "epochs_done", "batch_size"):
        assert pd.api.types.is_integer_dtype(frame[column])
    for column in ("l2", "optimizer.beta1", "schedule.every", "test/accuracy", "run_seconds"):
        assert pd.api.types.is_float_dtype(frame[column])
    assert isinstance(frame["started"].dtype, pd.DatetimeTZDtype)


def test_an_option_is_missing_where_a_choice_does_not_have_it() -> None:
    frame = frames.frame(MIXED)
    assert list(frame["optimizer.beta1"].notna()) == [False, True, False]
    assert list(frame["schedule.every"].notna()) == [False, False, True]


def test_the_metrics_of_the_end_are_columns_even_if_no_run_has_finished() -> None:
    frame = frames.frame(MIXED[2:])
    assert set(END_METRICS) <= set(frame)
    assert frame[list(END_METRICS)].isna().all(axis=None)
    assert all(pd.api.types.is_float_dtype(frame[column]) for column in END_METRICS)
    for column in CORRECT_IMAGES:
        assert frame[column].dtype == object
        assert list(frame[column]) == [None]


def test_the_order_of_the_columns_does_not_depend_on_the_source() -> None:
    frame = frames.frame(MIXED)
    assert tuple(frame.columns[: len(FIRST)]) == FIRST
    assert in_order(list(frame.columns[::-1])) == list(frame.columns)
    others = list(frame.columns[len(FIRST) :])
    n_options = sum("/" not in column for column in others)
    assert others == sorted(others[:n_options]) + sorted(others[n_options:])
    assert all("/" in column for column in others[n_options:])


def test_options_that_other_columns_name_are_no_columns() -> None:
    frame = frames.frame(MIXED)
    for column in ("architecture.sizes", "dataset.name", "dataset.mirrors"):
        assert column not in frame
    assert not any(column.startswith("dataset.sha256") for column in frame)


def test_the_folder_of_the_images_is_a_column_for_images_of_the_user_only() -> None:
    assert "dataset.root" not in frames.frame(MIXED)
    own = {**MIXED[0], "identity": "own", "dataset": "folder", "dataset.root": "/own"}
    frame = frames.frame([*MIXED, own])
    assert list(frame["dataset.root"].fillna("")) == ["", "", "", "/own"]


def test_the_folder_of_a_named_data_set_is_a_column_if_it_is_not_its_own() -> None:
    own = {**MIXED[0], "dataset.root": "/elsewhere/digits"}
    other_machine = {**MIXED[1], "dataset.root": "/another/project/data/mnist"}
    assert "dataset.root" not in frames.frame([other_machine, MIXED[2]])
    frame = frames.frame([own, other_machine])
    assert list(frame["dataset.root"].fillna("")) == ["/elsewhere/digits", ""]


def test_the_label_of_class_0_is_a_column_if_it_is_not_0_in_every_run() -> None:
    assert "dataset.first_label" not in frames.frame(MIXED)
    letters = {**MIXED[0], "dataset.first_label": 1}
    older = {key: value for key, value in MIXED[1].items() if key != "dataset.first_label"}
    assert list(frames.frame([letters, MIXED[2]])["dataset.first_label"]) == [1, 0]
    assert list(frames.frame([letters, older])["dataset.first_label"]) == [1, 0]
    assert "dataset.first_label" not in frames.frame([older, MIXED[2]])


@pytest.mark.parametrize(
    ("option", "unusual"), [("transposed", True), ("flatten", True), ("shuffle", False)]
)
def test_how_images_are_read_is_a_column_if_it_is_unusual_in_a_run(
    option: str, unusual: bool
) -> None:
    column = f"dataset.{option}"
    older = {key: value for key, value in MIXED[1].items() if key != column}
    assert column not in frames.frame([older, MIXED[2]])
    frame = frames.frame([{**MIXED[0], column: unusual}, older, MIXED[2]])
    assert list(frame[column]) == [unusual, not unusual, not unusual]
    assert (column in options(frame)) == (option != "flatten")  # which is known by the data


def test_the_names_of_classes_are_a_column_if_a_command_gave_them() -> None:
    column, letters = "dataset.classes", compose(["dataset=emnist_letters"]).dataset.classes
    usual = {**MIXED[0], "dataset": "emnist_letters", column: list(letters)}
    assert column not in frames.frame([usual, {**MIXED[2], column: []}])
    frame = frames.frame([{**usual, column: ["a", "b"]}, usual])
    assert list(frame[column].fillna("")) == ['["a", "b"]', ""]
    assert column not in options(frame)


def test_the_names_of_the_users_files_are_columns_if_they_are_not_those_of_mnist() -> None:
    column = "dataset.file_names.train_images"
    own = {**MIXED[0], "dataset": "folder", column: "letters"}
    letters = {**MIXED[0], "dataset": "emnist_letters", column: "emnist-letters-train-images"}
    usual = {**own, column: "train-images-idx3-ubyte"}
    assert column not in frames.frame([usual, letters])
    frame = frames.frame([own, usual, letters])
    assert list(frame[column].fillna("")) == ["letters", "train-images-idx3-ubyte", ""]
    assert column not in options(frame)


def test_the_backend_is_a_column_if_it_is_not_numpy_in_every_run() -> None:
    compiled = {**MIXED[0], "backend": "numba"}
    older = {key: value for key, value in MIXED[1].items() if key != "backend"}
    assert "backend" not in frames.frame([older, MIXED[2]])
    assert "backend" not in options(frames.frame(MIXED))
    frame = frames.frame([compiled, older, MIXED[2]])
    assert list(frame["backend"]) == ["numba", "numpy", "numpy"]
    assert "backend" in options(frame)


def test_a_test_curve_is_a_column_if_a_run_has_one_but_no_option() -> None:
    with_curve = {**MIXED[0], "test_curve": True}
    older = {key: value for key, value in MIXED[1].items() if key != "test_curve"}
    assert "test_curve" not in frames.frame(MIXED)
    assert "test_curve" not in frames.frame([older, MIXED[2]])
    frame = frames.frame([with_curve, older, MIXED[2]])
    assert list(frame["test_curve"]) == [True, False, False]
    assert frame["test_curve"].dtype == bool
    assert "test_curve" not in options(frame)


def test_options_are_those_that_can_change_the_numbers_without_the_seed() -> None:
    own = {**MIXED[0], "dataset": "folder", "dataset.root": "/own", "dataset.first_label": 1}
    frame = frames.frame([own, MIXED[1]])
    assert {"dataset.root", "dataset.first_label"} <= {*frame}
    found = options(frame)
    assert {"optimizer.beta1", "dataset.train_size", "epochs", "l2", "dtype"} <= set(found)
    left_out = {"seed", "dataset.root", "dataset.first_label", "optimizer", "run_seconds"}
    assert not {*left_out, "test/cost"} & set(found)


def test_a_certificate_has_columns_for_what_it_knows() -> None:
    assert certificate_columns(None) == {}
    unchecked = records.certificate(errors=[], error_norms=[])
    assert certificate_columns(unchecked) == {}
    frame = frames.frame(MIXED)
    assert not [column for column in frame if column.startswith("certificate/")]


@pytest.mark.parametrize("run_seconds", [2.5, None])
def test_a_typed_row_is_a_row_of_the_frame(run_seconds: float | None) -> None:
    start = frames.composed(frozenset({"loss=ce"})).start
    row = RunRow(
        identity="1",
        name="ce",
        status=Status.FINISHED,
        started=0.5,
        run_seconds=run_seconds,
        data="da7a",
        outputs=None,
        message="",
        parameters=frames.parameters(start.choices, start.config),
        certificate=records.certificate(1e-9, 4e-9),
        end_metrics={"test/accuracy": 0.75},
        correct_images={"test/correct": b"\x00\xff"},
    )
    loaded = Loaded.of([row], no_epochs())
    expected = frame_of([row.columns], no_epochs())
    pd.testing.assert_frame_equal(loaded.runs, expected)
    (found,) = loaded.runs.to_dict("records")
    assert (found["status"], found["loss"], found["test/accuracy"]) == ("finished", "ce", 0.75)
    assert (found["test/correct"], found["best_epoch/test/correct"]) == (b"\x00\xff", None)
    assert found["certificate/error"] == 4e-9
    assert [found[f"certificate/error_norm/{layer}"] for layer in (1, 2)] == [0.125, 0.5]
    assert found["started"] == pd.Timestamp(0.5, unit="s", tz="UTC")
    if run_seconds is None:
        assert np.isnan(found["run_seconds"])
    else:
        assert found["run_seconds"] == run_seconds
