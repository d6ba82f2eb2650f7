"""The subject that overrides describe, as `python run.py` reads them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from omegaconf import DictConfig, open_dict
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration import (
    CONF,
    REPLICATE,
    build,
    choices,
    compose,
    override,
    own_words,
    preset,
    preset_name,
)
from experiments.errors import ConfigError
from experiments.verifying.repeated_setting import repeated_setting
from experiments.verifying.subject import Subject
from nn import Optimizer

GROUP = "optimizer"
RATE = 0.01
"""The learning rate for classes of the user that have none in conf/; any rate shows a mistake."""


def composed(overrides: Sequence[str], config_dir: Path | None = None) -> Subject:
    """Return the subject of a configuration, with every optimizer in conf/.

    ``config_dir`` is a folder of the user with files in the groups of conf/. The options of the
    chosen optimizer are those of the overrides; the others have their own, and the same learning
    rate if one is given. Raise ConfigError or DataError.
    """
    overrides = _without_preset(overrides, config_dir)
    places = [CONF] if config_dir is None else [CONF, config_dir.absolute()]
    own = [override("hydra.searchpath", [f"file://{place}" for place in places[1:]])]
    words = [*overrides, *(own if places[1:] else [])]
    config = _compose(words)
    chosen, experiment = choices(config.hydra)[GROUP], build(_without_hydra(config))
    optimizers: dict[str, Optimizer] = {}
    for name in _names(places):
        if name == chosen:
            optimizers[name] = experiment.optimizer
        else:
            others = [*filter(_is_for_all, words), override(GROUP, name)]
            optimizers[name] = build(_without_hydra(_compose(others))).optimizer
    return Subject.of(experiment, optimizers, chosen=chosen)


def _without_preset(words: Sequence[str], config_dir: Path | None) -> list[str]:
    """Return the overrides with a preset written out, as run.py reads it.

    Of several settings the other overrides have to choose one: they repeat words of it, or set all
    options in which the settings differ.
    """
    name = preset_name(words)
    if name is None:
        return list(words)
    chosen, own = preset(name, None if config_dir is None else str(config_dir)), own_words(words)
    if not chosen.trains:
        raise ConfigError(f"+{REPLICATE}={name}: it has no network to verify, only a single neuron")
    repeated = repeated_setting(chosen.all_cases, own)
    if repeated is not None:
        return chosen.words(repeated, own)
    first, *others = (chosen.words(case, own) for case in chosen.all_cases)
    if any(each != first for each in others):
        settings = [
            " ".join(override(key, value) for key, value in case.settings.items())
            for case in chosen.all_cases
        ]
        raise ConfigError(
            f"+{REPLICATE}={name}: it has {len(settings)} settings; add the words of one of them: "
            + " or ".join(settings)
        )
    return first


def _is_for_all(word: str) -> bool:
    """Return whether an override is one for every optimizer."""
    key = word.partition("=")[0].lstrip("+")
    return key == f"{GROUP}.learning_rate" or key.partition(".")[0] != GROUP


def _compose(words: Sequence[str]) -> DictConfig:
    """Return a configuration in which the optimizer has a learning rate."""
    config = compose(words)
    try:
        _ = config.optimizer.learning_rate
    except OmegaConfBaseException:  # conf/ has no rate for an activation or a cost of the user
        config.optimizer.learning_rate = RATE
    return config


def _without_hydra(config: DictConfig) -> DictConfig:
    with open_dict(config):
        del config["hydra"]
    return config


def _names(places: Iterable[Path]) -> list[str]:
    """Return the names of the optimizers in some folders of configuration files."""
    return sorted({file.stem for place in places for file in (place / GROUP).glob("*.yaml")})
