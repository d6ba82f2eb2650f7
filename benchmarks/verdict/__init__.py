"""Seconds from the command to the verdict, against scripts with PyTorch and JAX.

Run it with `python -m benchmarks.verdict`; benchmarks/README.md explains the method.
"""
