"""The blocks of a chapter: the page's template knows each of them."""

import typing

from experiments.report import blocks
from experiments.report.page import FOLDER


def test_every_kind_of_block_is_in_the_template() -> None:
    template = (FOLDER / "page.html").read_text(encoding="utf-8")
    kinds = {each.__dataclass_fields__["kind"].default for each in typing.get_args(blocks.Block)}
    assert len(kinds) == 6
    assert {kind for kind in kinds if f'"{kind}"' not in template} == {"chart"}  # the last branch
