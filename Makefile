# Everything a developer does here, by one short name each. A bare `make` prints them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
BUF := npx --yes $(shell grep '^@bufbuild/buf@' tests/tools.txt)
SOURCES := services tests charts proto/generate.py
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
IMAGE ?= understudy:$(VERSION)
IMAGE_OPTIONS ?=
PIP_VARIABLES := PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST PIP_CERT PIP_DEFAULT_TIMEOUT
BENCH ?=
UP ?= services/cli/demo/shop.json

.DEFAULT_GOAL := help
.PHONY: help setup up test e2e cluster rollout chart/test image check format lint types imports proto docs verify/proto \
        bench bench/smoke bench/sizing constraints clean

help:  ## Print this help.
	@grep -hE '^[a-z0-9/-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/installed  ## Make .venv with everything in it; does nothing where it is up to date.

.venv/installed: pyproject.toml services/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Understudy needs Python 3.11 or newer: make setup PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c services/constraints.txt -e '.[embedded,tracing,dev]'
	@touch $@

up: setup  ## Run everything on this machine with the demo collection mocked; UP="FILE… --option" runs it with others.
	@$(BIN)/understudy up $(UP)

test: setup  ## Run all tests but those below; databases are containers where a Docker engine answers, else embedded.
	$(BIN)/pytest -n 3 --dist worksteal

e2e: setup  ## Run the end-to-end tests alone.
	$(BIN)/pytest tests/e2e

chart/test: setup  ## Run the tests of the chart, its dashboards and its alerts alone.
	$(BIN)/pytest tests/chart tests/observability

cluster: setup  ## Test the image, then the rendered chart, run with Docker without a cluster.
	$(BIN)/pytest tests/image tests/cluster -s

rollout: setup  ## Restart every service under load, and see that no call is dropped.
	$(BIN)/pytest tests/rollout -s

image:  ## Build the image of all services; IMAGE=NAME names it otherwise, IMAGE_OPTIONS="--option …" go to docker build.
	docker build --file services/Dockerfile --tag $(IMAGE) --build-arg VERSION=$(VERSION) \
	  --build-arg REVISION=$(shell git rev-parse HEAD) \
	  $(foreach name,$(PIP_VARIABLES),$(if $($(name)),--build-arg $(name))) $(IMAGE_OPTIONS) .

check: setup  ## What CI runs: format, lint, types, import contracts, generated code, tests.
	$(BIN)/ruff format --check $(SOURCES)
	$(MAKE) --no-print-directory lint types imports verify/proto test

format: setup  ## Format the code, and mend what the linter can mend.
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

lint: setup  ## Run the linter.
	$(BIN)/ruff check $(SOURCES)

types: setup  ## Check the types.
	$(BIN)/mypy

imports: setup  ## Check who imports whom.
	$(BIN)/lint-imports

proto: setup  ## Generate the Python of the contracts.
	$(BIN)/python proto/generate.py

docs: setup  ## Make what is made from tables: the page about the algorithm, dashboards, the chart's README. Tests prove them current.
	$(BIN)/python -c 'from services.core.matching.algorithm import algorithm_page; print(algorithm_page(), end="")' > algorithm.page
	mv algorithm.page services/core/matching/ALGORITHM.md
	$(BIN)/python -m charts.dashboards
	$(BIN)/python -m charts.manual

verify/proto: setup  ## Prove that the generated Python is current, and that contracts are well-formed and compatible.
	$(BIN)/python proto/generate.py --check
	@if command -v npx >/dev/null; then tests/check_contracts $(BUF); else echo 'buf is skipped: it needs npx.'; fi

bench: setup  ## Measure speed and memory, and compare with the promises; BENCH="--option …" shortens it.
	$(BIN)/python -m tests.bench.bench_match
	$(BIN)/python -m tests.bench.bench_render
	$(BIN)/python -m tests.bench.bench_explain
	$(BIN)/python -m tests.bench.bench_edge $(BENCH)

bench/smoke: setup  ## Run the benchmark of the edge briefly, to see that it runs; its figures mean little.
	$(BIN)/python -m tests.bench.bench_edge --seconds 1 --rounds 1

bench/sizing: setup  ## Measure what a load costs each service: the sizing table of the chart's README.
	$(BIN)/python -m tests.bench.bench_sizing

constraints: setup  ## Pin what is installed in .venv now.
	$(BIN)/python -m pip freeze --exclude-editable > services/constraints.txt

clean:  ## Remove .venv and every cache.
	rm -rf .venv tests/.npm build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find services tests proto -name __pycache__ -type d -prune -exec rm -rf {} +
