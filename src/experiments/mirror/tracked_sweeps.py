"""Read sweeps back from MLflow, and attach files to a sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlflow.entities import Run, RunTag

from experiments.mirror import tags
from experiments.mirror.reading import existing_store, readable_store, readable_tags, search_runs
from experiments.mirror.view import artifact_page
from experiments.recording import REPORT, RecordedStudy


@dataclass(frozen=True, kw_only=True)
class TrackedSweep:
    """A sweep as MLflow has it; ``time`` is the time of its first start, in seconds since 1970.

    ``study`` is given if its runs are those of a study.
    """

    id: str
    name: str
    overrides: Sequence[str]
    n_runs: int
    time: float
    study: RecordedStudy | None = None


def find_sweeps(uri: str) -> list[TrackedSweep]:
    """Return all sweeps in a store, the newest last. Raise UserError if the store fails."""
    found = search_runs(existing_store(uri), uri, f"tags.{tags.SWEEP} != ''")
    return [tracked_sweep(run, uri) for run in reversed(found)]


def attach(uri: str, sweep: str, files: Path) -> bool:
    """Attach a report and the other files of a folder to a sweep in MLflow, and link to the report.

    Return whether MLflow has the sweep. Raise UserError if the store fails.
    """
    client = existing_store(uri)
    found = search_runs(client, uri, f"tags.`{tags.SWEEP}` = '{sweep}'")
    if found:
        info, before = found[0].info, found[0].data.tags
        with readable_store(uri):
            client.log_artifacts(info.run_id, str(files))
            page = artifact_page("", info.experiment_id, info.run_id, REPORT)
            link = f" · [Report]({page})"
            text = before.get(tags.DESCRIPTION, "")
            new = (files / REPORT).exists() and link not in text
            if new and text and tags.is_described(before):
                described = tags.description_tags(text + link)
                client.log_batch(info.run_id, tags=[RunTag(*each) for each in described.items()])
    return bool(found)


def tracked_sweep(run: Run, uri: str) -> TrackedSweep:
    """Return a sweep as the tags of its run say. Raise UserError for tags of other kinds."""
    with readable_tags(run, uri):
        sweep = run.data.tags[tags.SWEEP]
        return TrackedSweep(
            id=sweep,
            name=run.info.run_name.removeprefix(sweep[: tags.ID]).lstrip(),
            overrides=tags.read_list(run.data.tags, tags.OVERRIDES),
            n_runs=int(run.data.tags.get(tags.RUNS, "")),
            time=run.info.start_time / 1000,
            study=tags.read_study(run.data.tags),
        )
