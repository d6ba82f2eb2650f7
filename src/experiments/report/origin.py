"""Where and on what the runs were done: machine, versions, numbers of images."""

from dataclasses import dataclass, field
from pathlib import Path

from experiments.errors import DataError
from experiments.recording import RecordedDataset, read_record, run_folder
from experiments.report.subject import Subject
from experiments.results import OUTPUTS

PACKAGES = "version."


@dataclass(frozen=True)
class Origin:
    """The environment and the data of the newest run that is recorded on this machine."""

    environment: dict[str, str] = field(default_factory=dict)
    dataset: RecordedDataset | None = None

    @property
    def machine(self) -> str:
        """The machine: its name, system and processors; empty if it is unknown."""
        known = self.environment
        parts = [known.get("host", ""), known.get("platform", "")]
        if "processors" in known:
            parts.append(f"{known['processors']} processors")
        return ", ".join(part for part in parts if part)

    @property
    def versions(self) -> str:
        """The versions of the packages and of this project; empty if they are unknown."""
        packages = [
            f"{key.removeprefix(PACKAGES)} {value}"
            for key, value in self.environment.items()
            if key.startswith(PACKAGES)
        ]
        commit = self.environment.get("git.commit", "")
        changed = " with changes" if self.environment.get("git.dirty") == "true" else ""
        return ", ".join([*packages, *([f"commit {commit[:10]}{changed}"] if commit else [])])

    @property
    def images(self) -> str:
        """The numbers of images in each split; empty if they are unknown."""
        if self.dataset is None:
            return ""
        of_train = f"{self.dataset.train:,} training"
        return f"{of_train}, {self.dataset.validation:,} validation, {self.dataset.test:,} test"


def origin(subject: Subject) -> Origin:
    """Return the origin of the newest run; an empty one if its record is not on this machine."""
    newest = subject.runs.sort_values("started").iloc[-1]
    if not isinstance(newest[OUTPUTS], str):
        return Origin()
    try:
        record = read_record(run_folder(Path(newest[OUTPUTS]), newest["identity"]))
    except DataError:
        return Origin()
    return Origin(record.start.environment, record.start.dataset) if record else Origin()
