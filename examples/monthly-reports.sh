#!/bin/sh
# Downloads every report of a month with nothing but curl, sed and md5sum, and checks each: what a provider's cron job does.
#
#   METERHOUSE_SERVER=http://127.0.0.1:8390 METERHOUSE_TOKEN=… sh examples/monthly-reports.sh 2023 01 ./reports
set -eu
year=$1
month=$2
folder=$3
reports="$METERHOUSE_SERVER/usage/api/v1/reports"

# The API token goes in the body, read from standard input: neither a URL nor a process list shows it.
# Each answer is kept before it is read on: in a pipe its failure would go unseen.
answer=$(printf 'refresh_token=%s' "$METERHOUSE_TOKEN" |
  curl -fsS "$METERHOUSE_SERVER/csp/gateway/am/api/auth/api-tokens/authorize" --data @-)
access=$(printf '%s' "$answer" | sed -E 's/.*"access_token":"([^"]+)".*/\1/')
get() {
  printf 'header = "Authorization: Bearer %s"\n' "$access" | curl -fsS -K - "$@"
}

mkdir -p "$folder"
listing=$(get "$reports/$year/$month")
# One entry a line: ref, content type, checksum.
printf '%s' "$listing" |
  grep -oE '\{"ref":[^}]*\}' |
  sed -E 's/.*"ref":"([^"]*)","contentType":"([^"]*)".*"checksum":"([^"]*)".*/\1 \2 \3/' |
  while read -r ref type checksum; do
    file="$folder/$checksum.tsv.gz"
    get -G "$reports" --data-urlencode "ref=$ref" -H "Accept: $type" -o "$file.partial"
    echo "$checksum  $file.partial" | md5sum -c --quiet -
    mv "$file.partial" "$file"
    echo "$file"
  done
