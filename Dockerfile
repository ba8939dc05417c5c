# One target per service: `docker build --target contracts .`, or all of them by `docker compose build`.
# A build stage installs the service's own hash-pinned requirements beside its code; the image is a Python base plus that.
# The same inputs give the same layers: requirements are pinned, `.pyc` files hold a hash in the place of a time stamp,
# and files get a fixed time stamp.
ARG PYTHON_IMAGE=python:3.14-slim-trixie

FROM ${PYTHON_IMAGE} AS builder
ENV UV_SYSTEM_CERTS=true UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
WORKDIR /build
# No version: each base has its own, and nothing of it reaches an image.
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
COPY requirements/image.lock ./
RUN python -m venv /tools \
 && /tools/bin/pip install --quiet --no-cache-dir --no-deps --only-binary :all: --require-hashes -r image.lock
COPY deploy/image/install deploy/image/seal /tools/bin/
ENV PATH=/tools/bin:$PATH

FROM builder AS identity-build
COPY services/identity/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/api/src libs/chassis/src libs/events/src services/identity/src /opt/app/
RUN seal

FROM builder AS contracts-build
COPY services/contracts/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/api/src libs/chassis/src libs/events/src services/contracts/src /opt/app/
RUN seal

FROM builder AS incidents-build
COPY services/incidents/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/api/src libs/chassis/src libs/events/src services/incidents/src /opt/app/
RUN seal

FROM builder AS files-build
COPY services/files/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/api/src libs/chassis/src libs/events/src services/files/src /opt/app/
RUN seal

FROM builder AS notifications-build
COPY services/notifications/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/api/src libs/chassis/src libs/events/src services/notifications/src /opt/app/
RUN seal

FROM builder AS gateway-build
COPY gateway/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/api/src libs/events/src gateway/src /opt/app/
RUN seal

FROM builder AS portal-build
COPY portal/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/api/src libs/events/src portal/src /opt/app/
RUN seal

# Demonstration data for a platform that runs: a client of its API and nothing else.
FROM builder AS seed-build
COPY gateway/requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv install
COPY libs/web/src libs/events/src /opt/app/
COPY dev/src/demonstration /opt/app/demonstration
RUN seal


FROM ${PYTHON_IMAGE} AS runtime
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="SQP" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      fr.sqp.sbom="/opt/sbom.cdx.json"
# PYTHONSAFEPATH: what lies in the working directory is data, never a module.
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/opt/app PYTHONSAFEPATH=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /opt/app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-I", "-S", "/opt/app/web/probe.py", "http", "8000"]

FROM runtime AS identity
LABEL org.opencontainers.image.title="SQP identity"
COPY --from=identity-build /image /
ENTRYPOINT ["python", "-m", "identity"]
CMD ["api"]

FROM runtime AS contracts
LABEL org.opencontainers.image.title="SQP contracts"
COPY --from=contracts-build /image /
ENTRYPOINT ["python", "-m", "contracts"]
CMD ["api"]

FROM runtime AS incidents
LABEL org.opencontainers.image.title="SQP incidents"
COPY --from=incidents-build /image /
ENTRYPOINT ["python", "-m", "incidents"]
CMD ["api"]

FROM runtime AS files
LABEL org.opencontainers.image.title="SQP files"
COPY --from=files-build /image /
ENTRYPOINT ["python", "-m", "files"]
CMD ["api"]

FROM runtime AS notifications
LABEL org.opencontainers.image.title="SQP notifications"
COPY --from=notifications-build /image /
ENTRYPOINT ["python", "-m", "notifications"]
CMD ["api"]

FROM runtime AS seed
LABEL org.opencontainers.image.title="SQP demonstration data"
COPY --from=seed-build /image /
HEALTHCHECK NONE
ENTRYPOINT ["python", "-m", "demonstration.__main__"]

FROM runtime AS portal
LABEL org.opencontainers.image.title="SQP portal"
COPY --from=portal-build /image /
ENTRYPOINT ["python", "-m", "portal"]
CMD ["api"]

FROM runtime AS gateway
LABEL org.opencontainers.image.title="SQP gateway"
COPY --from=gateway-build /image /
ENTRYPOINT ["python", "-m", "gateway"]
CMD ["api"]
