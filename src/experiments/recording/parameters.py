"""The choices and options of a run as one flat mapping, under the names that MLflow shows."""

from collections.abc import Mapping
from typing import Any

import msgspec

from experiments.recording.recorded_config import RecordedConfig


def parameters(choices: Mapping[str, str], config: RecordedConfig) -> dict[str, Any]:
    """Return the choice in each group of conf/ and every option, such as `optimizer.beta1`."""
    flat: dict[str, Any] = {}

    def flatten(prefix: str, node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                flatten(f"{prefix}.{key}" if prefix else key, value)
        elif not prefix.endswith("._target_"):
            flat[prefix] = node

    flatten(
        "", {key: value for key, value in msgspec.to_builtins(config).items() if key != "tracking"}
    )
    chosen = {key: value for key, value in choices.items() if key != "tracking"}
    sizes = "-".join(map(str, config.architecture.sizes))
    return {**chosen, "architecture": sizes, **flat}
