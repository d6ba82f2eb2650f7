"""Make the pictures of the README again, after `make sweep`: `.venv/bin/python docs/pictures.py`.

They need the extra `[test]` and Chromium.
"""

import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from playwright.sync_api import sync_playwright

from experiments import comparison, plotting, results
from experiments.configuration import PROJECT

QUESTIONS = {
    "Is Adam better than SGD?": ("sgd_vs_adam", "optimizer"),
    "Is cross-entropy better than the quadratic cost?": ("sgd_vs_adam", "loss"),
}
"""The committed results of which the README shows the verdicts, and what they compare."""
PORT = "5055"
SETTLED = 4000  # milliseconds
SIZE = {"width": 1280, "height": 800}
"""The size of a browser's window, in pixels."""


def verdicts(path: Path) -> None:
    """Draw the verdicts of committed results, one below the other."""
    plotting.use_style()
    figure, panels = plt.subplots(len(QUESTIONS), figsize=(9.5, 9.5))
    for axes, (question, (name, group)) in zip(panels, QUESTIONS.items(), strict=True):
        runs = results.runs(PROJECT / "notebooks" / name)
        plotting.paired_differences(comparison.compare(runs, group), axes=axes)
        axes.set_title("")
        axes.set_title(question, loc="left", size="large")
    figure.savefig(path, dpi=90)


def mlflow(path: Path) -> None:
    """Photograph the page that `make ui` opens."""
    command = [Path(sys.executable).with_name("experiments"), "ui", "--no-browser", "--port", PORT]
    with (
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        try:
            announced = next(iter(server.stdout or ()), "")
            address = re.search("http.*", announced)
            if not address:
                raise SystemExit("there is no sweep to show; make one with: make sweep")
            page = browser.new_page(viewport=SIZE)
            page.goto(address[0])
            page.locator(".js-plotly-plot .trace").first.wait_for()
            page.wait_for_timeout(SETTLED)  # all charts, and the ends of their animations
            page.screenshot(path=path)
        finally:
            browser.close()
            server.terminate()


if __name__ == "__main__":
    mpl.use("agg")
    verdicts(PROJECT / "docs" / "verdict.png")
    mlflow(PROJECT / "docs" / "mlflow.png")
