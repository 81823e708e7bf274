# Countersign: `make run` sets up and serves the demonstration; `make check` is what CI asks.
PYTHON ?= python3
PORT ?= 8000
TESTS ?= tests
SEEDS ?= 300
BIN := .venv/bin
# The locks are complete, so nothing is resolved: a release made elsewhere tomorrow changes nothing.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes
OURS := accounts backup bench config demo incidents inventory jobs lib notices richtext runbooks tests webhooks manage.py
TEMPLATES := $(shell git ls-files 'templates/*.html' 2>/dev/null)
POSTGRES ?= $(COUNTERSIGN_TEST_POSTGRES)
NEEDS := Install them first: apt install python3-venv make git

export DJANGO_SETTINGS_MODULE := config.settings

.PHONY: run check lint types docs doors test test-sqlite test-postgres locks relock soak bench format
.DEFAULT_GOAL := run

run: .venv/run.stamp
	@$(BIN)/python -m config.launcher --port $(PORT)

check: lint types docs doors locks test

lint: .venv/dev.stamp
	$(BIN)/ruff check $(OURS)
	$(BIN)/ruff format --check $(OURS)
	$(BIN)/djade --check $(TEMPLATES)

format: .venv/dev.stamp
	$(BIN)/ruff check --fix $(OURS)
	$(BIN)/ruff format $(OURS)
	$(BIN)/djade $(TEMPLATES)

types: .venv/dev.stamp
	$(BIN)/mypy $(OURS)

docs: .venv/dev.stamp
	$(BIN)/python manage.py document --check

# Every way around a guard that was once found, tried again; see demo/attempts.
doors: .venv/dev.stamp
	$(BIN)/python manage.py try_the_doors

# Each lock, installed with the oldest pip into an environment of its own, starts what it is for.
locks: | .venv/bin/python
	$(BIN)/python -m tests.locks

# Needs uv. Keeps every version that pyproject.toml still allows; --upgrade in RELOCK_ARGS does not.
RELOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
RELOCK += pyproject.toml $(RELOCK_ARGS)
IN_PRODUCTION := --extra postgres --extra redis
relock:
	$(RELOCK) -o requirements/run.lock
	$(RELOCK) $(IN_PRODUCTION) -o requirements/production.lock
	$(RELOCK) $(IN_PRODUCTION) --group test --group browser --group lint -o requirements/dev.lock

# As BENCH_ARGS="--only T1,T7 --quick --database postgres://postgres@127.0.0.1:5432/bench".
bench: .venv/dev.stamp
	$(BIN)/python -m bench $(BENCH_ARGS)

test: test-sqlite test-postgres

test-sqlite: .venv/dev.stamp
	DATABASE_URL= $(BIN)/pytest -q -n 2 $(TESTS)

test-postgres: .venv/dev.stamp
	@url="$(POSTGRES)"; \
	if [ -z "$$url" ] && $(BIN)/python -m tests.postgres; then url=postgres://postgres@127.0.0.1:5432/countersign; fi; \
	if [ -z "$$url" ]; then echo "PostgreSQL: none at 127.0.0.1:5432; set COUNTERSIGN_TEST_POSTGRES=postgres://user@host/name"; \
	else DATABASE_URL="$$url" $(BIN)/pytest -q -n 2 -m "not browser" $(TESTS); fi

# Hundreds of seeds of people who press anything, from processes that are killed; see tests/soak.
soak: .venv/dev.stamp
	DATABASE_URL= $(BIN)/python -m tests.soak --seeds $(SEEDS)
	@url="$(POSTGRES)"; \
	if [ -z "$$url" ] && $(BIN)/python -m tests.postgres; then url=postgres://postgres@127.0.0.1:5432/countersign; fi; \
	if [ -z "$$url" ]; then echo "PostgreSQL: none at 127.0.0.1:5432; set COUNTERSIGN_TEST_POSTGRES"; \
	else DATABASE_URL="$$url" $(BIN)/python -m tests.soak --seeds $(SEEDS); fi

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Countersign needs Python 3.11 or newer, as PYTHON=python3.12 make run"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv is missing. $(NEEDS)"; exit 1; }

.venv/run.stamp: requirements/run.lock | .venv/bin/python
	@echo "Installing what Countersign needs into .venv (once)"
	@$(PIP) -r requirements/run.lock
	@$(BIN)/python -m pip check
	@touch $@

.venv/dev.stamp: requirements/dev.lock | .venv/bin/python
	@echo "Installing the tools of development into .venv (once)"
	@$(PIP) -r requirements/dev.lock
	@$(BIN)/python -m pip check
	@touch $@ .venv/run.stamp
