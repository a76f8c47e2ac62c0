#!/bin/sh
# service_unit.sh KEELSON UNIT: checks that systemd accepts the unit file UNIT if it runs the binary KEELSON. Exits with
# 77 (skipped) if systemd-analyze is missing.
set -eu

if ! command -v systemd-analyze >/dev/null; then
  echo "skipped: systemd-analyze is missing"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s|/usr/bin/keelson|$1|g" "$2" >"$folder/keelson.service"
# A warning about this unit fails the test; messages about other units are ignored.
complaints=$(systemd-analyze verify --man=no "$folder/keelson.service" 2>&1 | grep -F keelson.service || true)
if [ -n "$complaints" ]; then
  echo "$complaints"
  exit 1
fi
# systemd must restart the service without limit after a failure, but not after exit code 2 (invalid configuration).
for line in Restart=on-failure RestartPreventExitStatus=2 StartLimitIntervalSec=0; do
  grep -qx "$line" "$2" || { echo "the unit file has no line $line"; exit 1; }
done
