# The same commands serve people, the README and CI. Needs Python 3.11+, Go and make; everything else is set up here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
STACK ?= dev
BASE ?= origin/main
COMMENT ?= comment.md
# tests wait for servers about as long as they compute
WORKERS ?= $(shell $(PYTHON) -c "import os; print(min(4, os.cpu_count() + 1))")
POLICY = --policy-pack policy --policy-pack-config $(firstword $(wildcard policy/levels/$(STACK).json) policy/levels/prod.json)

.DEFAULT_GOAL := help
.PHONY: help setup tools up audit deploy preview drift tour down test coverage soak check lint format types schema checks-doc constraints golden help-text api-docs wheel bootstrap-roles api-resources bench

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

$(VENV)/.ready: requirements.txt constraints.txt pyproject.toml
	@echo "setting up $(VENV) (about a minute the first time)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/.ready ## Make the virtual environment

tools: setup ## Build the engine, the API server and the rest, where they aren't there yet
	$(BIN)/python -m sandbox tools

up: setup ## Start the sandbox and deploy the stacks `people` and `dev` into it
	$(BIN)/python -m sandbox up
	$(BIN)/python -m sandbox deploy people $(STACK) $(DROP:%=--drop %)

audit: setup ## Compare a stack with its cluster and account: STACK=prod; reads only
	$(BIN)/eks-access audit --live --stack $(STACK)

preview: setup ## What STACK's pull request shows: COMMENT=file, against BASE (default origin/main)
	tools/preview.sh $(STACK) $(BASE) $(COMMENT)

drift: setup ## Is STACK still what was deployed? Audits it and previews with a refresh, both in any case; reads only
	@failed=0; set -x; \
	$(BIN)/eks-access audit --live --stack $(STACK) || failed=1; \
	pulumi preview --refresh --expect-no-changes --suppress-outputs --non-interactive --stack $(STACK) || failed=1; \
	{ set +x; } 2>/dev/null; exit $$failed

deploy: setup ## Update STACK in its account, unless something of others would be lost: DROP="arn:… …" names what may
	$(BIN)/eks-access check $(STACK)
	pulumi stack select --create $(STACK)
	deployed=$$(pulumi stack export --stack $(STACK)) && printf '%s' "$$deployed" \
	  | $(BIN)/eks-access audit --live --stack $(STACK) --before-up --deployed - $(DROP:%=--drop %)
	pulumi preview --refresh --non-interactive --stack $(STACK) $(POLICY)
	pulumi up --refresh --yes --skip-preview --non-interactive --stack $(STACK) $(POLICY)
	$(BIN)/eks-access audit --live --stack $(STACK)

tour: tools ## Play the walls of a new developer's first day in the terminal: before, error, fix, after
	$(BIN)/python -m sandbox tour

down: setup ## Remove the sandbox and everything in it
	$(BIN)/python -m sandbox down

test: tools ## Run everything: lint, types, tests on the real engine and the real API server
	$(MAKE) lint types
	$(BIN)/python -m pytest -n $(WORKERS) --dist=loadscope

coverage: setup ## How much of the package the tests without an engine run
	$(BIN)/python -m pytest -n $(WORKERS) --dist=loadscope --cov --cov-report=term:skip-covered \
	  tests/unit tests/golden tests/contract tests/components

soak: tools ## The long runs: many more generated cases than `make test`
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -n $(WORKERS) --dist=loadscope

bench: tools ## Measure against the references side by side, and print one table
	$(BIN)/python -m bench

check: lint types ## Lint, type-check, and judge the declarations of all stacks
	$(BIN)/eks-access check --all

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=. $(BIN)/python tools/lint_workflows.py

types: setup
	$(BIN)/mypy

format: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: setup ## Write the JSON Schema of declarations, and the package schema of the components
	$(BIN)/python -m eks_access.declaration.schema > stacks/access/declaration.schema.json
	$(BIN)/pulumi-resource-eks-access --schema > components/schema.json

checks-doc: setup ## Write docs/checks.md, from the catalogue and its examples
	$(BIN)/python tools/checks_page.py

help-text: setup ## Write what `eks-access --help` prints
	COLUMNS=80 $(BIN)/python -c "import sys; sys.argv = ['eks-access', '--help']; from eks_access.cli.app import run; run()" \
	  > components/eks_access/cli/help.txt

golden: setup ## Rewrite the golden files; read the diff before you commit it
	$(BIN)/python -m pytest tests/golden tests/contract --snapshot-update

api-docs: setup ## Write docs/api.md from the docstrings
	$(BIN)/python tools/api_docs.py

wheel: setup ## Build the package: dist/*.whl and dist/*.tar.gz, the wheel from the sdist
	$(BIN)/python -m build --no-isolation --outdir dist .

bootstrap-roles: setup ## Write the roles that API servers create anew, from Kubernetes' own tests
	$(BIN)/python tools/bootstrap_roles.py

constraints: setup ## Write constraints.txt anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --all-extras pyproject.toml \
	  | { echo "# The versions that were tested together; written by \`make constraints\`."; cat; } > constraints.txt.new
	mv constraints.txt.new constraints.txt

api-resources: setup ## Write what resources are called anew, from Kubernetes' own discovery documents
	$(BIN)/python tools/api_resources.py
