# Each target prepares what it needs (tools/bootstrap) and is the only command to type.
PYTHON := .venv/bin/python
READY := .venv/.ready
# Each process of the plugin and of a simulator would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): uv.lock pyproject.toml tools/bootstrap
	@sh tools/bootstrap
	@touch $@

.PHONY: demo
demo: $(READY) ## the playground: a small workspace in your browser, with the plugin behind it
	@$(PYTHON) -m simulators.playground $(ARGS)

.PHONY: demo-terminal
demo-terminal: $(READY) ## the main job on the simulators, in this terminal
	@$(PYTHON) -m simulators.demo

.PHONY: test
test: $(READY) ## all tests but the long ones; ARGS="tests/provider -k token" narrows them
	@sh tools/debian redis-server:redis-server chromium:chromium chromedriver:chromium-driver || true
	@$(PYTHON) -m tools.side_by_side $(ARGS)

.PHONY: test-quick
test-quick: $(READY) ## the tests of the modules, without any process
	@$(PYTHON) -m tools.side_by_side --quick

.PHONY: soak
soak: $(READY) ## the long tests: 20 minutes of steady work, random kills, crowds; over an hour
	@$(PYTHON) -m pytest -m soak $(ARGS)

.PHONY: format
format: $(READY) ## ruff formats the code, and the architecture page lists all files
	@.venv/bin/ruff check --fix-only -q .
	@.venv/bin/ruff format .
	@$(PYTHON) -m tools.file_index

.PHONY: lint
lint: $(READY) ## ruff, mypy, and the dependencies against known vulnerabilities
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy .
	@$(PYTHON) -m tools.audit

.PHONY: package
package: $(READY) ## dist/slack-bridge-<version>.difypkg, to upload in Dify
	@$(PYTHON) -m tools.package

.PHONY: key
key: $(READY) ## a pair of keys to sign packages with: KEY=<name>
	@test -n "$(KEY)" || { echo "Say what to call it: make key KEY=our-company" >&2; exit 1; }
	@$(PYTHON) -m tools.signing --new "$(KEY)"

.PHONY: sign
sign: $(READY) ## dist/slack-bridge-<version>.signed.difypkg: KEY=<name>.private.pem
	@test -n "$(KEY)" || { echo "Say with what: make sign KEY=our-company.private.pem" >&2; exit 1; }
	@$(PYTHON) -m tools.package
	@$(PYTHON) -m tools.signing "$(KEY)"

.PHONY: remote
remote: $(READY) ## run against a real Dify's debug port, as .env says
	@test -f .env || { echo "Copy .env.example to .env and fill in the three lines from Dify: Plugins, the bug icon." >&2; exit 1; }
	@set -a && . ./.env && set +a && $(PYTHON) -m main

.PHONY: test-daemon
test-daemon: export BRIDGE_DAEMON = real
test-daemon: $(READY) ## the conversations with a real daemon: DAEMON=<dify-plugin-daemon> CLI=<dify>; what fails is asked again
	@export DAEMON="$(DAEMON)" CLI="$(CLI)"; $(PYTHON) -m pytest tests/daemon tests/conversations $(ARGS) || \
		$(PYTHON) -m pytest tests/daemon tests/conversations --last-failed $(ARGS)

.PHONY: bench
bench: $(READY) ## measure against floors and other ways: benchmarks/results/ and the README's figures; ARGS=--quick tries it
	@$(PYTHON) -m benchmarks.table $(ARGS)

.PHONY: pictures
pictures: $(READY) ## draw the README's threads anew, from what the simulated Slack holds
	@$(PYTHON) -m tools.pictures
	@sh tools/debian chromium:chromium chromedriver:chromium-driver || true
	@$(PYTHON) -m tools.pictures.playground
