#!/bin/sh
# service_unit.sh KEELSON UNIT: systemd takes the unit, with KEELSON in the place of the installed binary. Exits with
# 77 where systemd-analyze is missing.
set -eu

if ! command -v systemd-analyze >/dev/null; then
  echo "skipped: systemd-analyze is missing"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s|/usr/bin/keelson|$1|g" "$2" >"$folder/keelson.service"
# Anything that systemd would only warn of is an error here; what it says of other units is not.
complaints=$(systemd-analyze verify --man=no "$folder/keelson.service" 2>&1 | grep -F keelson.service || true)
if [ -n "$complaints" ]; then
  echo "$complaints"
  exit 1
fi
# A start that fails for a cause which may pass is tried again for ever; a wrong configuration never is.
for line in Restart=on-failure RestartPreventExitStatus=2 StartLimitIntervalSec=0; do
  grep -qx "$line" "$2" || { echo "the unit lacks $line"; exit 1; }
done
