# `make` alone lists the targets. Only Python 3.11+ is needed beforehand; BOOTSTRAP=: keeps .venv as it is.
.DEFAULT_GOAL := help
.PHONY: help run test test-all test-containers faults check format bench screenshots lock secrets reset
MAKEFLAGS += --no-print-directory

BOOTSTRAP ?= scripts/bootstrap
BIN := .venv/bin
# A total bound, after which pytest is interrupted (it then still ends its servers) and at last killed.
BOUND = $(if $(shell command -v timeout),timeout --foreground --signal=INT --kill-after=60)
PYTEST = $(BIN)/python -m pytest -q -o faulthandler_timeout=300
# Two processes, each with servers of its own. Files in their order: the last ones are short, so both end together.
PARALLEL = -n 2 --dist loadfile --no-loadscope-reorder
SOURCES = $(shell find $(wildcard libs services gateway portal dev tests benchmarks scripts conftest.py) -name '*.py' -not -path '*/.*')

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: ## Start the whole platform in one process, with demonstration data (PORT=8080, Ctrl-C ends it)
	@$(BOOTSTRAP) run && exec $(BIN)/python -m devstack

test: ## Run the tests, without the slow ones (ARGS="-k name" narrows)
	@$(BOOTSTRAP) dev
	@$(if $(BOUND),$(BOUND) 3600) $(PYTEST) $(PARALLEL) -m "not slow and not containers" $(ARGS)

test-all: ## Run every test that needs no Docker engine
	@$(BOOTSTRAP) dev
	@$(if $(BOUND),$(BOUND) 4800) $(PYTEST) $(PARALLEL) -m "not containers" $(ARGS)

test-containers: ## Run the tests of images and docker-compose.yml on a Docker engine, which it finds or installs
	@$(BOOTSTRAP) dev
	@$(if $(BOUND),$(BOUND) 2400) $(PYTEST) -o faulthandler_timeout=1200 -m containers tests/containers $(ARGS)

faults: ## Strike the real stack with faults under load (ARGS="--short", "--seed 7", "--only broker", "--list")
	@$(BOOTSTRAP) dev
	@$(BIN)/python -m tests.faults $(ARGS)

check: ## Check format, lint, types and the imports between members
	@$(BOOTSTRAP) dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/lock_inputs.py --check

format: ## Format the code and repair what the linter can
	@$(BOOTSTRAP) dev
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

bench: ## Run the benchmarks
	@$(BOOTSTRAP) dev
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: ## Take a picture of every page into screenshots/ (ARGS=word narrows, ARGS=--readme takes the README's)
	@$(BOOTSTRAP) dev
	@$(BIN)/python -m scripts.screenshots $(ARGS)

lock: ## Resolve the dependencies again and write the hash-pinned requirements (ARGS="--upgrade")
	@scripts/lock $(ARGS)

secrets: ## Write a set of secrets for docker-compose.yml (DIR=folder; RENEW=name makes one of it anew)
	@$(BOOTSTRAP) run
	@$(BIN)/python -m scripts.secret_set $(DIR) $(if $(RENEW),--renew $(RENEW))

reset: ## Delete the data of `make run`
	@python3 scripts/reset
