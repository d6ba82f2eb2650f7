"""Folders without the four files: the message says what is there, and what may be meant."""

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from idx_files import arrays, check_refused, idx, idx_dataset, write
from permissions import ordinary_user
from properties import trials

from experiments.data import FILES
from experiments.errors import DataError

IMAGES = idx(arrays()["train_images"])
LABELS = idx(arrays()["train_labels"])


def check_message(root: Path, *expected: object) -> None:
    """Check that the data set in a folder is refused in one line that has all expected parts."""
    check_refused(idx_dataset(root).files, *expected)


def test_a_folder_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_message(tmp_path / "letters", f"{tmp_path}/letters: the folder does not exist")
    monkeypatch.chdir(tmp_path)
    check_message(Path("my/letters"), f"my/letters: the folder does not exist in {tmp_path}")


@pytest.mark.parametrize("name", ["Letters", "leters", "letters2"])
def test_the_folder_with_nearly_the_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / "letter").write_text("a file is not meant", encoding="utf-8")
    check_message(tmp_path / "letters", f"does not exist; did you mean {tmp_path / name}?")


def test_a_file_instead_of_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "letters.zip"
    path.touch()
    check_message(path, f"{path}: it is a file, expected the folder that has the four files")
    check_message(path / "more", f"{path / 'more'}: the folder does not exist")


def test_a_link_to_nothing(tmp_path: Path) -> None:
    link = tmp_path / "letters"
    link.symlink_to("elsewhere")
    check_message(link, f"{link}: the folder is a link to elsewhere, which does not exist")
    name = f"{FILES['train_images']}.gz"
    file = tmp_path / name
    file.symlink_to("elsewhere.gz")
    check_message(tmp_path, f"{file}: it is a link to elsewhere.gz, which does not exist")


def test_something_else_instead_of_the_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", Path("/dev/null")):
        check_message(path, f"{path}: it is no folder, expected the folder that has the four files")


def test_a_link_to_itself(tmp_path: Path) -> None:
    circle = "a link that leads to itself, so it cannot be followed"
    link = tmp_path / "letters"
    link.symlink_to(link)
    check_message(link, f"{link}: the folder is {circle}")
    for name in (f"{FILES['train_images']}.gz", FILES["train_images"]):
        file = tmp_path / name
        file.symlink_to(file)
        check_message(tmp_path, f"{file}: it is {circle}")
        file.unlink()


def test_a_fifo_instead_of_a_file(tmp_path: Path) -> None:
    write(tmp_path, arrays())
    for name in (f"{FILES['test_labels']}.gz", f"{FILES['train_images']}.gz"):
        (tmp_path / name).unlink()
        os.mkfifo(tmp_path / name)
        check_message(tmp_path, f"{tmp_path / name}: it is no file")


def test_a_folder_that_may_not_be_read(open_folder: Path) -> None:
    root = open_folder / "letters"
    write(root, arrays())
    root.chmod(0)
    with ordinary_user():
        check_message(root, f"{root}: no permission to read the folder")
    root.chmod(0o755)


def test_a_folder_whose_files_may_be_listed_only(open_folder: Path) -> None:
    root = open_folder / "letters"
    write(root, arrays())
    root.chmod(0o744)
    with ordinary_user():
        check_message(root, f"{root}: no permission to read the folder")


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_a_name_that_no_folder_can_have(tmp_path: Path, name: str) -> None:
    check_message(tmp_path / name, f"{tmp_path / name}: cannot be read: ")


def test_an_empty_folder(tmp_path: Path) -> None:
    path = tmp_path / FILES["train_images"]
    check_message(tmp_path, f"{path}.gz: no such file, nor one without .gz; the folder is empty")


def test_the_names_in_the_folder_are_listed(tmp_path: Path) -> None:
    (tmp_path / "b.png").touch()
    (tmp_path / "a").mkdir()
    check_message(tmp_path, "the folder has a/ and b.png")
    for number in range(1200):
        (tmp_path / f"c{number:04}.png").touch()
    check_message(tmp_path, "the folder has a/, b.png, c0000.png, c0001.png and 1,198 more")


@pytest.mark.parametrize(
    "name",
    [
        "train-images.idx3-ubyte",
        "TRAIN-IMAGES-IDX3-UBYTE",
        "train_images_idx3_ubyte",
        "train-images-idx3-ubyte.idx",
        "emnist-letters-train-images-idx3-ubyte",
        "train-images.GZ",
    ],
)
@pytest.mark.parametrize("gzipped", [False, True])
def test_the_file_with_nearly_the_name(tmp_path: Path, name: str, *, gzipped: bool) -> None:
    (tmp_path / name).write_bytes(gzip.compress(IMAGES) if gzipped else IMAGES)
    for other in ("train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "test-images-idx3-ubyte"):
        (tmp_path / other).write_bytes(LABELS)
    right = FILES["train_images"] + ".gz" * gzipped
    check_message(tmp_path, f"; did you mean {name}? rename it to {right}")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("train_labels", "train-labels.idx1-ubyte"),
        ("test_images", "test-images-idx3-ubyte"),
        ("test_images", "t10k-images.idx3-ubyte"),
        ("test_labels", "emnist-letters-test-labels-idx1-ubyte"),
    ],
)
def test_each_file_has_a_name_that_is_near(tmp_path: Path, key: str, name: str) -> None:
    path = write(tmp_path, arrays(), suffix="")[key]
    path.rename(tmp_path / name)
    check_message(tmp_path, f"{path}.gz: no such", f"did you mean {name}? rename it to {path.name}")


def test_the_most_similar_name_is_meant(tmp_path: Path) -> None:
    for name in ("emnist-byclass-train-images-idx3-ubyte", "train-images.idx3-ubyte"):
        (tmp_path / name).write_bytes(IMAGES)
    check_message(tmp_path, "did you mean train-images.idx3-ubyte?")


@pytest.mark.parametrize("name", ["train-labels.idx1-ubyte", "images.png", "t10k-images.idx"])
def test_a_file_of_another_part_is_not_meant(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(IMAGES)
    with pytest.raises(DataError) as caught:
        idx_dataset(tmp_path).files()
    assert "did you mean" not in str(caught.value)


def test_a_near_file_of_another_kind_is_not_to_be_renamed(tmp_path: Path) -> None:
    (tmp_path / "train-images.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    check_message(
        tmp_path, "did you mean train-images.png? it is a PNG image, expected an IDX file"
    )
    (tmp_path / "train-images.png").unlink()
    (tmp_path / "train-images").mkdir()
    with pytest.raises(DataError, match=r"did you mean train-images\?$"):
        idx_dataset(tmp_path).files()


def test_the_near_file_is_named_after_a_failed_download(tmp_path: Path) -> None:
    (tmp_path / "train-images.idx3-ubyte").write_bytes(IMAGES)
    check_refused(
        idx_dataset(tmp_path, mirrors=["http://127.0.0.1:9"]).files,
        "the download failed (http://127.0.0.1:9: no connection)",
        "did you mean train-images.idx3-ubyte? rename it to train-images-idx3-ubyte",
    )


def test_a_folder_for_downloads_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    root = tmp_path / "file" / "cache"
    check_refused(
        idx_dataset(root, mirrors=["http://127.0.0.1:9"]).files,
        f"{root}: the folder cannot be made: Not a directory",
    )


@trials(50, allowed=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=40).map(lambda name: name.translate(None, b"/\0")))
def test_a_file_of_any_name_is_listed_in_one_line(open_folder: Path, name: bytes) -> None:
    path = open_folder / os.fsdecode(b"train image " + name)
    path.write_bytes(b"text")
    with pytest.raises(DataError) as caught:
        idx_dataset(open_folder).files()
    path.unlink()
    assert str(caught.value).isprintable()
