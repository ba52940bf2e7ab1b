# Needs only make and Python 3.11 or later with venv and pip.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# Tests wait on servers more than they compute: three at once on two cores.
JOBS   ?= 3

.PHONY: demo test check format lock locale clean help

help: ## what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/'

demo: $(STAMP) ## the main job on two simulated providers, time running fast (ARGS="--for 60s")
	$(BIN)/vigie demo $(ARGS)

test: $(STAMP) ## the tests (ARGS="-k clock"; JOBS=1 for one after another)
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

check: $(STAMP) ## lint, format, types, import rules, translations, what is generated
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m monitor.locale.catalogue check
	$(BIN)/python -m monitor.metrics.documentation check
	$(BIN)/python -m dashboards.generate check

format: $(STAMP) ## rewrite the code in its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

locale: $(STAMP) ## bring the catalogues up to date with the code and compile them
	$(BIN)/python -m monitor.locale.catalogue update

lock: ## pin every dependency with its hashes, naming no registry (needs uv)
	uv lock
	uv export --quiet --no-emit-project --no-header --no-annotate --extra dev \
	  --format requirements-txt --output-file requirements.lock

clean: ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist

# One stamp, so that both targets set up once and again whenever the lock changes.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Vigie needs Python 3.11 or later; try make PYTHON=python3.12" >&2; exit 2; }
	@echo "Setting up $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
