# Two commands set everything up: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS := 1

.PHONY: run test test-slow lint docs bench constraints clean

run: .venv/ready  ## run the quickstart on real handwriting and say where the results are
	$(BIN)/groundswell run quickstart

test: .venv/ready  ## the fast tests
	$(BIN)/python -m pytest -q -n auto -m "not slow"

test-slow: .venv/ready  ## the tests that take longer; CI runs them too
	$(BIN)/python -m pytest -q -n auto -m slow

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/ready  ## the documentation, into docs/_build/html; warnings and failing cells fail
	$(BIN)/sphinx-build -W --keep-going -n -q docs docs/_build/html
	@echo open docs/_build/html/index.html

bench: .venv/ready
	$(BIN)/python -m benchmarks

constraints:  ## pin what a fresh environment resolves to
	rm -rf .venv-pins && $(PYTHON) -m venv .venv-pins
	.venv-pins/bin/pip install --quiet torch==2.13.0 ".[dev]"
	.venv-pins/bin/pip freeze --exclude groundswell | sed 's/+cpu//' > constraints.txt
	rm -rf .venv-pins

.venv/ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache .mypy_cache
