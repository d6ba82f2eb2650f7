PYTHON ?= python3
BIN = .venv/bin
RUN = $(BIN)/python run.py

.PHONY: help setup sweep ui report test check bench
.DEFAULT_GOAL := help

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

setup: .venv/installed  ## create .venv and install everything that runs need

sweep: setup  ## quadratic cost and cross-entropy, each with SGD and Adam, on MNIST
	$(RUN) -m loss=mse,ce optimizer=sgd,adam

ui: setup  ## browse the runs in MLflow
	$(BIN)/experiments ui

report: setup  ## the notebooks on your newest sweep, as one HTML file
	$(BIN)/experiments report

test: .venv/installed-test  ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/installed-test  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed-bench  ## time against PyTorch and scikit-learn
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/logging_overhead.py

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/installed-test: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .[test]
	@touch $@

.venv/installed-bench: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .[bench]
	@touch $@
