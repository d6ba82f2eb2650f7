"""Seconds per epoch on MNIST and one core: this project, PyTorch, scikit-learn and JAX.

`README.md` in the folder above says how. Run it with `python -m benchmarks.speed`.
"""
