"""`python -m experiments`: the same program as `experiments`."""

from experiments.cli import main

if __name__ == "__main__":
    main()
