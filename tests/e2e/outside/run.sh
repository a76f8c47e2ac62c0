#!/bin/sh
# run.sh NPM_FOLDER KEELSON FILE...: runs the node tests with the packages of NPM_FOLDER against the executable KEELSON.
# Exits with 77 (skipped) if node or the packages are missing.
set -eu

export KEELSON_NPM="$1" KEELSON_BINARY="$2"
shift 2
lock=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/package-lock.json
if ! command -v node >/dev/null || ! cmp -s "$lock" "$KEELSON_NPM/installed.json"; then
  echo "skipped: node or the npm packages of tests/e2e are missing (run tests/install-npm.sh DIR)"
  exit 77
fi
exec node --test --test-reporter=spec "$@"
