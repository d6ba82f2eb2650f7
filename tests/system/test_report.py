"""`experiments report`, `compare` and `export` on a real sweep; the report seen in a browser."""

import base64
import io
import math
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frames
import harness
import pandas as pd
import pytest
from harness import EXPERIMENTS, Program, Tracked
from playwright.sync_api import Browser, Route, sync_playwright

from experiments import results
from experiments.comparison.power import fewest_seeds

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
NEEDS_BROWSER = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ,
    reason="there is no chromium on the PATH (Debian: apt-get install chromium)",
)
NETWORK_OF = ("epochs=2", "dataset.train_size=300")
FIGURES = {"quadratic_vs_cross_entropy": 6, "sgd_vs_adam": 7, "weights_and_mistakes": 4}
"""How many figures a notebook has that comes to its end."""
WEIGHTS_HEADING = "Weights and mistakes of a trained network"
ONE_SEED = "the arms of loss have one seed in common, but a comparison"
ONE_ARM = "only one optimizer, sgd, has been run"
SHOWN = """() => [...document.querySelectorAll("img, details")].map(each => ({
    tag: each.tagName, width: each.naturalWidth || 0,
    inside: [...each.querySelectorAll("pre, code")].map(part => part.textContent)}))"""


@dataclass(frozen=True)
class Made:
    """A sweep, then another of which each run is the first's; their reports; what commands said."""

    outputs: Path
    uri: str
    said: dict[str, tuple[int, str]]  # exit code and output of each command
    empty: Path  # without any run
    exported: Path

    @property
    def whole(self) -> str:
        """The id of the first sweep: 2 losses, 2 optimizers, 2 seeds."""
        return str(results.sweeps(self.outputs)[0].id)

    @property
    def one_seed(self) -> str:
        """The id of the second: 2 losses, 1 optimizer, 1 seed."""
        return str(results.sweeps(self.outputs)[1].id)

    def report(self, sweep: str) -> Path:
        return self.outputs / "reports" / f"{sweep}.html"


def _all(commands: dict[str, Sequence[str | Path]], folder: Path) -> dict[str, tuple[int, str]]:
    """Run the command `experiments` in several ways at once."""
    with ExitStack() as stack:
        programs = {
            name: stack.enter_context(
                Program([EXPERIMENTS, *arguments], folder / f"{name}.log", MPLBACKEND="agg")
            )
            for name, arguments in commands.items()
        }
        return {name: (program.wait(), program.output) for name, program in programs.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    base = tmp_path_factory.mktemp("report")
    outputs, uri, empty, exported = (
        base / "outputs", harness.uri(base), base / "empty", base / "exported",
    )  # fmt: skip
    both = ("-m", "loss=mse,ce", *NETWORK_OF, *harness.store(base))
    harness.run(outputs, *both, "optimizer=sgd,adam", "seed=0,1")
    harness.run(outputs, *both)
    journals, store = ("--outputs", outputs), ("--uri", uri)
    begins = ("--sweep", results.sweeps(outputs)[0].id[:5])
    percent = ("--metric", "validation/accuracy", "--margin", "10000")
    commands: dict[str, Sequence[str | Path]] = {
        "report": ["report", *store, *begins, *journals],
        "report of one seed": ["report", *journals],
        "report of nothing": ["report", "--outputs", empty],
        "compare": ["compare", "loss", *begins, *journals],
        "compare one seed": ["compare", "loss", *journals],
        "compare nothing": ["compare", "loss", "--outputs", empty],
        "compare an unknown sweep": ["compare", "loss", "--sweep", "0x", *journals],
        "compare one of all": ["compare", "loss", "--all", *begins, *journals],
        "csv": ["compare", "optimizer", *begins, *journals, "--format", "csv"],
        "csv from MLflow": ["compare", "optimizer", *store, "--all", "--format", "csv"],
        "md": ["compare", "loss", "--all", *journals, *percent, "--format", "md"],
        "export": ["export", exported, *begins, *journals],
    }
    return Made(outputs, uri, _all(commands, base), empty, exported)


def parent(made: Made, sweep: str) -> Tracked:
    """Return the run of a sweep as MLflow has it."""
    (found,) = (run for run in harness.tracked(made.uri) if run.tags.get("sweep") == sweep)
    return found


@dataclass(frozen=True)
class Seen:
    """What a browser has made of a report, with everything else out of its reach."""

    requests: Sequence[str]
    shown: Sequence[dict[str, Any]]  # figures, and what stands beside them, from top to bottom
    text: str
    refusals: Sequence[str]
    widths: Sequence[tuple[int, int]]  # of a window, and of the page in it


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def _seen(browser: Browser, path: Path) -> Seen:
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
    refusals = [each.inner_text() for each in page.locator(".error").all()]
    seen = Seen(requests, page.evaluate(SHOWN), page.inner_text("body"), refusals, widths)
    page.close()
    return seen


@pytest.fixture(scope="module")
def seen(made: Made, browser: Browser) -> Seen:
    return _seen(browser, made.report(made.whole))


def test_a_report_says_where_it_is(made: Made) -> None:
    code, output = made.said["report"]
    assert code == 0
    assert output.splitlines() == [
        f"Report of 8 runs: {made.report(made.whole)}",
        f"Attached to the sweep's run in MLflow ({made.uri})",
    ]
    assert {path.stem for path in made.report("").parent.glob("*")} == {made.whole, made.one_seed}


@NEEDS_BROWSER
def test_a_report_needs_nothing_but_itself(made: Made, seen: Seen) -> None:
    path = made.report(made.whole)
    others = {url for url in seen.requests if not url.startswith("data:image/png;base64,")}
    assert others <= {path.as_uri()}
    assert path.as_uri() in seen.requests
    text = path.read_text(encoding="utf-8")
    sources = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]{1,30})""", text)
    assert all(each.startswith(("data:image/png;base64,", "#")) for each in sources)
    assert not re.search(r"<script|<iframe|<link|@import|url\(", text)


@NEEDS_BROWSER
def test_a_report_shows_all_figures_of_all_notebooks(seen: Seen) -> None:
    widths = [each["width"] for each in seen.shown if each["tag"] == "IMG"]
    assert len(widths) == sum(FIGURES.values())
    assert min(widths) > 300  # pixels; 0 for a picture that cannot be shown
    assert seen.refusals == []


@NEEDS_BROWSER
def test_beside_each_figure_stand_its_runs_and_the_commands_that_make_them(
    made: Made, seen: Seen
) -> None:
    assert [each["tag"] for each in seen.shown] == ["IMG", "DETAILS"] * sum(FIGURES.values())
    runs = set(results.runs(made.outputs)["identity"])
    composed: dict[str, Counter[str]] = {}
    for each in seen.shown[1::2]:
        lines, identities = each["inside"][0].splitlines(), each["inside"][1].split()
        assert lines
        assert set(identities) <= runs
        for line in set(lines) - composed.keys():
            composed[line] = Counter(map(frames.identity_of, frames.jobs(line)))
        assert sum((composed[line] for line in lines), Counter()) == Counter(identities)
    assert any(len(each["inside"][1].split()) == len(runs) for each in seen.shown[1::2])


@NEEDS_BROWSER
def test_a_report_says_what_it_is_about_and_shows_no_code(made: Made, seen: Seen) -> None:
    assert seen.text.startswith("8 runs: 8 finished\n")
    assert results.sweeps(made.outputs)[0].command in seen.text
    for heading in (
        "Quadratic cost or cross-entropy?",
        "SGD or Adam?",
        "Weights and mistakes of a trained network",
    ):
        assert f"\n{heading}\n" in seen.text
    assert "undecided: run " in seen.text
    for word in ("import ", "made_from", "use_style", "Warning", "Traceback", "In [", "Out["):
        assert word not in seen.text


@NEEDS_BROWSER
def test_a_report_fits_into_its_window(seen: Seen) -> None:
    for window, page in seen.widths:
        assert page <= window


def test_report_figures_and_tables_are_attached_to_the_sweep(made: Made) -> None:
    attached = parent(made, made.whole).artifacts
    report = made.report(made.whole).read_bytes()
    assert attached["report.html"].read_bytes() == report
    expected = [f"{name}-{n}.png" for name, count in FIGURES.items() for n in range(1, count + 1)]
    figures = {path.name: path.read_bytes() for path in attached["figures"].iterdir()}
    assert sorted(figures) == sorted(expected)
    for each in figures.values():
        assert each.startswith(b"\x89PNG")
        assert base64.b64encode(each)[:-4] in report.replace(b"\n", b"")
    tables = {path.name: path.read_text("utf-8") for path in attached["tables"].iterdir()}
    names = [f"{group}.{kind}" for group in ("loss", "optimizer") for kind in ("csv", "md", "tex")]
    assert sorted(tables) == sorted(names)
    said = made.said["csv"][1]
    assert sorted(tables["optimizer.csv"].splitlines()) == sorted(said.splitlines())


@NEEDS_BROWSER
def test_a_sweep_that_supports_no_comparison_is_told_so(made: Made, browser: Browser) -> None:
    code, output = made.said["report of one seed"]
    assert code == 0
    loss, optimizer, *others = output.splitlines()
    assert loss.startswith(f"quadratic_vs_cross_entropy: {ONE_SEED}")
    assert optimizer.startswith(f"sgd_vs_adam: {ONE_ARM}")
    assert others == [
        f"Report of 2 runs: {made.report(made.one_seed)}",
        f"Attached to the sweep's run in MLflow ({made.uri})",
    ]
    seen = _seen(browser, made.report(made.one_seed))
    assert seen.refusals == [line.partition(": ")[2] for line in (loss, optimizer)]
    for refusal in seen.refusals:
        jobs = [job for line in frames.recommended(refusal) for job in frames.jobs(line)]
        again = {frames.identity_of(job) for job in jobs}
        assert again & set(results.runs(made.outputs, sweep=made.one_seed)["identity"])
    assert "Error" not in seen.text
    pictures = [each for each in seen.shown if each["tag"] == "IMG"]
    assert len(pictures) == 5 + 5 + 4  # those that need no comparison, none that is committed
    assert "tables" not in parent(made, made.one_seed).artifacts
    assert made.report(made.one_seed).read_bytes() == (
        parent(made, made.one_seed).artifacts["report.html"].read_bytes()
    )


def test_a_folder_without_runs_is_one_line(made: Made) -> None:
    for name in ("report of nothing", "compare nothing"):
        line = f"error: {made.empty}: no runs are recorded there\n"
        assert made.said[name] == (1, line)
    assert not made.empty.exists()


def test_compare_prints_a_verdict_for_each_network(made: Made) -> None:
    code, output = made.said["compare"]
    assert code == 0
    title, counts, *_ = output.splitlines()
    assert title.startswith(f"sweep {made.whole}  ")
    assert counts == "8 finished"
    assert re.search(r"^784-30-10 sgd +ce @ .*mse @ .*undecided", output, re.MULTILINE)
    assert re.search(r"^784-30-10 adam +ce @ .*mse @ .*undecided", output, re.MULTILINE)
    commands = [line.strip() for line in output.splitlines() if line.startswith("  python")]
    assert commands
    assert all(frames.jobs(each) for each in commands)


def test_compare_refuses_in_one_line_what_cannot_be_compared(made: Made) -> None:
    code, output = made.said["compare one seed"]
    assert code == 1
    assert re.fullmatch(rf"error: {ONE_SEED}.*python run\.py -m .*\n", output)
    known = f"{made.whole}, {made.one_seed}"
    code, output = made.said["compare an unknown sweep"]
    assert code == 1
    assert output.startswith(f"error: 0x: the ids of 0 sweeps of {made.outputs} begin with this")
    assert known in output
    code, output = made.said["compare one of all"]
    assert code == 2
    assert "not allowed with argument --all" in output


def test_a_comparison_is_the_same_from_mlflow(made: Made) -> None:
    code, output = made.said["csv"]
    assert code == 0
    table = pd.read_csv(io.StringIO(output))
    assert set(table["condition"]) == {"784-30-10 mse", "784-30-10 ce"}
    assert list(table["seeds"]) == [2, 2]
    code, from_mlflow = made.said["csv from MLflow"]
    assert code == 0
    assert sorted(from_mlflow.splitlines()) == sorted(output.splitlines())


def test_metric_and_margin_are_those_asked_for(made: Made) -> None:
    code, output = made.said["md"]
    assert code == 0
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in output.splitlines()]
    quickest = f"undecided: run {fewest_seeds() - 2} more seeds"  # to decide about what is so large
    assert [row[-1] for row in rows[2:]] == [quickest] * 2
    runs = results.runs(made.outputs, loss="ce", optimizer="sgd")
    mean = runs["validation/accuracy"].mean()
    assert mean != runs["test/accuracy"].mean()
    (of_sgd,) = (
        dict(zip(rows[0], row, strict=True)) for row in rows[2:] if row[0] == "784-30-10 sgd"
    )
    assert of_sgd["mean A"] == f"{mean:.2%}"


def test_a_sweep_is_exported_to_be_read_elsewhere(made: Made) -> None:
    assert made.said["export"] == (0, f"8 runs: {made.exported}\n")
    exported = results.runs(made.exported)
    expected = results.runs(made.outputs, sweep=made.whole)
    assert exported["outputs"].isna().all()
    pd.testing.assert_frame_equal(exported, expected.assign(outputs=math.nan))


def test_ctrl_c_ends_a_report_and_all_that_it_has_started(made: Made, tmp_path: Path) -> None:
    command = [EXPERIMENTS, "report", "--outputs", made.outputs, "--all"]
    with Program(command, tmp_path / "report.log") as program:
        harness.wait_for(lambda: len(program.processes()) > 1, "notebook's process")
        program.ctrl_c()
        assert program.wait() == 130, program.output
        program.wait_until_gone()
        assert "Traceback" not in program.output
    assert not made.report("all").exists()
