"""Huang's example: his numbers are reproduced, and those that are wrong are refuted."""

import pytest

from experiments.verifying import Table, huang, print_tables, worked_example


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return list(worked_example())


def of(tables: list[Table], subject: str, part: str = "") -> Table:
    (found,) = (each for each in tables if each.subject == subject and part in each.about)
    return found


def test_everything_is_as_expected(tables: list[Table]) -> None:
    assert all(each.as_expected for table in tables for each in table.comparisons)
    assert all(table.comparisons for table in tables)


def test_the_softmax_of_his_scores(tables: list[Table]) -> None:
    found = of(tables, "Softmax").columns["ours"]
    assert found == pytest.approx([0.659001, 0.242433, 0.098566], abs=5e-7)


def test_costs_and_errors(tables: list[Table]) -> None:
    assert of(tables, "Cost", "5").columns["ours"] == pytest.approx([3.155682], abs=5e-7)
    assert of(tables, "Cost", "7").columns["ours"] == pytest.approx([8.34e-7], rel=1e-4)
    printed = [0.0821, 0.0673, 0.1621, 0.1712, 0.1180, -0.9574, 0.1039, 0.1133, 0.0792, 0.0603]
    errors = of(tables, "Output errors", "Table 4").columns["ours"]
    assert errors == pytest.approx(printed, abs=5e-5)


def test_the_known_cost_is_compared_with_its_digits(
    tables: list[Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand, known = of(tables, "Cost", "5").comparisons
    assert (by_hand.agrees, known.agrees, known.compared) == (True, True, 1)
    monkeypatch.setattr(huang, "UNTRAINED_5_COST", 3.155684)
    assert not of([*worked_example()], "Cost", "5").comparisons[1].agrees


@pytest.mark.parametrize("row", [1, 3])
def test_a_row_of_weights_says_that_its_factor_is_fitted(tables: list[Table], row: int) -> None:
    table = of(tables, "Gradient of the weights", f"row {row}")
    assert "The factor is fitted to this row of the document" in table.note
    assert [each.agrees for each in table.comparisons] == [True]


def test_the_row_that_is_no_multiple_of_the_errors_has_no_numbers_of_ours(
    tables: list[Table],
) -> None:
    table = of(tables, "Gradient of the weights", "row 2")
    assert table.columns == {"printed": list(huang.WEIGHT_GRADIENTS[2])}
    assert "no factor to fit" in table.note
    assert "at most 0.0002" in table.note  # 0.0821 * 0.0005 / 0.1712


def test_the_outputs_and_errors_for_the_7_are_there(tables: list[Table]) -> None:
    outputs, errors = of(tables, "Outputs", "a 7"), of(tables, "Output errors", "Table 6")
    assert outputs.columns["printed"] == list(huang.TRAINED_7)
    assert outputs.columns["ours"] == pytest.approx(huang.TRAINED_7, abs=6e-8)
    assert sum(outputs.columns["ours"]) == pytest.approx(1, abs=1e-15)
    assert errors.columns["ours"][7] == pytest.approx(-8.34e-7, rel=1e-4)
    small = [output for number, output in enumerate(outputs.columns["ours"]) if number != 7]
    found = [error for number, error in enumerate(errors.columns["ours"]) if number != 7]
    assert found == pytest.approx(small)


def test_the_text_says_what_an_agreement_does_not_show(tables: list[Table]) -> None:
    for part in ("Table 3", "Table 6"):
        note = of(tables, "Outputs", part).note
        assert "the logits are the logarithms" in note
        assert "does not show" in note


def test_the_first_step_is_the_learning_rate_and_not_the_printed_one(tables: list[Table]) -> None:
    table = of(tables, "Adam's step", "t = 1, of")
    gradient, ours = table.columns["gradient"], table.columns["ours"]
    signs = [-1e-3 if each > 0 else 1e-3 for each in gradient]
    assert ours == pytest.approx(signs, rel=1e-6)
    assert {abs(each) for each in table.columns["printed"]} == {7.441e-4}
    assert [each.refuted for each in table.comparisons] == [False, False, True]


def test_the_printed_step_is_the_second_after_a_gradient_of_zero(tables: list[Table]) -> None:
    table = of(tables, "Adam's step", "t = 2")
    assert [abs(each) for each in table.columns["ours"]] == pytest.approx([7.44137e-4] * 10)
    assert not any(each.refuted for each in table.comparisons)


def test_the_row_that_is_a_weight_and_the_bias_of_another_class_are_refuted(
    tables: list[Table],
) -> None:
    refuted = {
        f"{table.subject}, {table.about}"
        for table in tables
        for each in table.comparisons
        if each.refuted
    }
    assert len(refuted) == 3
    assert any("row 2" in each for each in refuted)
    assert any(each.startswith("Output errors") for each in refuted)


def test_it_fits_a_terminal(tables: list[Table], capsys: pytest.CaptureFixture[str]) -> None:
    assert print_tables(tables)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
