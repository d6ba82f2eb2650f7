"""The tags that hold which test images are classified correctly."""

import numpy as np
import pytest
from mlflow.utils.validation import MAX_TAG_VAL_LENGTH

from experiments.mirror.correct_tags import LONGEST, correct_tags, read_correct
from experiments.recording import pack_correct


def packed(n: int, accuracy: float, *, seed: int = 0) -> bytes:
    return pack_correct(np.random.default_rng(seed).random(n) < accuracy)


@pytest.mark.parametrize(("n", "n_tags"), [(1, 1), (10_000, 1), (60_000, 3), (200_000, 7)])
def test_the_bytes_are_read_back_from_tags_of_a_limited_length(n: int, n_tags: int) -> None:
    """As many wrong images as correct ones cannot be compressed."""
    correct = {"test/correct": packed(n, 0.5), "best_epoch/test/correct": packed(n, 0.5, seed=1)}
    tags = correct_tags(correct)
    assert set(tags) == {f"{name}/{i}" for name in correct for i in range(1, n_tags + 1)}
    assert max(map(len, tags.values())) <= LONGEST < MAX_TAG_VAL_LENGTH
    assert read_correct({**tags, "status": "finished"}) == correct


def test_a_good_network_needs_little_space() -> None:
    (text,) = correct_tags({"test/correct": packed(10_000, 0.96)}).values()
    assert len(text) < 700


def test_a_run_of_an_older_version_has_no_such_tags() -> None:
    assert correct_tags({}) == {}
    assert read_correct({"status": "finished"}) == {}


@pytest.mark.parametrize("changed", ["", "?", "abcd", "cut"])
def test_a_changed_tag_is_an_error_that_names_the_column(changed: str) -> None:
    tags = correct_tags({"test/correct": packed(100, 0.9)})
    text = tags["test/correct/1"]
    tags["test/correct/1"] = text[:-8] if changed == "cut" else changed
    with pytest.raises(ValueError, match=r"^test/correct: "):
        read_correct(tags)
