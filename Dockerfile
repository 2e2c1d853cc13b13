# A small image that builds issues: a user without rights, a root that may be read-only, one volume to write.
#
#   docker build -t newsroom-digest .
#   docker run --rm --read-only -v ./newsroom:/newsroom newsroom-digest build --daily
#
# EXTRAS are the parts beside the core, at the versions of requirements.lock: --build-arg EXTRAS=postgres,locale,plan
FROM debian:bookworm-slim AS packages
ARG EXTRAS=postgres
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-pip binutils ca-certificates
COPY . /source
WORKDIR /source
RUN grep -oE '^[A-Za-z0-9._-]+==[^ ;]+' requirements.lock > pins.txt
RUN python3 -m pip install --quiet --no-cache-dir --no-compile --prefix=/usr --root=/install --require-hashes -r requirements.txt
RUN python3 -m pip install --quiet --no-cache-dir --no-compile --prefix=/usr --root=/install --ignore-installed -c pins.txt ".[${EXTRAS}]"
RUN find /install -name '*.so*' -exec strip --strip-unneeded {} +
# A morning's build compiles what a morning needs, and nothing else.
RUN cd /source && PYTHONPATH=/install/usr/local/lib/python3.11/dist-packages python3 -m digest build --daily --date 2026-01-23

FROM debian:bookworm-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=packages /install/usr/local /usr/local
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin digest && mkdir /newsroom && chown 10001 /newsroom
ENV PYTHONUNBUFFERED=1
USER 10001
WORKDIR /newsroom
VOLUME /newsroom
ENTRYPOINT ["digest"]
CMD ["--help"]
