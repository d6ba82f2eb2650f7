"""Overrides of all kinds, sensible or not, made from the keys of conf/ and from unusual values."""

import re

from experiments.configuration import DESCRIBED

PARTS = ("first_label", "train_size", "validation_size", "subset", "split_seed", "root", "name")
KEYS = [
    *(key for key in DESCRIBED if key != "dataset"),  # another data set could be downloaded
    *(f"dataset.{part}" for part in PARTS),
    *("architecture.sizes", "loss.output", "optimizer.learning_rate", "optimizer._target_"),
    *("tracking", "tracking.uri", "tracking.artifacts", "outputs", "checkpoint_every", "retry"),
    *("no_such_key", "optimizer.no_such", "learning_rates.sigmoid", "hydra.job.name", "schema"),
]
CLASS = re.compile(r"\b[A-Z]\w*(Error|Exception|Warning|Config|Node)\b")
"""The name of a class of another library, which says nothing to users."""
VALUES = [
    *("0", "1", "-1", "1e400", "nan", "inf", "null", "true", "''", "[]", "{}", "???", "1e-9"),
    *("[784,10]", "[784,1,10]", "[784,99999999999,10]", "{a:1}", "sgd", "nn.SGD"),
    *("os.system", "${epochs}", "${nothing}", "${oc.env:NOTHING}", "'a b'", "10**9", "1,2"),
    *("/dev/null", "/dev/null/x", "nowhere/x", "x" * 5000, "w#1", "w=1", "a(b)", "range(5,1)"),
    *("file:/mlruns", "mlruns", "gopher://h", "http://", "sqlite:////dev/null", "784-40-10"),
    *("99999999999999999999", "0x10", "range(3)", "naïve η", r"\,", "'", '"', "[1", "a=b", ""),
]
