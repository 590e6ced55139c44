VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin
INSTALLED = $(VENV)/.installed
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: setup demo test soak check format lock clean bench bench-peers

setup: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=...")'
	@echo "Installing into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# DEMO_EXIT=1 ends after the tables; DEMO_PORT chooses the port.
demo: setup
	@$(BIN)/counterfoil demo

test: setup
	$(BIN)/python -m pytest -n auto --dist loadfile

# Longer sweeps of the property tests, and of the published API on both engines.
soak: setup
	COUNTERFOIL_SOAK=1 $(BIN)/python -m pytest tests/property tests/conformance/own/test_published.py \
		tests/services/test_sync_faults.py tests/e2e/test_sync_kill.py

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

# QUICK=1 ends within five minutes; BENCH_SIZE=10m grows the book to ten million invoices; BENCH_ONLY names scenarios.
bench: setup
	@$(BIN)/python -W 'ignore:XDG_RUNTIME_DIR is not set' -m bench $(if $(QUICK),--quick) $(if $(BENCH_SIZE),--size $(BENCH_SIZE)) $(BENCH_ONLY)

# Beside another system: installs Tryton into an environment of its own, once.
bench-peers: setup
	@$(BIN)/python -W 'ignore:XDG_RUNTIME_DIR is not set' -m bench.peers $(if $(QUICK),--quick)

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:
	rm -rf .venv .venv-peers build dist demo .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
