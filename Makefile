# Every command makes its own virtual environment, and makes it anew when pyproject.toml changes.
#   make serve ARGS="--clock manual"   make test ARGS="-k journal"   make test PYTHON=python3.12
#   make serve EXTRAS=objects,tls      brings these extras of pyproject.toml

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
DOCKER ?= docker
IMAGE ?= mockrec
BIN := $(VENV)/bin
PACKAGE := $(VENV)/.package$(EXTRAS:%=-%)
INSTALLED := $(VENV)/.installed
MADE := $(VENV)/.made-by-mockrec

.DEFAULT_GOAL := test
.PHONY: serve test check docs bench coverage image image-check

## serve the emulated API on http://127.0.0.1:8080
serve: $(PACKAGE)
	$(BIN)/mockrec serve $(ARGS)

## everything that has to hold: what CI runs
test: check
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

## style, types and architecture
check: $(INSTALLED)
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

## the generated parts of docs/scenarios.md
docs: $(INSTALLED)
	$(BIN)/python tests/package/reference.py

## the promises of docs/design.md, measured
bench: $(INSTALLED)
	$(BIN)/python tests/bench/run.py $(ARGS)

## which lines and branches no test has seen; in domain/ and render/ there must be none
coverage: $(INSTALLED)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --cov $(ARGS)
	$(BIN)/python -m coverage report --include='mockrec/domain/*,mockrec/render/*' --fail-under=100

## the image of this checkout, in the docker engine that answers here
image:
	$(DOCKER) build --tag $(IMAGE) $(ARGS) .

## what a container of the image has to do; needs an engine, and takes half a minute
image-check: $(INSTALLED) image
	DOCKER=$(DOCKER) IMAGE=$(IMAGE) $(BIN)/python -m pytest tests/docker/test_image.py

# An environment without pip (uv makes such) is given one.
define install
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --default-pip
	$(BIN)/python -m pip install --quiet --editable '.$(1)'
endef

# The package alone, a tenth of what its developers need.
$(PACKAGE): pyproject.toml $(BIN)/python
	$(call install,$(EXTRAS:%=[%]))
	touch $@

$(INSTALLED): pyproject.toml $(BIN)/python
	$(call install,[dev])
	touch $@ $(PACKAGE)

# One whose Python is gone is made anew, if it was made here: nobody else's folder is ever cleared.
$(BIN)/python:
	@test -e $(MADE) || test -z "$$(ls -A $(VENV) 2>/dev/null)" || \
		{ echo "$(VENV) has no Python, and was not made here: remove it, or choose VENV=FOLDER" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	touch $(MADE)
