# Nothing here that a reader could not type.  `make run` needs Python 3.11, pip and make; all else goes into .venv.

PYTHON ?= python3
PORT ?= 8765
# One more than there are processors: a test often waits for a process that it started.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.DEFAULT_GOAL := help
.PHONY: help run desk practice test check bench deep rules scoreboard docs tour deps clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

run:  ## the site, the API and the real registry on 127.0.0.1:8765 (PORT=... changes it)
	@$(PYTHON) tools/bootstrap.py run
	@exec .venv/bin/portbook serve --bind 127.0.0.1:$(PORT)

desk:  ## the site with its desk: people apply there, and the register of this place is kept
	@$(PYTHON) tools/bootstrap.py run
	@exec .venv/bin/portbook serve --desk --bind 127.0.0.1:$(PORT)

practice:  ## a desk to try on 127.0.0.1:8765: invented people, a register that is thrown away
	@$(PYTHON) tools/bootstrap.py run
	@exec .venv/bin/portbook practice --bind 127.0.0.1:$(PORT)

test:  ## all tests but the long ones; what could not be run is named at the end (ARGS="-k name")
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/python tools/system_parts.py
	@exec .venv/bin/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check:  ## style, types, and which module may import which
	@$(PYTHON) tools/bootstrap.py test
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	@find src -name '*.py' -exec wc -l {} + | awk '$$1 > 400 && $$2 != "total" { print "long module, is it two? " $$2 ": " $$1 " lines" }'

bench:  ## the benchmarks, as ratios to a baseline in the same run (ARGS=name chooses)
	@$(PYTHON) tools/bootstrap.py test
	@exec .venv/bin/python tools/run_benchmarks.py $(ARGS)

deep:  ## the long counts and the fuzzing: minutes to hours
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/python tools/system_parts.py
	@HYPOTHESIS_PROFILE=deep exec .venv/bin/python -m pytest -n $(WORKERS) -m deep $(ARGS)

rules:  ## each rule of the registry: where it lives, which vectors test it
	@$(PYTHON) tools/rules_table.py

scoreboard:  ## docs/scoreboard.md: the services files of packages, judged (ARGS="--folder DIR" keeps them)
	@$(PYTHON) tools/bootstrap.py run
	@exec .venv/bin/python tools/scoreboard.py $(ARGS)

docs:  ## the documents as pages in docs/_build
	@$(PYTHON) tools/bootstrap.py docs
	@exec .venv/bin/python -m sphinx -q -b html docs docs/_build

tour:  ## pictures of every kind of page in docs/_build/tour (ARGS=--docs remakes those of docs/tour.md)
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/python tools/system_parts.py
	@exec .venv/bin/python tools/tour.py $(ARGS)

deps:  ## lock the requirements again (ARGS=--upgrade for newer versions)
	@$(PYTHON) tools/bootstrap.py run
	@for name in uv run test docs; do \
	  UV_SYSTEM_CERTS=1 .venv/.tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make deps" $(ARGS) \
	    requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done
	@! grep -n '://' requirements/*.txt

clean:  ## forget .venv and everything that was built
	rm -rf .venv .venv.lock dist docs/_build src/portbook/data/lookup.table
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
