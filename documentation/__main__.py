"""Build the site: `python -m documentation [FOLDER]`, by default into outputs/docs."""

import sys
from pathlib import Path

from documentation.building import build_site
from experiments.cli import one_line_errors
from experiments.configuration import PROJECT

if __name__ == "__main__":
    with one_line_errors():
        chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "outputs" / "docs"
        sys.stdout.write(f"{build_site(chosen)}\n")
