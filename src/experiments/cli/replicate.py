"""`experiments replicate`: do published experiments again, and compare the numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import Commands, command_parser
from experiments.configuration import PROJECT, Preset, check_folder, group_of, override
from experiments.errors import ConfigError

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

    from experiments.replicating import (
        conduct,
        presets,
        print_hypotheses,
        print_summary,
        print_table,
        publish,
        with_tracking,
    )
    from experiments.terminal import duration

    check_folder("--to", str(arguments.to))
    names = [word for word in arguments.words if "=" not in word]
    own = with_tracking([word for word in arguments.words if "=" in word])
    if any(group_of(word) == "seed" for word in own):
        raise ConfigError("seed: --seeds N chooses the seeds")
    chosen = presets(names, quick=arguments.quick, config_dir=arguments.config_dir)
    known = presets([], quick=False) | chosen
    if arguments.config_dir is not None:
        own.append(override("hydra.searchpath", [arguments.config_dir.absolute().as_uri()]))
    console = Console(highlight=False)

    def say(text: str) -> None:
        console.print(text, soft_wrap=True, markup=False)

    outcomes, rows, planned = {}, [], []
    for name, preset in chosen.items():
        seeds = range(arguments.seeds or seeds_of(preset, quick=arguments.quick))
        outcome = conduct(name, preset, seeds, own, say=say, train=not arguments.recorded)
        if isinstance(outcome, float):
            planned.append(outcome)
        elif outcome is None:
            say(f"{name}: none of its runs is recorded")
        else:
            outcomes[name] = outcome
            rows = publish(outcomes, known, arguments.to)
    if planned:
        say(f"All presets one after the other: about {duration(sum(planned))}.")
    if outcomes:
        print_table(rows, known, console)
        for name, outcome in outcomes.items():
            print_hypotheses(name, outcome.hypotheses, console)
        print_summary(rows, console)
        say(f"The table, its data and figures: {arguments.to}")


def seeds_of(preset: Preset, *, quick: bool) -> int:
    """Return the number of seeds, if the command does not say it."""
    return QUICK_SEEDS if quick else max(SEEDS, preset.seeds)
