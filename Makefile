PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -q --require-hashes -r requirements-dev.lock
	$(RUN) -m pip install -q --no-deps -e .
	touch $@

.PHONY: test check
test: $(VENV)/.installed
	$(RUN) -m pytest

check: $(VENV)/.installed
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
