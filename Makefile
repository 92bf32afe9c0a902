# Two commands set everything up: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS := 1
# What numba compiles cannot be traced, so these run once more as plain Python. Not all do: NumPy
# refuses to add -1 to unsigned counts, which compiled code takes.
COMPILED := tests/agents/test_reference_engine.py tests/agents/test_fast_graphs.py \
	tests/agents/test_homophily.py \
	-k "(every_round and (complete or (karate and for-good))) or fast_graphs or target_is_reached"

.PHONY: run test test-slow test-all coverage transcripts fuzz lint docs bench constraints clean

run: .venv/ready  ## run the quickstart on real handwriting and say where the results are
	$(BIN)/groundswell run quickstart

test: .venv/ready  ## the fast tests
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow"

test-slow: .venv/ready  ## the tests that take longer; CI runs them too
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m slow

test-all: .venv-nox/ready  ## the fast tests on every Python here: pinned, newest and oldest packages, Mesa 4
	.venv-nox/bin/nox

coverage: .venv/ready  ## which lines and branches the fast tests and the browser leave out, into coverage-html
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow" --cov --cov-report=
	$(BIN)/python -m pytest -q -m slow --cov --cov-append --cov-report= tests/test_explore.py
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q -n auto --cov --cov-append --cov-report= $(COMPILED)
	$(BIN)/coverage report
	$(BIN)/coverage html -q
	$(BIN)/coverage json -q -o coverage-html/coverage.json
	$(BIN)/python -m tests.branches coverage-html/coverage.json

transcripts: .venv/ready  ## write the transcripts of the library scenarios anew
	$(BIN)/python -m tests.transcripts

fuzz: .venv/ready  ## 20,000 random scenarios, 20,000 broken ones and files; what fails is kept in fuzz-failures
	$(BIN)/python -m tests.fuzz --cases 20000

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/ready  ## the documentation, into docs/_build/html; warnings and failing cells fail
	$(BIN)/sphinx-build -W --keep-going -n -q docs docs/_build/html
	@echo open docs/_build/html/index.html

bench: .venv-bench/ready  ## measure against peers and the machine, and refresh docs/benchmarks.md
	.venv-bench/bin/python -m benchmarks --write

constraints:  ## pin what a fresh environment resolves to
	rm -rf .venv-pins && $(PYTHON) -m venv .venv-pins
	.venv-pins/bin/pip install --quiet torch==2.13.0 ".[dev]"
	.venv-pins/bin/pip freeze --exclude groundswell | sed 's/+cpu//' > constraints.txt
	rm -rf .venv-pins

.venv/ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

.venv-bench/ready: pyproject.toml constraints.txt benchmarks/requirements.txt
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --constraint constraints.txt \
		--requirement benchmarks/requirements.txt --editable .
	touch $@

.venv-nox/ready: Makefile
	test -x .venv-nox/bin/python || $(PYTHON) -m venv .venv-nox
	.venv-nox/bin/python -m pip install --quiet nox==2026.10.20
	touch $@

clean:
	rm -rf .venv .venv-bench .venv-nox .nox build dist .pytest_cache .ruff_cache .mypy_cache
