"""MLflow is imported here, as its dependencies warn then."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
