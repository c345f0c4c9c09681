# Two commands: `make demo` shows everything at work, `make test` checks everything.
# Stamps below .venv say what is already there: a second run needs no network and takes no time.

PYTHON  ?= $(shell command -v python3.11 || command -v python3)
VENV    := .venv
BIN     := $(VENV)/bin
STAMPS  := $(VENV)/stamps
# The installer, in the version that the lock names.
UV      := $(shell sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)
ARGS    ?=

.PHONY: help setup chromium kcat demo up down status test test-long lint types unit whole soak soak-short integration e2e format train evaluate contract clean

help:
	@echo 'make demo [ARGS=--once]  Horus at work, on synthetic television over SRT'
	@echo 'make up | down | status  Horus on this machine'
	@echo 'make test                lint, types, import rule, unit, integration and end-to-end tests'
	@echo 'make soak [KILLS= SEED= HOURS=]  Horus under the knife for hours, and a verdict (docs/soak.md)'
	@echo 'make test-long           brokers killed, stacks interrupted, each crash point once, the older runtime: what make test has no time for'
	@echo 'make format              lay the code out'
	@echo 'make contract            JSON Schemas, AsyncAPI and docs/events.md from the events in the code'
	@echo 'make train MEDIA=folder  make the models anew (its own environment, with TensorFlow)'
	@echo 'make evaluate MEDIA=...  judge the models on the test split, beside ffmpeg; writes docs/models.md'

setup: $(STAMPS)/package $(STAMPS)/jars

$(STAMPS)/venv:
	@"$(or $(PYTHON),false)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
		|| { echo 'Python 3.11 is missing: on Debian `apt-get install python3.11-venv`, or set PYTHON=...' >&2; exit 1; }
	@# By pip and not by python: a venv that failed half-way leaves the latter.
	@test -x $(BIN)/pip || { echo '[setup] making $(VENV)'; "$(PYTHON)" -m venv $(VENV); } \
		|| { rm -rf $(VENV); echo 'venv is missing: on Debian `apt-get install python3.11-venv`' >&2; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/packages: requirements.lock | $(STAMPS)/venv
	@echo '[setup] installing the locked packages'
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet '$(UV)'
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@touch $@

$(STAMPS)/package: pyproject.toml $(STAMPS)/packages
	@echo '[setup] installing horus itself'
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/jars: infra/local/jars/pom.xml $(STAMPS)/package
	@$(BIN)/python -m infra.local.jars
	@touch $@

demo: setup
	@$(BIN)/horus demo $(ARGS)

up: setup
	@$(BIN)/horus up $(ARGS)

down: $(STAMPS)/package
	@$(BIN)/horus down

status: $(STAMPS)/package
	@$(BIN)/horus status $(ARGS)

# The older runtime of models wants numpy 1: an environment of its own, in which a test runs the models.
TFLITE := .venv-tflite

$(TFLITE)/.packages: requirements-tflite.lock $(STAMPS)/packages
	@test -x $(TFLITE)/bin/python || "$(PYTHON)" -m venv $(TFLITE)
	@echo '[setup] installing the locked packages of tflite-runtime'
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(TFLITE)/bin/python requirements-tflite.lock
	@touch $@

# Tests side by side: two cores, and a third worker for the time that others wait.
BESIDE := --no-loadscope-reorder

test: chromium kcat lint types all soak-short

chromium:
	@.ci/chromium

kcat:
	@.ci/kcat

lint: $(STAMPS)/package
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMPS)/package
	$(BIN)/mypy schemas infra producers processors projections api training benchmarks examples tests

all: setup chromium kcat
	$(BIN)/pytest -q -n 3 $(BESIDE) -m 'not long' tests/unit tests/integration tests/e2e

# What the short soak does at random, once each on purpose.
test-long: setup $(TFLITE)/.packages
	$(BIN)/pytest -q -n 2 $(BESIDE) -m long tests/integration

unit: setup
	$(BIN)/pytest -q -n 2 $(BESIDE) tests/unit

integration: setup kcat $(TFLITE)/.packages
	$(BIN)/pytest -q tests/integration

e2e: setup chromium
	$(BIN)/pytest -q tests/e2e

# Alone: it kills what runs, and measures how long that is felt. Its short form is a test.
soak-short: setup
	$(BIN)/pytest -q tests/soak

KILLS ?= 1000
SEED  ?= 1
HOURS ?=

soak: setup
	@$(BIN)/python -m tests.soak --kills $(KILLS) --seed $(SEED) $(if $(HOURS),--hours $(HOURS)) $(ARGS)

# TensorFlow is heavy, and only training needs it: an environment of its own.
TRAINING := .venv-training

$(TRAINING)/.packages: requirements-training.lock $(STAMPS)/packages
	@test -x $(TRAINING)/bin/python || "$(PYTHON)" -m venv $(TRAINING)
	@echo '[train] installing the locked packages'
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(TRAINING)/bin/python requirements-training.lock
	@touch $@

train: $(TRAINING)/.packages
	@test -n "$(MEDIA)" || { echo 'usage: make train MEDIA=folder (the one with INDEX.csv)' >&2; exit 2; }
	$(TRAINING)/bin/python -m training --media "$(MEDIA)" $(ARGS)

# Programmes of the test split: about one hour with faults, and the five healthy ones without which nothing can
# be said of one false alarm in ten. Rendering goes on where it was interrupted.
TEST_SET := .horus/test-set
RENDER   := $(BIN)/python -m training.render --media "$(MEDIA)" --split test --with-sound --out $(TEST_SET)

evaluate: $(STAMPS)/package
	@test -n "$(SET)$(MEDIA)" || { \
		echo 'usage: make evaluate MEDIA=folder[:folder...] (with INDEX.csv), or SET=folder of programmes' >&2; exit 2; }
ifeq ($(SET),)
	$(RENDER) --faulted --count 100
	$(RENDER) --healthy --first 1000 --count 210
endif
	$(BIN)/python -m training.evaluation --set "$(or $(SET),$(TEST_SET))" --out docs/models.md $(ARGS)

contract: $(STAMPS)/package
	@$(BIN)/python -m schemas.publish $(ARGS)

format: $(STAMPS)/package
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .horus .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
