"""Overrides of all kinds, sensible or not, made from the keys of conf/ and from unusual values."""

from experiments.configuration import DESCRIBED

PARTS = ("first_label", "train_size", "validation_size", "subset", "split_seed", "root", "name")
KEYS = [
    *(key for key in DESCRIBED if key != "dataset"),  # another data set could be downloaded
    *(f"dataset.{part}" for part in PARTS),
    *("architecture.sizes", "loss.output", "optimizer.learning_rate", "optimizer._target_"),
    *("tracking", "tracking.uri", "tracking.artifacts", "outputs", "checkpoint_every", "retry"),
    *("no_such_key", "optimizer.no_such", "learning_rates.sigmoid", "hydra.job.name", "schema"),
]
VALUES = [
    *("0", "1", "-1", "1e400", "nan", "inf", "null", "true", "''", "[]", "{}", "???", "1e-9"),
    *("[784,10]", "[784,1,10]", "[784,99999999999,10]", "{a:1}", "sgd", "nn.SGD"),
    *("os.system", "${epochs}", "${nothing}", "${oc.env:NOTHING}", "'a b'", "10**9", "1,2"),
    *("99999999999999999999", "0x10", "range(3)", "naïve η", r"\,", "'", '"', "[1", "a=b", ""),
]
