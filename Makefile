# The whole study from a clone: `make reproduce`. Needs Python 3.11-3.13 and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# a file of tests stays in one process and shares what it has made; tests/conftest.py says how many processes
PYTEST := $(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

.PHONY: reproduce check test test-fast lint reference docs lab clean

reproduce: $(READY)
	$(BIN)/amur reproduce

# compare a rerun with the committed reference, within stated tolerances
check: $(READY)
	$(BIN)/python -m analysis.workflow.check

# the whole truth; what reads results/ needs those of the data and the code at hand
test: lint
	$(BIN)/python -m analysis.workflow.check --current || $(BIN)/amur reproduce --quiet
	$(PYTEST)

# for daily work: without what starts kernels, batches, a browser, R or LaTeX
test-fast: lint
	$(PYTEST) -m "not slow"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# after a change of results that is meant: look at the differences, then commit them
reference: $(READY)
	$(BIN)/python -m analysis.workflow.check --renew
	$(BIN)/python -m analysis.publish.readme
	$(BIN)/python -m analysis.publish.documents

# every public function from its docstring: build/reference/index.html, which opens offline
docs: $(READY)
	$(BIN)/pdoc --docformat numpy --no-show-source --output-directory build/reference analysis

lab: $(READY)
	$(BIN)/jupyter lab notebooks

# every version pinned with its hash; built again whenever the lock changes
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(None if ok else 'Python 3.11, 3.12 or 3.13 is needed, not %d.%d; say make PYTHON=python3.12' % sys.version_info[:2])"
	$(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the packages of requirements.lock into $(VENV), one to four minutes"
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

# what can be rebuilt; your own files under data/user/ stay
clean:
	rm -rf $(VENV) build results data/processed/*.csv data/processed/*.json
