"""scikit-learn's MLPClassifier. An epoch is one `partial_fit`, without checks of its arguments.

It has no cost except cross-entropy, which is used instead of the quadratic cost, with a suitable
rate; the work is the same except for the output error. Its matrix products are NumPy's, so
`experiments.startup` makes it faster, too.
"""

from time import process_time

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from benchmarks.speed.contender import Contender, start
from benchmarks.speed.workloads import Workload
from experiments.examples import Split
from nn import Adam, Sigmoid
from nn.arrays import Array


class SKLearn(Contender):
    """The same network in scikit-learn, always with cross-entropy."""

    NAME = "scikit-learn"

    def __init__(self, workload: Workload, data: Split) -> None:
        self.data = data
        self.model = MLPClassifier(
            workload.sizes[1:-1],
            activation="logistic" if isinstance(workload.activation, Sigmoid) else "relu",
            solver="adam" if isinstance(workload.optimizer, Adam) else "sgd",
            learning_rate_init=workload.sklearn_rate,
            momentum=0.0,
            alpha=0.0,
            batch_size=workload.batch_size,
            random_state=0,
        )
        black = np.zeros_like(data.images[: workload.batch_size])
        labels, classes = data.labels[: len(black)], np.arange(workload.sizes[-1])
        self.model.partial_fit(black, labels, classes=classes)  # a step, which makes the arrays
        ours = start(workload)
        for theirs, wanted in zip(
            [*self.model.coefs_, *self.model.intercepts_],
            [*ours.weights, *ours.biases],
            strict=True,
        ):
            theirs[:] = wanted

    def epoch(self) -> float:
        classes = np.arange(self.data.targets.shape[1])
        before = process_time()
        with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
            self.model.partial_fit(self.data.images, self.data.labels, classes=classes)
        return process_time() - before

    def predict(self, images: Array) -> Array:
        activations: Array = self.model.predict_proba(images)[np.newaxis]
        return activations
