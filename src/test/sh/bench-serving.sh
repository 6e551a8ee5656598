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

# serve ARGUMENTS: until the next one. Equal signals would be answered without the model.
service=
end() { [[ -z $service ]] || { kill "$service"; wait "$service" || true; }; service=; }
trap end EXIT
serve() {
  end
  rm -rf target/bench-data
  bin/quirkwatch serve --server.port="$port" --quirkwatch.lane.shared-size=0 --quirkwatch.data=target/bench-data "$@" >target/bench-serving.log 2>&1 &
  service=$!
  for _ in $(seq 240); do
    curl -sf "http://127.0.0.1:$port/actuator/health/readiness" >/dev/null && break
    sleep 0.5
  done
  # What a new process does is compiled while it runs.
  load rate --port "$port" --seconds 1 --warm-up "${WARM_UP:-30}" --connections 64 >/dev/null
}

# Beside the lane, without what comes after it.
serve --quirkwatch.verdict-log.enabled=false
for prompts in short long; do
  for connections in 1 8 64; do
    load rate --port "$port" --pid "$service" $each --connections $connections --prompts $prompts
  done
done
load rate --port "$port" --pid "$service" $each --connections 1 --batch 64
load rate --port "$port" --pid "$service" $each --connections 64 --prompts normal

# With each verdict written down before it is answered: hardly any flagged, then every second one.
serve
for prompts in normal short; do
  for connections in 1 64; do
    load rate --port "$port" --pid "$service" $each --connections $connections --prompts $prompts
  done
done
