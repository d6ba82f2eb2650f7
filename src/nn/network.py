"""A fully connected feed-forward network."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from nn.activations import Activation
from nn.arrays import Array, zeros
from nn.initializers import Initializer
from nn.losses import Loss

PREDICTION_BATCH = 500
"""The number of examples per forward pass in prediction; the layers then fit into the cache."""


class Network:
    """Layers ``A_l = f(A_(l-1) W_l + b_l)``; the last is linear, and the loss takes its logits.

    Rows are examples: ``X [n, sizes[0]]``, ``W_l [sizes[l-1], sizes[l]]``, ``b_l [sizes[l]]``.
    One flat vector ``parameters [p]`` has all parameters, first the weights, then the biases. So
    the weights are ``parameters[:n_weights]``; ``weights[l]`` and ``biases[l]`` are views of the
    vector. ``gradient [p]`` has the same layout. In a stack of ``s`` networks all these arrays have
    a leading axis of length ``s``.

    Raise ValueError unless there are at least two sizes, all of them positive, and ``dtype`` is
    float32 or float64.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Activation,
        loss: Loss,
        initializer: Initializer,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        check_sizes(sizes)
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, not {np.dtype(dtype)}")
        self.sizes = tuple(sizes)
        self.activation = activation
        self.loss = loss
        self.n_weights = sum(n_in * n_out for n_in, n_out in itertools.pairwise(self.sizes))
        self._bind(zeros(self.n_weights + sum(self.sizes[1:]), dtype))
        for w, b in zip(self.weights, self.biases, strict=True):
            w[:] = initializer.weights(*w.shape, rng=rng)
            b[:] = initializer.biases(*b.shape, rng=rng)

    def _bind(self, parameters: Array, gradient: Array | None = None) -> None:
        """Use these arrays ``[p]``, or ``[s, p]`` for a stack; make all views and buffers."""
        self.parameters = parameters
        self.gradient = zeros(parameters.shape, parameters.dtype) if gradient is None else gradient
        self.weights, self.biases = self._views(self.parameters)
        self.weight_gradients, self.bias_gradients = self._views(self.gradient)
        self._transposed = [w.mT for w in self.weights]
        self._bias_rows = [b[..., None, :] for b in self.biases]
        self._bias_gradient_rows = [b[..., None, :] for b in self.bias_gradients]
        self._buffers = lru_cache(maxsize=4)(self._allocate)

    @classmethod
    def stack(cls, networks: "Sequence[Network]") -> "Network":
        """Return networks of the same kind as one, which computes the gradients of all at once.

        The parameters of each network, and its gradient, become a row of the stack's.
        """
        first = networks[0]
        shape = (len(networks), len(first.parameters))
        stack = cls.__new__(cls)
        stack.__setstate__(
            first.__getstate__() | {"parameters": zeros(shape, first.parameters.dtype)}
        )
        for network, parameters, gradient in zip(
            networks, stack.parameters, stack.gradient, strict=True
        ):
            parameters[:] = network.parameters
            network._bind(parameters, gradient)
        return stack

    def in_precision(self, dtype: npt.DTypeLike) -> "Network":
        """Return a copy of the network whose parameters are float32 or float64 numbers."""
        parameters = zeros(self.parameters.shape, dtype)
        parameters[:] = self.parameters
        copy = type(self).__new__(type(self))
        copy.__setstate__(self.__getstate__() | {"parameters": parameters})
        return copy

    def __getstate__(self) -> dict[str, object]:
        names = ("sizes", "activation", "loss", "n_weights", "parameters")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._bind(state["parameters"])  # copies and pickles do not keep views

    def predict(self, inputs: Array) -> Array:
        """Return the output activations ``[n, sizes[-1]]`` for ``inputs [n, sizes[0]]``."""
        return self.loss.activations(self.logits(inputs))

    def logits(self, inputs: Array) -> Array:
        """Return the weighted inputs of the last layer ``[n, sizes[-1]]``.

        Raise ValueError unless ``inputs`` has rows of ``sizes[0]`` numbers.
        """
        if inputs.ndim != 2 or inputs.shape[1] != self.sizes[0]:
            raise ValueError(f"inputs must be [n, {self.sizes[0]}], not {list(inputs.shape)}")
        logits = np.empty((len(inputs), self.sizes[-1]), self.parameters.dtype)
        for start in range(0, len(inputs), PREDICTION_BATCH):
            rows = slice(start, start + PREDICTION_BATCH)
            logits[rows] = self.forward(inputs[rows])
        return logits

    def activations(self, inputs: Array) -> list[Array]:
        """Return the activations of each layer, ``[n, size]``; those of the last are the logits."""
        self.forward(inputs)
        return [each.copy() for each in self._buffers(len(inputs)).activations]

    def forward(self, inputs: Array) -> Array:
        """Return the logits ``[n, sizes[-1]]`` of one batch ``[n, sizes[0]]``.

        They are in a buffer that the next call overwrites. A stack has a batch per network.
        """
        a, last = np.asarray(inputs, self.parameters.dtype), len(self.weights) - 1
        buffers = self._buffers(a.shape[-2])
        for layer, (w, b, z) in enumerate(
            zip(self.weights, self._bias_rows, buffers.activations, strict=True)
        ):
            buffers.product(a, w, z)
            np.add(z, b, z)
            if layer < last:
                self.activation.apply(z)
            a = z
        return a

    def backward(self, inputs: Array, targets: Array) -> None:
        """Write the gradient of the batch's mean cost to ``gradient``, by backpropagation.

        ``inputs [n, sizes[0]]``, ``targets [n, sizes[-1]]``. The output error is the loss's;
        ``delta_(l-1) = (delta_l W_l^T) * f'(Z_(l-1))``, ``dC/dW_l = A_(l-1)^T delta_l`` and
        ``dC/db_l = sum delta_l`` over the examples (Nielsen, ch. 2, BP1-BP4, with rows as
        examples). A stack has a batch, and a gradient, per network. Raise ValueError unless the
        targets have the shape of the logits.
        """
        inputs = np.asarray(inputs, self.parameters.dtype)  # a product does not convert types
        logits = self.forward(inputs)
        if targets.shape != logits.shape:
            raise ValueError(f"targets must be {logits.shape}, not {targets.shape}")
        buffers = self._buffers(inputs.shape[-2])
        product = buffers.product
        self.loss.gradient(logits, targets, buffers.deltas[-1])
        for layer in range(len(self.weights) - 1, -1, -1):
            delta = buffers.deltas[layer]
            transposed = buffers.transposed[layer - 1] if layer else inputs.mT
            product(transposed, delta, self.weight_gradients[layer])
            product(buffers.ones, delta, self._bias_gradient_rows[layer])
            if layer:
                previous = buffers.deltas[layer - 1]
                product(delta, self._transposed[layer], previous)
                self.activation.multiply_by_derivative(
                    previous, buffers.activations[layer - 1], buffers.scratch[layer - 1]
                )

    def _views(self, flat: Array) -> tuple[list[Array], list[Array]]:
        """Return views of the weights and of the biases in a vector of parameters."""
        shapes = [*itertools.pairwise(self.sizes), *((size,) for size in self.sizes[1:])]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        views = [
            part.reshape(*flat.shape[:-1], *shape)
            for part, shape in zip(np.split(flat, ends[:-1], axis=-1), shapes, strict=True)
        ]
        return views[: len(views) // 2], views[len(views) // 2 :]

    def _allocate(self, n: int) -> "_Buffers":
        *stack, _ = self.parameters.shape

        def layers() -> list[Array]:
            return [np.empty((*stack, n, size), self.parameters.dtype) for size in self.sizes[1:]]

        activations = layers()
        ones = np.ones((1, n), self.parameters.dtype)
        product = np.matmul if stack or n == 1 else np.dot  # the same bits, but `dot` is faster
        return _Buffers(activations, [a.mT for a in activations], layers(), layers(), ones, product)


@dataclass(frozen=True)
class _Buffers:
    """Working memory of one batch size: per layer ``[n, size]``, and ``ones [1, n]``."""

    activations: list[Array]  # the last layer's are its logits
    transposed: list[Array]
    deltas: list[Array]
    scratch: list[Array]
    ones: Array
    product: Callable[[Array, Array, Array], Array]


def check_sizes(sizes: Sequence[int]) -> None:
    """Raise ValueError unless ``sizes`` describes a network: input, hidden layers, output."""
    if len(sizes) < 2:
        raise ValueError(f"a network needs an input and an output layer, not sizes {list(sizes)}")
    if min(sizes) < 1:
        raise ValueError(f"every layer needs at least one neuron, not sizes {list(sizes)}")
