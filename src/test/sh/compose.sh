#!/usr/bin/env bash
# Brings up docker-compose.yml's service, PostgreSQL and Prometheus, sends signals, finds them in the log, the flagged ones in
# the review queue, and all in Prometheus; restarts each part in turn and does it again. Images as in the compose file; SERVICES and the variables of that file change them.
set -euo pipefail
cd "$(dirname "$0")/../../.."
if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
# A project of this run, so that what an earlier one left behind is not counted.
compose+=(-p "quirkwatch-e2e-$$")
export QUIRKWATCH_PORT=${QUIRKWATCH_PORT:-18080} PROMETHEUS_PORT=${PROMETHEUS_PORT:-19090}
export MANAGEMENT_PORT=${MANAGEMENT_PORT:-18081}
services=${SERVICES:-quirkwatch postgres prometheus}
base=http://127.0.0.1:$QUIRKWATCH_PORT
# A key of this run.
eval "export $(docker run --rm "${QUIRKWATCH_IMAGE:-quirkwatch:cpu}" keys generate --env | tr '\n' ' ')"

answers=$(mktemp -d)
finish() {
  local code=$?
  rm -rf "$answers"
  ((code == 0)) || "${compose[@]}" logs --tail=40
  "${compose[@]}" down -v >/dev/null 2>&1 || true
  exit "$code"
}
trap finish EXIT

ready() {
  for _ in $(seq 120); do
    [[ $(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$MANAGEMENT_PORT/actuator/health/readiness") == 200 ]] && return
    sleep 1
  done
  echo "the service is not ready after two minutes" >&2
  return 1
}

# query EXPRESSION: its value, or 0.
query() {
  curl -sf "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/query" --data-urlencode "query=$1" |
    sed -n 's/.*"value":\[[^,]*,"\([^"]*\)"\].*/\1/p' | grep . || echo 0
}

# seen COUNT [EXPRESSION]: waits until Prometheus has so many signals, exactly.
seen() {
  local count=0 expression=${2:-sum(quirkwatch_signals_total)}
  for _ in $(seq 60); do
    count=$(query "$expression")
    [[ $count == "$1" ]] && { echo "Prometheus has $count signals"; return; }
    sleep 1
  done
  echo "Prometheus has $count signals, expected $1" >&2
  return 1
}

signals=$(grep -c . docs/examples/signals.jsonl)
batch=0
send() {
  local verdicts answer=$answers/$batch
  # Ids of their own: the same ones again would get the first answers, and count nothing.
  batch=$((batch + 1))
  sed "s/\"id\": *\"/&$batch-/" docs/examples/signals.jsonl |
    curl -sf "$base/v1/signals" -H "Authorization: Bearer $QUIRKWATCH_KEY" -H 'Content-Type: application/x-ndjson' --data-binary @- >"$answer"
  verdicts=$(grep -c '"status":"scored"' "$answer")
  [[ $verdicts == "$signals" ]] || { echo "$verdicts of $signals signals were scored" >&2; return 1; }
  echo "$verdicts signals scored"
}

# ids NAME: values of a field of what comes in, sorted.
ids() { grep -o "\"$1\":\"[^\"]*\"" | cut -d'"' -f4 | sort; }

get() { curl -sf "$base$1" -H "Authorization: Bearer $QUIRKWATCH_KEY"; }

# Every answer so far is in the log, and exactly the flagged ones wait in the queue.
kept() {
  local all flagged
  all=$(cat "$answers"/* | ids verdict_id)
  flagged=$(cat "$answers"/* | grep '"flagged":true' | ids verdict_id)
  [[ $(get '/v1/verdicts?limit=500' | ids verdict_id) == "$all" ]] || { echo "the log does not hold what was answered" >&2; return 1; }
  [[ $(get '/v1/reviews?limit=500&status=open' | sed 's/{"id"/\n&/g' | sed -n 's/^{"id":"\([^"]*\)".*/\1/p' | sort) == "$flagged" ]] ||
    { echo "the queue does not hold what was flagged" >&2; return 1; }
  echo "the log has $(wc -l <<<"$all") verdicts, the queue $(wc -l <<<"$flagged") reviews"
}

# shellcheck disable=SC2086
"${compose[@]}" up -d $services
ready
[[ $(curl -s -o /dev/null -w '%{http_code}' "$base/v1/models") == 401 ]] || { echo "somebody without a key was let in" >&2; exit 1; }
send
kept
seen "$signals"
sent=$signals
for part in prometheus postgres; do
  echo "restarting $part"
  "${compose[@]}" restart -t 45 "$part"
  ready
  kept
  send
  kept
  sent=$((sent + signals))
  seen "$sent"
done
echo "restarting quirkwatch"
"${compose[@]}" restart -t 45 quirkwatch
ready
kept
send
kept
# Its counters begin at 0; what Prometheus saw before is still there.
seen "$signals"
seen "$sent" 'sum(max_over_time(quirkwatch_signals_total[1h]))'
[[ $(query 'count(ALERTS{alertname="QuirkwatchUnscored"})') == 0 ]] || { echo "signals were not scored" >&2; exit 1; }
echo "as expected"
