"""Seconds per epoch on MNIST and one core: this project, PyTorch, scikit-learn and JAX.

`benchmarks/README.md` says how. Run it with `python -m benchmarks.speed`.
"""
