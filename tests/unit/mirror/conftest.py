"""MLflow is imported here, once, because its dependencies warn on import."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import experiments.mirror  # noqa: F401
