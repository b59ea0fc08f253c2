#!/bin/sh
# A recording from its start to its files, with curl and sed.
set -eu

scratch=$(mktemp -d)
trap 'kill ${server:-} 2>/dev/null || true; rm -rf "$scratch"' EXIT

if [ -z "${MOCKREC_URL:-}" ]; then
    mockrec serve --port 0 --clock manual --storage memory >"$scratch/ready" &
    server=$!
    until [ -s "$scratch/ready" ]; do
        kill -0 "$server" || { echo "mockrec did not start" >&2; exit 1; }
        sleep 0.1
    done
    MOCKREC_URL=$(sed -n 's/.* ready on \([^ ]*\) in .*/\1/p' "$scratch/ready")
fi

app=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') # a world of its own
api=$MOCKREC_URL/v1/apps/$app/cloud_recording
world=$MOCKREC_URL/_mockrec/worlds/$app

call() { curl -sS -u customer:secret -H 'Content-Type: application/json' "$@"; }
text() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
body() { printf '{"cname":"class-7","uid":"527841","clientRequest":{%s}}' "${1:-}"; }
wrong() { echo "$1" >&2; exit 1; }

call "$MOCKREC_URL/_mockrec/health" >"$scratch/health"

resource=$(call "$api/acquire" -d "$(body)" | text resourceId)
start='"recordingFileConfig":{"avFileType":["hls","mp4"]},
    "storageConfig":{"vendor":1,"region":0,"bucket":"lessons","accessKey":"key","secretKey":"secret"}'
sid=$(call "$api/resourceid/$resource/mode/mix/start" -d "$(body "$start")" | text sid)
[ -n "$sid" ] || wrong "the start gave no sid"
path=$api/resourceid/$resource/sid/$sid/mode/mix

call "$world/clock/advance" -d '{"by":"60s"}' >"$scratch/happenings"

queried=$(call "$path/query")
case $queried in *'"status":5,'*) ;; *) wrong "the status is not 5, recording: $queried" ;; esac

stopped=$(call "$path/stop" -d "$(body)")
case $stopped in *'"uploadingStatus":"uploaded"'*) ;; *) wrong "not uploaded: $stopped" ;; esac

names=$(call "$world/files" | text key)
for file in $(echo "$stopped" | tr ',' '\n' | text fileName); do
    case $names in *"$file"*) ;; *) wrong "$file was promised; there are $names" ;; esac
done
echo "$names"
