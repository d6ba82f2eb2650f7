"""`experiments report`, `compare` and `export` on a real sweep; reports in a real browser."""

import io
import math
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import frames
import harness
import pandas as pd
import pytest
import records
from harness import EXPERIMENTS, Program, Tracked
from playwright.sync_api import Browser, Page

from experiments import comparison, results
from experiments.errors import UserError
from experiments.recording import Status
from experiments.report import publish

SMALL = ("epochs=2", "dataset.train_size=300")
FIGURES = ("final-accuracies", "accuracy-by-epoch", "cost-by-epoch", "accuracy-by-seconds")
"""The figures of a chapter about two arms, after that of the verdicts."""
MOST_BYTES = 5_000_000
SMALLEST_TEXT = 12
"""In pixels."""
FONT_SIZES = """() => [...document.querySelectorAll("body *")]
    .filter(each => each.checkVisibility() && each.childNodes.length
        && [...each.childNodes].some(part => part.nodeType === 3 && part.textContent.trim()))
    .map(each => {
        const svg = each.closest("svg");
        const size = parseFloat(getComputedStyle(each).fontSize);
        const scale = svg && svg.viewBox.baseVal && svg.viewBox.baseVal.width
            ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
        return size * scale;
    })"""
"""The sizes of all texts as a reader sees them; a drawing may be scaled."""


@dataclass(frozen=True)
class Swept:
    """A sweep of 2 losses, 2 optimizers and 2 seeds."""

    outputs: Path
    uri: str

    @property
    def sweep(self) -> results.SweepSummary:
        """The first sweep that is recorded there."""
        return results.sweeps(self.outputs)[0]

    def report(self, name: str) -> Path:
        return self.outputs / "reports" / f"{name}.html"

    def tracked(self, sweep: str) -> Tracked:
        """Return the run of a sweep in MLflow."""
        (found,) = (run for run in harness.tracked(self.uri) if run.tags.get("sweep") == sweep)
        return found


@dataclass(frozen=True)
class Printed:
    """The exit code of a command, and its output."""

    code: int
    output: str


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    base = tmp_path_factory.mktemp("report")
    sweep = ("-m", "loss=mse,ce", "optimizer=sgd,adam", "seed=0,1")
    harness.run(base / "outputs", *sweep, *SMALL, harness.NOT_TRACKED)
    harness.store(base)
    harness.sync(base, "--outputs", base / "outputs", "--uri", harness.uri(base))
    return Swept(base / "outputs", harness.uri(base))


class Outputs:
    """The output of several commands, each of which is executed when it is asked for."""

    def __init__(self, swept: Swept, folder: Path) -> None:
        records, store = ("--outputs", swept.outputs), ("--uri", swept.uri)
        sweep = ("--sweep", swept.sweep.id[:5])
        self._folder = folder
        self._printed: Outputs = {}
        self._commands: dict[str, Sequence[str | Path]] = {
            "report": ["report", *store, *sweep, *records],
            "report of nothing": ["report", "--outputs", folder / "empty"],
            "compare": ["compare", "loss", *records],
            "beside": ["compare", "loss", *records, "--beside", "bayes,superiority,ranks"],
            "csv from MLflow": ["compare", "optimizer", *store, "--all", "--format", "csv"],
            "export": ["export", folder / "exported", *sweep, *records],
        }

    def __getitem__(self, name: str) -> Printed:
        if name not in self._printed:
            log = self._folder / f"{name}.log"
            self._printed[name] = Printed(*harness.experiments(log, *self._commands[name]))
        return self._printed[name]


@pytest.fixture(scope="module")
def printed(swept: Swept, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    return Outputs(swept, tmp_path_factory.mktemp("printed"))


@pytest.fixture(scope="module")
def page(swept: Swept, printed: Outputs, browser: Browser) -> Iterator[Page]:
    assert printed["report"].code == 0, printed["report"].output
    page, requests = opened(browser, swept.report(swept.sweep.id))
    yield page
    assert {*requests} == {swept.report(swept.sweep.id).as_uri()}
    page.close()


def opened(browser: Browser, path: Path) -> tuple[Page, list[str]]:
    """Open a report in a browser without a network; return it when all figures are drawn.

    The requests that the page makes are listed, except for images that are part of it.
    """
    requests: list[str] = []
    page = browser.new_page(offline=True)
    page.on(
        "request",
        lambda each: requests.append(each.url) if not each.url.startswith("data:") else None,
    )
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_function("document.documentElement.dataset.drawn === 'true'", timeout=60_000)
    return page, requests


# ---- the report of a sweep


def test_the_command_prints_where_the_report_is(swept: Swept, printed: Outputs) -> None:
    assert printed["report"].output.splitlines() == [
        f"Report of 8 runs: {swept.report(swept.sweep.id)}",
        f"Attached to the sweep's run in MLflow ({swept.uri})",
    ]


@pytest.mark.stress
def test_ctrl_c_while_figures_are_drawn_leaves_no_file(swept: Swept, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    shutil.copytree(swept.outputs, outputs, ignore=shutil.ignore_patterns("reports"))
    with Program([EXPERIMENTS, "report", "--outputs", outputs], tmp_path / "log") as program:
        maps = Path(f"/proc/{program.process.pid}/maps")
        harness.wait_for(lambda: "vl_convert" in maps.read_text(), "library that draws")
        program.ctrl_c()
        assert program.wait() == 130
    assert program.output == ""
    assert not [*outputs.rglob("*.html*")]


def test_a_report_is_small(swept: Swept, printed: Outputs) -> None:
    assert printed["report"].code == 0
    assert swept.report(swept.sweep.id).stat().st_size < MOST_BYTES


def test_a_report_begins_with_the_answer(swept: Swept, page: Page) -> None:
    text = page.locator("#answer").inner_text()
    assert text.index("undecided") < text.index("Mean accuracy") < text.index("What was run")
    assert "8 (8 finished)" in text
    assert "300 training" in text
    assert page.locator("h1").inner_text() == swept.sweep.name
    assert page.locator("#answer figure").count() == 1
    box = page.locator("#answer .vega svg").text_content() or ""
    assert "ce softmax better" in box
    assert "mse sigmoid better" in box


def test_each_thing_that_was_swept_has_a_chapter_and_nothing_else(page: Page) -> None:
    names = [each.get_attribute("id") for each in page.locator("main > section").all()]
    assert names == ["answer", "loss", "optimizer", "networks", "methods", "commands"]
    for group in ("loss", "optimizer"):
        figures = page.locator(f"#{group} figure.chart").all()
        assert [each.get_attribute("id") for each in figures] == [
            f"figure-{group}-{name}" for name in ("verdicts", *FIGURES)
        ]
    text = page.locator("body").inner_text()
    assert "Tuning" not in text  # each arm had one learning rate
    for word in ("nan", "Warning", "Traceback", "undefined"):
        assert word not in text


@pytest.mark.parametrize("width", [1280, 390])
def test_figures_are_drawn_and_legible_at_every_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.reload(wait_until="load")
    page.wait_for_function("document.documentElement.dataset.drawn === 'true'", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    places = page.locator(".vega").all()
    assert places
    for place in places:
        drawing = place.locator("svg").bounding_box()
        assert drawing
        assert drawing["width"] > 250
        assert drawing["x"] + drawing["width"] <= width
        assert place.locator("svg .mark-symbol path, svg .mark-rect path").count() > 0
    assert min(page.evaluate(FONT_SIZES)) >= SMALLEST_TEXT - 0.1
    texts = " ".join(each.text_content() or "" for each in page.locator(".vega svg").all())
    assert "undefined" not in texts
    assert "NaN" not in texts


def test_a_click_on_the_legend_hides_an_arm_and_another_shows_it(page: Page) -> None:
    figure = page.locator("#figure-loss-final-accuracies")
    dots = figure.locator(".vega >> nth=0").locator(".mark-symbol path")
    before = dots.count()
    button = figure.get_by_role("button", name="ce softmax")
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    page.wait_for_function(
        "n => document.querySelectorAll('#figure-loss-final-accuracies .vega')[0]"
        ".querySelectorAll('.mark-symbol path').length === n",
        arg=before // 2,
    )
    button.click()
    page.wait_for_function(
        "n => document.querySelectorAll('#figure-loss-final-accuracies .vega')[0]"
        ".querySelectorAll('.mark-symbol path').length === n",
        arg=before,
    )


def test_mistakes_say_what_the_network_gave_to_the_true_label(page: Page) -> None:
    words = page.locator("#networks .pictures img >> nth=0").get_attribute("alt") or ""
    label, given = re.match(r"(\d), taken for (\d): ", words).groups()  # type: ignore[union-attr]
    assert re.fullmatch(
        rf"{label}, taken for {given}: \d\.\d\d for {given}, [\d.e-]+ for {label}", words
    )


def test_a_report_can_be_printed(page: Page) -> None:
    page.emulate_media(media="print")
    sizes = [each.bounding_box() for each in page.locator(".vega svg").all()]
    assert all(size and size["height"] > 50 for size in sizes)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")


def test_the_report_its_figures_and_tables_are_attached_to_the_sweep(
    swept: Swept, printed: Outputs
) -> None:
    assert printed["report"].code == 0
    attached = swept.tracked(swept.sweep.id).artifacts
    report = swept.report(swept.sweep.id).read_bytes()
    assert attached["report.html"].read_bytes() == report
    figures = {path.name: path.read_bytes() for path in attached["figures"].iterdir()}
    of_chapters = [f"{g}-{name}" for g in ("loss", "optimizer") for name in ("verdicts", *FIGURES)]
    assert sorted(figures) == sorted(f"{n}.png" for n in ["verdicts", *of_chapters, "confusion"])
    assert all(each.startswith(b"\x89PNG") for each in figures.values())
    tables = {path.name: path.read_text("utf-8") for path in attached["tables"].iterdir()}
    names = [f"{group}.{kind}" for group in ("loss", "optimizer") for kind in ("csv", "md", "tex")]
    assert sorted(tables) == sorted(names)
    compared = comparison.compare(results.runs(swept.outputs), "optimizer")
    assert tables["optimizer.csv"] == comparison.FORMATS["csv"](compared)


def test_a_folder_without_runs_is_an_error_of_one_line(printed: Outputs) -> None:
    error = printed["report of nothing"]
    assert error.code == 1
    assert re.fullmatch(r"error: (.*)/empty: no runs are recorded there\n", error.output)
    folder = Path(error.output.removeprefix("error: ").partition(":")[0])
    assert not folder.exists()


# ---- other kinds of sweeps


KINDS: dict[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    "one run": ([], ["runs"], ["This is one run", "after the only epoch"]),
    "one seed": (
        ["-m", "loss=mse,ce"],
        ["loss"],
        ["There is one seed", "A verdict needs 5 seeds or more", "this may be chance"],
    ),
    "networks": (
        ["-m", "activation=relu,tanh", "architecture=784-30-10,784-20-10-10", "seed=0,1"],
        ["activation", "architecture"],
        ["Performance profile"],
    ),
    "rates": (
        ["-m", "optimizer.learning_rate=0.1,0.5", "seed=0,1"],
        ["runs", "learning-rates"],
        ["differ in learning rate or seed only", "Tuning"],
    ),
    "diverged": (
        ["-m", "activation=relu,identity", "loss=ce", "optimizer.learning_rate=1e30", "seed=0,1"],
        ["activation", "failures"],
        ["diverged"],
    ),
}
"""The command line of a kind of sweep, its own chapters, and what its report says."""


@pytest.mark.parametrize(
    "kind",
    [
        each if each == "one seed" else pytest.param(each, marks=pytest.mark.stress)
        for each in KINDS
    ],
)
def test_a_report_is_about_what_was_run(kind: str, browser: Browser, tmp_path: Path) -> None:
    words, chapters, said = KINDS[kind]
    outputs = tmp_path / "outputs"
    harness.run(outputs, *words, "epochs=1", "dataset.train_size=300", "tracking=none")
    found = results.sweeps(outputs)
    publish(outputs, found[-1] if found else None, tmp_path)
    (path,) = tmp_path.glob("*.html")
    page, _ = opened(browser, path)
    page.set_viewport_size({"width": 390, "height": 900})
    names = [each.get_attribute("id") for each in page.locator("main > section").all()]
    text = page.locator("body").inner_text()
    assert [
        each for each in names if each not in ("answer", "networks", "methods", "commands")
    ] == [*chapters]
    for sentence in said:
        assert sentence in text
    for word in ("by epoch", "nan", "undefined"):  # one epoch is no curve
        assert word not in text
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.parametrize("status", [Status.FAILED, Status.INTERRUPTED])
def test_runs_without_a_result_are_refused_in_one_line(tmp_path: Path, status: Status) -> None:
    for number, loss in enumerate(("ce", "mse")):
        start = frames.start(f"loss={loss}")
        records.write_run(tmp_path / "outputs", f"{number}" * 16, start, records.end(status))
    with pytest.raises(UserError, match=rf"^no run has finished.*\(2 {status.value}\)"):
        publish(tmp_path / "outputs", None, tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


# ---- compare and export


def test_compare_prints_a_verdict_for_each_condition(swept: Swept, printed: Outputs) -> None:
    assert printed["compare"].code == 0
    output = printed["compare"].output
    title, counts, *_ = output.splitlines()
    assert title.startswith(f"sweep {swept.sweep.id}  ")
    assert counts == "8 finished"
    for optimizer in ("sgd", "adam"):
        row = rf"^784-30-10 {optimizer}: ce softmax @ .* - mse sigmoid @ .*\n.*undecided"
        assert re.search(row, output, re.MULTILINE)
    commands = re.findall(r"^  \S*(python run\.py -m .*)", output, re.MULTILINE)
    assert commands
    assert all(frames.jobs(command) for command in commands)


@pytest.mark.stress
def test_other_analyses_stand_below_the_verdicts(printed: Outputs) -> None:
    assert printed["beside"].code == 0
    output = printed["beside"].output
    assert output.index("runs that exist are not repeated") < output.index("A better ")
    row = r"^784-30-10 (?:sgd|adam) +ce softmax +mse sigmoid +2 .*%.*%.*%"
    assert len(re.findall(row, output, re.MULTILINE)) == 2
    assert "superiority: P(A>B) with its 95 % bootstrap interval" in output
    assert output.endswith("\nranks need 5 data sets or more; these runs have 1\n")


@pytest.mark.stress
def test_a_comparison_is_the_same_from_mlflow(swept: Swept, printed: Outputs) -> None:
    assert printed["csv from MLflow"].code == 0
    from_mlflow = printed["csv from MLflow"].output
    table = pd.read_csv(io.StringIO(from_mlflow))
    assert set(table["condition"]) == {"784-30-10 mse", "784-30-10 ce"}
    assert list(table["seeds"]) == [2, 2]
    compared = comparison.compare(results.runs(swept.outputs), "optimizer")
    expected = comparison.FORMATS["csv"](compared)
    assert sorted(from_mlflow.splitlines()) == sorted(expected.splitlines())


def test_exported_runs_are_the_same_as_the_recorded_runs(swept: Swept, printed: Outputs) -> None:
    assert printed["export"].code == 0
    folder = Path(printed["export"].output.strip().partition(": ")[2])
    assert printed["export"].output == f"8 runs: {folder}\n"
    exported = results.runs(folder)
    expected = results.runs(swept.outputs, sweep=swept.sweep.id)
    assert exported["outputs"].isna().all()
    pd.testing.assert_frame_equal(exported, expected.assign(outputs=math.nan))
