"""The groups and choices of `run.py --help`."""

from experiments.configuration import CONF, GROUPS, PARTS, REPLICATE, STUDY
from experiments.configuration.group_choices import choosable, group_choices


def test_every_file_that_is_no_part_of_others_can_be_chosen() -> None:
    for group in (*GROUPS, STUDY, REPLICATE):
        folder = CONF / group
        files = {str(path.relative_to(folder))[: -len(".yaml")] for path in folder.rglob("*.yaml")}
        assert {*choosable(group)} == files - {*PARTS.get(group, ())}


def test_the_lines_have_each_group_once_and_fit_80_columns() -> None:
    lines = group_choices().splitlines()
    assert max(map(len, lines)) <= 80
    groups = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert groups == sorted({*GROUPS, "tracking", STUDY, REPLICATE})
    assert "study: architectures, learning_rates, quad" in group_choices()
