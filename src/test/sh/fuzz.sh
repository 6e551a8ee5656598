#!/usr/bin/env bash
# Starts the service as built, on a fresh embedded database, with a key, and sends every operation of openapi.yaml cases
# that schemathesis makes of it: those that cover the document, then FUZZ_ROUNDS rounds of FUZZ_CASES each, from seed 1 on
# (many short rounds, since a long one spends its time on making failures small that are none). What it is made with comes
# from PyPI into target/fuzz.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=target/fuzz
python=${FUZZ_PYTHON:-$folder/venv/bin/python}
if [[ ! -x $python ]]; then
  python3 -m venv "$folder/venv"
  "$python" -m pip -q install schemathesis==4.32.5
fi
[[ -f target/quirkwatch.jar ]] || ./mvnw -q package -DskipTests
rm -rf "$folder/data"
mkdir -p "$folder"
# The service reads from its jar while it runs, so a build must not change this one.
cp target/quirkwatch.jar "$folder/quirkwatch.jar"
export QUIRKWATCH_JAR=$PWD/$folder/quirkwatch.jar
port=${FUZZ_PORT:-8290}
{ read -r FUZZ_KEY; read -r hash; } < <(bin/quirkwatch keys generate)
export FUZZ_KEY

bin/quirkwatch serve --spring.profiles.active=server --server.port="$port" --management.server.port=$((port + 1)) \
  --quirkwatch.data="$folder/data" --quirkwatch.access.bootstrap-key-hash="$hash" \
  --quirkwatch.access.rate-limit.requests=1000000 --quirkwatch.verdict-log.prompts=all >"$folder/service.log" 2>&1 &
service=$!
trap 'kill "$service" 2>/dev/null || true; wait "$service" 2>/dev/null || true' EXIT
until curl -sf -o /dev/null "http://127.0.0.1:$((port + 1))/actuator/health/readiness"; do
  kill -0 "$service" || { tail -20 "$folder/service.log" >&2; exit 1; }
  sleep 1
done

# fuzz PHASES CASES SEED
fuzz() {
  PYTHONPATH=src/test/fuzz SCHEMATHESIS_HOOKS=leaks "$(dirname "$python")/schemathesis" \
    --config-file src/test/fuzz/schemathesis.toml run openapi.yaml --url "http://127.0.0.1:$port" \
    -H "Authorization: Bearer $FUZZ_KEY" --phases "$1" --mode all --max-examples "$2" --seed "$3" \
    --continue-on-failure --request-timeout 60 --suppress-health-check all --warnings off \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,ignored_auth,nothing_leaks \
    >"$folder/round.log" 2>&1 || { code=1; cat "$folder/round.log"; }
  local count
  count=$(sed -n 's/^ *\([0-9]*\) generated.*/\1/p' "$folder/round.log")
  cases=$((cases + ${count:-0}))
  echo "$1, seed $3: $(grep ' generated' "$folder/round.log" | xargs || true)"
}

code=0 cases=0
fuzz examples,coverage 1 1
for round in $(seq "${FUZZ_ROUNDS:-16}"); do
  fuzz fuzzing "${FUZZ_CASES:-25}" "$round"
done
echo "$cases cases"

# What the service wrote of it: no fault of its own, and no key.
if grep -E ' ERROR |Exception' "$folder/service.log"; then
  echo "the service logged errors" >&2
  code=1
fi
if grep -qF "$FUZZ_KEY" "$folder/service.log"; then
  echo "the service logged the key" >&2
  code=1
fi
exit "$code"
