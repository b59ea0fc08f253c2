# mockrec as an image. docs/docker.md says how to run it, what it weighs and what it is made of.

# --- what has to be installed ------------------------------------------------------------------
# Two plain lists: the layers that install them stay as they are until a dependency changes,
# whatever else pyproject.toml is edited for.
FROM python:3.11-slim-bookworm AS requirements
WORKDIR /src
COPY pyproject.toml ./
RUN python -c "import pathlib, tomllib; \
    pyproject = tomllib.loads(pathlib.Path('pyproject.toml').read_text()); \
    project, extras = pyproject['project'], pyproject['project']['optional-dependencies']; \
    needed = project['dependencies'] + extras['objects'] + extras['tls']; \
    pathlib.Path('build.txt').write_text('\n'.join(pyproject['build-system']['requires'])); \
    pathlib.Path('run.txt').write_text('\n'.join(needed))"

# --- the dependencies --------------------------------------------------------------------------
FROM python:3.11-slim-bookworm AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# The distribution keeps one version only, so there is none to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends binutils \
    && rm -rf /var/lib/apt/lists/*
COPY --from=requirements /src/build.txt /src/run.txt ./
RUN pip install -r build.txt
# What nobody runs is left out: tests, the symbols of compiled modules, names in other languages.
# Bytecode is not compared with its source again: the fastest start, and the same in every build.
RUN python -m venv --without-pip /opt/mockrec \
    && pip --python /opt/mockrec/bin/python install --no-compile --only-binary :all: -r run.txt \
    && find /opt/mockrec -type d -name tests -prune -exec rm -r {} + \
    && find /opt/mockrec/lib/python3.11/site-packages/faker/providers \
        -mindepth 2 -type d ! -name 'en*' -prune -exec rm -r {} + \
    && find /opt/mockrec/lib -name '*.so*' -exec strip --strip-unneeded {} + \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/mockrec

# --- mockrec itself ----------------------------------------------------------------------------
FROM dependencies AS application
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY scenarios scenarios
COPY mockrec mockrec
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
    && pip --python /opt/mockrec/bin/python install \
        --no-compile --no-deps --no-index --prefix /application /wheel/*.whl \
    && python -m compileall -q --invalidation-mode unchecked-hash \
        -s /application -p /opt/mockrec /application

# --- the image ---------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /mockrec --shell /usr/sbin/nologin mockrec \
    && install --directory --mode 1777 /data /authority
COPY --from=dependencies /opt/mockrec /opt/mockrec
COPY --from=application /application /opt/mockrec
# The base comes without the standard library's bytecode. What mockrec imports gets some here, or
# every start and every health check would compile it again.
RUN /opt/mockrec/bin/python -c "import faker, jsonschema, urllib.request, yaml; \
    import mockrec.cli, mockrec.server, mockrec.storage.object"

ENV PATH=/opt/mockrec/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MOCKREC_HOST=0.0.0.0 \
    MOCKREC_PORT=8080 \
    MOCKREC_DATA=/data \
    MOCKREC_CA_DIR=/authority
WORKDIR /mockrec
VOLUME /data /authority
EXPOSE 8080 8443 8888
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 CMD ["mockrec", "health"]
ENTRYPOINT ["mockrec"]
CMD ["serve"]
LABEL org.opencontainers.image.title="mockrec" \
    org.opencontainers.image.description="A local stand-in for the Agora Cloud Recording RESTful API." \
    org.opencontainers.image.version="0.1.0" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.base.name="docker.io/library/python:3.11-slim-bookworm"
