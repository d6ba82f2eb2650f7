"""The provenance of a figure: its runs, and the commands that make them."""

from collections import Counter
from html import unescape

import frames

from experiments.plotting import made_from


def test_the_commands_make_exactly_the_runs() -> None:
    runs = frames.arm("loss=ce", seeds=[0, 1]) + frames.arm("loss=mse", "l2=0.5", seeds=[3])
    provenance = made_from(frames.frame([*runs, runs[0]]))  # one run appears in two figures
    assert provenance.identities == tuple(each["identity"] for each in runs)
    made = [job for command in provenance.commands for job in frames.jobs(command)]
    expected = [each["name"].split() for each in runs]
    assert Counter(map(frames.identity_of, made)) == Counter(map(frames.identity_of, expected))


def test_a_notebook_shows_it_folded_and_escaped() -> None:
    runs = frames.frame(frames.arm("loss=ce", seeds=[0])).assign(outputs="/<folder>")
    provenance = made_from(runs)
    shown = provenance._repr_html_()
    assert shown.startswith("<details><summary>1 run made by 1 command</summary>")
    assert "<folder>" not in shown
    assert provenance.commands[0] in unescape(shown)


def test_text_has_counts_commands_and_identities() -> None:
    provenance = made_from(frames.frame(frames.arm("loss=ce", seeds=[0, 1])))
    lines = repr(provenance).splitlines()
    assert lines == [
        "2 runs made by 1 command",
        *provenance.commands,
        " ".join(provenance.identities),
    ]
