PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -q --require-hashes -r requirements-dev.lock
	$(RUN) -m pip install -q --no-deps -e .
	touch $@

.PHONY: test check messages
test: $(VENV)/.installed
	$(RUN) -m pytest

check: $(VENV)/.installed
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

# After a text changed: collect, merge, translate what is new in workbench.po, run again.
PO := workbench/messages/ja/LC_MESSAGES/workbench
messages: $(VENV)/.installed
	$(VENV)/bin/pybabel -q extract -F babel.cfg -k M_ --no-default-keywords --no-location -o build/workbench.pot workbench
	$(VENV)/bin/pybabel -q update --no-fuzzy-matching --ignore-obsolete -l ja -i build/workbench.pot -o $(PO).po
	$(VENV)/bin/pybabel -q compile -l ja -i $(PO).po -o $(PO).mo
