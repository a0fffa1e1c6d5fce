# One command per job; each sets up what it needs the first time and nothing again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOOK := $(VENV)/.look
READY := $(VENV)/.ready
OLDEST := .venv-oldest
BUILD := build
# uv installs in seconds what takes pip minutes; pip goes on where only its settings name the index.
PIP := $(BIN)/python -m pip install --disable-pip-version-check
WHOLE := .[dev,scale,genai,openai,assets]
INSTALL = $(PIP) uv && $(BIN)/uv pip install --python $(BIN)/python $(1) || $(PIP) $(1)

.DEFAULT_GOAL := help
.PHONY: help setup programs lab test demo bench docs lint lint-js test-unit test-faults test-processes test-notebooks test-browser test-blog test-oldest release clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

$(LOOK): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "paperkit needs Python 3.11 or newer; try make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || scripts/system-packages venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(call INSTALL,--editable .)
	@touch $@

$(READY): $(LOOK)
	$(call INSTALL,--editable '$(WHOLE)')
	@touch $@

PLAIN = tests $(foreach room,faults notebooks browser blog,--ignore tests/$(room))
UNIT = $(PLAIN) --ignore tests/processes

setup: $(READY)  ## make the environment in .venv/, with what the tests need

lab: $(LOOK)  ## open JupyterLab on the triage notebook, with the bundled sample
	$(BIN)/jupyter lab $$(test "$$(id -u)" != 0 || echo --allow-root) notebooks/01_triage.ipynb

PROGRAMS := chromium node hugo jekyll pandoc
test: lint test-unit test-faults test-processes test-notebooks test-browser test-blog  ## all tests

programs:  ## install what the tests need of Debian, where that can be done
	scripts/system-packages $(PROGRAMS)

lint: $(READY) lint-js  ## ruff and mypy; types, style and unit tests of the widgets' scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-js:
	scripts/system-packages node
	scripts/check-javascript

test-unit: $(READY)  ## the tests that stay in one process, without browser or node (under 2 minutes)
	$(BIN)/python -m pytest -n 2 -m "not process" $(UNIT)

test-faults: $(READY)  ## what servers do wrong, through the real SDKs, on loopback
	$(BIN)/python -m pytest -n 2 tests/faults

test-processes: $(READY)  ## executors, Dask's cluster, limits of the reading process
	$(BIN)/python -m pytest -n 2 -m process $(PLAIN)

test-notebooks: $(READY)  ## execute the notebooks as a user would
	$(BIN)/python -m pytest -n 2 tests/notebooks

test-browser: $(READY)  ## the widgets in real JupyterLab, in chromium
	scripts/system-packages chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

test-blog: $(READY)  ## the posts in real blog engines
	scripts/system-packages $(PROGRAMS)
	$(BIN)/python -m pytest -n 2 tests/blog

# Exactly the lower bounds of pyproject.toml, in an environment of their own.
$(OLDEST)/.ready: pyproject.toml
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || scripts/system-packages venv
	$(PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/python -m pip install --disable-pip-version-check uv
	$(OLDEST)/bin/uv pip install --python $(OLDEST)/bin/python --resolution lowest-direct --editable . \
		'pytest>=8.3' 'pytest-xdist>=3.6' 'hypothesis>=6.115'
	@touch $@

OLD_TESTS = tests/test_library.py tests/test_reading_bundled.py tests/test_sources.py \
	tests/test_trends.py tests/test_posts.py tests/test_posts_publication.py tests/test_triage.py \
	tests/test_review.py tests/test_windows.py

test-oldest: $(OLDEST)/.ready  ## the oldest versions that are declared: unit tests, a notebook
	$(OLDEST)/bin/python -m pytest -n 2 -m "not process" $(OLD_TESTS)
	$(OLDEST)/bin/python -m pytest tests/notebooks/test_notebooks.py -k "runs_alone and triage"

docs: $(READY)  ## build the pages into build/docs: tutorial, how-tos, reference; offline
	scripts/system-packages node
	@test node_modules/.package-lock.json -nt package-lock.json || npm ci --no-audit --no-fund --loglevel=error
	$(BIN)/python scripts/build_docs.py

demo: $(LOOK)  ## run the four notebooks headless; posts and charts under build/
	$(BIN)/python -m paperkit demo $(BUILD)/demo

bench: $(READY)  ## measure; PAPERKIT_BENCH names the folder of the benchmark data
	$(BIN)/python -m benchmarks

release:  ## check that a version is ready: make release VERSION=0.2.0
	scripts/check-release $(VERSION)

clean:  ## remove what was built
	rm -rf $(BUILD)
