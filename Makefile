# The whole study from a clone: `make reproduce`. Needs Python 3.11-3.13 and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: reproduce check test reference docs lab clean

reproduce: $(READY)
	$(BIN)/amur reproduce

# compare a rerun with the committed reference, within stated tolerances
check: $(READY)
	$(BIN)/python -m analysis.workflow.check

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

# after a change of results that is meant: look at the differences, then commit them
reference: $(READY)
	$(BIN)/python -m analysis.workflow.check --renew
	$(BIN)/python -m analysis.publish.readme
	$(BIN)/python -m analysis.publish.documents

# every public function from its docstring: build/reference/index.html, which opens offline
docs: $(READY)
	$(BIN)/python -m analysis.publish.api_reference

lab: $(READY)
	$(BIN)/jupyter lab notebooks

# every version pinned with its hash; built again whenever the lock changes
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(None if ok else 'Python 3.11, 3.12 or 3.13 is needed, not %d.%d; say make PYTHON=python3.12' % sys.version_info[:2])"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

# what can be rebuilt; your own files under data/user/ stay
clean:
	rm -rf $(VENV) build results data/processed
