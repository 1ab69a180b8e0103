# Two commands: `make run` and `make test`. Everything lives in .venv; nothing is installed
# elsewhere, except Debian's Chromium for the browser tests (`make test`, as root only).
.POSIX:
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip install -q --disable-pip-version-check

run: $(VENV)/.run ## set up everything, load the sample round, serve on http://127.0.0.1:8000
	$(BIN)/civicdialog migrate
	$(BIN)/civicdialog demo
	$(BIN)/civicdialog serve

test: $(VENV)/.dev chromium ## set up everything, run the whole suite (SQLite, PostgreSQL, browser)
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder --durations=20

lint: $(VENV)/.dev ## the quality gate
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/deptry .
	$(BIN)/python tools/catalogues.py --check
	$(BIN)/python tools/vendor.py --check

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: requirements/run.txt | $(BIN)/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(BIN)/python tools/link.py
	touch $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	$(PIP) --require-hashes -r requirements/dev.txt
	$(BIN)/python tools/link.py
	touch $@ $(VENV)/.run

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  test "$$(id -u)" = 0 && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } || \
	  { echo "The browser tests need Chromium: apt-get install chromium" >&2; exit 1; }

bench: $(VENV)/.dev ## speed beside a minimal application, ratios in the same run
	$(BIN)/python benchmarks/http.py

screenshots: $(VENV)/.dev chromium ## the pictures of the README, from the sample round
	$(BIN)/python tools/screenshots.py

lock: ## pin every dependency with hashes; needs uv
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' pyproject.toml --extra postgres --extra redis --extra semantic --group dev \
	  -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' pyproject.toml --extra semantic -c requirements/dev.txt \
	  -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' pyproject.toml --extra postgres --extra redis \
	  --extra semantic -c requirements/dev.txt -o requirements/production.txt

help:
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

.PHONY: run test lint chromium bench screenshots lock help
