# Two commands do all the set-up on a machine with Python 3.11 or later:
#   make demo    install, print the answer for Ascend 910B and 910C, draw the figure
#   make test    install what the tests need and run them
# make test-spark runs the tests of Spark, where Java is there.
# PYTHON=python3.12 make demo chooses the interpreter. Everything goes into .venv; nothing else on the machine is touched.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export SOURCE_DATE_EPOCH ?= 1763769600

.PHONY: demo test test-spark agree bench lint notebooks proofs clean
.DELETE_ON_ERROR:

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "policygraph needs Python 3.11 or later; set one with: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.%-installed: pyproject.toml | $(BIN)/python
	@echo "Installing what 'make $*' needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[$*]'
	@touch $@

demo: $(VENV)/.demo-installed
	@$(BIN)/policygraph touches ascend-910b --origin US --as-of 2025-05-13
	@echo
	@$(BIN)/policygraph touches ascend-910c --origin US --as-of 2025-05-13
	@echo
	@$(BIN)/policygraph check ear-fdp-footnote-1 --item ascend-910c --end-user huawei --case knowledge=yes --as-of 2025-05-13
	@echo
	@mkdir -p demo
	@$(BIN)/policygraph figure touches ascend-910b --origin US --as-of 2025-05-13 -o demo/ascend-910b.svg
	@$(BIN)/policygraph figure touches ascend-910c --origin US --as-of 2025-05-13 -o demo/ascend-910c.svg

test: $(VENV)/.test-installed
	$(BIN)/python -m pytest -n 2 -q

# The three readers of the law on 100,000 random cases and on the shipped data; minutes on two idle processors.
agree: $(VENV)/.test-installed
	$(BIN)/python -m tests.datalog

# Shipments on Spark beside DuckDB; needs Java 17 or later.
test-spark: $(VENV)/.test-installed $(VENV)/.spark-installed
	$(BIN)/python -m pytest -q -m spark tests/test_spark.py

bench: $(VENV)/.bench-installed
	@for bench in tests/benchmarks/bench_*.py; do echo; echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

lint: $(VENV)/.lint-installed
	$(BIN)/ruff check
	$(BIN)/mypy

# Run the notebooks, or print the proofs, and store what they show; then read the difference.
notebooks: $(VENV)/.test-installed
	POLICYGRAPH_REWRITE_NOTEBOOKS=1 $(BIN)/python -m pytest -q tests/test_notebooks.py
proofs: $(VENV)/.test-installed
	POLICYGRAPH_REWRITE_PROOFS=1 $(BIN)/python -m pytest -q tests/test_explain.py

clean:
	rm -rf $(VENV) demo build dist *.egg-info
