"""A run's choices and options as one flat mapping, under the names they are tracked by."""

import ast
from collections.abc import Mapping
from typing import Any


def parameters(start: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's choices, flat, given its `start` event: each group's, and every option."""
    config = start["config"]
    flat: dict[str, Any] = {}

    def flatten(prefix: str, node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                flatten(f"{prefix}.{key}" if prefix else key, value)
        elif not prefix.endswith("._target_"):
            flat[prefix] = node

    flatten("", {key: value for key, value in config.items() if key != "tracking"})
    choices = {key: value for key, value in start["choices"].items() if key != "tracking"}
    return {**choices, "architecture": "-".join(map(str, flat["architecture.sizes"])), **flat}


def parse(value: str) -> Any:
    """Return what a parameter was before it was written as a string."""
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value
