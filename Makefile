PYTHON ?= python3
BIN = .venv/bin
RUN = $(BIN)/python run.py

unexport PYTHONDONTWRITEBYTECODE  # programs start faster from compiled modules

.PHONY: help setup sweep ui server report lab docs quick test stress check bench update
.DEFAULT_GOAL := help

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

setup: .venv/installed  ## create .venv and install everything that runs need

sweep: setup  ## quadratic cost and cross-entropy, each with SGD and Adam, on MNIST
	$(RUN) -m loss=mse,ce optimizer=sgd,adam

ui: setup  ## browse the runs in MLflow
	$(BIN)/experiments ui

server: .venv/installed-server  ## serve MLflow to a team, on PostgreSQL; HOST=0.0.0.0: to the network
	$(BIN)/experiments server $(if $(HOST),--host $(HOST))

report: setup  ## verdicts and figures about your newest sweep, as one HTML file
	$(BIN)/experiments report

lab: .venv/installed-notebooks  ## open the notebooks in Jupyter Lab
	$(BIN)/jupyter lab notebooks $(if $(filter 0,$(shell id -u)),--allow-root)  # a container often has no other user

docs: .venv/installed-docs  ## build all pages as a site, which opens without a network
	$(BIN)/python -m documentation

quick: .venv/installed-test  ## run the unit tests, those of changed rooms first
	$(BIN)/python -m pytest tests/unit --changed-first --hypothesis-profile=quick -m "not stress and not forks" -n 2 --dist worksteal

test: .venv/installed-test  ## run the tests, except those marked stress
	$(BIN)/python -m pytest --hypothesis-profile=quick -m "not stress and not forks" -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest --hypothesis-profile=quick tests/unit/sweeping -m forks

stress: .venv/installed-test  ## run the tests marked stress, and those of hypothesis with all trials
	$(BIN)/python -m pytest -m "(stress or hypothesis) and not forks" -n 2 --dist worksteal

check: .venv/installed-test  ## lint, format, types, imports between rooms
	$(BIN)/ruff check --no-cache .  # the cache does not notice new modules, which sort imports
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

bench: .venv/installed-bench  ## time against PyTorch, scikit-learn and JAX; QUICK=1: fewer images
	failed=0; \
	$(BIN)/python -m benchmarks.speed $(if $(QUICK),--rounds 2 --images 20000) || failed=1; \
	$(BIN)/python -m benchmarks.preparation $(if $(QUICK),--rounds 1) || failed=1; \
	$(BIN)/python -m benchmarks.verdict $(if $(QUICK),--seeds 1 --epochs 1) || failed=1; \
	$(if $(QUICK),,$(BIN)/python -m benchmarks.workers || failed=1;) \
	$(if $(QUICK),,$(BIN)/python -m benchmarks.overhead || failed=1;) \
	exit $$failed

update:  ## rewrite constraints.txt with the newest versions that fit pyproject.toml
	rm -rf .venv-update
	$(PYTHON) -m venv .venv-update
	grep '^torch==' constraints.txt > .venv-update/kept.txt
	.venv-update/bin/python -m pip install --quiet --constraint .venv-update/kept.txt --editable .[test,bench,docs,fast,notebooks]
	(echo "# Exact versions of all packages that were tested together. Rewrite with: make update"; \
	 .venv-update/bin/python -m pip freeze --exclude-editable | grep -v -i -E '^(cuda|nvidia|triton)' | sed 's/+cpu$$//') > .venv-update/constraints.txt
	mv .venv-update/constraints.txt constraints.txt
	rm -rf .venv-update

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/installed-%: .venv/installed  # an extra of pyproject.toml
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .[$*]
	@touch $@
