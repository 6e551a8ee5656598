#!/usr/bin/env bash
# What the bundled model and detector do, in process and over HTTP: rows for docs/LOG.md. Starts and ends a service of
# its own. SECONDS_EACH and PORT may be set.
set -euo pipefail
cd "$(dirname "$0")/../../.."

port=${PORT:-8089}
each="--seconds ${SECONDS_EACH:-6} --warm-up ${SECONDS_EACH:-6}"
load() { make -s load RUN="$*"; }

for prompts in short long; do
  for callers in 1 8 64; do
    load lane $each --callers $callers --prompts $prompts
  done
done
for batch in 8 64; do
  load lane $each --callers 1 --batch $batch
done
load lane $each --callers 1 --without-scoring
load lane $each --callers 64 --without-scoring

# Equal signals would be answered without the model.
bin/quirkwatch serve --server.port="$port" --quirkwatch.lane.shared-size=0 --quirkwatch.data=target/bench-data >target/bench-serving.log 2>&1 &
service=$!
trap 'kill $service' EXIT
for _ in $(seq 240); do
  curl -sf "http://127.0.0.1:$port/actuator/health/readiness" >/dev/null && break
  sleep 0.5
done
for prompts in short long; do
  for connections in 1 8 64; do
    load rate --port "$port" --pid $service $each --connections $connections --prompts $prompts
  done
done
load rate --port "$port" --pid $service $each --connections 1 --batch 64
