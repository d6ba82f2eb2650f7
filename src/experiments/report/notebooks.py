"""Execute the notebooks on a user's own runs, each in a process of its own."""

import base64
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from experiments.configuration import PROJECT
from experiments.errors import UserError

NOTEBOOKS = PROJECT / "notebooks"
PARAMETERS = "parameters"
"""The tag of the cell that says which runs a notebook shows."""
TIMEOUT = 600
"""The most seconds that a cell may take."""
PNG = "image/png"
INLINE = "module://matplotlib_inline.backend_inline"
"""The backend of matplotlib that puts figures into the notebook."""

QUIET = {"PYTHONWARNINGS": "ignore:IProgress not found"}
"""Without the warning of tqdm, which MLflow imports if it is there, about progress bars."""


@dataclass
class Section:
    """A notebook, executed to its end or to the first error that the user can fix."""

    name: str
    notebook: Any
    error: str = ""  # the message of that error

    @property
    def figures(self) -> Iterator[bytes]:
        """The images in its outputs, as PNG files."""
        for cell in self.notebook.cells:
            for output in cell.get("outputs", ()):
                if PNG in output.get("data", {}):
                    yield base64.b64decode(output["data"][PNG])


def execute_all(parameters: Mapping[str, object]) -> list[Section]:
    """Execute all notebooks of the project at the same time."""
    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
    with ThreadPoolExecutor(max_workers=len(notebooks)) as pool:
        try:
            return list(pool.map(partial(execute, parameters=parameters), notebooks))
        except KeyboardInterrupt:
            # The kernels end when this process does. Waiting for the threads would take longer.
            os._exit(128 + signal.SIGINT)


def execute(path: Path, parameters: Mapping[str, object]) -> Section:
    """Execute a notebook with other ``parameters`` than the ones in it.

    An error that the user can fix ends the execution and is kept. Raise every other error of a
    cell.
    """
    notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    section = Section(path.stem, notebook)
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = []  # the committed outputs are about other runs
        if PARAMETERS in cell.metadata.get("tags", ()):
            cell.source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    with tempfile.TemporaryDirectory() as place:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            store_widget_state=False,  # a page without scripts has no widgets
            resources={"metadata": {"path": str(path.parent)}},
            config=_sockets_in(Path(place)),
        )
        env = {**os.environ, **QUIET, "MPLBACKEND": INLINE, "IPYTHONDIR": place}
        try:
            # What a cell prints reaches the notebook; the rest are warnings of an ending kernel.
            client.execute(env=env, stderr=subprocess.DEVNULL)
        except CellExecutionError as error:
            if error.ename not in _user_errors():
                raise
            section.error = error.evalue
    return section


def _sockets_in(place: Path) -> Config:
    """Return the settings of a kernel whose sockets are files in this folder.

    A free TCP port can be taken by another program before the kernel uses it; then the kernel dies.
    """
    connection = {"transport": "ipc", "connection_file": str(place / "kernel.json")}
    return Config({"KernelManager": connection})


def _user_errors() -> set[str]:
    """Return the names of the errors that the user can fix."""
    return {UserError.__name__, *(each.__name__ for each in UserError.__subclasses__())}
