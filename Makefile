# Two commands are all one needs: `make run` and `make test`. Everything is installed into .venv.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
TESTS ?= tests
# Where the database tests find PostgreSQL; empty: they run on SQLite alone.
POSTGRES ?= $(shell $(PYTHON) scripts/find_postgres.py)

.PHONY: run test test-sqlite test-postgres check lint types docs format clean

run: .venv/run.stamp ## set everything up and serve, with the demonstration
	@exec $(BIN)/python -m config.launcher --port $(PORT)

test: test-sqlite test-postgres ## every test, on SQLite and, where there is a server, on PostgreSQL

test-sqlite: .venv/dev.stamp
	@echo "== tests on SQLite"
	@env -u DATABASE_URL $(BIN)/python -m pytest -q -n 2 $(TESTS)

test-postgres: .venv/dev.stamp
ifeq ($(strip $(POSTGRES)),)
	@echo "== no PostgreSQL server found at 127.0.0.1:5432 (set POSTGRES=postgres://user@host): its tests did not run"
else
	@echo "== database tests on PostgreSQL"
	@DATABASE_URL=$(POSTGRES)/countersign $(BIN)/python -m pytest -q -n 2 -m "not browser and not pure" $(TESTS)
endif

check: lint types docs test ## what the continuous integration runs

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')

types: .venv/dev.stamp
	$(BIN)/mypy .

docs: .venv/dev.stamp ## generated pages are current, links lead somewhere
	$(BIN)/python manage.py write_reference --check
	$(BIN)/python scripts/check_links.py

format: .venv/dev.stamp
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Countersign needs Python 3.11 or newer; this is $$($(PYTHON) --version)."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv is missing. On Debian or Ubuntu: sudo apt install python3-venv make git"; exit 1; }

.venv/run.stamp: requirements/run.lock | .venv/bin/python
	@echo "Installing what Countersign needs into .venv …"
	@$(PIP) -r requirements/run.lock
	@touch $@

.venv/dev.stamp: requirements/dev.lock | .venv/bin/python
	@echo "Installing what the tests need into .venv …"
	@$(PIP) -r requirements/dev.lock
	@touch $@ .venv/run.stamp
