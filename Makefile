# Two commands set everything up: `make run` and `make test`.
VENV := .venv
RUN := $(VENV)/bin/python
# The newest Python of at least 3.11 on this machine.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
PO := workbench/messages/ja/LC_MESSAGES/workbench

.PHONY: run test check release-test bench messages screens system

run: $(VENV)/.installed
	$(VENV)/bin/workbench

test: $(VENV)/.installed
	$(RUN) -m pytest

check: $(VENV)/.installed
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

# What: one benchmark, for example `make bench WHAT=ui`.
bench: $(VENV)/.installed
	$(RUN) -m bench.$(WHAT)

release-test: $(VENV)/.installed
	$(RUN) -m pytest -m release -o addopts="--strict-markers --strict-config -q --tb=short"

# The pictures of every screen, for looking at (docs/screens).
screens: $(VENV)/.installed
	$(RUN) -m pytest -m "release or not release" tests/ui/test_screens.py

system:
	sh system-packages.sh

$(VENV)/.installed: requirements-dev.lock pyproject.toml system-packages.sh
	sh system-packages.sh
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install -q --require-hashes -r requirements-dev.lock
	$(RUN) -m pip install -q --no-deps -e .
	touch $@

# After a text changed: collect, merge, translate what is new in workbench.po, run again.
messages: $(VENV)/.installed
	mkdir -p build
	$(VENV)/bin/pybabel -q extract -F babel.cfg -k M_ --no-default-keywords --no-location -o build/workbench.pot workbench
	$(VENV)/bin/pybabel -q update --no-fuzzy-matching --ignore-obsolete -l ja -i build/workbench.pot -o $(PO).po
	$(VENV)/bin/pybabel -q compile -l ja -i $(PO).po -o $(PO).mo
