"""A report as the text of one HTML file that needs no other file and no network."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from experiments.charts import Figure, spec
from experiments.report.document import Document

FOLDER = Path(__file__).parent


def page(document: Document, script: str) -> str:
    """Return a report as HTML. ``script`` is the JavaScript that draws charts."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"png": _png, "specs": _specs}
    return environment.get_template("page.html").render(
        document=document,
        style=Markup(_read("page.css")),  # noqa: S704
        script=_in_script(script),
        draw=_in_script(_read("page.js")),
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _in_script(script: str) -> Markup:
    """Return a script that can stand in a page: none of its texts ends it."""
    return Markup(script.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S704


def _specs(figure: Figure) -> Markup:
    """Return the specifications of the panels of a figure as JSON for a script element."""
    text = json.dumps([spec(panel) for panel in figure.panels], separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def _png(image: bytes) -> str:
    """Return an image as an address that contains it."""
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"
