"""A feed-forward neural network in plain NumPy: layers, costs, optimizers and schedules."""

from nn.activations import Activation, Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from nn.initializers import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    Initializer,
    LeCunNormal,
    StandardNormal,
)
from nn.losses import CrossEntropyCost, Loss, Output, QuadraticCost
from nn.network import Network
from nn.optimizers import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp
from nn.schedules import (
    Constant,
    Cosine,
    Exponential,
    HalveOnPlateau,
    Schedule,
    Step,
    StopOnPlateau,
)
from nn.serialization import load, save, sizes_of

__all__ = [
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "Constant",
    "Cosine",
    "CrossEntropyCost",
    "Exponential",
    "GlorotNormal",
    "GlorotUniform",
    "HalveOnPlateau",
    "HeNormal",
    "Identity",
    "Initializer",
    "LeCunNormal",
    "LeakyReLU",
    "Loss",
    "Momentum",
    "Nesterov",
    "Network",
    "Optimizer",
    "Output",
    "QuadraticCost",
    "RMSProp",
    "ReLU",
    "Schedule",
    "Sigmoid",
    "StandardNormal",
    "Step",
    "StopOnPlateau",
    "Tanh",
    "load",
    "save",
    "sizes_of",
]
