"""`experiments ui` in a real browser: it shows the sweep, its runs and their curves."""

import re
import signal
import socket
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import harness
import pytest
from harness import Program, Sweep
from playwright.sync_api import Browser, Page, expect

from experiments.mirror.arm_colours import colour, group
from experiments.mirror.ui import free_hosts

SECOND = 1000  # milliseconds


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(command: Sequence[str], log: Path, **variables: str) -> Program:
    return Program([*command, "--no-browser", "--port", str(_free_port())], log, **variables)


def _address(program: Program, shown: str = "All runs") -> str:
    """Wait for the address of a page and return it."""

    def announced() -> re.Match[str] | None:
        assert program.process.poll() is None, program.output
        return re.search(rf"{shown}: (http://\S+)", program.output)

    found = harness.wait_for(announced, "address")
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def program(four: Sweep, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    command = harness.advice(four.output, "ui")  # the command that the sweep printed
    with _serve(command, tmp_path_factory.mktemp("ui") / "ui.log") as program:
        yield program


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a new visitor. The test fails if a script of the page fails."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.set_default_timeout(60 * SECOND)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="domcontentloaded")


def test_the_ui_answers_at_both_addresses_of_this_machine(program: Program) -> None:
    port = int(_address(program).split("/#")[0].rpartition(":")[2])
    for host in free_hosts(_free_port()):
        shown = f"[{host}]" if ":" in host else host
        with urllib.request.urlopen(f"http://{shown}:{port}/") as page:
            assert b"<title>MLflow" in page.read()


@pytest.mark.stress
def test_the_ui_opens_on_model_training(program: Program, page: Page) -> None:
    _open(page, _address(program))
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Model registry", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Evaluation runs")).to_have_count(0)  # of GenAI


def test_the_newest_sweep_opens_with_the_curves_of_its_arms_in_different_colours(
    four: Sweep, program: Program, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    _open(page, _address(program, "Newest sweep"))
    expect(page.get_by_text(f"{len(four.names)} matching runs")).to_be_visible()
    for metric in ("validation/accuracy", "validation/cost"):  # without a click
        expect(page.get_by_role("heading", name=metric, exact=True)).to_be_in_viewport()
    (parent,) = [run for run in harness.tracked(four.uri) if "sweep" in run.tags]
    for name in four.names:
        expect(page.get_by_text(f"Group: {name}", exact=True)).to_be_visible()
        code = colour(group(parent.tags["arm_tag"], name))
        rgb = ", ".join(str(byte) for byte in bytes.fromhex(code[1:]))
        expect(page.locator(f"path[style*='stroke: rgb({rgb})']").first).to_be_visible()


@pytest.mark.stress
def test_the_assistant_of_mlflow_stays_closed(program: Program, page: Page) -> None:
    address = _address(program, "Newest sweep")
    if not address.startswith("http://[::1]"):
        pytest.skip("this machine has no IPv6 address of its own")
    _open(page, address)
    expect(page.get_by_role("heading", name="validation/cost", exact=True)).to_be_visible()
    expect(page.get_by_text("MLflow Assistant")).to_have_count(0)


@pytest.mark.stress
def test_a_sweep_is_one_row_that_expands_to_its_runs_and_their_curves(
    four: Sweep, program: Program, page: Page
) -> None:
    _open(page, _address(program))
    (parent,) = [run for run in harness.tracked(four.uri) if "sweep" in run.tags]
    link = page.get_by_role("link", name=parent.name, exact=True)
    expect(link).to_be_visible()
    for name in four.names:
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)

    page.get_by_role("gridcell").filter(has=link).get_by_role("button").click()
    for name in four.names:
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()

    page.locator("label:has(input[value=CHART])").click()
    search = page.get_by_role("searchbox", name="Search metric charts")
    search.fill("^validation/accuracy$")  # MLflow draws only visible charts
    expect(page.get_by_role("heading", name="validation/accuracy", exact=True)).to_be_visible()
    for name in four.names:
        legend = f"{name} (validation/accuracy)"  # appears with the curve
        expect(page.get_by_text(legend, exact=True)).to_be_visible()


def test_ctrl_c_ends_all_processes_of_the_ui(program: Program) -> None:
    _address(program)
    assert len(program.processes()) > 1
    program.ctrl_c()  # no later test needs the program
    _assert_ended(program)


@pytest.mark.stress
def test_sigterm_ends_all_processes_of_the_ui(four: Sweep, tmp_path: Path) -> None:
    command = [str(harness.EXPERIMENTS), "ui"]
    with _serve(command, tmp_path / "ui.log", MLFLOW_TRACKING_URI=four.uri) as program:
        harness.wait_for(lambda: len(program.processes()) > 1, "server")
        program.send(signal.SIGTERM)
        _assert_ended(program)


def _assert_ended(program: Program) -> None:
    program.wait()
    assert program.processes() == {}
    assert "Traceback" not in program.output
