# Everything works on a machine that has only Python 3.11 or newer: what is missing is put into .venv first.
# Pass options on with ARGS, for example: make run ARGS="--processes 2"

PYTHON ?= python3
BIN := .venv/bin
# One group of tests at a time starts other servers or kills processes; see tests/no_skips.py.
PYTEST := $(BIN)/python -m pytest -p tests.no_skips
PARALLEL := -n 2 --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help install dev run demo pair check lint fast test bench docs

help:
	@echo "make demo    two servers that follow each other, with people and posts, to try out"
	@echo "make run     the server of config.toml"
	@echo "make test    every test, against every database and server (minutes)"
	@echo "make check   format, lint, types, import rules, fast tests"
	@echo "make bench   the CPU budgets, measured"
	@echo "make pair    two bare servers that follow each other, for developers"
	@echo "make docs    docs/settings.md, docs/api.md and the map of ARCHITECTURE.md, from the code"

install:
	@$(PYTHON) scripts/bootstrap.py

dev:
	@$(PYTHON) scripts/bootstrap.py --dev

run: install
	$(BIN)/fedi serve $(ARGS)

demo: install
	$(BIN)/fedi demo $(ARGS)

pair: install
	$(BIN)/fedi demo --bare $(ARGS)

check: lint fast

lint: dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

fast: dev
	$(PYTEST) $(PARALLEL) -q -m "not slow and not interop and not faults" $(ARGS)

test: dev
	@$(PYTHON) scripts/system_packages.py
	$(PYTEST) $(PARALLEL) $(ARGS)

bench: dev
	$(BIN)/python -m bench $(ARGS)

docs: dev
	$(BIN)/python -m fedi.config.reference docs/settings.md
	$(BIN)/python scripts/map.py
	$(BIN)/python -m tests.api.table docs/api.md
