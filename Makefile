# Everything a fresh machine needs: Python 3.11 or newer with pip, make and git. `make help` lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

HOST ?= 127.0.0.1
PORT ?= 8080
JOBS ?= 2
MINUTES ?= 10
ARGS ?=
export STOCKROOM_DATA_DIR ?= $(CURDIR)/var

# Node trusts only its own list of authorities; where a network has its own, the system knows it.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
SERVE := --host $(HOST) --port $(PORT) $(if $(WORKERS),--workers $(WORKERS)) --demo-if-empty

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard src/stockroom/locale/*/LC_MESSAGES/stockroom.po))
ifneq ($(wildcard package.json),)
STATIC := src/stockroom/static/manifest.json
ASSETS := $(shell find assets -type f)
endif
READY := .venv/.project $(STATIC) $(CATALOGUES)

.PHONY: help install run test check style types imports templates holes sbom attack guards format messages schema lock bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(READY) .venv/.dev ## Prepare everything that run, test and check need

run: $(READY) ## Serve http://127.0.0.1:8080 (HOST, PORT, WORKERS); an empty database gets the demo hospital
	@echo "→ Serving http://$(HOST):$(PORT), data in $(STOCKROOM_DATA_DIR)"
	@exec $(BIN)/stockroom serve $(SERVE)

test: $(READY) .venv/.dev .venv-semgrep/.stamp ## Run every test (JOBS=2; ARGS='-k words' narrows)
	@browser=$$(scripts/find-browser) && echo "→ Running the tests, browser $$browser" \
		&& CHROMIUM="$$browser" exec $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

check: style types imports templates holes ## Run every static check

style: .venv/.dev ## Check style and format (ruff)
	@echo "→ Style"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: .venv/.dev ## Check types (basedpyright, strict)
	@echo "→ Types"
	@$(BIN)/basedpyright

imports: .venv/.dev ## Check who imports whom (import-linter)
	@echo "→ Imports"
	@$(BIN)/lint-imports --no-logo

templates: .venv/.dev ## Check the page templates (djlint)
	@echo "→ Templates"
	@$(BIN)/djlint src --lint --quiet --allow-empty-input

holes: .venv/.dev .venv-semgrep/.stamp ## Look for holes in the code (bandit; semgrep with scripts/rules)
	@echo "→ Holes"
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src
	@scripts/semgrep src scripts

sbom: .venv/.dev ## Write build/sbom.json: every locked package, Python and npm (CycloneDX)
	@$(BIN)/python scripts/sbom.py build/sbom.json

attack: $(READY) .venv-attack/.stamp ## Attack a server with demo data: wapiti, sqlmap, schemathesis (MINUTES=10)
	@exec $(BIN)/python -m scripts.attack --minutes $(MINUTES) $(ARGS)

guards: $(READY) .venv/.dev ## Take out each guard and see its test fail; writes docs/security/guards.md (JOBS=2; half an hour and more)
	@exec $(BIN)/python -m scripts.guards --jobs $(JOBS) $(ARGS)

format: .venv/.dev ## Format the Python code and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

messages: .venv/.dev ## Collect the words on screen into the Polish catalogue and list what is untranslated
	@$(BIN)/python scripts/messages.py

schema: .venv/.dev ## Write docs/schema.sql from the migrations
	@$(BIN)/python scripts/schema.py

lock: .venv/.dev ## Pin every dependency with hashes in requirements/
	@scripts/lock

bench: $(READY) .venv/.dev ## Measure speed
	@exec $(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove what was built; the data directory stays
	rm -rf .venv .venv-semgrep .venv-attack node_modules src/stockroom/static build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	rm -f $(CATALOGUES)

.venv/bin/python:
	@scripts/make-venv .venv

.venv/.runtime: requirements/runtime.txt requirements/build.txt | .venv/bin/python
	@echo "→ Installing what Stockroom stands on"
	@$(PIP) -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

.venv/.project: pyproject.toml .venv/.runtime
	@echo "→ Installing Stockroom itself, editable"
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.project
	@echo "→ Installing the tools for tests and checks"
	@$(PIP) -r requirements/dev.txt
	@touch $@

.venv-semgrep/.stamp .venv-attack/.stamp: .venv-%/.stamp: requirements/%.txt
	@scripts/make-venv .venv-$*
	@echo "→ Installing $*"
	@.venv-$*/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@touch $@

node_modules/.stamp: package.json package-lock.json | .venv/.runtime
	@PATH="$$(scripts/find-node):$$PATH" && echo "→ Installing front-end packages with Node $$(node --version)" \
		&& npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(STATIC): node_modules/.stamp $(ASSETS)
	@PATH="$$(scripts/find-node):$$PATH" && echo "→ Building the front end" && npm run --silent build
	@touch $@

%.mo: %.po | .venv/.runtime
	@echo "→ Compiling translations $<"
	@$(BIN)/pybabel --quiet compile -i $< -o $@
