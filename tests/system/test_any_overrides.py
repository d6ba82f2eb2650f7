"""Overrides of all kinds give a job or one line that says what is wrong."""

import msgspec
import pytest
from any_overrides import CLASS, KEYS, VALUES
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from properties import trials

from experiments.cli import one_line_errors
from experiments.configuration import compose
from experiments.running import Job

assignments = st.builds(
    lambda prefix, key, value: f"{prefix}{key}={value}",
    st.sampled_from(["", "", "", "+", "++", "~"]),
    st.sampled_from(KEYS),
    st.sampled_from(VALUES) | st.text(max_size=8),
)
overrides = st.lists(assignments | st.text(max_size=12), min_size=1, max_size=3)


@trials(100, allowed=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(overrides)
@example(["architecture=[784,10]"])
@example(["optimizer._target_=[784,10]"])
def test_any_overrides_give_a_job_or_an_error_of_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    capsys.readouterr()
    try:
        with one_line_errors():
            config = compose(words)
            job = Job.of(config, config.hydra)
            assert len(job.identity) == 16
            assert msgspec.json.encode(job.start())
    except SystemExit:
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        assert not CLASS.search(line.replace(" ".join(words), "")), line
