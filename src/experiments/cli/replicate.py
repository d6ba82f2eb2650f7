"""`experiments replicate`: do published experiments again, and compare the numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from experiments.cli import values
from experiments.cli.arguments import Commands, command_parser
from experiments.configuration import (
    PROJECT,
    REPLICATE,
    Preset,
    check_folder,
    group_of,
    override,
)
from experiments.errors import ConfigError, UserError

if TYPE_CHECKING:
    from rich.console import Console

    from experiments.replicating import Outcome, Row

SEEDS, QUICK_SEEDS = 5, 3
"""The numbers of seeds, by default and with `--quick`."""
RESULTS = PROJECT / "outputs" / "replication"


class Arguments(Protocol):
    """The arguments of the command."""

    words: Sequence[str]
    quick: bool
    seeds: int | None
    recorded: bool
    config_dir: Path | None
    to: Path


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "replicate",
        summary="do published experiments again, and compare the numbers",
        text=(
            "Do the runs of the presets in conf/replicate that are not done yet, on several "
            "seeds. Print each number that an author publishes beside ours, and whether they "
            "agree within the noise of the seeds. The same command after an interruption goes "
            "on. The table, its data and its figures are written to a folder."
        ),
        examples={
            "A subset in less than ten minutes": ["replicate", "--quick"],
            "One preset, with compiled code": [
                "replicate",
                "nielsen/quadratic_30",
                "backend=numba",
            ],
            "The runs of all presets and about how long they take": ["replicate", "plan=true"],
        },
        parents=[],
    )
    parser.add_argument(
        "words",
        metavar="PRESET|KEY=VALUE",
        nargs="*",
        help="files or folders in conf/replicate (default: all), and overrides of all runs",
    )
    parser.add_argument("--quick", action="store_true", help="only presets that take minutes")
    parser.add_argument(
        "--seeds",
        type=values.positive,
        metavar="N",
        help=f"the number of seeds (default: {SEEDS}; with --quick {QUICK_SEEDS})",
    )
    parser.add_argument(
        "--recorded", action="store_true", help="train nothing: measure the runs that are done"
    )
    parser.add_argument(
        "--to",
        type=values.folder,
        metavar="FOLDER",
        default=RESULTS,
        help="the folder for the table and its figures (default: outputs/replication)",
    )
    parser.add_argument(
        "--config-dir",
        type=values.folder,
        metavar="FOLDER",
        help="a folder of your own with presets in replicate/ and other groups of conf/",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Replicate the presets one after the other, and print the table of each."""
    from rich.console import Console

    from experiments.replicating import Outcome, conduct, fewer_seeds, publish
    from experiments.terminal import duration

    names, own = _split(arguments.words)
    chosen, known = _presets(arguments, names)
    if arguments.config_dir is not None:
        own.append(override("hydra.searchpath", [arguments.config_dir.absolute().as_uri()]))
    console = Console(highlight=False)

    def say(text: str) -> None:
        console.print(text, soft_wrap=True, markup=False)

    outcomes, rows, planned = {}, [], []
    for name, preset in chosen.items():
        seeds = range(arguments.seeds or seeds_of(preset, quick=arguments.quick))
        outcome = conduct(name, preset, seeds, own, say=say, train=not arguments.recorded)
        if isinstance(outcome, Outcome):
            outcomes[name] = outcome
            if fewer := fewer_seeds(arguments.to, name, outcome):
                say(fewer)
            rows = publish(outcomes, known, arguments.to)
        elif outcome is None:
            say(f"{name}: none of its runs is recorded")
        else:
            planned.append(outcome)
    if planned:
        say(f"All presets one after the other: about {duration(sum(planned))}.")
    if outcomes:
        _print(rows, known, outcomes, console)
        say(f"The table, its data and figures: {arguments.to}")
    unfinished = [name for name, outcome in outcomes.items() if not outcome.all_done]
    if unfinished and not arguments.recorded:
        raise UserError(f"Not all runs have finished of: {', '.join(unfinished)}")


def _split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names of presets, and the overrides of all runs."""
    from experiments.replicating import with_tracking

    own = [word for word in words if "=" in word]
    if any(group_of(word) == "seed" for word in own):
        raise ConfigError("seed: --seeds N chooses the seeds")
    if any(group_of(word.lstrip("+")) == REPLICATE for word in own):
        raise ConfigError(f"+{REPLICATE}: name the presets as words: experiments replicate huang")
    return [word for word in words if "=" not in word], with_tracking(own)


def _presets(
    arguments: Arguments, names: Sequence[str]
) -> tuple[dict[str, Preset], dict[str, Preset]]:
    """Return the presets that are chosen, and all that the page can have. Check its folder."""
    from experiments.replicating import check_presets, chosen_presets, known_presets

    check_folder("--to", str(arguments.to))
    folder = arguments.config_dir
    known = known_presets(folder)
    chosen = chosen_presets(names, known, quick=arguments.quick, config_dir=folder)
    check_presets(arguments.to, known)
    return chosen, known


def _print(
    rows: "Sequence[Row]",
    known: Mapping[str, Preset],
    outcomes: "Mapping[str, Outcome]",
    console: "Console",
) -> None:
    """Print the table of each preset, the verdicts about its sentences, and the summary."""
    from experiments.replicating import print_hypotheses, print_summary, print_table

    print_table(rows, known, console)
    for name, outcome in outcomes.items():
        print_hypotheses(name, outcome.hypotheses, console)
    print_summary(rows, console)


def seeds_of(preset: Preset, *, quick: bool) -> int:
    """Return the number of seeds, if the command does not say it."""
    return QUICK_SEEDS if quick else max(SEEDS, preset.seeds)
