"""`experiments report`, `compare` and `export` on a real sweep; the report in a real browser."""

import base64
import io
import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frames
import harness
import nbformat
import pandas as pd
import pytest
import records
from harness import EXPERIMENTS, Program, Tracked
from playwright.sync_api import Browser, Route

from experiments import comparison, results
from experiments.recording import Status
from experiments.report.notebooks import execute

SMALL = ("epochs=2", "dataset.train_size=300")
FIGURES = {"quadratic_vs_cross_entropy": 6, "sgd_vs_adam": 7, "weights_and_mistakes": 4}
"""The number of figures of each notebook that is executed to its end."""
HEADINGS = (
    "Quadratic cost or cross-entropy?",
    "SGD or Adam?",
    "Weights and mistakes of a trained network",
)
ONE_SEED = "the arms of loss have one seed in common in sweep {}, but a comparison needs at least 5"
ONE_ARM = "only one optimizer, sgd, has been run in sweep {}; all runs together have adam, sgd: "
FIGURES_AND_DETAILS = """() => [...document.querySelectorAll("img, details")].map(each => ({
    tag: each.tagName, width: each.naturalWidth || 0,
    inside: [...each.querySelectorAll("pre, code")].map(part => part.textContent)}))"""


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
    harness.run(base / "outputs", *sweep, *SMALL, *harness.store(base))
    return Swept(base / "outputs", harness.uri(base))


@pytest.fixture(scope="module")
def printed(swept: Swept, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Printed]:
    """The output of several commands that are executed at the same time."""
    folder = tmp_path_factory.mktemp("printed")
    records, store = ("--outputs", swept.outputs), ("--uri", swept.uri)
    sweep = ("--sweep", swept.sweep.id[:5])
    commands: dict[str, Sequence[str | Path]] = {
        "report": ["report", *store, *sweep, *records],
        "report of nothing": ["report", "--outputs", folder / "empty"],
        "compare": ["compare", "loss", *records],
        "beside": ["compare", "loss", *records, "--beside", "bayes,superiority,ranks"],
        "csv from MLflow": ["compare", "optimizer", *store, "--all", "--format", "csv"],
        "export": ["export", folder / "exported", *sweep, *records],
    }
    with ExitStack() as stack:
        programs = {
            name: stack.enter_context(
                Program([EXPERIMENTS, *words], folder / f"{name}.log", MPLBACKEND="agg")
            )
            for name, words in commands.items()
        }
        return {name: Printed(each.wait(), each.output) for name, each in programs.items()}


@dataclass(frozen=True)
class Seen:
    """A report in a browser that cannot reach anything else."""

    requests: Sequence[str]
    shown: Sequence[dict[str, Any]]  # figures and provenances, from top to bottom
    text: str
    errors: Sequence[str]
    widths: Sequence[tuple[int, int]]  # of a window, and of the page in it


def see(browser: Browser, path: Path) -> Seen:
    """Open a report in a browser."""
    requests, widths = [], []
    page = browser.new_page(offline=True)

    def only_the_file(route: Route) -> None:
        requests.append(route.request.url)
        if route.request.url == path.as_uri():
            route.continue_()
        else:
            route.abort()

    page.route("**/*", only_the_file)
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri(), wait_until="load")
    for width in (1280, 480):
        page.set_viewport_size({"width": width, "height": 900})
        widths.append((width, page.evaluate("document.documentElement.scrollWidth")))
    errors = [each.inner_text() for each in page.locator(".error").all()]
    shown = page.evaluate(FIGURES_AND_DETAILS)
    seen = Seen(requests, shown, page.inner_text("body"), errors, widths)
    page.close()
    return seen


@pytest.fixture(scope="module")
def seen(swept: Swept, printed: dict[str, Printed], browser: Browser) -> Seen:
    assert printed["report"].code == 0, printed["report"].output
    return see(browser, swept.report(swept.sweep.id))


# ---- the report of a sweep


def test_the_command_prints_where_the_report_is(swept: Swept, printed: dict[str, Printed]) -> None:
    assert printed["report"].output.splitlines() == [
        f"Report of 8 runs: {swept.report(swept.sweep.id)}",
        f"Attached to the sweep's run in MLflow ({swept.uri})",
    ]
    assert printed["report"].code == 0


def test_a_report_needs_no_other_file_or_address(swept: Swept, seen: Seen) -> None:
    path = swept.report(swept.sweep.id)
    addresses = {url for url in seen.requests if not url.startswith("data:image/png;base64,")}
    assert addresses == {path.as_uri()}
    text = path.read_text(encoding="utf-8")
    sources = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]{1,30})""", text)
    assert all(each.startswith(("data:image/png;base64,", "#")) for each in sources)
    assert not re.search(r"<script|<iframe|<link|@import|url\(", text)


def test_a_report_shows_all_figures_of_all_notebooks(seen: Seen) -> None:
    widths = [each["width"] for each in seen.shown if each["tag"] == "IMG"]
    assert len(widths) == sum(FIGURES.values())
    assert min(widths) > 300  # pixels; 0 if the image cannot be shown
    assert seen.errors == []


def test_below_each_figure_are_its_runs_and_the_commands_that_make_them(
    swept: Swept, seen: Seen
) -> None:
    assert [each["tag"] for each in seen.shown] == ["IMG", "DETAILS"] * sum(FIGURES.values())
    runs = set(results.runs(swept.outputs)["identity"])
    made_by: dict[str, Counter[str]] = {}
    for each in seen.shown[1::2]:
        lines, identities = each["inside"][0].splitlines(), each["inside"][1].split()
        assert lines
        assert set(identities) <= runs
        for line in set(lines) - made_by.keys():
            made_by[line] = Counter(map(frames.identity_of, frames.jobs(line)))
        assert sum((made_by[line] for line in lines), Counter()) == Counter(identities)
    assert any(len(each["inside"][1].split()) == len(runs) for each in seen.shown[1::2])


def test_a_report_begins_with_its_runs_and_shows_no_code(swept: Swept, seen: Seen) -> None:
    assert seen.text.startswith("8 runs: 8 finished\n")
    assert swept.sweep.command in seen.text
    for heading in HEADINGS:
        assert f"\n{heading}\n" in seen.text
    assert "undecided: run " in seen.text
    for word in ("import ", "made_from", "use_style", "Warning", "Traceback", "In [", "Out["):
        assert word not in seen.text


def test_a_report_fits_into_its_window(seen: Seen) -> None:
    for window, page in seen.widths:
        assert page <= window


def test_the_report_its_figures_and_tables_are_attached_to_the_sweep(
    swept: Swept, printed: dict[str, Printed]
) -> None:
    attached = swept.tracked(swept.sweep.id).artifacts
    report = swept.report(swept.sweep.id).read_bytes()
    assert attached["report.html"].read_bytes() == report
    figures = {path.name: path.read_bytes() for path in attached["figures"].iterdir()}
    expected = [f"{name}-{n}.png" for name, count in FIGURES.items() for n in range(1, count + 1)]
    assert sorted(figures) == sorted(expected)
    for figure in figures.values():
        assert figure.startswith(b"\x89PNG")
        assert base64.b64encode(figure)[:-4] in report.replace(b"\n", b"")
    tables = {path.name: path.read_text("utf-8") for path in attached["tables"].iterdir()}
    names = [f"{group}.{kind}" for group in ("loss", "optimizer") for kind in ("csv", "md", "tex")]
    assert sorted(tables) == sorted(names)
    compared = comparison.compare(results.runs(swept.outputs), "optimizer")
    assert tables["optimizer.csv"] == comparison.FORMATS["csv"](compared)


def test_a_folder_without_runs_is_an_error_of_one_line(
    printed: dict[str, Printed], tmp_path_factory: pytest.TempPathFactory
) -> None:
    error = printed["report of nothing"]
    assert error.code == 1
    assert re.fullmatch(r"error: (.*)/empty: no runs are recorded there\n", error.output)
    folder = Path(error.output.removeprefix("error: ").partition(":")[0])
    assert not folder.exists()


def test_ctrl_c_ends_a_report_with_all_its_processes(swept: Swept, tmp_path: Path) -> None:
    command = [EXPERIMENTS, "report", "--outputs", swept.outputs, "--all"]
    with Program(command, tmp_path / "report.log") as program:
        harness.wait_for(lambda: len(program.processes()) > 1, "process of a notebook")
        program.ctrl_c()
        assert program.wait() == 130, program.output
        program.wait_until_gone()
        assert "Traceback" not in program.output
    assert not swept.report("all").exists()


# ---- runs without an epoch


NO_EPOCH = {
    "diverged": records.end(Status.DIVERGED),
    "failed": records.end(Status.FAILED),
    "interrupted": records.end(Status.INTERRUPTED),
}
"""The end of runs before their first epoch, by the name of their outputs folder."""


@pytest.fixture(scope="module")
def without_epochs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Printed]:
    """The output of `report` on runs of 2 losses and 2 optimizers that have no epoch."""
    folder = tmp_path_factory.mktemp("without epochs")
    choices = list(itertools.product(("ce", "mse"), ("sgd", "adam"), (0, 1)))
    with ExitStack() as stack:
        programs = {}
        for name, end in NO_EPOCH.items():
            for number, (loss, optimizer, seed) in enumerate(choices):
                start = frames.start(f"loss={loss}", f"optimizer={optimizer}", f"seed={seed}")
                records.write_run(folder / name, f"{number}" * 16, start, end)
            command = [EXPERIMENTS, "report", "--outputs", folder / name]
            log = folder / f"{name}.log"
            programs[name] = stack.enter_context(Program(command, log, MPLBACKEND="agg"))
        return {name: Printed(each.wait(), each.output) for name, each in programs.items()}


@pytest.mark.stress
def test_a_report_of_runs_that_all_diverged_at_once_advises_lower_learning_rates(
    without_epochs: dict[str, Printed],
) -> None:
    printed = without_epochs["diverged"]
    assert printed.code == 0, printed.output
    missing, report = printed.output.splitlines()
    assert missing == (
        "weights_and_mistakes: no run has finished (8 diverged), so there is no trained network to"
        " show"
    )
    assert report.startswith("Report of 8 runs: ")
    text = Path(report.partition(": ")[2]).read_text(encoding="utf-8")
    assert "lower learning rates may help: python run.py -m " in text
    assert "nan" not in re.sub(r"data:image/png;base64,[^\"]*", "", text)


@pytest.mark.stress
@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_a_report_without_a_result_is_refused_in_one_line(
    without_epochs: dict[str, Printed], status: str
) -> None:
    assert without_epochs[status] == Printed(
        1,
        f"error: no run has finished or diverged yet (8 {status}), so there is nothing to"
        " compare\n",
    )


# ---- errors in notebooks


def write_notebook(path: Path, *sources: str) -> Path:
    """Write a notebook with a cell of parameters, which has an old output."""
    parameters = nbformat.v4.new_code_cell(
        "n = 1",
        metadata={"tags": ["parameters"]},
        outputs=[nbformat.v4.new_output("stream", text="an old output")],
    )
    cells = [parameters, *map(nbformat.v4.new_code_cell, sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_notebook_ends_at_an_error_of_the_user(tmp_path: Path) -> None:
    raising = "from experiments.errors import ConfigError\nraise ConfigError(f'n is {n}')"
    path = write_notebook(tmp_path / "example.ipynb", "n + 1", raising, "'not reached'")
    section = execute(path, {"n": 41})
    assert (section.name, section.error) == ("example", "n is 41")
    outputs = [cell.outputs for cell in section.notebook.cells]
    assert outputs[0] == []  # without the old output
    assert outputs[1][0].data["text/plain"] == "42"
    assert outputs[3] == []


def test_a_bug_in_a_notebook_is_raised(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "example.ipynb", "1 / 0")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        execute(path, {})


@pytest.mark.stress
def test_a_sweep_that_allows_no_comparison_gives_a_report_with_advice(
    swept: Swept, browser: Browser, tmp_path: Path
) -> None:
    store = harness.store(swept.outputs.parent)
    harness.run(swept.outputs, "-m", "loss=mse,ce", *SMALL, *store)  # these runs exist already
    newest = results.sweeps(swept.outputs)[-1].id
    command = [EXPERIMENTS, "report", "--outputs", swept.outputs]
    with Program(command, tmp_path / "report.log", MPLBACKEND="agg") as program:
        assert program.wait() == 0, program.output
        others_too, loss, optimizer, *others = program.output.splitlines()
    assert others_too == f"Only the newest sweep, {newest}: 2 of 8 runs; --all takes all runs."
    assert loss.startswith(f"quadratic_vs_cross_entropy: {ONE_SEED.format(newest)}")
    assert optimizer.startswith(f"sgd_vs_adam: {ONE_ARM.format(newest)}")
    assert others == [
        f"Report of 2 runs: {swept.report(newest)}",
        f"Attached to the sweep's run in MLflow ({swept.uri})",
    ]
    seen = see(browser, swept.report(newest))
    assert seen.errors == [line.partition(": ")[2] for line in (loss, optimizer)]
    runs = set(results.runs(swept.outputs, sweep=newest)["identity"])
    for error in seen.errors:
        jobs = [job for line in frames.recommended(error) for job in frames.jobs(line)]
        assert runs & {frames.identity_of(job) for job in jobs}
    assert "Error" not in seen.text
    figures = [each for each in seen.shown if each["tag"] == "IMG"]
    assert len(figures) == 5 + 5 + 4  # the figures before the verdicts
    attached = swept.tracked(newest).artifacts
    assert "tables" not in attached
    assert attached["report.html"].read_bytes() == swept.report(newest).read_bytes()


# ---- compare and export


def test_compare_prints_a_verdict_for_each_condition(
    swept: Swept, printed: dict[str, Printed]
) -> None:
    assert printed["compare"].code == 0
    output = printed["compare"].output
    title, counts, *_ = output.splitlines()
    assert title.startswith(f"sweep {swept.sweep.id}  ")
    assert counts == "8 finished"
    for optimizer in ("sgd", "adam"):
        row = rf"^784-30-10 {optimizer} +ce softmax @ .*mse sigmoid @ .*undecided"
        assert re.search(row, output, re.MULTILINE)
    commands = [line.strip() for line in output.splitlines() if line.startswith("  python")]
    assert commands
    assert all(frames.jobs(command) for command in commands)


def test_other_analyses_stand_below_the_verdicts(printed: dict[str, Printed]) -> None:
    assert printed["beside"].code == 0
    output = printed["beside"].output
    assert output.index("To decide it, run") < output.index("A better ")
    row = r"^784-30-10 (?:sgd|adam) +ce softmax +mse sigmoid +2 .*%.*%.*%"
    assert len(re.findall(row, output, re.MULTILINE)) == 2
    assert "superiority: P(A>B) with its 95 % bootstrap interval" in output
    assert output.endswith("\nranks need 5 data sets or more; these runs have 1\n")


def test_a_comparison_is_the_same_from_mlflow(swept: Swept, printed: dict[str, Printed]) -> None:
    assert printed["csv from MLflow"].code == 0
    from_mlflow = printed["csv from MLflow"].output
    table = pd.read_csv(io.StringIO(from_mlflow))
    assert set(table["condition"]) == {"784-30-10 mse", "784-30-10 ce"}
    assert list(table["seeds"]) == [2, 2]
    compared = comparison.compare(results.runs(swept.outputs), "optimizer")
    expected = comparison.FORMATS["csv"](compared)
    assert sorted(from_mlflow.splitlines()) == sorted(expected.splitlines())


def test_exported_runs_are_the_same_as_the_recorded_runs(
    swept: Swept, printed: dict[str, Printed]
) -> None:
    assert printed["export"].code == 0
    folder = Path(printed["export"].output.strip().partition(": ")[2])
    assert printed["export"].output == f"8 runs: {folder}\n"
    exported = results.runs(folder)
    expected = results.runs(swept.outputs, sweep=swept.sweep.id)
    assert exported["outputs"].isna().all()
    pd.testing.assert_frame_equal(exported, expected.assign(outputs=math.nan))
