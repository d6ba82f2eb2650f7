"""The keys of conf/config.yaml and their types."""

from omegaconf import OmegaConf

from experiments.configuration import CONF, CONTROL, DESCRIBED, GROUPS, REPLICATE, STUDY, compose
from experiments.configuration.schema import KEYS, Precision, Schema


def test_each_key_either_defines_an_experiment_or_says_how_it_is_done() -> None:
    assert sorted([*DESCRIBED, *CONTROL, "learning_rates"]) == sorted(KEYS)


def test_the_groups_are_the_folders_of_conf() -> None:
    folders = {path.name for path in CONF.iterdir() if path.is_dir()}
    assert folders == {*GROUPS, STUDY, REPLICATE, "tracking", "learning_rates", "hydra"}


def test_values_are_converted_to_their_types() -> None:
    config = compose(["l2=1", "dtype=float64", "record_weights=[1,2]"])
    assert isinstance(config.l2, float)
    assert config.dtype is Precision.float64
    assert OmegaConf.get_type(config, "architecture").__name__ == "Architecture"


def test_every_key_is_missing_in_the_schema_until_conf_gives_it_a_value() -> None:
    schema = OmegaConf.structured(Schema)
    assert all(OmegaConf.is_missing(schema, key) for key in KEYS)
