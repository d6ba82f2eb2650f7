"""The lines about a search: how far it is; at its end the best trial, and its command."""

from optuna.trial import TrialState

from experiments.configuration import group_of, run_command
from experiments.searching.search import Search

SEEDS = 5
"""The number of seeds in the command."""
WITHOUT = ("plan", "retry", "seed", "stop_below")
"""Options of the search that the command leaves out."""


def stage(study: Search, n_trials: int) -> str:
    """Return the line about a search that goes on: its trials so far, of all, and the best one."""
    done = [each for each in study.trials if each.state.is_finished()]
    complete = [each for each in done if each.state is TrialState.COMPLETE]
    line = f"search: {len(done)} of {n_trials} trials"
    if not complete:
        return line
    kept = max(complete, key=lambda each: (each.value, -each.number))
    return f"{line}, best so far {kept.value:.2%} on validation (trial {kept.number})"


def closing_lines(study: Search, seed: int) -> list[str]:
    """Return the lines about the best trial; of equal ones it is the first.

    ``seed`` is the seed of all runs. The command leaves it out: on it the trial was chosen.
    """
    trials = study.trials
    number_of_trials = f"{len(trials)} trial{'' if len(trials) == 1 else 's'}"
    counts = [
        f"{number} {word}"
        for state, word in ((TrialState.COMPLETE, "done"), (TrialState.PRUNED, "stopped early"))
        if (number := sum(each.state is state for each in trials))
    ]
    complete = [each for each in trials if each.state is TrialState.COMPLETE]
    if not complete:
        return [f"{number_of_trials}: {', '.join(counts)}. None reached its last epoch."]
    kept = max(complete, key=lambda each: (each.value, -each.number))
    best = study.trial(kept)
    words = [word for word in best.overrides if group_of(word) not in WITHOUT]
    command = run_command([*words, f"seed=range({seed + 1},{seed + 1 + SEEDS})"])
    return [
        f"{number_of_trials}: {', '.join(counts)}. The best on the validation set is trial"
        f" {best.number} with {kept.value:.2%}: {' '.join(best.values)}",
        f"It was chosen on seed {seed}; with other seeds:  {command}",
    ]
