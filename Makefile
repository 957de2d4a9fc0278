# Every target makes or refreshes the environment in .venv first. Needs only python3 >= 3.11 with pip and venv.
#   make run  SCENARIO=scenarios/expansion-2019.yaml ARGS="--replications 5 --seed 7"

PYTHON   ?= python3
SCENARIO ?= scenarios/pilot-2018.yaml
ARGS     ?=

VENV  := .venv
BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help run test test-slow check bench benchmark lock docs docs-site env clean

help:
	@echo "make run        run $(SCENARIO) and print the headline (SCENARIO=... ARGS=...)"
	@echo "make test       lint, types and tests"
	@echo "make test-slow  the tests that take long"
	@echo "make bench      speed against other ways of doing the same work"
	@echo "make docs       write the generated pages, schemas and figures again"
	@echo "make docs-site  make a site of the pages in docs, which needs no network: build/site/index.html"
	@echo "make lock       choose the versions in requirements.lock again"
	@echo "make clean      remove the environment and all caches, but no results"

run: env
	@$(BIN)/vbp run $(SCENARIO) $(ARGS)

test: check
	@$(BIN)/python -m pytest -n 2 -m "not slow" --durations=20

test-slow: env
	@$(BIN)/python -m pytest -m slow

check: env
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "some files are not formatted; run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/mypy --no-error-summary

bench benchmark: env
	@$(BIN)/python -m benchmarks

docs: env
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/generate.sh

docs-site: env
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "open build/site/index.html"

lock: env
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header \
	  --upgrade --quiet --output-file requirements.lock

env: $(STAMP)

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed; try make PYTHON=python3.12")'
	@echo "installing into $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
