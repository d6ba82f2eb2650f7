"""Figures as specifications and as pictures."""

import altair as alt
import pandas as pd

from experiments.charts.figure import Figure, Panel, bundle, png, records, spec
from experiments.charts.style import keys

ROWS = [{"arm": "a", "x": 1.0}, {"arm": "b", "x": 2.0}]


def panel(*, zoom: bool = False) -> Panel:
    points = alt.Chart().mark_point().encode(x="x:Q")
    return Panel("condition", alt.layer(points, points), ROWS, zoom=zoom)


def figure(*panels: Panel) -> Figure:
    return Figure(
        name="example", title="Title", caption="", description="", panels=panels, keys=keys("ab")
    )


def test_missing_values_are_left_out_and_numbers_are_short() -> None:
    frame = pd.DataFrame({"x": [1.23456789, float("nan")], "n": [1, 2]})
    assert records(frame) == [{"x": 1.23457, "n": 1}, {"n": 2}]


def test_a_panel_on_a_page_has_its_data_once_and_is_as_wide_as_its_place() -> None:
    described = spec(panel())
    assert described["width"] == "container"
    assert described["data"] == {"values": ROWS}
    assert all("data" not in layer for layer in described["layer"])
    assert [each["name"] for each in described["params"]] == ["hidden"]


def test_a_panel_can_be_zoomed_if_it_says_so() -> None:
    assert "params" in spec(panel(zoom=True))["layer"][-1]
    assert "params" not in spec(panel())["layer"][-1]


def test_a_picture_shows_all_panels() -> None:
    one, three = (png(figure(*[panel()] * n)) for n in (1, 3))
    assert one.startswith(b"\x89PNG")
    assert height(three) > height(one)


def height(image: bytes) -> int:
    return int.from_bytes(image[20:24], "big")


def test_the_script_that_draws_charts_loads_nothing() -> None:
    script = bundle()
    assert "vegaEmbed" in script
    assert len(script) < 2_000_000
    assert "import(" not in script
