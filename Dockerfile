# Two stages: the first builds a virtual environment from the lock file, the second holds nothing but it and Chokan.
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/chokan
COPY requirements.lock ./
RUN /opt/chokan/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY config ./config
COPY digests ./digests
RUN /opt/chokan/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
RUN useradd --no-create-home --uid 10001 --home-dir /data --shell /usr/sbin/nologin chokan \
    && install -d -o chokan -g chokan /data
COPY --from=build /opt/chokan /opt/chokan
COPY ops/health.py /opt/chokan/health.py
ENV PATH=/opt/chokan/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8470
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "/opt/chokan/health.py"]
ENTRYPOINT ["chokan"]
CMD ["run"]
