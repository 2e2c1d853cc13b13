# Two commands for a new machine with Python 3.11+: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
unexport PYTHONDONTWRITEBYTECODE
DATE   ?= 2026-01-23

.PHONY: demo test lint types tests bench quality judges accept reference screenshots lock sbom clean

PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/core: requirements.txt pyproject.toml  ## what a newsroom needs, nothing else
	$(PYTHON) -c 'import sys; sys.exit("digest needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-deps -e .
	$(BIN)/python -m compileall -q digest
	touch $@

$(VENV)/ready: requirements.lock $(VENV)/core  ## and what the tests need
	$(PIP) --require-hashes -r requirements.lock
	touch $@

demo: $(VENV)/core  ## build the sample newsroom's daily issue
	$(BIN)/digest build --daily --date $(DATE)
	@echo
	@echo "Open outbox/daily/$(DATE)/index.html in a browser; index.txt, message.eml and manifest.json lie beside it."
	@echo "Why is a story or an ad in, or not?   $(BIN)/digest explain daily $(DATE)"

test: $(VENV)/ready lint  ## everything that must hold; the types are looked at while tests wait
	$(MAKE) --no-print-directory --jobs=2 types tests

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

tests: $(VENV)/ready
	$(BIN)/python -m pytest -n auto --dist worksteal

types: $(VENV)/ready
	$(BIN)/mypy

accept: $(VENV)/ready  ## take the golden issues as they are built now; read the diff before you commit it
	$(BIN)/python -m pytest tests/test_golden.py --accept

reference: $(VENV)/ready  ## write the tables of docs/reference.md anew, from the fields of digest/model
	$(BIN)/python scripts/reference.py

bench: $(VENV)/ready  ## ratios, measured side by side; the rival solvers and mjml are fetched for it
	$(PIP) ortools
	command -v npm >/dev/null && npm install --silent --no-package-lock --prefix bench mjml || true
	$(BIN)/python -m bench

quality: $(VENV)/ready  ## ranking and events against real data (DIGEST_DATA names its folder)
	$(BIN)/python -m bench quality embedding

judges: $(VENV)/ready  ## real judges of e-mail; needs node, java, chromium, spamassassin
	$(BIN)/python -m tests.judges

screenshots: $(VENV)/ready  ## the README's pictures; needs chromium
	$(PIP) playwright pillow
	$(BIN)/python scripts/screenshots.py

lock:  ## resolve the dependencies anew, for every platform, with hashes
	$(PIP) uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --group dev --all-extras -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  -c requirements.lock -o requirements.txt pyproject.toml

sbom: $(VENV)/core  ## a software bill of materials (CycloneDX) of what a newsroom installs
	$(PIP) cyclonedx-bom
	$(BIN)/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o - requirements.txt \
	  | $(BIN)/python -m scripts.sbom > sbom.json

clean:
	rm -rf $(VENV) outbox var
