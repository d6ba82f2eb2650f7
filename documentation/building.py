"""Building the site: pages, then HTML, then formulas."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from documentation.mathematics import with_mathml
from documentation.navigation import navigation
from documentation.pages import Pages
from documentation.pictures import with_linked_pictures
from experiments.configuration import PROJECT
from experiments.errors import UserError

FETCHED = "https://unpkg.com/iframe-worker/shim"
"""The script that Zensical fetches to search from the file system. The site has its own."""
COLOUR = re.compile(r"\x1b\[[\d;]*m")
SETTINGS = Path(__file__).with_name("settings.yaml")


def build_site(folder: Path) -> Path:
    """Build the site into FOLDER/site, and return its first page.

    Raise UserError, with each place, if Zensical warns of anything, as of a missing target.
    """
    pages = folder / "pages"
    Pages(pages).write()
    existing = [path.relative_to(pages).as_posix() for path in pages.rglob("*.md")]
    file = folder / "mkdocs.yml"
    file.write_text(yaml.safe_dump(_settings(existing), sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "-f", str(file)]
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise UserError(f"{_warnings(done.stdout)}: a page has a mistake")
    for page in (folder / "site").rglob("*.html"):
        page.write_text(_finished(page, folder / "site"), encoding="utf-8")
    return folder / "site" / "index.html"


def _warnings(printed: str) -> str:
    """Return the warnings of Zensical in one line: each with the place of its cause."""
    lines = COLOUR.sub("", printed).splitlines()
    pairs = pairwise(lines)
    found = [
        f"{place.strip('╭─[] ')}: {line.removeprefix('Warning: ')}"
        for line, place in pairs
        if line.startswith("Warning: ")
    ]
    return "; ".join(found) or lines[-1]


def _finished(page: Path, site: Path) -> str:
    """Return the HTML of a page with formulas and pictures, without a script from the network."""
    own = os.path.relpath(site / "assets" / "worker.js", page.parent)
    html = page.read_text(encoding="utf-8").replace(FETCHED, own)
    return with_linked_pictures(with_mathml(html))


def _settings(existing: list[str]) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    settings["plugins"]["mkdocstrings"]["handlers"]["python"]["paths"] = [str(PROJECT / "src")]
    return {**settings, "docs_dir": "pages", "site_dir": "site", "nav": navigation(existing)}
