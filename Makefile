# The two commands that matter: `make demo` and `make test`. Each sets up .venv by itself.
PYTHON ?= python3
PORT ?= 8484
BIN := .venv/bin
DEMO := .venv/.demo
READY := .venv/.ready

# Each of the many processes that tests start would compile all modules anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test test-odoo check bench lock golden

demo: $(DEMO)
	$(BIN)/python -m playground --port $(PORT)

test: $(READY)
	$(BIN)/pytest

# Over a real Odoo 19, which the environment names: see docs/testing.md.
test-odoo: $(READY)
	$(BIN)/pytest -n 0 tests/crm/real_odoo.py

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	export HANDOFF_DATA_DIR=$$(mktemp -d); $(BIN)/handoff db upgrade && $(BIN)/handoff db check; \
		code=$$?; rm -rf "$$HANDOFF_DATA_DIR"; exit $$code

bench: $(READY)
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

# Writes the golden files anew, without what is no longer drawn; read the difference.
golden: $(READY)
	rm -f tests/golden/*.txt
	$(BIN)/pytest --golden -q

# Resolves the newest releases anew, with hashes and without addresses.
LOCK = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" --upgrade pyproject.toml
lock: $(READY)
	$(LOCK) -o requirements.txt
	$(LOCK) --group demo -o requirements-demo.txt
	$(LOCK) --group dev -o requirements-dev.txt

PIP = $(BIN)/python -m pip install -q --disable-pip-version-check --no-compile
define install
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r $<
	$(PIP) --no-build-isolation --no-deps -e .
	touch $(DEMO)
endef

$(DEMO): requirements-demo.txt pyproject.toml
	$(install)

$(READY): requirements-dev.txt pyproject.toml
	$(install)
	-$(BIN)/pytest --collect-only -qq -n 0 >/dev/null  # compiles once what each process would
	touch $@
