# The commands that people and CI share. `make help` lists them.
PY ?= python3
BIN := .venv/bin

.PHONY: help setup demo test walks lint types bench serve fmt clean
help:            ## this list
	@grep -hE '^[a-z]+: .*##|^[a-z]+:  +##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | sort

setup: .venv/ready  ## a private Python environment with every permissive extra

.venv/ready: pyproject.toml constraints.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Shoumi needs Python 3.11 or later"; exit 1; }
	@echo "Preparing .venv (once, a few minutes) …"
	@$(PY) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all,dev]'
	@touch $@

demo: setup      ## write a synthetic office share, inspect it, show what was found
	@$(BIN)/shoumi demo

serve: setup     ## start the console at http://127.0.0.1:8731; ARGS=--demo fills it with an invented organisation
	@$(BIN)/shoumi serve $(ARGS)

test: setup      ## the tests, but for the walks through the whole console
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not walk"

walks: setup     ## walks through the whole console: by Chromium, by crawling, on PostgreSQL
	@$(BIN)/python -m pytest -n auto --dist worksteal -m walk

lint: setup      ## style, import rules, rule packs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/shoumi rules check

types: setup     ## mypy --strict
	@$(BIN)/mypy

bench: setup     ## speed and recall against peers; prints ratios of one run
	@$(BIN)/python -m bench

fmt: setup       ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean:           ## remove what the commands above made
	@rm -rf .venv shoumi-demo .pytest_cache .mypy_cache .ruff_cache
