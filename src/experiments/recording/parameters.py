"""The choices and options of a run as one flat mapping, under the names that MLflow shows."""

from typing import Any

import msgspec

from experiments.recording.events import Start


def parameters(start: Start) -> dict[str, Any]:
    """Return the choice in each group of conf/ and every option, such as `optimizer.beta1`."""
    config = msgspec.to_builtins(start.config)
    flat: dict[str, Any] = {}

    def flatten(prefix: str, node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                flatten(f"{prefix}.{key}" if prefix else key, value)
        elif not prefix.endswith("._target_"):
            flat[prefix] = node

    flatten("", {key: value for key, value in config.items() if key != "tracking"})
    choices = {key: value for key, value in start.choices.items() if key != "tracking"}
    sizes = "-".join(map(str, start.config.architecture.sizes))
    return {**choices, "architecture": sizes, **flat}
