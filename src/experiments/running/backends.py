"""The backends of a training: NumPy, or the loop of `nn.compiled`, which numba compiles."""

import importlib.metadata
import importlib.util
from typing import TYPE_CHECKING

from experiments.configuration import Experiment, install_command, one_line
from experiments.errors import ConfigError
from experiments.examples import Split
from nn import Network

if TYPE_CHECKING:
    from nn.compiled import Kernel

PACKAGES = ("numba", "llvmlite", "scipy")
"""The packages that decide how compiled code rounds; SciPy brings the BLAS library it calls."""


def kernel_class(experiment: Experiment) -> "type[Kernel] | None":
    """Return the class that takes the steps of an experiment, None for plain NumPy.

    Raise ConfigError if numba is not installed, does not work with the installed NumPy, or does not
    know a class of the experiment.
    """
    if experiment.backend == "numpy":
        return None
    if importlib.util.find_spec("numba") is None:
        raise ConfigError(
            f"backend=numba: numba is not installed; install it with {install_command('fast')}"
        )
    try:
        from nn.compiled import Kernel, check

        check(experiment.activation, experiment.loss, experiment.optimizer)
    except ImportError as error:  # this numba does not work with this NumPy
        raise ConfigError(
            f"backend=numba: {one_line(error)}; install the versions of constraints.txt, or use"
            " backend=numpy"
        ) from None
    except (ValueError, RuntimeError) as error:  # numba has no folder for its cache
        raise ConfigError(f"backend=numba: {error}; use backend=numpy") from None
    return Kernel


def kernel(experiment: Experiment, network: Network, train: Split) -> "Kernel | None":
    """Return the kernel of a training, None for plain NumPy; raise as `kernel_class` does."""
    made = kernel_class(experiment)
    if made is None:
        return None
    return made(network, experiment.optimizer, train.images, train.targets)


def compiler_versions() -> str:
    """Return the versions of numba and of the packages that it uses."""
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
