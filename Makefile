# Every target prepares what it needs in .host/ by itself and reuses it the next time.
PYTHON ?= python3
HOST = $(PYTHON) -m tests.host

.DEFAULT_GOAL := help
.PHONY: help run test some dates e2e bench host-tests lint format clean screenshots translations

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start Odoo with the three addons, demo data and the sandbox on http://localhost:8069
	@$(HOST) run

test: ## all that CI checks: lint, each addon alone, together, beside other apps, sandbox, end to end
	@$(HOST) test

some: ## chosen tests: make some TESTS=supplier_credit/tests/orders PYTEST="-k gate -x"
	@$(HOST) some $(TESTS) -- $(PYTEST)

dates: ## the suite on the last and first day of a year, leap days, carnival, a month's last evening …
	@$(HOST) dates

e2e: ## everything end to end, with the long tests of faults, crashes and load
	@$(HOST) e2e

bench: ## measure against the host and a bare client; writes docs/benchmarks.md
	@$(HOST) bench

host-tests: ## the host's own tests without and with our addons, compared
	@$(HOST) host-tests

lint: ## ruff, pylint-odoo, XML, translations, manifests and licences
	@$(HOST) lint

format: ## bring Python and XML into the project's form
	@$(HOST) format

translations: ## bring translation templates and pt_BR.po up to date with the source
	@$(HOST) translations

screenshots: ## click the main path in a browser and renew the pictures in docs/images
	@$(HOST) screenshots

clean: ## remove everything that was built (.host/)
	@$(HOST) clean
