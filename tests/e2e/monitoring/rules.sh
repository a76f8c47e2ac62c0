#!/bin/sh
# rules.sh PROMTOOL RULES README: checks the alerting rules RULES with Prometheus's promtool. Each metric must exist, and
# the file README must explain each alert.
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$2" "$folder/prometheus-rules.yml"
cp "$here/rules_test.yml" "$folder"
"$1" check rules "$folder/prometheus-rules.yml"
"$1" test rules "$folder/rules_test.yml"

for metric in $(grep -oE '\b(keelson|process|grpc_server)_[a-z_]+' "$2" | sort -u); do
  grep -q "^$metric " "$here/metrics.txt" || { echo "the service has no metric $metric"; exit 1; }
done
for alert in $(sed -n 's/^ *- alert: //p' "$2"); do
  grep -qF "\`$alert\`" "$3" || { echo "$3 does not explain the alert $alert"; exit 1; }
  grep -q "alertname: $alert$" "$here/rules_test.yml" || { echo "rules_test.yml does not test $alert"; exit 1; }
done
